"""Names of people and work items, laid on a finished plan.

A row shows people and items whom no file mentions: the live value names them.  Who they are can only be asked
once the rows are known.  So the planner compares by ids, the space is asked for the names of just those ids,
and this module writes the names into the rows.  Which fields differ, and to what, stays as it was.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from reconciler.desired.items import DesiredItem
from reconciler.fields.codec import Codec
from reconciler.meegle.items import side_effects
from reconciler.model import Change, Item, Plan, Ref, Update
from reconciler.plan.planner import blocking, broken_expectation, member_labels
from reconciler.schema.catalog import Catalog


def with_names(plan: Plan, items: Iterable[DesiredItem], live: Mapping[Ref, Item], catalog: Catalog) -> Plan:
    """Show the names that the catalog knows by now; block rows that give work to somebody who has left.

    `items` and `live` are those that the plan was made of.
    """
    desired = {item.ref: item for item in items}

    def named(update: Update) -> Update:
        return replace(
            update,
            changes=tuple(
                renamed(one, catalog.codec(update.ref.type_key, one.key)) for one in update.changes
            ),
            side_effects=side_effects(live[update.ref], catalog) if update.side_effects else (),
        )

    def fault(ref: Ref, change: Change) -> tuple[str, str] | None:
        codec = catalog.codec(ref.type_key, change.key)
        if not codec.names_people:
            return None
        objection = codec.objection(live[ref].values[change.key], codec.decode(change.after).value)
        return (objection, "change or delete the line, or mend it in Meegle") if objection else None

    blocks = tuple(
        broken_expectation(desired[one.ref], live[one.ref], catalog) or one
        if one.key is None and one.ref in live and not live[one.ref].aborted
        else one
        for one in plan.blocks
    )
    told = replace(
        plan,
        updates=tuple(map(named, plan.updates)),
        skipped=tuple(map(named, plan.skipped)),
        blocks=blocks,
    )
    return blocking(told, fault, catalog)


def renamed(change: Change, codec: Codec) -> Change:
    """Return a row with today's names of its people and items."""
    if not (codec.names_people or codec.names_items):
        return change

    def shown(wire: Any) -> str:
        return codec.show(codec.decode(wire).value)

    before, after = codec.decode(change.before).value, codec.decode(change.after).value
    added, removed = member_labels(codec, before, after)
    return replace(
        change,
        before_label=codec.show(before),
        after_label=codec.show(after),
        added=added,
        removed=removed,
        base_label=None if change.base_label is None else shown(change.base),
    )
