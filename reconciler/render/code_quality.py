"""Writes findings at lines as the Code Quality report, which every tier of GitLab shows.

Each finding has a description, a check's name, a fingerprint that stays the same while the finding does, a
severity and a place below the repository's root (docs.gitlab.com/ci/testing/code_quality/).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from reconciler.canonical_json import canonical
from reconciler.errors import Mistake, Place
from reconciler.language import _, sentence, told
from reconciler.model import Change, Plan, Update
from reconciler.render.groups import (
    BOTH,
    CLEAR,
    DRIFT,
    by_text,
    review_kind,
    shows_members,
    steps,
    told_apart,
    updates_of,
)
from reconciler.render.mistakes import path_in_repository
from reconciler.render.rules import is_emptied, is_notable, rule_line
from reconciler.render.safe import safe_json, safe_text
from reconciler.render.verdict import notified_line

LONGEST: Final = 1_000
"""Characters of a description."""
SETTINGS: Final = Place("state/reconciler.yaml", 1, 1)
"""Where a guard's limit is set, and where a failure without a place is shown."""

CHECKS: Final = {
    BOTH: ("changed-here-and-in-meegle", "major", "Changed here and in Meegle"),
    CLEAR: ("empties-a-field", "minor", "Empties a field"),
    DRIFT: ("drift", "info", "Drift: changed in Meegle"),
}
"""The check, the severity and the words of each kind of change that needs a look."""


class Finding(NamedTuple):
    """One finding; `identity` is what its fingerprint is made of."""

    check: str
    severity: str
    text: str
    place: Place
    identity: tuple[Any, ...]


def plan_code_quality(plan: Plan, folder: str = "") -> str:
    """Return the report about a plan; files are named from the repository's root, through `folder`."""
    return plans_code_quality([plan], folder)


def plans_code_quality(plans: Iterable[Plan], folder: str = "") -> str:
    """Return the report about the plans of several spaces."""
    return quality_json((one for plan in plans for one in quality_findings(told_apart(plan))), folder)


def mistakes_code_quality(
    mistakes: Iterable[Mistake], folder: str = "", deprecated: Iterable[Mistake] = ()
) -> str:
    """Return the report about mistakes in the files, and about uses of what is deprecated."""
    made = [
        Finding("invalid", "blocker", sentence(one.what, one.fix), one.place, (one.place.file, one.what))
        for one in mistakes
    ]
    made += [
        Finding("deprecated", "minor", sentence(one.what, one.fix), one.place, (one.place.file, one.what))
        for one in deprecated
    ]
    return quality_json(made, folder)


def quality_json(found: Iterable[Finding], folder: str) -> str:
    """Return the JSON list."""
    rows = [
        {
            "description": cut(safe_text(one.text)) or one.check,
            "check_name": f"reconciler/{one.check}",
            "fingerprint": fingerprint(one),
            "severity": one.severity,
            "location": {
                "path": safe_text(path_in_repository(folder, one.place.file)) or ".",
                "lines": {"begin": max(1, one.place.line)},
            },
        }
        for one in found
    ]
    return safe_json(json.dumps(rows, ensure_ascii=False, indent=1)) + "\n"


def fingerprint(one: Finding) -> str:
    """Return a hash of the check and of what it is about."""
    text = canonical([one.check, *one.identity])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def cut(text: str) -> str:
    """Cut a text that is too long."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def quality_findings(plan: Plan) -> Iterator[Finding]:
    """Yield what is wrong, what stops an apply, what is blocked, and the changes that need a look."""
    for failure in plan.failures:
        place = failure.place or SETTINGS
        text = sentence(failure.what, failure.fix)
        yield Finding("invalid", "blocker", text, place, (place.file, failure.what))
    for guard in plan.guards:
        if not guard.ok:
            stops = _("Guard {name} stops an apply", name=guard.name)
            text = f"{stops}{_(': ')}{told(guard.excess)}"
            place = plan.updates[0].place if plan.updates else SETTINGS
            yield Finding("guard", "critical", text, place, (plan.space_key, guard.name, guard.actual))
    for block in plan.blocks:
        named = f" {block.name}" if block.name else ""
        where = _("Blocked: {ref}", ref=f"{plan.address(block.ref)}{named}")
        text = f"{where}{_(': ')}{sentence(block.reason, block.repair)}"
        identity = (plan.space_key, *block.ref, block.key, block.reason)
        yield Finding("blocked", "major", text, block.place, identity)
    yield from rule_findings(plan)
    if people := " ".join(notified_line(plan, str)):
        yield Finding("people", "info", people, plan.updates[0].place, (plan.space_key,))
    for update in updates_of(plan):
        for change in update.changes:
            if review_kind(change) in CHECKS:
                yield of_change(plan, update, change)


def rule_findings(plan: Plan) -> Iterator[Finding]:
    """Yield what becomes of the members of each rule; one whose members are in sync is no finding."""
    for rule in plan.rules:
        if rule.blocked:
            text = f"Blocked: rule {rule.name}: {rule.blocked}"
            yield Finding("blocked", "major", text, rule.place, (plan.space_key, rule.name, rule.blocked))
        elif is_notable(plan, rule):
            severity = "minor" if is_emptied(rule) or rule.mode != "hold" else "info"
            yield Finding("rule", severity, rule_line(plan, rule), rule.place, (plan.space_key, rule.name))


def of_change(plan: Plan, update: Update, change: Change) -> Finding:
    """Return the finding about one change; it stays the same while the plan's digest of the change does."""
    check, severity, words = CHECKS[review_kind(change)]
    who = f" ({', '.join(filter(None, (by_text(change.by), change.at)))})" if change.by or change.at else ""
    where = f"{plan.address(update.ref)} {update.title}"
    text = f"{_(words)}{_(': ')}{where}: {change.name} {change_summary(change)}{who}"
    row = (plan.space_key, *update.ref, change.key, change.op, change.before, change.after)
    return Finding(check, severity, text, change.place, row)


def change_summary(change: Change) -> str:
    """Return what happens to a field, in one line."""
    if shows_members(change):
        return ", ".join([*(f"+ {one}" for one in change.added), *(f"- {one}" for one in change.removed)])
    return " → ".join(label if len(label) <= LONGEST else f"{label[:LONGEST]}…" for label in steps(change))
