"""Pushes what a job has made of the files to a branch of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from reconciler.errors import CannotRun
from reconciler.git import NoRepository, Refused, git_output, git_text, run

IDENTITY: Final = {"NAME": "reconciler", "EMAIL": "reconciler@localhost"}
AUTHOR: Final = {
    f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in IDENTITY.items()
}


def written_tree(root: Path, files: Collection[str]) -> str | None:
    """Return the commit's tree with these files as they are now, new ones too; None where that is the same.

    Neither the index nor any other file of the folder takes part.
    """
    with TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": f"{folder}/index"}
        run(root, "read-tree", "HEAD", environ=index)
        names = "".join(f"{one}\0" for one in sorted(files)).encode("utf-8", "surrogateescape")
        literal = ("--literal-pathspecs", "add", "--pathspec-from-file=-", "--pathspec-file-nul")
        added = run(root, *literal, stdin=names, environ=index)
        tree = run(root, "write-tree", environ=index)
    try:
        before = git_output(root, "rev-parse", "HEAD^{tree}")
    except NoRepository:
        raise CannotRun("this is no git repository", "run it in a clone") from None
    if failed := next((one for one in (added, tree) if one.code), None):
        raise Refused(failed, "check that no file among them is ignored by git")
    return None if tree.text == before else tree.text.strip()


def push_tree(
    root: Path, tree: str, message: str, branch: str, remote: str, config: Mapping[str, str], right: str
) -> None:
    """Make the branch one commit on top of this one, unless it holds the same files already.

    `right` says what the job needs where the push is refused.
    """

    def reached(*arguments: str) -> bool:
        return not run(root, *arguments, config=config, network=True).code

    if reached("fetch", "--quiet", "--no-tags", "--depth=1", remote, branch):
        there = git_text(root, "rev-parse", "FETCH_HEAD^{tree}")
        if there and there.strip() == tree:
            return
    commit = run(root, "commit-tree", tree, "-p", "HEAD", "-m", message, environ=AUTHOR)
    target = f"{commit.text.strip()}:refs/heads/{branch}"
    if commit.code or not reached("push", "--quiet", "--force", remote, target):
        raise CannotRun(f"cannot push {branch}", right)
