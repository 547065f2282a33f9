"""`reconciler accept`: one pull request that brings the files to live values that are to be kept."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.streams import say, tell
from reconciler.errors import CannotRun

if TYPE_CHECKING:
    from reconciler.forge.github.job import Job
    from reconciler.model import Plan

HALF = 28_000
"""Characters of each half of the pull request's text."""


@click.command("accept")
@click.argument("plan", type=click.Path(path_type=Path))
def command(plan: Path) -> int:
    """Bring the files to the live values of a drift report PLAN whose policy is `accept`.

    Edits the files here, pushes them to the branch reconciler/accept-SPACE and keeps one pull request
    of it, which is closed where nothing is to be accepted.  Needs GITHUB_TOKEN.
    """
    from reconciler.adopt.refresh import refresh
    from reconciler.apply.saved_plan import read_plan
    from reconciler.cli.adopted import show_refreshed
    from reconciler.forge.github.job import job_from
    from reconciler.forge.github.outputs import acceptable
    from reconciler.forge.github.pulls import close_pull, write_pull
    from reconciler.forge.github.rest import GitHub
    from reconciler.plan.plan_file import plan_of

    job = job_from(os.environ)
    made = read_plan(plan)
    found = plan_of(made)
    branch, title = f"reconciler/accept-{made.space.name}", f"Accept live values of {made.space.name}"
    if refs := list(acceptable(found)):
        show_refreshed(refresh(refs, None, made.space.name, tell, prune=False))
    tree = written_tree(Path.cwd())
    with GitHub(job) as github:
        if tree is None:
            say(f"Pull request {close_pull(github, branch)}.\n")
            return 0
        push(Path.cwd(), tree, title, branch, job)
        body = pull_text(found, made.space.name)
        say(f"Pull request {write_pull(github, branch, job.branch, title, body)}.\n")
    return 0


def written_tree(root: Path) -> str | None:
    """Return the tree with the files as they are now; None where it is the commit's."""
    from reconciler.git import NoRepository, told

    try:
        told(root, "add", "--update", "--", ".")
        tree, before = told(root, "write-tree"), told(root, "rev-parse", "HEAD^{tree}")
    except NoRepository:
        raise CannotRun("this is no git repository", "run it in a clone") from None
    return None if tree == before else tree.strip()


def push(root: Path, tree: str, message: str, branch: str, job: Job) -> None:
    """Make the branch one commit on top of this one, unless it holds the same files already."""
    from reconciler.git import run, text

    def remote(*arguments: str) -> bool:
        return not run(root, *arguments, config=job.git_config(), network=True).code

    if remote("fetch", "--quiet", "--no-tags", "--depth=1", "origin", branch):
        there = text(root, "rev-parse", "FETCH_HEAD^{tree}")
        if there and there.strip() == tree:
            return
    who = {
        f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in IDENTITY.items()
    }
    commit = run(root, "commit-tree", tree, "-p", "HEAD", "-m", message, environ=who)
    target = f"{commit.text.strip()}:refs/heads/{branch}"
    if commit.code or not remote("push", "--quiet", "--force", "origin", target):
        raise CannotRun(f"cannot push {branch}", "give the job `contents: write`")


IDENTITY = {"NAME": "reconciler", "EMAIL": "reconciler@localhost"}


def pull_text(found: Plan, space: str) -> str:
    """Return the text: the values that the files take over, and the plan of the new files.

    A pull request that a workflow's token opened starts no workflow, so it carries its plan itself.
    """
    from reconciler.cli.plan import dated, planned
    from reconciler.desired.workspace import open_workspace
    from reconciler.plan.last_applied_ref import known_ref
    from reconciler.plan.planning import Refs, Selection
    from reconciler.plan.source_commit import source_of, sourced
    from reconciler.render.markdown import plan_markdown

    values = accepted(found)
    taken = plan_markdown(values, dated(values), artifact="drift", limit=HALF)
    workspace = open_workspace((), space)
    tell(*workspace.notes)
    refs = Refs("HEAD", known_ref(workspace.root, workspace.space))
    source = source_of(workspace)
    plan = sourced(planned(workspace, Selection(), refs, None, blame=False), source)
    after = plan_markdown(plan, dated(plan), artifact="drift", limit=HALF)
    parts = [text.partition("\n")[2] for text in (taken, after)]
    return (
        f"<!-- reconciler:accept v1 space={space} -->\n"
        f"The files take over these live values, whose policy is `accept`:\n\n{parts[0]}\n"
        f"With this merged:\n\n{parts[1]}"
    )


def accepted(plan: Plan) -> Plan:
    """Keep the rows whose live value is to be accepted."""
    from reconciler.forge.github.outputs import ACCEPT

    kept = (
        replace(update, changes=tuple(one for one in update.changes if one.held == ACCEPT))
        for update in plan.skipped
    )
    left = tuple(update for update in kept if update.changes)
    return replace(plan, updates=(), skipped=left, blocks=(), guards=(), notes=(), settings_changes=())
