"""`reconciler record`: remembers what an apply carried out, for the plans after it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import options
from reconciler.cli.streams import say, say_told, tell
from reconciler.errors import CannotRun

if TYPE_CHECKING:
    from reconciler.plan.last_applied import Record
    from reconciler.plan.plan_json import PlanFile


@click.command("record")
@click.argument("plan", required=False, type=click.Path(path_type=Path))
@click.option(
    "--journal", type=click.Path(path_type=Path), help="The apply's journal (default: found by the plan)."
)
@click.option("--fetch", is_flag=True, help="Bring the newest record here instead.")
@options.spaces
def command(plan: Path | None, *, journal: Path | None, fetch: bool, spaces: tuple[str, ...]) -> int:
    """Make the commit of a carried-out PLAN the last applied one: refs/reconciler/applied/SPACE.

    In a GitHub job it is a deployment instead, in a GitLab job the branch reconciler/applied/SPACE, and
    where RECONCILER_RECORD_REF names a ref of origin it is that one; --fetch brings it to the ref here.
    """
    if fetch == bool(plan):
        raise CannotRun("name a plan, or give --fetch", "`reconciler record plan.json` after an apply")
    return fetch_records(spaces) if plan is None else make_records(plan, journal, spaces)


def make_records(path: Path, journal: Path | None, spaces: tuple[str, ...]) -> int:
    """Make the record of each space of an apply; one of which nothing can be recorded keeps no other back."""
    from reconciler.apply.journal import read_journal
    from reconciler.apply.saved_plan import chosen_plans, read_plans, refuse_partly_read
    from reconciler.desired.committed_run_files import refuse_foreign
    from reconciler.plan.last_applied import NothingToRecord, carried_out

    refuse_foreign()
    plans = chosen_plans(read_plans(path), spaces)
    for made in plans:
        refuse_partly_read(made)
    given = list(read_journal(journal)) if journal else None
    code = 0
    for made in plans:
        mine = given is not None and (len(plans) == 1 or carried_out(made, given))
        try:
            make_record(made, given if mine and given is not None else journal_of(made))
        except NothingToRecord as error:
            if len(plans) == 1:
                raise
            tell(f"error: the space {made.space.name}: {error}")
            code = 1
    return code


def make_record(made: PlanFile, entries: list[dict[str, Any]]) -> None:
    """Make the record of one space, by its plan and the journal of its apply."""
    from reconciler.forge.choice import record_store
    from reconciler.plan.last_applied import beside, not_live, record_of
    from reconciler.plan.last_applied_ref import write_record

    record = record_of(made, entries)
    records = record_store(os.environ)
    if not made.whole or made.base.applied:
        record = beside(record, made, present_record(made, record))
    where = records.make(Path.cwd(), record) if records else write_record(Path.cwd(), record)
    # Scripts read the line of an apply that left nothing behind, so its old words stay.
    left = not_live(record) if record.unapplied else "0 rows are not at it"
    say_told(f"{where} is {record.commit[:12]}; {left}.\n")


def present_record(made: PlanFile, record: Record) -> Record | None:
    """Return the record of a space as it is now: another part of the same commit may have made it.

    What a part leaves behind is taken from it.  A plan of everything only asks if its commit is a later one.
    """
    from reconciler.forge.choice import record_store
    from reconciler.plan.last_applied_ref import known_ref, record_at

    root, space = Path.cwd(), made.space.name
    if records := record_store(os.environ):
        known = (record.commit, made.base.applied or record.commit)
        return records.latest(root, space, known, tell) if made.whole else records.newest(root, space, tell)
    ref = known_ref(root, space)
    return record_at(root, ref, space) if ref else None


def journal_of(made: PlanFile) -> list[dict[str, Any]]:
    """Return the newest journal here of a run that carried the plan out; empty if there is none."""
    from reconciler.apply.journal import read_journal
    from reconciler.desired.committed_run_files import RUNS
    from reconciler.plan.last_applied import carried_out

    for path in sorted(RUNS.glob("*/journal.jsonl"), reverse=True):
        entries = list(read_journal(path))
        if carried_out(made, entries):
            return entries
    return []


def fetch_records(asked: tuple[str, ...]) -> int:
    """Bring the newest record of each space that the forge keeps here, with the commits they speak of."""
    from reconciler.forge.choice import record_store
    from reconciler.forge.outputs import give
    from reconciler.plan.last_applied_ref import known_ref, write_record

    root, records = Path.cwd(), record_store(os.environ)
    refs = []
    for space in spaces_named(asked):
        if records and (record := records.newest(root, space, tell)):
            write_record(root, record)
        if ref := known_ref(root, space):
            refs.append(ref)
    give(tell, applied=" ".join(refs))
    if not refs:
        tell(
            "no last applied commit is known"
        )  # on stderr: `--applied "$(reconciler record --fetch)"` is empty
    say("".join(f"{ref}\n" for ref in refs))
    return 0


def spaces_named(asked: tuple[str, ...]) -> list[str]:
    """Return the spaces that the files are about; none where they are so broken that none is named."""
    from reconciler.desired.file_reading import one_name
    from reconciler.desired.offline_reading import read_files

    _, settings, manifest, _ = read_files(())
    names = {one_name(name, settings) for name in asked}
    names = names or {one_name(document.space.text, settings) for document in manifest.documents}
    return sorted(names or set(settings.spaces))
