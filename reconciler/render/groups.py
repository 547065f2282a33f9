"""Rows that read the same, put together: "Priority P1 → P0 on 212 items".

What comes out is ordered as reviewers read it: what needs a decision first, then the largest
group, then the place in the files.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import wraps
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from reconciler.canonical_json import canonical
from reconciler.fields.values import EMPTY_LABEL
from reconciler.language import _, counted, told
from reconciler.model import Block, Change, Held, HeldBy, Plan, Ref, Released, SideEffect, Update, Why
from reconciler.render.reasons import held_text, why_text
from reconciler.render.safe import distinguishable
from reconciler.schema.types import PEOPLE_TYPES

BOTH, CLEAR, DRIFT, CHANGE, LEFT = "both", "clear", "drift", "change", "left"
KINDS = (BOTH, CLEAR, DRIFT, CHANGE, LEFT)
"""The kinds of changes for a reviewer, the most pressing first; a change has the first kind that fits."""

MANY = 10
"""Changes that do the same from which on they are one line, whatever the values before were."""

AGENT = re.compile(r"(?:plugin|rule) |unknown$|.+ through ", re.DOTALL)
"""How a writer is named that is no person, or whom nobody knows."""

SCHEDULE = "schedule"
DAYS = re.compile(r"(\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d)")
"""How the label of a schedule reads."""

Shape: TypeAlias = tuple[Hashable, ...]
Made = TypeVar("Made")


def once_a_plan(make: Callable[[Plan], Made]) -> Callable[[Plan], Made]:
    """Remember what a function makes of a plan until it is asked about another: views of a run ask alike."""
    last: list[tuple[Plan, Made]] = []

    @wraps(make)
    def made(plan: Plan) -> Made:
        for known, one in last:
            if known is plan:
                return one
        one = make(plan)
        last[:] = [(plan, one)]
        return one

    return made


class Group(Struct, frozen=True):
    """One change as it is made to each of `rows`; `change` is the first of them.

    The values before may differ where `merged` made the group.  `id` is ten hex digits that stay the same
    while the group reads the same.
    """

    kind: str
    type_key: str
    change: Change
    rows: tuple[tuple[Update, Change], ...]
    id: str

    @property
    def why(self) -> str:
        """Why, and since when by whom; empty where nothing is known."""
        return why_line(change for _, change in self.rows)

    @property
    def befores(self) -> tuple[tuple[str, int], ...]:
        """The labels before, base → live where they differ, each with its count; the most frequent first."""
        labels = Counter(" → ".join(steps(change)[:-1]) for _, change in self.rows)
        return tuple(sorted(labels.items(), key=lambda one: (-one[1], one[0])))


class BlockGroup(Struct, frozen=True):
    """Fields or items that are kept from being written for one reason; `id` as of a group."""

    key: str | None
    name: str
    reason: str
    repair: str
    blocks: tuple[Block, ...]
    id: str


def shape_id(shape: Shape) -> str:
    """Return ten hex digits that tell one shape from another."""
    return hashlib.sha256(canonical(shape).encode(errors="replace")).hexdigest()[:10]


def review_kind(change: Change) -> str:
    """Return what a row is to a reviewer; a skipped change never clears."""
    if change.why is Why.CONFLICTING:
        return BOTH
    if change.clears and not change.held:
        return CLEAR
    if change.why is Why.DRIFT:
        return DRIFT
    return LEFT if change.held else CHANGE


def why_line(rows: Iterable[Change]) -> str:
    """Return why fields differ or are skipped, and since when by whom; empty where nothing is known.

    The rows are alike in all but the time.
    """
    listed = list(rows)
    first, times = listed[0], sorted({one.at for one in listed if one.at})
    when = _("{first} to {last}", first=times[0], last=times[-1]) if len(times) > 1 else "".join(times)
    # Of what a rule only reports nobody need have made anything: that nobody is known is no news.
    only_told = first.held and first.held.by in {HeldBy.RULE_CHECKS, HeldBy.RULE_PROPOSES}
    by = None if only_told and first.by == "unknown" else by_text(first.by)
    who = ", ".join(filter(None, (by, when)))
    return _(": ").join(filter(None, (reason_text(first), who)))


def by_text(by: str | None) -> str | None:
    """Return who made a live value; of a plugin or a rule the name stays as it is, and so does a person's."""
    return told(by) if by and AGENT.match(by) else by


def reason_text(change: Change) -> str:
    """Return why a field differs or is skipped, and which rule or file decides it."""
    rules = ", ".join(change.rules)
    if change.held and change.held.by is HeldBy.RULE_CHECKS:
        return _("violates rule {rules}", rules=rules)
    if change.held and change.held.by is HeldBy.RULE_PROPOSES:
        return _("proposed by rule {rules}", rules=rules)
    why = (
        _("skipped ({why})", why=told(held_text(change.held))) if change.held else told(why_text(change.why))
    )
    named = _("rule {rules}", rules=rules) if rules else ""
    decides = _("the file decides ({place})", place=change.outranked) if change.outranked else ""
    return _(", ").join(filter(None, (why, named, decides)))


@once_a_plan
def told_apart(plan: Plan) -> Plan:
    """Return the plan with labels that look alike in one change made to look different."""
    updates, left = (tuple(map(update_apart, some)) for some in (plan.updates, plan.skipped))
    return (
        plan
        if (updates, left) == (plan.updates, plan.skipped)
        else replace(plan, updates=updates, skipped=left)
    )


def update_apart(update: Update) -> Update:
    """Return an item's changes likewise."""
    changes = tuple(map(change_apart, update.changes))
    return update if changes == update.changes else replace(update, changes=changes)


def change_apart(change: Change) -> Change:
    """Return one change likewise; members that come and go are compared with each other."""
    members, sides = (*change.added, *change.removed), labels_of(change)
    shown, labels = distinguishable(members), distinguishable(sides)
    if (shown, labels) == (members, sides):
        return change
    count = len(change.added)
    base = labels[0] if change.base_label is not None else None
    return replace(
        change,
        added=shown[:count],
        removed=shown[count:],
        base_label=base,
        before_label=labels[-2],
        after_label=labels[-1],
    )


def unknown_line(plan: Plan) -> str | None:
    """Return the first line of a plan whose base could not be read in full; None where nothing is skipped."""
    if not plan.unknown:
        return None
    unknown = held_text(Held(HeldBy.BASE_UNKNOWN))
    return _(
        "{unknown}: {fields} skipped, since nobody can read what the base wanted",
        unknown=told(unknown),
        fields=counted(plan.unknown, "field"),
    )


def steps(change: Change) -> tuple[str, ...]:
    """Return the labels as shown: from the base, where it said something else, over live to desired."""
    return tuple(shown_label(change, label) for label in labels_of(change))


def shown_label(change: Change, label: str) -> str:
    """Return a label in the language that is spoken, where a word of ours is in it."""
    if label == EMPTY_LABEL:
        return value_label(label)
    if change.type == SCHEDULE and (days := DAYS.fullmatch(label)):
        return _("{first} to {last}", first=days[1], last=days[2])
    return label


def value_label(label: str) -> str:
    """Return the label of a value; the one for no value is a word of ours."""
    return _(label) if label == EMPTY_LABEL else label


def labels_of(change: Change) -> tuple[str, ...]:
    """Return the labels as the plan has them, likewise."""
    base = () if change.base_label is None else (change.base_label,)
    return (*base, change.before_label, change.after_label)


def updates_of(plan: Plan) -> tuple[Update, ...]:
    """Return the items to write, then those with skipped fields."""
    return (*plan.updates, *plan.skipped)


def shows_members(change: Change) -> bool:
    """Return True if a row is read as members added and removed rather than as before → after."""
    return bool(change.added or change.removed) and not change.clears


def identity(change: Change) -> Shape:
    """Return what two rows of one type must share to be the same change.

    Labels alone would not do: two options may have one label.
    """
    head = (
        change.key,
        change.name,
        change.type,
        change.op,
        why_text(change.why) or None,
        change.base_label,
        held_text(change.held) if change.held else None,
        change.by,
        *decided_by(change),
    )
    if shows_members(change):
        return (*head, change.added, change.removed, *moved_members(change.before, change.after))
    return (*head, change.before_label, change.after_label, canonical(change.before), canonical(change.after))


def effect_of(change: Change) -> Shape:
    """Return what two rows of one type must share to do the same, whatever the values before were."""
    if shows_members(change):
        return identity(change)
    held = held_text(change.held) if change.held else None
    why = why_text(change.why) or None
    return (
        change.key,
        change.name,
        change.type,
        change.op,
        why,
        held,
        change.by,
        *decided_by(change),
        review_kind(change),
        change.after_label,
        canonical(change.after),
    )


def decided_by(change: Change) -> Shape:
    """Return the rules of a row, and the rule that a file outranks; nothing for most rows, as in old ids."""
    return (change.rules, str(change.outranked or "")) if change.rules or change.outranked else ()


def moved_members(before: Any, after: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the members, in wire form, that only one of two lists has; of other values the whole."""
    had = [canonical(one) for one in (before if isinstance(before, list) else [before])]
    has = [canonical(one) for one in (after if isinstance(after, list) else [after])]
    return tuple(sorted(set(had) - set(has))), tuple(sorted(set(has) - set(had)))


@once_a_plan
def groups(plan: Plan) -> tuple[Group, ...]:
    """Put identical changes together; every change, skipped ones too, is in exactly one group."""
    return grouped(plan, identity)


@once_a_plan
def merged(plan: Plan) -> tuple[Group, ...]:
    """Put identical changes together, and `MANY` or more that do the same whatever the values before were.

    Every change, skipped ones too, is in exactly one group here, too.
    """
    many = [group for group in grouped(plan, effect_of) if len(group.rows) >= MANY]
    taken = {row_id(row) for group in many for row in group.rows}
    return ordered([*many, *(one for one in groups(plan) if row_id(one.rows[0]) not in taken)])


def row_id(row: tuple[Update, Change]) -> tuple[Ref, int]:
    """Return what tells one row of a plan from all others; items may share a change."""
    update, change = row
    return update.ref, id(change)


def grouped(plan: Plan, likeness: Callable[[Change], Shape]) -> tuple[Group, ...]:
    """Put the changes of one type together that are alike."""
    found: dict[Shape, list[tuple[Update, Change]]] = {}
    for update in updates_of(plan):
        for change in update.changes:
            found.setdefault((update.ref.type_key, *likeness(change)), []).append((update, change))
    made = [
        Group(
            review_kind(rows[0][1]),
            rows[0][0].ref.type_key,
            rows[0][1],
            tuple(sorted(rows, key=row_order)),
            shape_id(shape),
        )
        for shape, rows in found.items()
    ]
    return ordered(made)


def ordered(found: Iterable[Group]) -> tuple[Group, ...]:
    """Order groups by how pressing they are, then the largest first, then by place."""
    return tuple(
        sorted(found, key=lambda one: (KINDS.index(one.kind), -len(one.rows), row_order(one.rows[0]), one.id))
    )


def row_order(row: tuple[Update, Change]) -> tuple[Any, ...]:
    """Order rows by file, place, item and field."""
    update, change = row
    return (*change.place, update.ref, change.key)


@once_a_plan
def effect_groups(plan: Plan) -> tuple[tuple[SideEffect, tuple[Update, ...]], ...]:
    """Put the items together on which the service may move the same people out of the same role."""
    found: dict[Shape, list[tuple[SideEffect, Update]]] = {}
    for update in plan.updates:
        for effect in update.side_effects:
            found.setdefault((effect.role, effect.name, effect.labels), []).append((effect, update))
    ordered = sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))
    return tuple((rows[0][0], tuple(update for _, update in rows)) for _, rows in ordered)


@once_a_plan
def released_groups(plan: Plan) -> tuple[tuple[Released, ...], ...]:
    """Put the items together on which one field is no longer managed."""
    found: dict[tuple[str, str, str], list[Released]] = {}
    for one in sorted(plan.released, key=lambda one: (one.name, one.key, one.rule, one.ref)):
        found.setdefault((one.name, one.key, one.rule), []).append(one)
    return tuple(map(tuple, found.values()))


@once_a_plan
def block_groups(plan: Plan) -> tuple[BlockGroup, ...]:
    """Put blocked rows with one reason together; every block is in exactly one group."""
    found: dict[tuple[str | None, str, str, str], list[Block]] = {}
    for block in plan.blocks:
        found.setdefault((block.key, block.name, block.reason, block.repair), []).append(block)
    made = [
        BlockGroup(*said, tuple(sorted(blocks, key=block_order)), shape_id(said))
        for said, blocks in found.items()
    ]
    return tuple(sorted(made, key=lambda one: (-len(one.blocks), block_order(one.blocks[0]), one.id)))


def block_order(block: Block) -> tuple[Any, ...]:
    """Order blocked rows by file, place, item and field."""
    return (*block.place, block.ref, block.key or "")


def people_in_change(change: Change) -> Iterator[str]:
    """Yield who made the live value, and the labels of the people that a row puts in or takes away."""
    if change.by:
        yield change.by
    if change.type not in PEOPLE_TYPES:
        return
    members: Iterable[str] = (*change.added, *change.removed)
    yield from members or (
        label for label in (change.before_label, change.after_label) if label != EMPTY_LABEL
    )
