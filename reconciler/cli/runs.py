"""`reconciler runs`: past applies, by their journals."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import options
from reconciler.cli.completers import complete_fields, complete_ref, complete_run
from reconciler.cli.streams import say_json, say_told, tell
from reconciler.desired.committed_run_files import RUNS, refuse_foreign
from reconciler.errors import CannotRun

if TYPE_CHECKING:
    from reconciler.apply.journal_files import Candidate
    from reconciler.model.history import Unread

VERIFY = "verify"
FORMATS = ("text", "json", "csv", "html")


@click.command("runs")
@click.argument("run", required=False, shell_complete=complete_run)
@click.option("--journal", type=click.Path(path_type=Path), help="A journal that was downloaded.")
@click.option(
    "--journals",
    "folders",
    metavar="DIR",
    multiple=True,
    type=options.Named(path_type=Path),
    help="All journals in this folder, at any depth, such as artifacts of CI; may be given several times.",
)
@click.option(
    "--since",
    metavar="TIME",
    help="From this month, day, minute or second on, in the space's time zone: 2026-10, 2026-10-01, "
    "2026-10-01T09:30, or with an offset 2026-10-01T09:30:00+08:00.",
)
@click.option("--until", metavar="TIME", help="To the end of this month, day, minute or second.")
@click.option(
    "--item",
    "items",
    metavar="REF",
    multiple=True,
    shell_complete=complete_ref,
    help="Only this: ID, TYPE/ID, SPACE/TYPE/ID, a TYPE, each also with .FIELD or .roles.ROLE.",
)
@click.option(
    "--field",
    "fields",
    metavar="FIELD",
    multiple=True,
    shell_complete=complete_fields,
    help="Only this field: key, alias or name.",
)
@click.option(
    "--by",
    metavar="WHO",
    multiple=True,
    help="Only runs of this person: name, e-mail, key, login, or a name of the settings.  It may be who "
    "started the run, as whom it wrote, or who wrote the commit.",
)
@click.option(
    "--anchor",
    "anchors",
    metavar="HASH",
    multiple=True,
    help="With verify: the last hash that a run printed; may be given several times.",
)
@click.option(
    "--format",
    "formats",
    type=options.Output(FORMATS),
    multiple=True,
    default=("text",),
    help=f"{', '.join(FORMATS)}; =FILE writes there; may be given several times.",
)
@click.option("--audit", is_flag=True, help="One JSON line a PUT: who, when, what, and no value.")
@options.full
@options.color
def command(
    run: str | None,
    *,
    journal: Path | None,
    folders: tuple[Path, ...],
    since: str | None,
    until: str | None,
    items: tuple[str, ...],
    fields: tuple[str, ...],
    by: tuple[str, ...],
    anchors: tuple[str, ...],
    formats: tuple[tuple[str, Path | None], ...],
    audit: bool,
    full: bool,
) -> int:
    """List past applies, show RUN, or `verify` that no journal was changed.

    RUN is an id of the list, its beginning, or `last`.  With --item, --field or --full the list shows what
    each run changed; csv and html always do.

    `verify` reads every journal to its end, and compares its last hash with each --anchor and with the
    record of the last applied commit; without one of them a journal is only consistent in itself.
    """
    from reconciler.apply.run_filter import Wanted
    from reconciler.cli.formats import refuse_two
    from reconciler.cli.run_views import Asked, show_runs

    refuse_foreign()
    refuse_two(formats)
    wanted = Wanted(since, until, items, fields, by)
    unread: list[Unread] = []
    candidates = candidates_of(run, journal, folders, unread)
    if (run == VERIFY or audit) and not wanted.everything:
        raise CannotRun(
            "--since, --until, --item, --field and --by are for the list of runs", "leave them out"
        )
    if run == VERIFY:
        return verified([one.path for one in candidates], anchors, unread)
    if anchors:
        raise CannotRun("--anchor is for `runs verify`", "add verify, or leave it out")
    if audit:
        return audited([one.path for one in candidates])
    asked = Asked(run if folders else "" if run or journal else None, wanted, formats, full, folders)
    return show_runs(candidates, unread, asked)


def candidates_of(
    run: str | None, journal: Path | None, folders: Sequence[Path], unread: list[Unread]
) -> list[Candidate]:
    """Return the files to read: those that the command line names, else the journals of this machine."""
    from reconciler.apply.journal_files import Candidate, below, of_runs
    from reconciler.apply.run_folder import journal_of

    if journal and folders:
        raise CannotRun("--journal and --journals are given together", "leave one out")
    if journal:
        return [Candidate(journal, journal.parent.name or journal.stem)]
    if folders:
        return [one for folder in folders for one in below(folder, unread)]
    if run and run != VERIFY:
        path = journal_of(run)
        return [Candidate(path, path.parent.name)]
    return of_runs(RUNS)


def verified(paths: list[Path], anchors: tuple[str, ...], unread: Iterable[Unread]) -> int:
    """Say of every journal whether it is what its run wrote; 1 where one is not, or has no end."""
    from reconciler.apply.journal_anchors import given, recorded_anchors, verdicts
    from reconciler.render.safe import safe_text

    found = list(verdicts(paths, [*given(anchors), *recorded_anchors(Path.cwd())]))
    for one in found:
        say_told(f"{safe_text(one.line)}\n")
    tell(*(f"{one.file}  {one.reason}" for one in unread))
    return 0 if all(one.fine for one in found) and not any(one.damaged for one in unread) else 1


def audited(paths: list[Path]) -> int:
    """Print one JSON line a PUT."""
    from reconciler.apply.audit import audit_of
    from reconciler.apply.journal import read_journal

    for path in paths:
        say_json("".join(f"{json.dumps(one, sort_keys=True)}\n" for one in audit_of(read_journal(path))))
    return 0
