"""Who changed a live value: read from operation records, right or not said at all.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from reconciler.meegle.records import Record, strings_of
from reconciler.model import Change, Held, HeldBy, Plan, Ref, Update, Why

BLAMED = frozenset({None, Why.DRIFT, Why.CONFLICTING})
"""Reasons that somebody in the space may have caused; None where no base is known."""
UNKNOWN = "unknown"
SECOND = 1000
"""Milliseconds: the grain of records (endpoints.md 8)."""
FIGHT = 3
"""Times that a value is put back within the records' seven days before it is only reported."""


def suspect_items(plan: Plan) -> tuple[Ref, ...]:
    """Return the items that somebody may have changed."""
    return tuple(
        sorted(
            {
                update.ref
                for update in (*plan.updates, *plan.skipped)
                if any(one.why in BLAMED for one in update.changes)
            }
        )
    )


def made_it(record: Record, change: Change) -> bool:
    """Return True if a record led to the value that is live."""
    return record.led_to(set(strings_of(change.before)))


def culprit(change: Change, records: Iterable[Record]) -> Record | None:
    """Return the newest record of the field, if it led to the live value; else nobody is named.

    Times have the grain of a second: of several in the newest one, that one counts which alone
    led to the live value.
    """
    own = {one for one in records if one.key == change.key}
    latest = max((one.at for one in own), default=0)
    makers = [one for one in own if one.at == latest and made_it(one, change)]
    return makers[0] if len(makers) == 1 else None


def overwritten(
    key: str, before: Any, after: Any, records: Iterable[Record], *, plugin_id: str, since: int
) -> Record | None:
    """Return whose edit our write replaced: one made after our last read of the field, before our write.

    `before` and `after` are wire values: what we read and what we sent.  `since` is when the item was last
    changed by that read, in epoch milliseconds of the service.  Records come oldest first and tell seconds:
    an edit of that very second counts only where our own record says that it replaced something else than
    we had read; where records write the values of a type in another form than the API, it does not count.
    """
    second = since // SECOND * SECOND
    rows = [one for one in records if one.key == key and one.at >= second]
    had, has = set(strings_of(before)), set(strings_of(after))
    for number, own in enumerate(rows):
        for one in rows[:number] if own.is_of(plugin_id) else ():
            if one.is_of(plugin_id) or not own.undoes(one):
                continue
            if one.at > second or own.replaced_other_than(had, has):
                return one
    return None


def fought_over(change: Change, records: Iterable[Record]) -> Held | None:
    """Return why drift is not put back once more: it was, again and again, and did not stay."""
    if change.why is not Why.DRIFT:
        return None
    times = put_back(change, records)
    return Held(HeldBy.FOUGHT_OVER, str(times)) if times >= FIGHT else None


def put_back(change: Change, records: Iterable[Record]) -> int:
    """Count how often the desired value followed another one, by whoever it was."""
    times, away = 0, False
    for one in sorted((one for one in records if one.key == change.key), key=lambda one: one.at):
        back = led_to_desired(one, change)
        times += back and away
        away = not back
    return times


def led_to_desired(record: Record, change: Change) -> bool:
    """Return True if a record made the desired value, or of a set what differs from it."""
    had, has = set(strings_of(change.before)), set(strings_of(change.after))
    if record.new or not (record.add or record.delete):
        return set(record.new) == has
    return (has - had).issubset(record.add) and (had - has).issubset(record.delete)


def blamed(
    plan: Plan,
    records: Mapping[Ref, tuple[Record, ...]],
    names: Mapping[str, str],
    plugin_id: str,
    zone: ZoneInfo,
) -> Plan:
    """Add who and when to every change that somebody may have caused."""

    def told(update: Update) -> Update:
        return replace(
            update,
            changes=tuple(
                author_name(one, culprit(one, records.get(update.ref, ())), names, plugin_id, zone)
                if one.why in BLAMED
                else one
                for one in update.changes
            ),
        )

    return replace(plan, updates=tuple(map(told, plan.updates)), skipped=tuple(map(told, plan.skipped)))


def author_name(
    change: Change, record: Record | None, names: Mapping[str, str], plugin_id: str, zone: ZoneInfo
) -> Change:
    """Name who made the live value; a plugin is ours by its id, the operator alone proves nothing."""
    if record is None:
        return replace(change, by=UNKNOWN)
    at = datetime.fromtimestamp(record.at / 1000, UTC).astimezone(zone)
    return replace(change, by=author(record, names, plugin_id), at=f"{at:%Y-%m-%d %H:%M}")


def author(record: Record, names: Mapping[str, str], plugin_id: str) -> str:
    """Return who did what a record tells; of a person through a plugin both, as each alone proves little."""
    if record.channel == "plugin" and record.source:
        plugin = "this plugin" if record.source == plugin_id else f"plugin {record.source}"
        person = names.get(record.who, record.who) if record.kind == "user" else ""
        return f"{person} through {plugin}" if person else plugin
    if record.is_automatic:
        return f"rule {record.source or record.who}"
    return names.get(record.who, record.who)
