"""Compare desired and live values item by item, and make the plan of what differs.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from reconciler.desired.item_rules import Source
from reconciler.desired.items import DesiredField, DesiredItem
from reconciler.fields.codec import Codec
from reconciler.fields.people import USER_KEY
from reconciler.fields.sets import SetCodec
from reconciler.fields.values import Rule, Seen, desired_value
from reconciler.meegle.items import side_effects
from reconciler.model import GONE, Block, Change, Held, HeldBy, Item, Plan, Ref, Released, Update, Why
from reconciler.plan.audience import audience_of_update
from reconciler.plan.why import Standpoint, released, why_for
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import PEOPLE_TYPES, strings

ABORTED = "terminated"
NOBODY = Source()
NO_SOURCES: Mapping[tuple[Ref, str], Source] = MappingProxyType({})
ONLY_REPORTED = {"check": HeldBy.RULE_CHECKS, "propose": HeldBy.RULE_PROPOSES}
"""Why an apply skips what a rule of another mode than `hold` desires."""


def make_plan(
    desired: Iterable[DesiredItem],
    live: Mapping[Ref, Item],
    catalog: Catalog,
    *,
    host: str,
    named: int,
    standpoint: Standpoint | None = None,
    agreed: Collection[Ref] = (),
    notes: Iterable[str] = (),
    sources: Mapping[tuple[Ref, str], Source] = NO_SOURCES,
) -> Plan:
    """Compare every desired item with its live one.

    `live` lacks the items that a read did not return; `named` is how many items all files of
    the space name, whatever was selected.
    Items that are known to have `agreed` are not looked at.  Without a standpoint every difference
    is to be sent.  `sources` tells of fields that rules desire.
    """
    updates: list[Update] = []
    left: list[Update] = []
    blocks: list[Block] = []
    in_sync = len(agreed)
    items = tuple(desired)
    for want in items:
        if want.ref in agreed:
            continue
        update, held = compare(want, live.get(want.ref), catalog, standpoint, sources)
        blocks += held
        send, leave = split_skipped(update) if update else (None, None)
        updates += [send] if send else []
        left += [leave] if leave else []
        in_sync += update is None and not held
    return Plan(
        host=host,
        space=catalog.space,
        space_key=catalog.space_key,
        types={key: spec.word for key, spec in sorted(catalog.types.items())},
        updates=tuple(updates),
        blocks=tuple(blocks),
        in_sync=in_sync,
        named=named,
        metadata_digest=catalog.digest(touched(updates)),
        base=standpoint.base if standpoint else None,
        applied=standpoint.applied if standpoint else None,
        unapplied=standpoint.unapplied if standpoint else (),
        skipped=tuple(left),
        released=tuple(released_rows(items, catalog, standpoint)) if standpoint else (),
        notes=(*(standpoint.notes if standpoint else ()), *sorted(notes)),
    )


# Held.  A change that an apply must not send stays in the plan, with the reason in `held`, so that
# reviewers see what differs and why nothing is done about it.  Such changes are in `skipped`, all others
# in `updates`; only `updates` count for guards, digest and forecast.  An item may be in both, with other
# fields.  The reasons are given in three places, in this order:
# - `reasoned` below: nobody can read what the base desired (BASE_UNKNOWN), or the change is drift and the
#   settings ignore the field (IGNORED) or their policy does not heal it (POLICY);
# - `blame.fought_over`, if the operation records were read: the value was put back again and again,
#   and did not stay (FOUGHT_OVER);
# - `drift.healable`, in a drift run alone: no last applied commit is known (APPLIED_UNKNOWN), or the field
#   was changed here, too (CHANGED_HERE_TOO).
# What is held is not checked further: `blocking` looks at what would be sent.  Without a base nothing is held
# by `reasoned`, since nobody can tell drift from an author's change: every difference is sent, and the
# plan says so.


def split_skipped(update: Update) -> tuple[Update | None, Update | None]:
    """Part the changes to send from those that are held."""
    send = tuple(one for one in update.changes if not one.held)
    leave = tuple(one for one in update.changes if one.held)
    return (
        replace(update, changes=send) if send else None,
        replace(update, changes=leave, side_effects=()) if leave else None,
    )


def leaving(plan: Plan, reason: Callable[[Ref, Change], Held | None], catalog: Catalog) -> Plan:
    """Leave alone the rows for which there is a reason to."""
    sent: list[Update] = []
    left = {update.ref: update for update in plan.skipped}
    for update in plan.updates:
        marked = tuple(replace(one, held=reason(update.ref, one)) for one in update.changes)
        send, leave = split_skipped(replace(update, changes=marked))
        sent += [send] if send else []
        if leave:
            before = left[leave.ref].changes if leave.ref in left else ()
            left[leave.ref] = replace(leave, changes=(*before, *leave.changes))
    return replace(
        plan,
        updates=tuple(sent),
        skipped=tuple(left.values()),
        metadata_digest=catalog.digest(touched(sent)),
    )


def blocking(plan: Plan, fault: Callable[[Ref, Change], tuple[str, str] | None], catalog: Catalog) -> Plan:
    """Block the rows that have a fault, told with its repair."""
    sent: list[Update] = []
    blocks = list(plan.blocks)
    for update in plan.updates:
        faults = {one.key: fault(update.ref, one) for one in update.changes}
        blocks += [
            Block(update.ref, update.title, one.key, one.name, *found, one.place, one.rules)
            for one in update.changes
            if (found := faults[one.key])
        ]
        if left := tuple(one for one in update.changes if not faults[one.key]):
            sent.append(replace(update, changes=left))
    return replace(
        plan,
        updates=tuple(sent),
        blocks=tuple(sorted(blocks, key=lambda one: one.ref)),
        metadata_digest=catalog.digest(touched(sent)),
    )


def released_rows(
    items: tuple[DesiredItem, ...], catalog: Catalog, standpoint: Standpoint
) -> Iterator[Released]:
    """Yield the rows of what is no longer managed."""
    for ref, key in released(items, standpoint.past):
        if catalog.spec(ref.type_key, key):
            yield Released(ref, key, catalog.label(ref.type_key, key))


def touched(updates: Iterable[Update]) -> Iterator[tuple[str, str, Any]]:
    """Yield the fields that changes rest on, with their values, for the digest of the metadata."""
    for update in updates:
        for one in update.changes:
            yield update.ref.type_key, one.key, [one.before, one.after]


def shown_people(plan: Plan) -> set[str]:
    """Return the user keys that a plan shows."""
    effects = {key for update in plan.updates for one in update.side_effects for key in one.members}
    return effects | {
        key
        for update in (*plan.updates, *plan.skipped)
        for one in update.changes
        for key in strings([one.before, one.after, one.base])
        if one.type in (*PEOPLE_TYPES, "compound_field") and USER_KEY.fullmatch(key)
    }


def compare(
    want: DesiredItem,
    item: Item | None,
    catalog: Catalog,
    standpoint: Standpoint | None = None,
    sources: Mapping[tuple[Ref, str], Source] = NO_SOURCES,
) -> tuple[Update | None, list[Block]]:
    """Return what one item needs, and what keeps parts of it from being written."""
    if item is None:
        return None, [block_item(want, "", GONE, "take the item out of the file, or restore it in Meegle")]
    if item.aborted:
        if not item.unreadable and all(
            desired_value(one.desired, seen.value) == seen.value
            for one in want.fields
            if (seen := item.values.get(one.key))
        ):
            return None, []
        return None, [
            block_item(want, item.name, ABORTED, "restore the item in Meegle, or take it out of the file")
        ]
    if want.expects and (broken := broken_expectation(want, item, catalog)):
        return None, [broken]
    changes: list[Change] = []
    blocks: list[Block] = []
    for one in want.fields:
        seen = item.values.get(one.key)
        if seen is not None and (after := desired_value(one.desired, seen.value)) == seen.value:
            continue
        label, source = catalog.label(want.ref.type_key, one.key), sources.get((want.ref, one.key), NOBODY)
        if seen is None:
            reason = catalog.fault(want.ref.type_key, one.key) or item.unread(one.key)
            blocks.append(block(want, item, one, label, reason, source.rules))
            continue
        codec = catalog.codec(want.ref.type_key, one.key)
        if objection := codec.objection(seen, after) or item.objection(one.key):
            blocks.append(block(want, item, one, label, objection, source.rules))
        else:
            made = change(one, codec, seen, after, clears=catalog.empties(codec, after))
            made = by_rules(made, source)
            changes.append(reasoned(made, want, one, codec, seen, standpoint))
    if not changes:
        return None, blocks
    update = Update(want.ref, item.name, want.place, tuple(changes), side_effects(item, catalog))
    return replace(update, audience=audience_of_update(update, item)), blocks


def by_rules(made: Change, source: Source) -> Change:
    """Add which rules desire the change, and whether they only report it."""
    if source is NOBODY:
        return made
    held = None if source.mode == "hold" else Held(ONLY_REPORTED[source.mode])
    return replace(made, rules=source.rules, outranked=source.outranked, held=held)


def reasoned(
    made: Change,
    want: DesiredItem,
    one: DesiredField,
    codec: Codec,
    seen: Seen,
    standpoint: Standpoint | None,
) -> Change:
    """Add why the field differs, and whether an apply leaves it alone."""
    if standpoint is None or made.held:
        return made
    at = (want.ref, one.key)
    if standpoint.past.is_unknown(at):
        # Without a word nobody can tell a change of this commit from an edit in the space.
        return replace(made, held=Held(HeldBy.BASE_UNKNOWN))
    why = why_for(at, one.desired, seen.value, standpoint.past)
    if at in standpoint.newly_selected:
        return replace(made, why=Why.NEWLY_SELECTED if why is Why.DRIFT else Why.CHANGED_HERE)
    if why is not Why.CONFLICTING:
        held = standpoint.keeps(want.ref, one.key) if why is Why.DRIFT else None
        return replace(made, why=why, held=held)
    base = desired_value(standpoint.past.reached(at), seen.value)
    return replace(made, why=why, base=codec.encode(base), base_label=codec.show(base))


def broken_expectation(want: DesiredItem, item: Item, catalog: Catalog) -> Block | None:
    """Hold the item back where a live value is neither the expected nor the desired one."""
    desired_values = {one.key: one.desired for one in (*want.fields, *want.unselected)}
    for one in want.expects:
        seen = item.values.get(one.key)
        if seen is None and one.key in item.unreadable:
            reason = f"{catalog.label(want.ref.type_key, one.key)} is expected, and {item.unread(one.key)}"
            return Block(want.ref, item.name, None, "", reason, "mend it in Meegle", one.place)
        if seen is None or seen.value in (
            desired_value(one.desired, seen.value),
            desired_value(desired_values.get(one.key, one.desired), seen.value),
        ):
            continue
        codec = catalog.codec(want.ref.type_key, one.key)
        reason = f"expected {codec.spec.label} {codec.show(desired_value(one.desired, seen.value))}"
        return Block(
            want.ref,
            item.name,
            None,
            "",
            f"{reason}, found {codec.show(seen.value)}",
            "check that the id is meant, then correct `expect`",
            one.place,
        )
    return None


def block_item(want: DesiredItem, title: str, reason: str, repair: str) -> Block:
    """Block a whole item."""
    return Block(want.ref, title, None, "", reason, repair, want.place)


def block(
    want: DesiredItem, item: Item, one: DesiredField, label: str, reason: str, rules: tuple[str, ...]
) -> Block:
    """Block one field; `rules` are those that desire it."""
    repair = "change or delete the line, or mend it in Meegle"
    return Block(want.ref, item.name, one.key, label, reason, repair, one.place, rules)


def member_labels(codec: Codec, before: Any, after: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the members of a set that are added and removed; none for other values."""
    if not isinstance(codec, SetCodec):
        return (), ()
    return (
        tuple(map(codec.show_member, codec.ordered(after - before))),
        tuple(map(codec.show_member, codec.ordered(before - after))),
    )


def change(one: DesiredField, codec: Codec, seen: Seen, after: Any, *, clears: bool) -> Change:
    """Make the row of one differing field."""
    before: Any = seen.value
    added, removed = member_labels(codec, before, after)
    rule = one.desired if isinstance(one.desired, Rule) else None
    return Change(
        key=one.key,
        name=codec.spec.label,
        type=codec.spec.type,
        before=codec.encode(before),
        after=codec.encode(after),
        before_label=codec.show(before),
        after_label=codec.show(after),
        added=added,
        removed=removed,
        place=one.place,
        contains=tuple(codec.encode(rule.contains)) if rule else (),
        excludes=tuple(codec.encode(rule.excludes)) if rule else (),
        clears=clears,
    )
