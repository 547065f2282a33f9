"""A plan as the data of its JSON, with a digest of what would change and a seal over the whole.  Pure.

`PlanFile` in plan_json.py describes the same members for whoever reads a plan.  Here they are plain dicts,
since most plans are written and never read: making models of all their rows costs more than their text.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.json import format as indented

from reconciler import __version__
from reconciler.canonical_json import canonical
from reconciler.errors import Place
from reconciler.fields.conditions import AnyOf, Condition
from reconciler.model import (
    Block,
    Change,
    Notified,
    Plan,
    Ref,
    RuleResult,
    SideEffect,
    Unapplied,
    Update,
    Why,
)
from reconciler.plan.plan_words import WHY_WORDS, reason_words

if TYPE_CHECKING:
    from reconciler.plan.plan_json import ExitReason, PlanFile

    Made: TypeAlias = "PlanFile | SealedPlan"
    """A plan's file: one that was read, or one that is written."""

FORMAT = "1.0"
SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, which JSON can hold as an escape only."""
RELATIONS = frozenset({"work_item_related_select", "work_item_related_multi_select", "linked_work_item"})
"""The types of fields whose values are ids of work items."""

Data: TypeAlias = dict[str, Any]


class SpaceName(NamedTuple):
    """The space as files name it."""

    name: str


class DesiredFrom(NamedTuple):
    """Which YAML the plan was made of, as `DesiredFile` has it."""

    commit: str | None
    dirty: bool | None
    folder: str
    roots: list[str]


class BaseFrom(NamedTuple):
    """The commit against which `why` is meant."""

    commit: str | None


class SealedPlan(Struct, frozen=True):
    """A plan's file before it is written: its data, and the facts that views tell, named as in `PlanFile`."""

    data: Mapping[str, Any]
    timestamp: datetime
    host: str
    space: SpaceName
    desired: DesiredFrom
    base: BaseFrom
    exit_reason: ExitReason
    digest: str
    seal: str
    reconciler_version: str = __version__


def sealed(plan: Plan, at: datetime, *, folder: str = "", roots: Iterable[str] = ()) -> SealedPlan:
    """Return the plan as it is written, sealed; `folder` and `roots` as `DesiredFile` has them."""
    desired = DesiredFrom(plan.commit, plan.dirty, folder, list(roots))
    reason, changes = exit_reason(plan), digest(plan)
    data = {
        "format_version": FORMAT,
        "reconciler_version": __version__,
        "timestamp": at.isoformat().replace("+00:00", "Z"),
        "host": plan.host,
        "space": {"name": plan.space, "key": plan.space_key, "types": foreign_members(plan.types.items())},
        "desired": {name: one for name, one in desired._asdict().items() if one not in ("", [])},
        "exit_reason": reason,
        **verdict_members(plan),
        **row_members(plan),
        **guard_members(plan),
        "metadata_digest": plan.metadata_digest,
        "digest": changes,
    }
    data["seal"] = seal = seal_of(data)
    space, base = SpaceName(plan.space), BaseFrom(plan.base)
    return SealedPlan(data, at, plan.host, space, desired, base, reason, changes, seal)


def verdict_members(plan: Plan) -> Data:
    """Return what the plan comes to, and what it was compared with."""
    return {
        "applyable": bool(plan.updates) and all(guard.ok for guard in plan.guards),
        "complete": not (plan.blocks or plan.blocked_rules or plan.failures),
        "errored": bool(plan.failures),
        "errors": [
            {"what": one.what, "fix": one.fix, "source": source(one.place) if one.place else None}
            for one in plan.failures
        ],
        "base": {
            "commit": plan.base,
            "applied": plan.applied,
            "unapplied": [unapplied_data(one) for one in plan.unapplied],
        },
        "whole": plan.whole,
        "agree": plan.in_sync,
        "named": plan.named,
        "notes": list(plan.notes),
        "settings_changes": list(plan.settings_changes),
    }


def row_members(plan: Plan) -> Data:
    """Return the rows of every kind; members that older plans lack are there only if they have any."""
    ruled = bool(plan.rules)
    made: Data = {
        "resource_drift": list(drift(plan)),
        "resource_changes": [resource(plan, update, ruled=ruled) for update in plan.updates],
        "left_alone": [resource(plan, update, ruled=ruled) for update in plan.skipped],
        "released": [
            {**ids(one.ref), "key": one.key, "name": one.name, **({"rule": one.rule} if one.rule else {})}
            for one in plan.released
        ],
        "blocked": [block_data(one, ruled=ruled) for one in plan.blocks],
    }
    if ruled:
        made["rules"] = [rule_data(one) for one in plan.rules]
    if plan.targets:
        made["targets"] = [ids(one) for one in plan.targets]
    if plan.parts:
        made["parts"] = [ids(one) for one in plan.parts]
    if plan.rest is not None:  # if it is empty, nothing is left out, which is known
        made["rest"] = [unapplied_data(one) for one in plan.rest]
    if plan.since_last:
        made["since_last"] = True
    return made


def guard_members(plan: Plan) -> Data:
    """Return the guards, and what an apply would do beside its rows."""
    ahead = plan.forecast
    return {
        "guards": [
            {"name": one.name, "limit": one.limit, "actual": one.actual, "ok": one.ok} for one in plan.guards
        ],
        "requests": {"puts": ahead.puts, "reads": ahead.reads, "seconds": ahead.seconds},
        **({"notified": notified_data(plan.notified)} if plan.notified else {}),
    }


def exit_reason(plan: Plan) -> ExitReason:
    """Return in one word how a run that plans ended: the first that holds."""
    if plan.failures:
        return "error"
    if any(not guard.ok for guard in plan.guards):
        return "guard"
    if plan.blocks or plan.blocked_rules:
        return "blocked"
    return "no_changes" if plan.is_empty else "changes"


def drift(plan: Plan) -> Iterator[Data]:
    """Yield how each item drifted: from the value that the base desired to the live one."""
    moved: dict[Ref, list[Change]] = {}
    titles = {}
    for update in (*plan.updates, *plan.skipped):
        titles[update.ref] = update.title
        moved.setdefault(update.ref, []).extend(
            one for one in update.changes if one.why in {Why.DRIFT, Why.CONFLICTING}
        )
    for ref, changes in sorted(moved.items()):
        if changes:
            before = foreign_members(
                (one.key, one.after if one.why is Why.DRIFT else one.base) for one in changes
            )
            yield item_data(
                plan, ref, titles[ref], before, foreign_members((one.key, one.before) for one in changes)
            )


def item_data(plan: Plan, ref: Ref, name: str, before: Data, after: Data) -> Data:
    """Return one item, and how it changes or has changed."""
    return {
        "address": plan.address(ref),
        **ids(ref),
        "name": name,
        "change": {"actions": ["update"], "before": before, "after": after},
    }


def resource(plan: Plan, update: Update, *, ruled: bool) -> Data:
    """Return one item's changes; `ruled`: the plan has rules."""
    before = foreign_members((change.key, change.before) for change in update.changes)
    after = foreign_members((change.key, change.after) for change in update.changes)
    return {
        **item_data(plan, update.ref, update.title, before, after),
        "fields": [field_data(one, ruled=ruled) for one in update.changes],
        "side_effects": [effect_data(one) for one in update.side_effects],
        "source": source(update.place),
    }


def field_data(one: Change, *, ruled: bool) -> Data:
    """Return one change."""
    made: Data = {
        "key": one.key,
        "name": one.name,
        "type": one.type,
        "op": one.op,
        "before": one.before,
        "after": one.after,
        "before_label": one.before_label,
        "after_label": one.after_label,
        "added": one.added,
        "removed": one.removed,
        "contains": one.contains,
        "excludes": one.excludes,
        "why": WHY_WORDS[one.why] if one.why else None,
        "base": one.base,
        "base_label": one.base_label,
        "held": reason_words(one.held) if one.held else None,
        "by": one.by,
        "at": one.at,
        "source": ruled_source(one.place, one.rules, ruled=ruled),
    }
    if ruled:
        made["outranked"] = source(one.outranked) if one.outranked else None
    if one.type in RELATIONS:
        texts = {"before_text": with_texts(one.before), "after_text": with_texts(one.after)}
        made |= {name: text for name, text in texts.items() if text is not None}
    return made


def foreign_members(pairs: Iterable[tuple[str, Any]]) -> Data:
    """Return an object whose members have names that are not ours; half a character cannot be in a name."""
    made = dict(pairs)
    if SURROGATE.search("".join(made)) is None:
        return made
    return {
        name.encode("utf-8", "surrogatepass").decode("utf-8", "replace"): one for name, one in made.items()
    }


def effect_data(one: SideEffect) -> Data:
    """Return a locked role that the service may set back."""
    return {
        "role": one.role,
        "name": one.name,
        "members": one.members,
        "defaults": one.defaults,
        "labels": one.labels,
    }


def block_data(one: Block, *, ruled: bool) -> Data:
    """Return a blocked field or item."""
    return {
        **ids(one.ref),
        "title": one.title,
        "key": one.key,
        "name": one.name,
        "reason": one.reason,
        "repair": one.repair,
        "source": ruled_source(one.place, one.rules, ruled=ruled),
    }


def unapplied_data(one: Unapplied) -> Data:
    """Return a field or item that lags behind the last applied commit."""
    return {**ids(one.ref), "key": one.key, "commit": one.commit, "ahead": one.ahead}


def notified_data(one: Notified) -> Data:
    """Return the people whom an apply may notify."""
    people = [{"key": who.key, "name": who.name, "items": who.items} for who in one.people]
    return {"count": one.count, "people": people, "unknown": one.unknown}


def rule_data(one: RuleResult) -> Data:
    """Return a rule over many items."""
    return {
        "name": one.name,
        "mode": one.mode,
        "type": one.type_key,
        "where": one.where,
        "conditions": [condition_data(each) for each in one.conditions],
        "selected": len(one.ids),
        "at_most": one.at_most,
        "digest_of_ids": digest_of_ids(one.ids),
        "ids": one.ids,
        "once": one.once,
        "why": one.why,
        "before": one.before,
        "decided": one.decided,
        "blocked": one.blocked,
        "source": source(one.place),
    }


def condition_data(one: Condition) -> list[Data]:
    """Return a condition as comparisons of which any has to hold."""
    parts = one.parts if isinstance(one, AnyOf) else (one,)
    return [
        {"key": each.key, "operator": each.operator, "kind": each.kind, "operand": each.operand}
        for each in parts
    ]


def digest_of_ids(some: tuple[int, ...]) -> str:
    """Return the SHA-256 of ids, one a line in their order."""
    return hashlib.sha256("".join(f"{one}\n" for one in sorted(some)).encode()).hexdigest()


def ids(ref: Ref) -> Data:
    """Return the members that say which item an object is about."""
    return {"type": ref.type_key, "id": ref.id, "id_text": str(ref.id)}


def with_texts(value: Any) -> Any:
    """Return the value of a relation with its ids as texts."""
    return [str(one) for one in value] if isinstance(value, list | tuple) else value and str(value)


def source(place: Place) -> Data:
    """Return a place."""
    return {"file": place.file, "line": place.line, "column": place.column}


def ruled_source(place: Place, rules: Iterable[str], *, ruled: bool) -> Data:
    """Return a place, in a plan with rules with those that are written there."""
    return source(place) | ({"rule": ", ".join(rules) or None} if ruled else {})


def digest(plan: Plan) -> str:
    """Return the SHA-256 of the changes alone: equal on every machine and clock."""
    made = sorted(
        canonical(
            [plan.space_key, update.ref.type_key, update.ref.id, one.key, one.op, one.before, one.after]
        )
        for update in plan.updates
        for one in update.changes
    )
    return hashlib.sha256("\n".join(made).encode("utf-8", "surrogatepass")).hexdigest()


def seal_of(data: Mapping[str, Any]) -> str:
    """Return the SHA-256 of everything in a plan's data but the seal."""
    text = canonical({name: value for name, value in data.items() if name != "seal"})
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def text_of(data: Mapping[str, Any]) -> str:
    """Return a plan's data as text: sorted members, two spaces, a final line feed."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    if SURROGATE.search(text) is None:
        # The standard library writes an indented text in Python, ten times slower than a flat one.
        return indented(text, indent=2) + "\n"
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, indent=2) + "\n"
    return SURROGATE.sub(lambda hit: f"\\u{ord(hit.group()):04x}", text)
