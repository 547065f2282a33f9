"""Who changed a live value: read from operation records, right or not said at all.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from reconciler.model import ROLES, Change, Plan, Ref, Update

BLAMED = frozenset({None, "drift", "both"})
"""Reasons of which somebody in the space may be the cause; None where no base is known."""
UNKNOWN = "unknown"
FIGHT = 3
"""Times that a value is put back within the records' seven days before it is only reported."""


@dataclass(frozen=True, slots=True)
class Record:
    """One changed object of one operation (endpoints.md section 8); values are always strings there.

    `at` is in epoch milliseconds; `who` is a user key, a rule's id or a plugin's id.
    """

    at: int
    kind: str
    who: str
    channel: str
    source: str
    key: str
    new: tuple[str, ...]
    add: tuple[str, ...]
    delete: tuple[str, ...]


def suspects(plan: Plan) -> tuple[Ref, ...]:
    """Return the items of which somebody may have changed something."""
    return tuple(
        sorted(
            {
                update.ref
                for update in (*plan.updates, *plan.left)
                if any(one.why in BLAMED for one in update.changes)
            }
        )
    )


def read_record(wire: Mapping[str, Any]) -> Iterator[Record]:
    """Read an operation record: one row for each changed object; what has another shape is left out."""
    for content in wire.get("record_contents") or []:
        target = content.get("object") or {}
        key = str(target.get("object_value") or "")
        if not key or content.get("belong_object"):
            continue
        yield Record(
            at=int(wire.get("operation_time") or 0),
            kind=str(wire.get("operator_type") or ""),
            who=str(wire.get("operator") or ""),
            channel=str(wire.get("source_type") or ""),
            source=str(wire.get("source") or ""),
            key=ROLES + key if target.get("object_type") == "role" else key,
            new=strings_of(content.get("new")),
            add=strings_of(content.get("add")),
            delete=strings_of(content.get("delete")),
        )


def strings_of(value: Any) -> tuple[str, ...]:
    """Return every leaf of a wire value as operation records write it."""
    if value is None or value == "":
        return ()
    if isinstance(value, bool):
        return (str(value).lower(),)
    if isinstance(value, dict):
        return (
            strings_of(value["value"])
            if "value" in value
            else tuple(one for part in value.values() for one in strings_of(part))
        )
    if isinstance(value, list):
        return tuple(one for part in value for one in strings_of(part))
    return (str(value),)


def made_it(record: Record, change: Change) -> bool:
    """Whether a record led to the value that is live."""
    live = set(strings_of(change.before))
    if record.new or not (record.add or record.delete):
        return set(record.new) == live
    return live.issuperset(record.add) and live.isdisjoint(record.delete)


def culprit(change: Change, records: Iterable[Record]) -> Record | None:
    """Return the newest record of the field, if it led to the live value; else nobody is named.

    Times have the grain of a second: of several in the newest one, that one counts which alone
    led to the live value.
    """
    own = {one for one in records if one.key == change.key}
    latest = max((one.at for one in own), default=0)
    makers = [one for one in own if one.at == latest and made_it(one, change)]
    return makers[0] if len(makers) == 1 else None


def fought_over(change: Change, records: Iterable[Record]) -> str | None:
    """Return why drift is not put back once more: it was, again and again, and did not stay."""
    if change.why != "drift":
        return None
    times = put_back(change, records)
    return f"drift: put back {times} times in 7 days" if times >= FIGHT else None


def put_back(change: Change, records: Iterable[Record]) -> int:
    """Count how often the wanted value followed another one, by whoever it was."""
    times, away = 0, False
    for one in sorted((one for one in records if one.key == change.key), key=lambda one: one.at):
        back = led_to_wanted(one, change)
        times += back and away
        away = not back
    return times


def led_to_wanted(record: Record, change: Change) -> bool:
    """Whether a record made the value that is wanted, or of a set what differs from it."""
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
    """Add who and when to every change of which somebody may be the cause."""

    def told(update: Update) -> Update:
        return replace(
            update,
            changes=tuple(
                named(one, culprit(one, records.get(update.ref, ())), names, plugin_id, zone)
                if one.why in BLAMED
                else one
                for one in update.changes
            ),
        )

    return replace(plan, updates=tuple(map(told, plan.updates)), left=tuple(map(told, plan.left)))


def named(
    change: Change, record: Record | None, names: Mapping[str, str], plugin_id: str, zone: ZoneInfo
) -> Change:
    """Name who made the live value; a plugin is ours by its id, the operator alone proves nothing."""
    if record is None:
        return replace(change, by=UNKNOWN)
    if record.channel == "plugin" and record.source == plugin_id:
        who = "this plugin"
    elif record.channel == "plugin" and record.source:
        who = f"plugin {record.source}"
    elif record.kind == "auto" or record.channel == "auto":
        who = f"rule {record.source or record.who}"
    else:
        who = names.get(record.who, record.who)
    at = datetime.fromtimestamp(record.at / 1000, UTC).astimezone(zone)
    return replace(change, by=who, at=f"{at:%Y-%m-%d %H:%M}")
