"""Show a plan in the formats that were asked for, to stdout or to files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from reconciler.cli.streams import on_stdout, put, tell, tell_written
from reconciler.errors import CannotRun
from reconciler.language import settled, speaking
from reconciler.manifest.safe_write import append, write
from reconciler.model import Plan
from reconciler.render.safe import safe_json

if TYPE_CHECKING:
    from reconciler.meegle.memory import Memories
    from reconciler.plan.plan_data import Made

Make: TypeAlias = "Callable[[], Made]"
"""Makes the plan's file; a format that shows nothing of it does without."""


class Showing(NamedTuple):
    """What is shown: a plan and its file; `full`: one line a field in text."""

    plan: Plan
    make: Make
    full: bool = False


def lines_for_people(shown: Showing) -> str:
    """Return the lines for people."""
    from reconciler.render.text import plan_text

    return plan_text(shown.plan, full=shown.full)


def json(shown: Showing) -> str:
    """Return the plan's file."""
    return safe_json(plan_text(shown.make()))


def comment_text(shown: Showing) -> str:
    """Return the comment."""
    from reconciler.render.markdown import plan_markdown

    return plan_markdown(shown.plan, shown.make())


def page(shown: Showing) -> str:
    """Return the page."""
    from reconciler.render.html import plan_html

    made = shown.make()
    return plan_html(shown.plan, made, source=source_address(made))


def github_output(shown: Showing) -> str:
    """Return annotations and the text for the log; in a GitHub job the step summary is written, too."""
    from reconciler.forge.github.annotations import plan_annotations, step_summary

    made = shown.make()
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            append(Path(summary), step_summary(shown.plan, made))
        except CannotRun as error:
            tell(f"no step summary: {error}")
    return plan_annotations(shown.plan, made.desired.folder) + lines_for_people(shown)


def gitlab(shown: Showing) -> str:
    """Return the counts for the merge request's widget."""
    from reconciler.render.gitlab_widget import plan_widget

    return plan_widget(shown.plan)


def code_quality(shown: Showing) -> str:
    """Return the findings at lines."""
    from reconciler.render.code_quality import plan_code_quality

    return plan_code_quality(shown.plan, shown.make().desired.folder)


def junit(shown: Showing) -> str:
    """Return the items as cases."""
    from reconciler.render.junit import plan_junit

    return plan_junit(shown.plan)


VIEWS: dict[str, Callable[[Showing], str]] = {
    "text": lines_for_people,
    "json": json,
    "markdown": comment_text,
    "html": page,
    "github": github_output,
    "gitlab": gitlab,
    "codequality": code_quality,
    "junit": junit,
}
"""One row a format, as in `options.PLAN_FORMATS`; each imports what it needs when it is asked for."""


def show_plan(shown: Showing, formats: Iterable[tuple[str, Path | None]], saved: Path | None = None) -> None:
    """Render the plan in each format; one of them may go to stdout.  `saved`: the file for apply."""
    desired = list(formats)
    refuse_two(desired)
    for name, path in desired:
        with on_stdout() if (name, path) == ("text", None) else speaking(settled()):
            put(name, path, VIEWS[name](shown))
    tell_written(desired, saved)


def memories_of(saved: Path | None) -> Memories:
    """Return what this machine remembers; raises CannotRun where the plan is saved for an apply."""
    from reconciler.meegle.memory import memories

    if saved:
        what = "--since-last does not read everything, and --out saves a plan for apply"
        raise CannotRun(what, f"leave one out; --format json={saved} writes a plan that no apply takes")
    return memories(os.environ, Path.cwd())


def refuse_two(formats: Iterable[tuple[str, Path | None]], *others: Path | None) -> None:
    """Refuse two formats for one stdout, and two outputs for one file, of which the last would be left."""
    paths = [path for _, path in formats]
    if paths.count(None) > 1:
        raise CannotRun("two formats for one stdout", "give all but one a file: --format json=plan.json")
    taken: set[Path] = set()
    for path in filter(None, (*paths, *others)):
        end = Path(os.path.realpath(path))
        if end in taken:
            raise CannotRun(f"two outputs for the file {path}", "give each a file of its own")
        if end.is_file() or not end.exists():  # a device takes as many as come
            taken.add(end)


def refuse_input(source: Path | None, *outputs: Path | None) -> None:
    """Refuse to write over the file that the run reads."""
    for path in outputs:
        if source and path and path.exists() and source.exists() and path.samefile(source):
            raise CannotRun(f"{path} is the file that is read", "name another one to write")


def save_plan(make: Make, path: Path) -> None:
    """Write the plan's file for apply."""
    write(path, plan_text(make()))


def plan_text(made: Made) -> str:
    """Return the text of a plan's file, of one that was read, too."""
    from reconciler.plan.plan_data import SealedPlan, text_of

    if isinstance(made, SealedPlan):
        return text_of(made.data)
    from reconciler.plan.plan_file import dumps  # only a plan that was read has a model

    return dumps(made)


def source_address(made: Made) -> str:
    """Return where the job's repository shows the files of the plan's commit; empty where no job says so."""
    server, repository = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    project = os.environ.get("CI_PROJECT_URL")
    root = f"{server}/{repository}/blob" if server and repository else f"{project}/-/blob" if project else ""
    commit = made.desired.commit
    return f"{root}/{commit}/{made.desired.folder}".rstrip("/") if root and commit else ""
