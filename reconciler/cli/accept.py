"""`reconciler accept`: one pull request that brings the files to live values that are to be kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import options
from reconciler.cli.progress import reading
from reconciler.cli.streams import say, say_told, tell
from reconciler.errors import ReconcilerError

if TYPE_CHECKING:
    from reconciler.forge.protocol import Forge
    from reconciler.forge.texts import Shown
    from reconciler.model import Plan, RunSpaces
    from reconciler.plan.plan_json import PlanFile


@click.command("accept")
@click.argument("plan", type=click.Path(path_type=Path))
@options.spaces
def command(plan: Path, *, spaces: tuple[str, ...]) -> int:
    """Bring the files to the live values of a drift report PLAN whose policy is `accept`.

    What rules in `propose` mode desire of their members becomes entries of items, in files beside theirs.
    Edits the files here, pushes those of each space to the branch reconciler/accept-SPACE and keeps one pull
    request of it, which is closed where nothing is to be accepted.  In a GitHub job it needs
    GITHUB_TOKEN, in a GitLab job RECONCILER_FORGE_TOKEN.
    """
    from reconciler.apply.saved_plan import chosen_plans, read_plans
    from reconciler.forge.choice import forge_of
    from reconciler.model import RunSpaces

    made = chosen_plans(read_plans(plan), spaces)
    names = tuple(one.space.name for one in made)
    code = 0
    with forge_of(os.environ) as forge:
        for one in made:
            try:
                done = accept_space(one, forge, RunSpaces(names, names))
            except ReconcilerError as error:
                if len(made) == 1:
                    raise
                tell(f"error: the space {one.space.name}: {error}")
                code = 1
            else:
                say(f"{one.space.name}: " if len(made) > 1 else "")
                say_told(f"{forge.request} {done}.\n")
    return code


def accept_space(made: PlanFile, forge: Forge, spaces: RunSpaces) -> str:
    """Keep the request of one space; returns what was done.  Raises ReconcilerError."""
    from reconciler.forge.git_push import written_tree
    from reconciler.forge.texts import Shown, request_text
    from reconciler.plan.plan_file import BadPlan, plan_of

    if made.errored:
        raise BadPlan("the run that made it failed")
    found, space = plan_of(made), made.space.name
    branch, title = f"reconciler/accept-{space}", f"Accept live values of {space}"
    files = written_files(found, spaces)
    tree = written_tree(Path.cwd(), files) if files else None
    if tree is None:
        return forge.close_request(branch)
    forge.push(Path.cwd(), tree, title, branch)
    body = forge.text(request_text(Shown(found, made), plan_of_files(space), space))
    return forge.write_request(branch, title, body)


def written_files(found: Plan, spaces: RunSpaces) -> set[str]:
    """Edit the files of a space, and return those with values that were accepted, now or in a run before."""
    from reconciler.adopt.proposals import propose
    from reconciler.adopt.refresh import refresh
    from reconciler.cli.adopted import show_proposed, show_refreshed
    from reconciler.meegle.connect import connection_for
    from reconciler.plan.accepted import acceptable, files_to_follow, proposed

    files = set[str]()
    if (refs := list(acceptable(found))) or proposed(found):
        connection_for(found.space, spaces)  # the plain variables are for one space alone of several
    if refs:
        with reading():
            refreshed = refresh(refs, None, found.space, tell, prune=False)
        show_refreshed(refreshed)
        # Those that an earlier run here has edited already hold nothing to refresh, and count all the same.
        files |= {*refreshed.files, *(one for one in files_to_follow(found) if Path(one).is_file())}
    if proposed(found):
        with reading():
            written = propose(found, tell)
        show_proposed(written)
        files |= {*written.files}
    return files


def plan_of_files(space: str) -> Shown:
    """Plan what the files as they are now would change."""
    from reconciler.desired.workspace import open_workspace
    from reconciler.forge.texts import Shown
    from reconciler.meegle.connect import connect
    from reconciler.plan import planning
    from reconciler.plan.last_applied_ref import known_ref
    from reconciler.plan.planning import PlanOptions, open_reader
    from reconciler.plan.source_commit import dated, source_of, sourced
    from reconciler.plan.why import Refs

    workspace = open_workspace((), space)
    refs = Refs("HEAD", known_ref(workspace.root, workspace.space))
    source = source_of(workspace)
    with (
        reading(),
        open_reader(
            workspace, connect(workspace.mistakes, tell, workspace.space, workspace.spaces)
        ) as reader,
    ):
        plan = sourced(planning.plan(workspace, reader, PlanOptions(refs=refs)), source)
    return Shown(plan, dated(plan))
