"""The way back from a run: a plan that puts back the old value of each field that still holds the run's.

A run's journal names, for every PUT, what was there before and what was sent.  What somebody changed since,
and what the space has lost since, keeps its live value and is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from msgspec.structs import replace

from reconciler.apply.project_settings import settings_of_project
from reconciler.clock import now
from reconciler.desired.items import DesiredField, DesiredItem
from reconciler.desired.workspace import open_workspace
from reconciler.errors import CannotRun, InputError, Place, quoted
from reconciler.manifest.document import SEGMENT
from reconciler.meegle.connect import connect
from reconciler.meegle.http.client import Client
from reconciler.meegle.reader import Reader
from reconciler.model import Item, Plan, Ref
from reconciler.plan.audience import with_notified
from reconciler.plan.guard import Raised, guarded
from reconciler.plan.openings import catalog_names
from reconciler.plan.planning import plan_items
from reconciler.plan.protection import block_protected
from reconciler.plan.selection import select, selector
from reconciler.plan.unmatched import refuse_unmatched
from reconciler.schema.catalog import Catalog
from reconciler.schema.pins import pins_folder, read_pins
from reconciler.schema.types import BUSINESS
from reconciler.settings import Settings

UNREADABLE = (ValueError, TypeError, OverflowError)
"""The errors of a codec for a value that its field cannot hold."""


class Step(NamedTuple):
    """The effect of a run on one field: the wire values before its first PUT and after its last."""

    before: Any
    after: Any
    line: int


Steps: TypeAlias = Mapping[tuple[Ref, str], Step]
"""By item and change key."""


def reverse_plan(
    entries: Sequence[Mapping[str, Any]],
    run: str,
    only: Iterable[str],
    raised: Raised,
    until: float | None,
    report: Callable[[str], None],
    patch: Callable[[Iterable[DesiredItem], Plan, Reader, Path], str],
) -> tuple[Plan, Settings, str]:
    """Read the live items and plan the way back from a journal's entries; raises CannotRun or InputError.

    A guard's share is of all managed items.  `patch` is asked, while the space is open, for the
    change of the files after which they want the same; it is returned beside the plan.
    """
    begin = next((one for one in entries if one["event"] == "begin"), None)
    steps = steps_of(entries)
    if begin is None or not steps:
        raise CannotRun(f"run {run} changed nothing", "`reconciler runs` lists what each run did")
    settings = settings_of_project([begin.get("state") or ""], begin["space"])
    space = run_space(begin, settings)
    connection = connect((), report, space)
    if connection.host != begin["host"]:
        raise CannotRun(
            f"run {run} wrote to {begin['host']}, and MEEGLE_BASE_URL names {connection.host}",
            "set it to that host",
        )
    with Client(connection, until=until) as client:
        reader = Reader(client, space, settings.space(space), connection.user_key)
        plan, items = plan_back(steps, run, only, reader, settings)
        people = reader.catalog.people  # `patch` reads the files, and knows the people of those alone
        edits = patch(items, plan, reader, settings.start)
    plan = block_protected(plan, (settings.space(space),), reader.catalog)
    plan = with_notified(plan, people)
    judged = guarded(plan, settings, raised, now(), names=catalog_names(reader.catalog))
    return judged, settings, edits


def plan_back(
    steps: Steps, run: str, only: Iterable[str], reader: Reader, settings: Settings
) -> tuple[Plan, tuple[DesiredItem, ...]]:
    """Read the live items and plan their old values; returns what is desired of them, too."""
    pins = read_pins(pins_folder(Path.cwd(), reader.name, settings.homes))
    catalog = reader.open({ref.type_key for ref, _ in steps}, settings.groups(), pins)
    if any((spec := catalog.spec(ref.type_key, key)) and spec.type == BUSINESS for ref, key in steps):
        catalog = reader.read_lines()
    selectors = {ref: selector(ref, catalog) for ref in only}
    refuse_unmatched(
        selectors, changed_items(steps, run), catalog, lambda _: False, f"the changes of run {run}"
    )
    steps, gone = restorable(steps, catalog)
    keys: dict[Ref, list[str]] = {}
    for ref, key in steps:
        keys.setdefault(ref, []).append(key)
    live = reader.items(keys, audience=True)
    items, touched = way_back(steps, live, catalog, run)
    items = select(items, selectors.values(), [])
    plan = plan_items(items, reader, named=managed_items(settings.start, reader.name, len(keys)), live=live)
    return replace(plan, notes=(*gone, *touched, *plan.notes)), items


def managed_items(state: Path, space: str, changed: int) -> int:
    """Return how many items the files of a space name; `changed` if they name fewer, or cannot be read."""
    try:
        return max(changed, open_workspace((state,), space, checked=False).named)
    except (InputError, CannotRun):
        return changed


def changed_items(steps: Steps, run: str) -> tuple[DesiredItem, ...]:
    """Return the items and fields that a run changed, with the values that it sent."""
    fields: dict[Ref, list[DesiredField]] = {}
    for (ref, key), step in steps.items():
        fields.setdefault(ref, []).append(DesiredField(key, step.after, Place(f"run {run}", step.line, 1)))
    return tuple(DesiredItem(ref, some[0].place, tuple(some)) for ref, some in fields.items())


def run_space(begin: Mapping[str, Any], settings: Settings) -> str:
    """Return the name of a run's space, as the settings or else the run know it; raises CannotRun."""
    known = (name for name, one in settings.spaces.items() if one.project_key == begin["space"])
    name = next(known, begin.get("space_name") or begin["space"])
    if not SEGMENT.fullmatch(name):  # it becomes a folder's name, and whoever can write a journal chose it
        raise CannotRun(
            f"the journal names the space {quoted(name)}, which cannot be one", "restore the file"
        )
    return str(name)


def steps_of(entries: Iterable[Mapping[str, Any]]) -> dict[tuple[Ref, str], Step]:
    """Return what a run did by item and field: from before its first PUT to after its last."""
    steps: dict[tuple[Ref, str], Step] = {}
    for entry in entries:
        if entry["event"] != "intent":
            continue
        for one in entry.get("changes") or ():
            at = (Ref(entry["type"], entry["id"]), one["key"])
            first = steps[at].before if at in steps else one["before"]
            steps[at] = Step(first, one["after"], entry["n"])
    return steps


def restorable(steps: Steps, catalog: Catalog) -> tuple[Steps, tuple[str, ...]]:
    """Return the steps whose fields the space still lets us write, and a note on each other one."""
    kept: dict[tuple[Ref, str], Step] = {}
    notes: list[str] = []
    for (ref, key), step in steps.items():
        what = f"{ref.type_key}/{ref.id} {key}"
        if ref.type_key not in catalog.types:
            notes.append(f"{what} cannot be put back: the space has no such type")
        elif catalog.spec(ref.type_key, key) is None:
            notes.append(f"{what} cannot be put back: the field is gone from the space")
        elif fault := catalog.fault(ref.type_key, key):
            notes.append(f"{what} cannot be put back: {fault}")
        else:
            kept[ref, key] = step
    return kept, tuple(notes)


def way_back(
    steps: Steps, live: Mapping[Ref, Item], catalog: Catalog, run: str
) -> tuple[tuple[DesiredItem, ...], tuple[str, ...]]:
    """Return what is desired so that each untouched field gets its old value; a note on each other one."""
    fields: dict[Ref, list[DesiredField]] = {}
    notes: list[str] = []
    for (ref, key), step in sorted(steps.items(), key=lambda one: (one[0][0], one[1].line, one[0][1])):
        what = f"{ref.type_key}/{ref.id} {catalog.label(ref.type_key, key)}"
        codec, place = catalog.codec(ref.type_key, key), Place(f"run {run}", step.line, 1)
        try:
            before, after = codec.decode(step.before).value, codec.decode(step.after).value
        except UNREADABLE as error:
            notes.append(f"{what} cannot be put back: the journal holds no value of the field ({error})")
            continue
        seen = live[ref].values.get(key) if ref in live else None
        if seen is not None and seen.value not in (before, after):
            notes.append(f"{what} was touched since, and keeps {codec.show(seen.value)}")
            continue
        try:
            desired = codec.forced(before)
        except ValueError as error:
            notes.append(f"{what} cannot be put back: it had {error}")
            continue
        if seen is None or seen.value == after:
            fields.setdefault(ref, []).append(DesiredField(key, desired, place))
    items = tuple(DesiredItem(ref, some[0].place, tuple(some)) for ref, some in sorted(fields.items()))
    return items, tuple(notes)
