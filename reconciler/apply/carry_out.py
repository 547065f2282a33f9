"""Carry out a plan against a space that was opened for writing: bind it, keep a journal, report."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from reconciler.apply.applier import apply, report
from reconciler.apply.ignored_values import advice
from reconciler.apply.journal import Journal
from reconciler.apply.ports import Stop
from reconciler.apply.provenance import provenance
from reconciler.apply.run import Run
from reconciler.apply.run_folder import new_run
from reconciler.apply.saved_plan import refuse_other_target, refuse_protected, refuse_unreadable
from reconciler.desired.mentions import Mentions
from reconciler.errors import Internal, ReconcilerError
from reconciler.meegle.foreseen import first_questions
from reconciler.meegle.http.client import Client
from reconciler.meegle.http.endpoints import OP_RECORDS, QUERY
from reconciler.meegle.writer import Writer
from reconciler.model import Plan
from reconciler.model.outcomes import Already, Applied, LeftSelection, Report
from reconciler.plan.openings import catalog_names, named_openings
from reconciler.plan.plan_data import digest
from reconciler.plan.planner import shown_people, touched
from reconciler.schema.pins import pins_folder, read_pins
from reconciler.schema.types import BUSINESS
from reconciler.settings import Settings

FINE = Applied | Already | LeftSelection
"""Outcomes of an apply that did all that was still to be done."""
LOOK = 0.1
"""Seconds between looks at whether a signal came."""


class CarriedOut(NamedTuple):
    """The report of a run, and the journal that it can be checked against, with its last hash."""

    report: Report
    journal: Path
    last_hash: str


def bind(plan: Plan, writer: Writer, host: str, settings: Settings) -> Plan:
    """Read the metadata of what the plan touches anew; raises BadPlan where it has changed.

    Returns the plan, whose windows now know its types by the names that they have in the space.
    """
    pins = read_pins(pins_folder(Path.cwd(), plan.space, settings.homes))
    groups = settings.groups()
    types = {update.ref.type_key for update in plan.updates}
    lines = any(change.type == BUSINESS for update in plan.updates for change in update.changes)
    mentions = Mentions(people=shown_people(plan), lines=lines)
    with writer.client.ahead(first_questions(writer, pins, groups, types, mentions)):
        writer.open(types, groups, pins)
        if lines:
            writer.read_lines()
        catalog = writer.meet(mentions.people)
    refuse_other_target(
        plan, host=host, space_key=catalog.space_key, metadata_digest=catalog.digest(touched(plan.updates))
    )
    refuse_unreadable(plan, catalog)
    refuse_protected(plan, (settings.space(plan.space),), catalog.types, catalog.pinned)
    return named_openings(plan, catalog_names(catalog))


def carry_out(
    plan: Plan,
    writer: Writer,
    stop: Stop,
    *,
    state: str,
    grace: float,
    on_item: Callable[[str], None],
    on_line: Callable[[str], None] | None,
) -> CarriedOut:
    """Apply a plan that is bound, and return its report.

    `state`: the folder or file of the desired state, by which a rollback finds the settings.
    `on_item` is given a line for each item that has ended, `on_line` each line of the journal once it is on
    the disk.  `grace`: seconds that calls under way get after a signal.
    """
    facts = provenance(plan, writer, os.environ, Path.cwd())
    with Journal(folder := new_run(), on_line) as journal:
        journal.write(
            "begin",
            run=folder.name,
            digest=digest(plan),
            seal=plan.seal,
            host=plan.host,
            space=plan.space_key,
            **facts,
            state=state,
        )
        run = Run(plan, writer, journal, stop, on_item)
        apply_aside(run, grace)
        try:
            journal.write("end", stopped=run.stopped)
        except ReconcilerError as error:
            run.halt(error)
    # Only now, since no PUT can leave behind a closed journal.
    made = report(run)
    return CarriedOut(replace(made, advice=advice(made, writer.catalog)), journal.path, journal.chain)


def apply_aside(run: Run, grace: float) -> None:
    """Apply in a thread, so that a signal ends it in time whatever is under way."""
    done = threading.Event()

    def work() -> None:
        try:
            apply(run)
        except BaseException as error:  # noqa: BLE001 - reported by the thread that waits
            run.halt(Internal(error))
        finally:
            done.set()

    try:
        threading.Thread(target=work, daemon=True).start()
    except RuntimeError as error:  # the machine has no thread left
        run.halt(error)
        done.set()
    while not done.wait(LOOK) and not run.stop.asked.is_set():
        continue
    if not done.wait(grace):
        run.stop.cut.set()


def with_requests(report: Report, client: Client) -> Report:
    """Return the report with the PUTs that were sent, and the reads of items and operation records."""
    reads = sum(client.counts.reads.get(one.name, 0) for one in (QUERY, OP_RECORDS))
    return replace(report, puts=client.counts.puts, reads=reads)


def ending(report: Report, *, interrupted: bool) -> str:
    """Return how a run ended: `interrupted`, `stopped`, `applied`, or `rows` where some are not applied."""
    if interrupted:
        return "interrupted"
    if report.stopped:
        return "stopped"
    return "applied" if all(isinstance(row.outcome, FINE) for row in report.rows) else "rows"
