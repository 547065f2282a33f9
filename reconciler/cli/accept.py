"""`reconciler accept`: one pull request that brings the files to live values that are to be kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.progress import reading
from reconciler.cli.streams import say_told, tell

if TYPE_CHECKING:
    from reconciler.forge.texts import Shown


@click.command("accept")
@click.argument("plan", type=click.Path(path_type=Path))
def command(plan: Path) -> int:
    """Bring the files to the live values of a drift report PLAN whose policy is `accept`.

    What rules in `propose` mode desire of their members becomes entries of items, in files beside theirs.
    Edits the files here, pushes them to the branch reconciler/accept-SPACE and keeps one pull request
    of it, which is closed where nothing is to be accepted.  In a GitHub job it needs
    GITHUB_TOKEN, in a GitLab job RECONCILER_FORGE_TOKEN.
    """
    from reconciler.adopt.proposals import propose
    from reconciler.adopt.refresh import refresh
    from reconciler.apply.saved_plan import read_plan
    from reconciler.cli.adopted import show_proposed, show_refreshed
    from reconciler.forge.choice import forge_of
    from reconciler.forge.git_push import written_tree
    from reconciler.forge.texts import Shown, request_text
    from reconciler.plan.accepted import acceptable, proposed
    from reconciler.plan.plan_file import plan_of

    made = read_plan(plan)
    found, space = plan_of(made), made.space.name
    branch, title = f"reconciler/accept-{space}", f"Accept live values of {space}"
    with forge_of(os.environ) as forge:
        if refs := list(acceptable(found)):
            with reading():
                refreshed = refresh(refs, None, space, tell, prune=False)
            show_refreshed(refreshed)
        if proposed(found):
            with reading():
                written = propose(found, tell)
            show_proposed(written)
        tree = written_tree(Path.cwd())
        if tree is None:
            say_told(f"{forge.request} {forge.close_request(branch)}.\n")
            return 0
        forge.push(Path.cwd(), tree, title, branch)
        body = forge.text(request_text(Shown(found, made), plan_of_files(space), space))
        say_told(f"{forge.request} {forge.write_request(branch, title, body)}.\n")
    return 0


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
