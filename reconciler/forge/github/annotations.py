"""A plan for GitHub Actions: annotations at the lines of the files, and the step summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from reconciler.errors import Place
from reconciler.language import _, counted, messages, sentence, told
from reconciler.manifest.right_to_left import is_right_to_left
from reconciler.model import Change, Plan
from reconciler.render.groups import (
    BOTH,
    CLEAR,
    DRIFT,
    Group,
    block_groups,
    groups,
    shows_members,
    steps,
    told_apart,
)
from reconciler.render.markdown import document
from reconciler.render.mistakes import path_in_repository
from reconciler.render.rules import is_emptied, is_notable, rule_state, rule_title
from reconciler.render.safe import safe_text
from reconciler.render.spaces import named, plans_document, spaces_verdict
from reconciler.render.text import plan_title
from reconciler.render.verdict import notified_line, plan_verdict

if TYPE_CHECKING:
    from reconciler.plan.plan_data import Made

SHOWN = 10
"""Annotations of one level that GitHub shows of a step."""

LONGEST = 4_096
"""Characters of an annotation, the command around it included."""

LONGEST_PROPERTY = 200
LONGEST_FILE = 1_024

SUMMARY = 1_000_000
"""Bytes of a step summary; GitHub drops one of more than 1 MiB as a whole."""

DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
PROPERTY = {**DATA, ":": "%3A", ",": "%2C"}
"""How the runner wants signs written that would end a message or a property."""


class Annotation(Struct, frozen=True):
    """One remark at a line of a file; without a place it belongs to the run."""

    level: str
    title: str
    message: str
    place: Place | None = None
    folder: str = ""

    def __str__(self) -> str:
        """Return the workflow command, on one line and within the limit."""
        properties = [*self.location(), f"title={escaped(cut(self.title, LONGEST_PROPERTY), PROPERTY)}"]
        head = f"::{self.level} {','.join(properties)}::"
        return head + fit_message(safe_text(self.message), LONGEST - len(head))

    def location(self) -> Iterator[str]:
        """Yield the place of the remark; a file name too long to be one is left out."""
        file = escaped(path_in_repository(self.folder, self.place.file), PROPERTY) if self.place else ""
        if self.place and file and len(file) <= LONGEST_FILE:
            yield f"file={file}"
            yield f"line={self.place.line}"
            yield f"col={self.place.column}"


def escaped(text: str, table: dict[str, str]) -> str:
    """Return a harmless text with the runner's own signs escaped."""
    return "".join(table.get(sign, sign) for sign in safe_text(text))


def cut(text: str, most: int) -> str:
    """Cut a text that is too long."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def fit_message(text: str, most: int) -> str:
    """Escape a message and cut it so that no escape is torn."""
    made: list[str] = []
    size = 0
    for sign in text:
        part = DATA.get(sign, sign)
        if size + len(part) > most - 1:
            return "".join([*made, "…"])
        made.append(part)
        size += len(part)
    return "".join(made)


def plan_annotations(plan: Plan, folder: str = "") -> str:
    """Return the workflow commands: the worst rows first, then one notice with the verdict.

    GitHub knows files by their way from the repository's root, which leads through `folder`.
    """
    people = "".join(f" {line}" for line in notified_line(plan, str))
    found = [*failures(plan), *remarks(told_apart(plan))]
    return commands(
        found, list(rule_notices(plan)), plan_title(plan), f"{plan_verdict(plan)}{people}", folder
    )


RANKS = ("error", "warning", "notice")
"""The levels of annotations, the worst first."""


def plans_annotations(plans: Sequence[Plan], folder: str = "") -> str:
    """Return the workflow commands for several spaces: the worst rows of all of them first."""
    found = [one for plan in map(named, plans) for one in (*failures(plan), *remarks(told_apart(plan)))]
    title = _("Plan for {space}", space=_(", ").join(one.space for one in plans))
    found.sort(key=lambda one: RANKS.index(one.level))
    rules = [one for plan in plans for one in rule_notices(plan)]
    people = "".join(f" {one.space}{_(': ')}{line}" for one in plans for line in notified_line(one, str))
    return commands(found, rules, title, f"{spaces_verdict(plans)}{people}", folder)


def commands(
    found: Sequence[Annotation], rules: Sequence[Annotation], title: str, verdict: str, folder: str
) -> str:
    """Return the first annotations, those of rules last, and a notice with the verdict and how many more."""
    more = len(found) - SHOWN
    rest = ""
    if more > 0:
        needs = "{number} more change needs a look." if more == 1 else "{number} more changes need a look."
        rest = f" {_(needs, number=more)}"
    last = Annotation("notice", title, f"{verdict}{rest}")
    return "".join(f"{replace(one, folder=folder)}\n" for one in (*[*found, *rules][:SHOWN], last))


def failures(plan: Plan) -> Iterator[Annotation]:
    """Yield what is wrong in the files, or what stopped the run."""
    for one in plan.failures:
        what = sentence(cut(told(one.what), SHOWN * 100), one.fix)
        yield Annotation("error", _("Nothing was planned"), what, one.place)


def remarks(plan: Plan) -> Iterator[Annotation]:
    """Yield what needs a look: blocked, guards, both, clears, drift; identical rows once."""
    for held in block_groups(plan):
        first = held.blocks[0]
        field = f" {held.name}" if held.name else ""
        yield Annotation(
            "warning",
            _("Blocked: {ref}", ref=f"{plan.address(first.ref)}{field}"),
            sentence(cut(told(held.reason), SHOWN * 100), held.repair) + others_count(len(held.blocks)),
            first.place,
        )
    for rule in plan.rules:
        if rule.blocked or is_emptied(rule):
            yield Annotation("warning", rule_title(rule), rule_state(plan, rule), rule.place)
    for guard in plan.guards:
        if not guard.ok:
            yield Annotation(
                "warning",
                _("Guard {name} stops an apply", name=guard.name),
                told(guard.excess),
            )
    for group in groups(plan):
        if group.kind in LEVELS:
            yield remark(plan, group)


def rule_notices(plan: Plan) -> Iterator[Annotation]:
    """Yield what becomes of the members of each rule, at the rule; what is in sync needs no look."""
    for rule in plan.rules:
        if is_notable(plan, rule) and not rule.blocked and not is_emptied(rule):
            yield Annotation("notice", rule_title(rule), rule_state(plan, rule), rule.place)


LEVELS = {
    BOTH: ("warning", *messages("Conflicting")),
    CLEAR: ("warning", *messages("Clears")),
    DRIFT: ("notice", *messages("Drift")),
}


def remark(plan: Plan, group: Group) -> Annotation:
    """Return the remark about one group of rows, at the first of them."""
    level, title = LEVELS[group.kind]
    update, change = group.rows[0]
    why = f" ({group.why})" if group.why else ""
    return Annotation(
        level,
        f"{_(title)}{_(': ')}{plan.address(update.ref)} {change.name}",
        f"{cut(update.title, SHOWN * 20)}{_(': ')}{change_line(change)}{why}{others_count(len(group.rows))}",
        change.place,
    )


def change_line(change: Change) -> str:
    """Return what happens to a field, in one line."""
    if shows_members(change):
        return ", ".join([*(f"+ {one}" for one in change.added), *(f"- {one}" for one in change.removed)])
    shown = [cut(label, SHOWN * 100) for label in steps(change)]
    if any(map(is_right_to_left, shown)):
        # An annotation is one text, and an arrow between two such values points the other way.
        return ", ".join(
            f"{name} {label}" for name, label in zip((_("before"), _("after")), shown[-2:], strict=True)
        )
    return " → ".join(shown)


def others_count(count: int) -> str:
    """Say how many rows more read the same."""
    return _(" (and {count})", count=counted(count - 1, "more item")) if count > 1 else ""


def step_summary(plan: Plan, made: Made, *, artifact: str = "plan", limit: int = SUMMARY) -> str:
    """Return the Markdown of a step summary, within GitHub's limit in bytes."""
    return document(plan, made, artifact, limit, byte_count)


def spaces_summary(plans: Sequence[Plan], made: Sequence[Made]) -> str:
    """Return the Markdown of a step summary of several spaces, within GitHub's limit in bytes."""
    return plans_document(
        plans, made, SUMMARY, lambda plan, file, room: step_summary(plan, file, limit=room), byte_count
    )


def byte_count(text: str) -> int:
    """Return how many bytes a text takes."""
    return len(text.encode("utf-8", errors="replace"))
