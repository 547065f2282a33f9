"""`reconciler apply`: carries a plan out and proves that it took."""

from __future__ import annotations

import os
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import options
from reconciler.cli.progress import progress
from reconciler.cli.signals import GRACE, Signals, leave
from reconciler.cli.streams import say, say_json, tell
from reconciler.clock import now, ticks
from reconciler.errors import CannotRun, Internal, ReconcilerError, told_as
from reconciler.manifest.disk import create

if TYPE_CHECKING:
    from reconciler.apply.applier import Stop
    from reconciler.meegle.writer import Writer
    from reconciler.model import Plan, Report
    from reconciler.plan.planning import Raised, Refs, Selection
    from reconciler.settings import Settings

NOT_ALL, REFUSED = 3, 4


@click.command("apply")
@options.paths
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.refs
@click.option(
    "--drift", type=click.Choice(["heal", "report"]), help="What to do about drift, whatever the policies."
)
@options.guards
@options.ends
@click.option("--require-commit", metavar="SHA", help="Refuse a saved plan of another commit.")
@click.option("--max-age", metavar="T", type=options.Duration(), help="Refuse a saved plan that is older.")
@options.only
@options.exclude
@options.space
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text")
def command(
    paths: tuple[Path, ...],
    *,
    yes: bool,
    base: str | None,
    applied: str | None,
    drift: str | None,
    max_changes: int | None,
    max_share: Decimal | None,
    allow_clear: int | None,
    accept_both: int | None,
    max_invisible: Decimal | None,
    max_errors: int | None,
    deadline: float | None,
    wait: float | None,
    require_commit: str | None,
    max_age: float | None,
    only: tuple[str, ...],
    exclude: tuple[str, ...],
    space: str | None,
    fmt: str,
) -> int:
    """Carry out a saved PLAN, or plan the PATHS (default: state) and apply that.

    Asks on a terminal; elsewhere it needs --yes or a saved plan.
    """
    from reconciler.apply.saved_plan import is_plan
    from reconciler.desired.own_folder import refuse_foreign
    from reconciler.plan.planning import Raised, Refs, Selection

    saved = is_plan(paths)
    if not (require_commit is None and max_age is None) and not saved:
        raise CannotRun(
            "--require-commit and --max-age are about a saved plan", "name the plan, or leave them out"
        )
    if saved and (only or exclude or base or applied or drift):
        fix = "plan again with them"
        raise CannotRun("--only, --exclude, --base, --applied and --drift do not change a saved plan", fix)
    if not saved:
        refuse_silence(yes=yes)
    raised = Raised(max_changes, max_share, allow_clear, accept_both, max_invisible)
    refs = Refs(base, applied, drift)
    with failures_told(fmt):
        refuse_foreign()
        plan, settings = (
            from_saved(paths[0], raised, require_commit, max_age)
            if saved
            else from_files(paths, space, Selection(only, exclude), raised, refs, until_of(deadline))
        )
        return execute(plan, settings, Way(yes or saved, max_errors, deadline, wait, fmt))


@dataclass(frozen=True, slots=True)
class Way:
    """How a plan is carried out: `agreed` to beforehand or not, when to end early, and how to tell."""

    agreed: bool
    max_errors: int | None
    deadline: float | None
    wait: float | None
    fmt: str


@contextmanager
def failures_told(fmt: str) -> Iterator[None]:
    """Tell programs, too, what ends a run that could not start."""
    try:
        yield
    except (click.ClickException, click.exceptions.Abort):
        raise
    except Exception as error:
        from reconciler.forge.github.outputs import give

        told = told_as(error)
        give(exit_reason="error")
        if fmt == "json":
            from reconciler.plan.planning import failures_of
            from reconciler.render.events import failed_event

            say(failed_event(failures_of(told)))
        raise told from error


def refuse_silence(*, yes: bool) -> None:
    """Refuse to go on where nobody can be asked."""
    if not (yes or (sys.stdin and sys.stdin.isatty())):
        raise CannotRun("nobody can be asked here", "give --yes, or a plan saved by `reconciler plan --out`")


def execute(plan: Plan, settings: Settings, way: Way) -> int:
    """Show a plan, ask, carry it out, and return the exit code that it earned."""
    from reconciler.apply.applier import Stop
    from reconciler.forge.github.outputs import give, give_report
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.http.endpoints import OP_RECORDS, QUERY
    from reconciler.meegle.writer import Writer
    from reconciler.plan.planning import connect
    from reconciler.render.events import idle_event, plan_event, report_events
    from reconciler.render.text import plan_text, report_text

    say(plan_text(plan) if way.fmt == "text" else plan_event(plan))
    refused = any(not guard.ok for guard in plan.guards)
    if refused or not (plan.updates or plan.blocks):
        if refused:
            tell("refused by a guard, nothing sent")
        give(exit_reason="guard" if refused else "no_changes")
        if way.fmt == "json":
            say(idle_event("guard" if refused else "no_changes"))
        return REFUSED if refused else 0
    if plan.updates and not way.agreed:
        click.confirm("Apply this?", abort=True, err=True)
    signals = Signals()
    until = until_of(way.deadline)
    stop = Stop(signals.asked, threading.Event(), until, way.max_errors)
    connection = connect(())
    with Client(connection, writes=True, stop=stop.cut, until=until) as client, signals.listening():
        writer = Writer(client, plan.space, settings.space(plan.space), connection.user_key)
        with interruptible(signals, way), held(plan, way, stop):
            bind(plan, writer, connection.host, settings)
            report = carry_out(plan, writer, stop, say_json if way.fmt == "json" else None)
        counts = client.counts
        report = replace(
            report, puts=counts.puts, reads=sum(counts.reads.get(one.name, 0) for one in (QUERY, OP_RECORDS))
        )
        code, reason = ending(report, signals.number)
        give_report(report, reason)
        say(report_text(plan, report) if way.fmt == "text" else report_events(report, reason))
        if signals.number:
            leave(signals.number)
    return code


@contextmanager
def interruptible(signals: Signals, way: Way) -> Iterator[None]:
    """End with the code of a signal what a signal ended before anything was sent."""
    try:
        yield
    except ReconcilerError as error:
        if signals.number:
            from reconciler.forge.github.outputs import give
            from reconciler.render.events import idle_event

            tell(str(error))
            give(exit_reason="interrupted")
            say(idle_event("interrupted") if way.fmt == "json" else "")
            leave(signals.number)
        raise


@contextmanager
def held(plan: Plan, way: Way, stop: Stop) -> Iterator[None]:
    """Hold the lock of the plan's space, for which one may wait until the deadline."""
    from reconciler.apply.lock import locked

    wait = way.wait or 0.0
    left = wait if stop.deadline is None else min(wait, max(0.0, stop.deadline - ticks()))
    with locked(plan.host, plan.space_key, wait=left, stopped=stop.asked.wait, tell=tell):
        yield


def until_of(deadline: float | None) -> float | None:
    """Return when a run that begins now must be over; planning and sending have this long each."""
    return None if deadline is None else ticks() + deadline


def from_files(
    paths: Sequence[Path],
    space: str | None,
    selection: Selection,
    raised: Raised,
    refs: Refs,
    until: float | None,
) -> tuple[Plan, Settings]:
    """Plan now, with a client that cannot write."""
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.reader import Reader
    from reconciler.plan.planning import connect, desired_items, open_workspace, plan_now
    from reconciler.plan.source_commit import source_of, sourced

    workspace = open_workspace(paths, space)
    source = source_of(workspace)
    connection = connect(workspace.mistakes)
    with Client(connection, until=until) as client:
        reader = Reader(client, workspace.space, workspace.decisions, connection.user_key)
        items = desired_items(workspace, reader, selection)
        plan = plan_now(
            workspace, reader, items, connection.host, raised, refs, everything=selection.everything
        )
        return sourced(plan, source), workspace.settings


def from_saved(
    path: Path, raised: Raised, commit: str | None, max_age: float | None
) -> tuple[Plan, Settings]:
    """Read a saved plan, and hold it against the guards of the settings here."""
    from reconciler.apply.saved_plan import read_plan, refuse_stale
    from reconciler.desired.by_pins import STATE
    from reconciler.errors import InputError
    from reconciler.git import commit_of
    from reconciler.plan.earlier_commit import settings_at
    from reconciler.plan.plan_file import BadPlan, plan_of
    from reconciler.plan.planning import guarded
    from reconciler.settings import find_settings, load_settings

    made = read_plan(path)
    if made.errored:
        raise BadPlan("the run that made it failed")
    refuse_stale(made, now(), commit=commit, max_age=max_age)
    plan = plan_of(made)
    settings, mistakes = load_settings(find_settings(STATE), root=Path.cwd())
    if mistakes:
        raise InputError(mistakes)
    root = Path.cwd()
    base = settings_at(root, (), commit_of(root, plan.base), settings) if plan.base else None
    return guarded(plan, settings, raised, base), settings


def bind(plan: Plan, writer: Writer, host: str, settings: Settings) -> None:
    """Read the metadata of what the plan touches anew; raises BadPlan where it has changed."""
    from reconciler.apply.saved_plan import refuse_other, refuse_unreadable
    from reconciler.plan.planner import people_of, touched
    from reconciler.schema.pins import pins_folder, read_pins
    from reconciler.schema.types import BUSINESS

    pins = read_pins(pins_folder(Path.cwd(), plan.space))
    catalog = writer.open({update.ref.type_key for update in plan.updates}, settings.groups(), pins)
    if any(change.type == BUSINESS for update in plan.updates for change in update.changes):
        writer.read_lines()
    writer.meet(people_of(plan))
    refuse_other(
        plan, host=host, space_key=catalog.space_key, metadata_digest=catalog.digest(touched(plan.updates))
    )
    refuse_unreadable(plan, catalog)


def carry_out(plan: Plan, writer: Writer, stop: Stop, seen: Callable[[str], None] | None) -> Report:
    """Apply in a thread, so that a signal ends it in time whatever is under way.

    `seen` is given each line of the journal when it is on the disk.
    """
    from reconciler.apply.applier import Applier
    from reconciler.apply.journal import Journal
    from reconciler.apply.normalised import advice
    from reconciler.plan.plan_file import digest

    with Journal(new_run(), seen) as journal, progress(len(plan.updates)) as ended:
        journal.write(
            "begin",
            digest=digest(plan),
            seal=plan.seal,
            host=plan.host,
            space=plan.space_key,
            space_name=plan.space,
            user_key=writer.user_key,
            commit=plan.commit,
            run_url=run_url(os.environ),
        )
        applier = Applier(plan, writer, journal, stop, ended)
        done = threading.Event()

        def work() -> None:
            try:
                applier.run()
            except BaseException as error:  # noqa: BLE001 - told by the thread that waits
                applier.halt(Internal(error))
            finally:
                done.set()

        try:
            threading.Thread(target=work, daemon=True).start()
        except RuntimeError as error:
            applier.halt(error)
            done.set()
        while not done.wait(0.1) and not stop.asked.is_set():
            continue
        if not done.wait(GRACE):
            stop.cut.set()
        try:
            journal.write("end", stopped=applier.stopped)
        except ReconcilerError as error:
            applier.halt(error)
    tell(f"journal {journal.path}, last hash {journal.chain}")
    report = applier.report()
    return replace(report, advice=advice(report, writer.catalog))


def run_url(environ: Mapping[str, str]) -> str | None:
    """Return the address of the CI run that applies, where GitHub's variables tell it."""
    parts = [environ.get(name) for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    return f"{parts[0]}/{parts[1]}/actions/runs/{parts[2]}" if all(parts) else None


def new_run() -> Path:
    """Return a new folder below `.reconciler/runs`; names sort by the microsecond in which runs begin."""
    microsecond = time.time_ns() // 1_000 % 1_000_000
    return home() / "runs" / f"{now():%Y%m%dT%H%M%SZ}-{microsecond:06}{secrets.token_hex(2)}"


def home() -> Path:
    """Return `.reconciler`, which git does not see."""
    from reconciler.desired.own_folder import FOLDER

    folder = FOLDER
    ignore = folder / ".gitignore"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if not os.path.lexists(ignore):
            create(ignore, "*\n")
    except OSError as error:
        fix = "nothing was sent; make room for the journal there"
        raise CannotRun(f"cannot write to {folder} ({error.strerror})", fix) from None
    return folder


def ending(report: Report, number: int) -> tuple[int, str]:
    """Return the exit code that a run has earned, and its reason in one word; `number` is of a signal."""
    from reconciler.model import Already, Applied

    if number:
        return 128 + number, "interrupted"
    if report.stopped:
        return 1, "stopped"
    if all(isinstance(row.outcome, Applied | Already) for row in report.rows):
        return 0, "applied"
    return NOT_ALL, "rows"
