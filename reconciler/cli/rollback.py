"""`reconciler rollback`: puts back what an apply changed and nobody touched since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import options
from reconciler.cli.streams import say, tell
from reconciler.errors import CannotRun, ReconcilerError, quoted
from reconciler.manifest.disk import begin, write

if TYPE_CHECKING:
    from reconciler.meegle.reader import Reader
    from reconciler.model import Item, Plan, Ref
    from reconciler.plan.planning import Raised
    from reconciler.schema.catalog import Catalog, DesiredItem
    from reconciler.settings import Settings


UNREADABLE = (ValueError, TypeError, OverflowError)
"""What a codec raises for a value that is none of its field's."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a run did to one field: the wire values before its first PUT and after its last."""

    before: Any
    after: Any
    line: int


@click.command("rollback")
@click.argument("run")
@click.option("--journal", type=click.Path(path_type=Path), help="A journal that was downloaded.")
@click.option("--out", metavar="PLAN", type=options.NewFile(), help="Save the plan instead of applying it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.guards
@options.ends
@options.only
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text")
def command(
    run: str,
    *,
    journal: Path | None,
    out: Path | None,
    yes: bool,
    max_changes: int | None,
    max_share: Decimal | None,
    allow_clear: int | None,
    accept_both: int | None,
    max_invisible: Decimal | None,
    max_errors: int | None,
    deadline: float | None,
    wait: float | None,
    only: tuple[str, ...],
    fmt: str,
) -> int:
    """Put back what RUN changed: a plan with the same guards and checks as any other.

    A field that somebody touched since keeps its value.  `reconciler runs` lists the runs.
    """
    from reconciler.apply.journal import read_journal
    from reconciler.cli.apply import NOT_ALL, Way, execute, failures_told, refuse_silence, until_of
    from reconciler.clock import now
    from reconciler.desired.own_folder import RUNS, refuse_foreign
    from reconciler.plan.plan_file import dumps, plan_file
    from reconciler.plan.planning import Raised
    from reconciler.plan.source_commit import checked_out
    from reconciler.render.events import patch_event
    from reconciler.render.text import patch_text, plan_text

    if not out:
        refuse_silence(yes=yes)
    with failures_told(fmt):
        refuse_foreign()
        begin(out)
        entries = list(read_journal(journal or RUNS / run / "journal.jsonl"))
        plan, settings, edits = reverse_plan(
            entries,
            run,
            only,
            Raised(max_changes, max_share, allow_clear, accept_both, max_invisible),
            until_of(deadline),
        )
        if out:
            write(out, dumps(plan_file(plan, now())))
            say(plan_text(plan))
        plan = replace(plan, commit=checked_out(Path.cwd()))
        code = 0 if out else execute(plan, settings, Way(yes, max_errors, deadline, wait, fmt))
        if edits and code in {0, NOT_ALL}:
            say(patch_text(edits) if fmt == "text" else patch_event(edits))
        return code


def reverse_plan(
    entries: list[dict[str, Any]], run: str, only: Iterable[str], raised: Raised, until: float | None
) -> tuple[Plan, Settings, str]:
    """Read the live items and plan the way back; a guard's share is of the items that the run changed.

    Returns, too, the change of the files after which they want the same.
    """
    from functools import partial

    from reconciler.desired.by_pins import STATE
    from reconciler.errors import InputError
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.reader import Reader
    from reconciler.plan.planner import make_plan
    from reconciler.plan.planning import connect, guarded, shown_truly
    from reconciler.plan.selection import select, selector
    from reconciler.schema.pins import pins_folder, read_pins
    from reconciler.schema.types import BUSINESS
    from reconciler.settings import find_settings, load_settings

    begin = next((one for one in entries if one["event"] == "begin"), None)
    steps = steps_of(entries)
    if begin is None or not steps:
        raise CannotRun(f"run {run} changed nothing", "`reconciler runs` lists what each run did")
    settings, mistakes = load_settings(find_settings(STATE), root=Path.cwd())
    if mistakes:
        raise InputError(mistakes)
    space = space_of(begin, settings)
    connection = connect(())
    if connection.host != begin["host"]:
        raise CannotRun(
            f"run {run} wrote to {begin['host']}, and MEEGLE_BASE_URL names {connection.host}",
            "set it to that host",
        )
    with Client(connection, until=until) as client:
        reader = Reader(client, space, settings.space(space), connection.user_key)
        pins = read_pins(pins_folder(Path.cwd(), space))
        catalog = reader.open({ref.type_key for ref, _ in steps}, settings.groups(), pins)
        if any((spec := catalog.spec(ref.type_key, key)) and spec.type == BUSINESS for ref, key in steps):
            reader.read_lines()
        steps, gone = standing(steps, catalog)
        keys: dict[Ref, list[str]] = {}
        for ref, key in steps:
            keys.setdefault(ref, []).append(key)
        live = reader.items(keys)
        items, touched = way_back(steps, live, catalog, run)
        items = select(items, [selector(ref, catalog) for ref in only], [])
        made = partial(make_plan, items, live, catalog, host=connection.host, named=len(keys))
        plan = shown_truly(made(), reader, made)
        edits = change_of_files(items, plan, reader)
    plan = replace(plan, notes=(*gone, *touched, *plan.notes))
    return guarded(plan, settings, raised), settings, edits


def space_of(begin: Mapping[str, Any], settings: Settings) -> str:
    """Return the name of a run's space, as the settings or else the run know it; raises CannotRun."""
    from reconciler.manifest.document import SEGMENT

    known = (name for name, one in settings.spaces.items() if one.project_key == begin["space"])
    name = next(known, begin.get("space_name") or begin["space"])
    if not SEGMENT.fullmatch(name):  # it becomes a folder's name, and whoever can write a journal chose it
        raise CannotRun(
            f"the journal names the space {quoted(name)}, which cannot be one", "restore the file"
        )
    return str(name)


def change_of_files(items: Iterable[DesiredItem], plan: Plan, reader: Reader) -> str:
    """Return as a unified difference what makes the files want what the way back does; empty for nothing."""
    import difflib

    from reconciler.adopt.refresh import agreeing_with
    from reconciler.desired.by_pins import STATE
    from reconciler.plan.planning import open_workspace

    changed = {(update.ref, one.key) for update in plan.updates for one in update.changes}
    goal = {
        item.ref: fields
        for item in items
        if (fields := {one.key: one.desired for one in item.fields if (item.ref, one.key) in changed})
    }
    if not goal or not STATE.is_dir():
        return ""
    try:
        found = agreeing_with(goal, open_workspace((), plan.space, checked=False), reader)
    except ReconcilerError as error:
        tell(f"the files cannot be read for this: {error}")
        return ""
    return "".join(
        f"{line.rstrip()}\n"
        for file, (old, new) in sorted(found.items())
        for line in difflib.unified_diff(
            old.decode("utf-8-sig").splitlines(),
            new.decode("utf-8-sig").splitlines(),
            f"a/{file}",
            f"b/{file}",
        )
    )


def steps_of(entries: Iterable[Mapping[str, Any]]) -> dict[tuple[Ref, str], Step]:
    """Return what a run did by item and field: from before its first PUT to after its last."""
    from reconciler.model import Ref

    steps: dict[tuple[Ref, str], Step] = {}
    for entry in entries:
        if entry["event"] != "intent":
            continue
        for one in entry.get("changes") or ():
            at = (Ref(entry["type"], entry["id"]), one["key"])
            first = steps[at].before if at in steps else one["before"]
            steps[at] = Step(first, one["after"], entry["n"])
    return steps


def standing(
    steps: Mapping[tuple[Ref, str], Step], catalog: Catalog
) -> tuple[dict[tuple[Ref, str], Step], tuple[str, ...]]:
    """Return the steps whose fields the space still has as they were, and why each other cannot go back."""
    kept: dict[tuple[Ref, str], Step] = {}
    gone: list[str] = []
    for (ref, key), step in steps.items():
        what = f"{ref.type_key}/{ref.id} {key}"
        if ref.type_key not in catalog.types:
            gone.append(f"{what} cannot be put back: the space has no such type")
        elif catalog.spec(ref.type_key, key) is None:
            gone.append(f"{what} cannot be put back: the field is gone from the space")
        elif fault := catalog.fault(ref.type_key, key):
            gone.append(f"{what} cannot be put back: {fault}")
        else:
            kept[ref, key] = step
    return kept, tuple(gone)


def way_back(
    steps: Mapping[tuple[Ref, str], Step], live: Mapping[Ref, Item], catalog: Catalog, run: str
) -> tuple[tuple[DesiredItem, ...], tuple[str, ...]]:
    """Want the old value of every field that still holds the run's; tell which were touched since."""
    from reconciler.errors import Place
    from reconciler.schema.catalog import DesiredField, DesiredItem

    fields: dict[Ref, list[DesiredField]] = {}
    touched: list[str] = []
    for (ref, key), step in sorted(steps.items(), key=lambda one: (one[0][0], one[1].line, one[0][1])):
        what = f"{ref.type_key}/{ref.id} {catalog.label(ref.type_key, key)}"
        codec, place = catalog.codec(ref.type_key, key), Place(f"run {run}", step.line, 1)
        try:
            before, after = codec.decode(step.before).value, codec.decode(step.after).value
        except UNREADABLE as error:
            touched.append(f"{what} cannot be put back: the journal holds no value of the field ({error})")
            continue
        seen = live[ref].values.get(key) if ref in live else None
        if seen is not None and seen.value not in (before, after):
            touched.append(f"{what} was touched since, and keeps {codec.show(seen.value)}")
            continue
        try:
            desired = codec.forced(before)
        except ValueError as error:
            touched.append(f"{what} cannot be put back: it had {error}")
            continue
        if seen is None or seen.value == after:
            fields.setdefault(ref, []).append(DesiredField(key, desired, place))
    items = tuple(DesiredItem(ref, some[0].place, tuple(some)) for ref, some in sorted(fields.items()))
    return items, tuple(touched)
