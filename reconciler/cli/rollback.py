"""`reconciler rollback`: puts back what an apply changed and nobody touched since."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from pathlib import Path

import click
from msgspec.structs import replace

from reconciler.cli import options
from reconciler.cli.completers import complete_run
from reconciler.cli.progress import reading
from reconciler.cli.streams import on_stdout, say, say_text, tell
from reconciler.manifest.safe_write import empty_outputs, write


@click.command("rollback")
@click.argument("run", shell_complete=complete_run)
@click.option("--journal", type=click.Path(path_type=Path), help="A journal that was downloaded.")
@click.option("--out", metavar="PLAN", type=options.NewFile(), help="Save the plan instead of applying it.")
@click.option("--yes", is_flag=True, help="Apply without asking for confirmation.")
@options.guards
@options.ends
@options.only
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text")
@options.full
@options.color
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
    full: bool,
) -> int:
    """Put back what RUN changed: a plan with the same guards and checks as any other.

    A field that somebody touched since keeps its value.  `reconciler runs` lists the runs.
    """
    from reconciler.adopt.unified_diff import patch_of_files
    from reconciler.apply.journal import read_journal
    from reconciler.apply.rollback import reverse_plan
    from reconciler.apply.run_folder import journal_of
    from reconciler.cli.apply_steps import (
        NOT_ALL,
        Part,
        Way,
        execute,
        failures_told,
        refuse_silence,
        until_of,
    )
    from reconciler.clock import now
    from reconciler.desired.committed_run_files import refuse_foreign
    from reconciler.plan.guard import Raised
    from reconciler.plan.plan_data import sealed, text_of
    from reconciler.plan.source_commit import checked_out
    from reconciler.render.events import patch_event
    from reconciler.render.text import patch_text, plan_text

    if not out:
        refuse_silence(yes=yes)
    with failures_told(fmt):
        refuse_foreign()
        empty_outputs(out)
        if journal is None:
            journal = journal_of(run)
            run = journal.parent.name
        entries = list(read_journal(journal))
        raised = Raised(max_changes, max_share, allow_clear, accept_both, max_invisible)
        patch = partial(patch_of_files, report=tell)
        with reading():
            plan, settings, edits = reverse_plan(entries, run, only, raised, until_of(deadline), tell, patch)
        if out:
            write(out, text_of(sealed(plan, now()).data))
            with on_stdout():
                say_text(plan_text(plan, full=full))
        plan = replace(plan, commit=checked_out(Path.cwd()))
        code = 0 if out else execute([Part(plan, settings)], Way(yes, max_errors, deadline, wait, fmt, full))
        if edits and code in {0, NOT_ALL}:
            with on_stdout():
                say(patch_text(edits) if fmt == "text" else patch_event(edits))
        return code
