"""The last applied commit as a ref of the remote repository, for every CI system but GitHub's.

On a branch (`refs/heads/…`) the record is the first line of a commit whose parents are the commit that was
applied and the record before: so the branch moves forward only, as a protected one must, and keeps every
record.  Any other ref names a tag object, as `refs/reconciler/applied/SPACE` does here.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Final

from reconciler.errors import CannotRun, quoted
from reconciler.forge.git_push import AUTHOR
from reconciler.forge.protocol import Report
from reconciler.git import Answer, fetch, git_output, is_shallow, run
from reconciler.plan.last_applied import Record, read_record
from reconciler.plan.last_applied_ref import record_at, write_record

VARIABLE: Final = "RECONCILER_RECORD_REF"
BRANCHES: Final = "refs/heads/"
BRANCH: Final = f"{BRANCHES}reconciler/applied/{{space}}"
"""Where records are kept unless the variable names another ref; `{space}` is filled in."""
REF: Final = re.compile(r"refs/[A-Za-z0-9][A-Za-z0-9._/{}-]*")
NONE: Final = 2
"""Exit code of `git ls-remote --exit-code` where there is no such ref."""
SKIP: Final = "[skip ci]"
"""Keeps the push of a record from starting the jobs that a team runs for every branch."""
RIGHT: Final = "it takes a token that may push to this ref (on GitLab: `write_repository`, role Maintainer)"


class GitRecords:
    """The records on a ref of `origin`; they are pushed to `remote` with `config`."""

    def __init__(self, form: str, remote: str = "origin", config: Mapping[str, str] | None = None) -> None:
        """Keep the form of the ref's name; raises CannotRun where it is none."""
        if not REF.fullmatch(form):
            raise CannotRun(f"{VARIABLE} is no ref", f"write it as {BRANCH}")
        self.form = form
        self.remote = remote
        self.config = config or {}

    def ref(self, space: str) -> str:
        """Return the ref of a space."""
        return self.form.replace("{space}", space)

    def newest(self, root: Path, space: str, report: Report) -> Record | None:
        """Return the record, if each commit that it names is on the default branch.

        Whoever may push to the ref can write a record; what such a record may do is to name another commit
        that was merged.  One that cannot be read or believed is an error, never the absence of a record.
        """
        del report
        record = self.present(root, space)
        if record is None:
            return None
        fetch(root, record.commits(), {})
        strangers = [one for one in record.commits() if not is_merged(root, one)]
        if strangers:
            raise CannotRun(
                f"the record {self.ref(space)} names {strangers[0][:12]}, which is not on the default branch",
                "see who pushed it; name the last applied commit by --applied",
            )
        return record

    def latest(self, root: Path, space: str, known: Container[str], report: Report) -> Record | None:
        """Return the record, if its commit is known or on the default branch."""
        record = self.present(root, space)
        if record is None or record.commit in known or is_merged(root, record.commit):
            return record
        report(
            f"the record {self.ref(space)} is left out: it names a commit that is not on the default branch"
        )
        return None

    def present(self, root: Path, space: str) -> Record | None:
        """Return the record as it is, whoever wrote it."""
        ref = self.ref(space)
        there = run(root, "ls-remote", "--exit-code", "origin", ref, network=True)
        if there.code == NONE:
            return None
        if there.code or fetch_ref(root, ref).code:
            raise CannotRun(f"cannot fetch {ref}: {there.words}", "check that origin can be reached")
        return read_ref(root, space, ref)

    def make(self, root: Path, record: Record) -> str:
        """Push a record; returns the ref."""
        ref = self.ref(record.space)
        if ref.startswith(BRANCHES):
            moved = f"{record_commit(root, ref, record)}:{ref}"
        else:
            moved = f"+{write_record(root, record)}:{ref}"
        done = run(root, "push", "--quiet", self.remote, moved, config=self.config, network=True)
        if done.code:
            raise CannotRun(f"cannot push the record to {ref}: {done.words}", RIGHT)
        return ref


def fetch_ref(root: Path, ref: str) -> Answer:
    """Fetch a ref into FETCH_HEAD."""
    depth = ("--depth=1",) if is_shallow(root) else ()
    return run(root, "fetch", "--quiet", "--no-tags", *depth, "origin", ref, network=True)


def read_ref(root: Path, space: str, ref: str) -> Record:
    """Read the record that was fetched."""
    if not ref.startswith(BRANCHES):
        return record_at(root, "FETCH_HEAD", space)
    head, _, message = git_output(root, "cat-file", "commit", "FETCH_HEAD").partition("\n\n")
    record = read_record(message.partition("\n")[0], space)
    if record is None or f"\nparent {record.commit}\n" not in head:
        fix = "see who pushed it; name the last applied commit by --applied"
        raise CannotRun(f"{quoted(ref)} holds no record of {space} that this version can read", fix)
    return record


def is_merged(root: Path, commit: str) -> bool:
    """Return True if a commit is on the remote's default branch."""
    if fetch_ref(root, "HEAD").code:
        raise CannotRun("cannot fetch the default branch", "check that origin can be reached")
    if run(root, "merge-base", "--is-ancestor", commit, "FETCH_HEAD").code == 0:
        return True
    if is_shallow(root):
        raise CannotRun("this shallow clone cannot tell what was merged", "clone all of it: `GIT_DEPTH: 0`")
    return False


def record_commit(root: Path, ref: str, record: Record) -> str:
    """Make the commit that holds a record, on top of the one before; returns its hash."""
    parents = [record.commit]
    if fetch_ref(root, ref).code == 0:
        parents.append(git_output(root, "rev-parse", "FETCH_HEAD^{commit}").strip())
    arguments = [word for one in parents for word in ("-p", one)]
    tree = git_output(root, "rev-parse", f"{record.commit}^{{tree}}").strip()
    made = run(
        root,
        "commit-tree",
        tree,
        *arguments,
        stdin=f"{record.model_dump_json()}\n\n{SKIP}\n".encode(),
        environ=AUTHOR,
    )
    if made.code:
        raise CannotRun(f"cannot make the record: {made.words}", "check that the repository is writable")
    return made.text.strip()
