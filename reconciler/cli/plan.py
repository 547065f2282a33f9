"""`reconciler plan`: the difference between the files and the live items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import options
from reconciler.cli.streams import say, tell
from reconciler.errors import CannotRun, told_as
from reconciler.forge.outputs import give_plan
from reconciler.gc_pause import gc_paused
from reconciler.manifest.safe_write import CannotWrite

if TYPE_CHECKING:
    from reconciler.desired.workspace import Workspace
    from reconciler.meegle.http.connection import Connection
    from reconciler.model import Plan
    from reconciler.plan.plan_json import PlanFile
    from reconciler.plan.planning import Refs, Selection

CHANGES = 2
SNAPSHOT = "snapshot"
"""The host of a plan against a snapshot: no service has this name, so that no apply takes it."""


@click.command("plan")
@options.paths
@click.option("--out", metavar="PLAN", type=options.NewFile(), help="Save the plan for apply.")
@options.formats
@options.refs
@options.only
@options.exclude
@click.option("--changed", is_flag=True, help="Only what stands in files that differ from the base.")
@click.option("--offline", is_flag=True, help="Ask no service: check the files, or plan against a snapshot.")
@click.option("--snapshot", metavar="FILE", type=click.Path(path_type=Path), help="With --offline.")
@click.option("--strict", is_flag=True, help="Take blocked rows for errors.")
@click.option("--blame", is_flag=True, help="Say who changed the live values, from operation records.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where there is any row.")
@options.space
@gc_paused()
def command(
    paths: tuple[Path, ...],
    out: Path | None,
    formats: tuple[tuple[str, Path | None], ...],
    base: str | None,
    applied: str | None,
    only: tuple[str, ...],
    exclude: tuple[str, ...],
    *,
    changed: bool,
    offline: bool,
    snapshot: Path | None,
    strict: bool,
    blame: bool,
    detailed_exitcode: bool,
    space: str | None,
) -> int:
    """Show what would change on the live items.  Writes nothing to the space.

    PATHS are files or folders of desired state (default: state).
    """
    from reconciler.cli.formats import refuse_input, refuse_two, save_plan, show_plan
    from reconciler.desired.workspace import changed_files, open_workspace
    from reconciler.plan.planning import Refs, Selection
    from reconciler.plan.source_commit import Source, source_of, sourced
    from reconciler.plan.standpoint import refuse_empty

    if snapshot and not offline:
        raise CannotRun("--snapshot stands for the space only with --offline", "add it, or leave both out")
    refuse_two(formats, out)
    refuse_input(snapshot, out, *(path for _, path in formats))
    with failures_shown(paths, space, formats, out):
        refuse_empty(base)
        if changed and base is None:
            raise CannotRun("--changed needs a base", "name it: --base REF")
        # A plan as JSON may be applied, wherever it goes, so nothing of it comes from a cache.
        shown_alone = out is None and all(name != "json" for name, _ in formats)
        workspace = open_workspace(paths, space, kept=shown_alone, since=base if changed else None)
        tell(*workspace.notes)
        if offline and snapshot is None:
            return checked_alone(workspace)
        selection = Selection(only, exclude, changed_files(workspace))
        with trusted_snapshot(snapshot, base) as copy:
            # Asked before the space is read, which may take minutes in which the checkout moves.
            here = snapshot if copy == snapshot else None
            source = source_of(workspace, here) if leaves(out, formats) else Source()
            plan = planned(workspace, selection, Refs(base, applied), copy, blame=blame)
        if snapshot:
            told = of_base(snapshot, base) if copy != snapshot else f"{snapshot}, {age_of(snapshot)} old"
            plan = replace(plan, notes=(f"planned against {told}", *plan.notes))
        plan = sourced(plan, source)
        make = cache(partial(dated, plan, paths))
        if out:
            save_plan(make, out)
        show_plan(plan, make, formats, say)
        give_plan(tell, plan, make, formats, out)
    if strict and plan.blocks:
        tell(f"error: {len(plan.blocks)} blocked rows, and --strict takes them for errors")
        return 1
    return CHANGES if detailed_exitcode and not plan.is_empty else 0


@contextmanager
def failures_shown(
    paths: tuple[Path, ...],
    space: str | None,
    formats: tuple[tuple[str, Path | None], ...],
    out: Path | None,
) -> Iterator[None]:
    """Tell why there is no plan in every format that was asked for; stderr tells people anyway.

    Files of an earlier run are emptied first: however this run ends, nobody takes them for its own.
    """
    from reconciler.cli.formats import show_plan
    from reconciler.manifest.safe_write import begin
    from reconciler.plan.failures import failed_plan
    from reconciler.plan.source_commit import checked_out

    try:
        begin(out, *(path for _, path in formats))
        yield
    except (click.ClickException, click.exceptions.Abort):
        raise
    except Exception as error:
        told = told_as(error)
        failed = replace(failed_plan(told, paths, space), commit=checked_out(Path.cwd()))
        make = cache(partial(dated, failed, paths))
        for name, path in [("json", out), *formats] if out else formats:
            if (name, path) != ("text", None):
                with whatever_fails(path):
                    show_plan(failed, make, [(name, path)], say)
        give_plan(tell, failed, make, formats, out)
        raise told from error


@contextmanager
def whatever_fails(path: Path | None) -> Iterator[None]:
    """Go on with the other views; a file that cannot be written is taken away, so that no old one is left."""
    try:
        yield
    except CannotRun as error:
        tell(f"error: {error}")
        with suppress(OSError):
            if isinstance(error, CannotWrite) and path and path.is_file() and not path.is_symlink():
                path.unlink()


def planned(
    workspace: Workspace, selection: Selection, refs: Refs, snapshot: Path | None, *, blame: bool
) -> Plan:
    """Read the space, or a snapshot that stands for it, and plan; with `blame` its records are asked, too."""
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.reader import Reader
    from reconciler.plan.guard import Raised
    from reconciler.plan.planning import desired_items, plan_now

    with service(workspace, snapshot) as connection, Client(connection) as client:
        reader = Reader(client, workspace.space, workspace.decisions, connection.user_key)
        items = desired_items(workspace, reader, selection)
        return plan_now(
            workspace,
            reader,
            items,
            connection.host if snapshot is None else SNAPSHOT,
            Raised(),
            refs,
            everything=selection.everything,
            blame=connection.plugin_id if blame else None,
        )


@contextmanager
def trusted_snapshot(file: Path | None, base: str | None) -> Iterator[Path | None]:
    """Yield the snapshot; with a base, one that came with the checkout as the base has it.

    A pull request must not bring the live values that it is planned against.
    """
    if file is None or base is None or not came_with_checkout(file):
        yield file
        return
    from tempfile import TemporaryDirectory

    from reconciler.git import commit_of, run
    from reconciler.manifest.files import shown

    root = Path.cwd()
    answer = run(root, "cat-file", "blob", f"{commit_of(root, base)}:./{shown(file, root)}")
    if answer.code:
        raise CannotRun(
            f"{of_base(file, base)} cannot be read",
            "merge the snapshot first: a change cannot bring the one that it is planned against",
        )
    with TemporaryDirectory(prefix="reconciler-snapshot-") as folder:
        copy = Path(folder) / "snapshot.json"
        copy.write_bytes(answer.out)
        yield copy


def came_with_checkout(file: Path) -> bool:
    """Whether git tracks a file, or what it leads to as a link."""
    from reconciler.git import text

    root, name = Path.cwd(), file.absolute()
    return any(text(root, "ls-files", "-z", "--", f":(literal){path}") for path in (name, name.resolve()))


def of_base(file: Path, base: str | None) -> str:
    """Name a file as the base has it."""
    return f"{file} of {base}"


def leaves(out: Path | None, formats: tuple[tuple[str, Path | None], ...]) -> bool:
    """Whether anything but lines for people is made of the plan, which then names its commit."""
    from reconciler.forge.outputs import are_asked_for

    return bool(out or are_asked_for() or any(one != ("text", None) for one in formats))


def dated(plan: Plan, paths: Iterable[Path] = ()) -> PlanFile:
    """Return the plan as a file, with the commit of the files that it was made of and the place in it."""
    from reconciler.clock import now
    from reconciler.git import prefix
    from reconciler.plan.plan_file import plan_file

    return plan_file(
        plan,
        now(),
        folder=prefix(Path.cwd()),
        roots=roots_of(paths),
    )


def roots_of(paths: Iterable[Path]) -> list[str]:
    """Return the folders of state: those that are named; of a file that of its settings, or its first one.

    A job may name other files each time, and still plans the same state; none are told for the usual one.
    """
    from reconciler.desired.by_pins import STATE
    from reconciler.manifest.files import shown
    from reconciler.settings import find_settings

    root = Path.cwd()
    roots: set[str] = set()
    for path in paths:
        settings = None if path.is_dir() else find_settings(path)
        whole = path if path.is_dir() else settings.parent if settings else None
        inside = whole is not None and whole.absolute().is_relative_to(root)
        roots.add(shown(whole, root) if whole and inside else shown(path, root).partition("/")[0])
    return [] if roots == {str(STATE)} else sorted(roots)


@contextmanager
def service(workspace: Workspace, snapshot: Path | None) -> Iterator[Connection]:
    """Yield how to reach the space, or a snapshot that stands for it."""
    from reconciler.cli.local_service import served
    from reconciler.meegle.connect import connect
    from reconciler.meegle.http.connection import connection_from

    if snapshot is None:
        yield connect(workspace.mistakes, tell)
        return
    with served(snapshot) as variables:
        yield connection_from(variables)


def checked_alone(workspace: Workspace) -> int:
    """Say what can be said without live items; mistakes have ended the run before."""
    from reconciler.errors import InputError

    if workspace.mistakes:
        raise InputError(workspace.mistakes)
    items = sum(len(one.ids) for one in workspace.outlines)
    pinned = len(workspace.pins.types)
    say(f"Offline: {items} items are valid by {pinned} pinned types; no live item was read.\n")
    return 0


def age_of(path: Path) -> str:
    """Return how old a file is, in the largest unit that fits."""
    from reconciler.clock import now

    minutes = max(0, int(now().timestamp() - path.stat().st_mtime)) // 60
    hours, days = minutes // 60, minutes // (24 * 60)
    return f"{days} days" if days else f"{hours} hours" if hours else f"{minutes} minutes"
