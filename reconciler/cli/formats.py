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

Make: TypeAlias = "Callable[[], tuple[Made, ...]]"
"""Makes the files of the plans; a format that shows nothing of them does without."""


class Showing(NamedTuple):
    """What is shown: the plans of a run, by space, and their files; `full`: one line a field in text."""

    plans: tuple[Plan, ...]
    make: Make
    full: bool = False

    @property
    def one(self) -> Plan | None:
        """The plan of a run about one space; None if it is about several."""
        return self.plans[0] if len(self.plans) == 1 else None


def lines_for_people(shown: Showing) -> str:
    """Return the lines for people."""
    if plan := shown.one:
        from reconciler.render.text import plan_text

        return plan_text(plan, full=shown.full)
    from reconciler.render.spaces import plans_text

    return plans_text(shown.plans, full=shown.full)


def json(shown: Showing) -> str:
    """Return the plan's file."""
    return safe_json(plan_text(shown.make()))


def comment_text(shown: Showing) -> str:
    """Return the comment."""
    if plan := shown.one:
        from reconciler.render.markdown import plan_markdown

        return plan_markdown(plan, shown.make()[0])
    from reconciler.render.spaces import plans_markdown

    return plans_markdown(shown.plans, shown.make())


def page(shown: Showing) -> str:
    """Return the page."""
    from reconciler.render.html import plan_html, plans_html

    made = shown.make()
    source = source_address(made[0])
    if plan := shown.one:
        return plan_html(plan, made[0], source=source)
    return plans_html(shown.plans, made, source=source)


def github_output(shown: Showing) -> str:
    """Return annotations and the text for the log; in a GitHub job the step summary is written, too."""
    from reconciler.forge.github.annotations import (
        plan_annotations,
        plans_annotations,
        spaces_summary,
        step_summary,
    )

    made, plan = shown.make(), shown.one
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            text = step_summary(plan, made[0]) if plan else spaces_summary(shown.plans, made)
            append(Path(summary), text)
        except CannotRun as error:
            tell(f"no step summary: {error}")
    folder = made[0].desired.folder
    found = plan_annotations(plan, folder) if plan else plans_annotations(shown.plans, folder)
    return found + lines_for_people(shown)


def gitlab(shown: Showing) -> str:
    """Return the counts for the merge request's widget."""
    from reconciler.render.gitlab_widget import plan_widget

    return plan_widget(*shown.plans)


def code_quality(shown: Showing) -> str:
    """Return the findings at lines."""
    from reconciler.render.code_quality import plans_code_quality

    return plans_code_quality(with_names(shown), shown.make()[0].desired.folder)


def junit(shown: Showing) -> str:
    """Return the items as cases."""
    from reconciler.render.junit import plan_junit

    return plan_junit(*with_names(shown))


def with_names(shown: Showing) -> tuple[Plan, ...]:
    """Return the plans for a view without headings: of several spaces each failure names its own."""
    if shown.one:
        return shown.plans
    from reconciler.render.spaces import named

    return tuple(map(named, shown.plans))


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


def plan_text(made: tuple[Made, ...]) -> str:
    """Return the text of a plan's file, of one space or of several, of one that was read, too."""
    from reconciler.plan.spaces_data import plans_text

    return plans_text(made)


def source_address(made: Made) -> str:
    """Return where the job's repository shows the files of the plan's commit; empty where no job says so."""
    server, repository = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    project = os.environ.get("CI_PROJECT_URL")
    root = f"{server}/{repository}/blob" if server and repository else f"{project}/-/blob" if project else ""
    commit = made.desired.commit
    return f"{root}/{commit}/{made.desired.folder}".rstrip("/") if root and commit else ""
