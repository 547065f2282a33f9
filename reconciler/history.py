"""What git knows of the desired state."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.clock import now
from reconciler.errors import CannotRun, quoted
from reconciler.record import Record, read_record


@dataclass(frozen=True, slots=True)
class Commit:
    """The commit that is checked out, and whether the work tree differs from it."""

    sha: str
    dirty: bool


def head(root: Path) -> Commit | None:
    """Return what is checked out at `root`; None outside a git repository or without a commit."""
    sha = git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    if sha is None:
        return None
    return Commit(sha.strip(), bool(git(root, "status", "--porcelain", "--untracked-files=no")))


def commit_of(root: Path, ref: str) -> str:
    """Return the full hash of a ref; raises CannotRun, for a shallow clone with the command that mends it."""
    sha = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if sha:
        return sha.strip()
    if git(root, "rev-parse", "--git-dir") is None:
        raise CannotRun("this is no git repository", "leave --base and --applied out, or run it in a clone")
    if is_shallow(root):
        fix = "fetch it: `git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout"
        raise CannotRun(f"no commit {quoted(ref)} in this shallow clone", fix)
    raise CannotRun(f"no commit {quoted(ref)} here", "check its name, or fetch it")


def applied_ref(space: str) -> str:
    """Return the ref that names the last applied commit of a space."""
    return f"refs/reconciler/applied/{space}"


def known_ref(root: Path, space: str) -> str | None:
    """Return the ref of the space's record, if it is here."""
    ref = applied_ref(space)
    return ref if git(root, "rev-parse", "--verify", "--quiet", ref) else None


def record_at(root: Path, ref: str, space: str) -> Record:
    """Return the record that a ref names; any other ref names a commit of which all was applied."""
    commit = commit_of(root, ref)
    tag = git(root, "cat-file", "tag", ref) or ""
    _, _, message = tag.partition("\n\n")
    record = read_record(message, space)
    return record if record and record.commit == commit else Record(space=space, commit=commit)


def write_record(root: Path, record: Record) -> str:
    """Make the space's ref name the record: a tag on its commit; returns the ref.

    The tag keeps the commit from being collected, and is fetched and pushed together with it.
    """
    stamp = f"reconciler <reconciler@localhost> {int(now().timestamp())} +0000"
    head_lines = f"object {record.commit}\ntype commit\ntag applied-{record.space}\ntagger {stamp}\n\n"
    made = git_bytes(root, "mktag", stdin=f"{head_lines}{record.model_dump_json()}\n".encode())
    ref = applied_ref(record.space)
    if made is None or git(root, "update-ref", ref, made.decode().strip()) is None:
        raise CannotRun(f"cannot write {ref}", "check that the commit is here and the repository writable")
    return ref


def fetch(root: Path, commits: Iterable[str], environ: Mapping[str, str]) -> None:
    """Fetch commits that are not here, alone; raises CannotRun where the remote has them not."""
    for sha in commits:
        if git(root, "cat-file", "-e", f"{sha}^{{commit}}") is None:
            depth = ("--depth=1",) if is_shallow(root) else ()
            if git(root, "fetch", "--quiet", "--no-tags", *depth, "origin", sha, environ=environ) is None:
                raise CannotRun(f"cannot fetch the commit {sha[:12]}", "check that it is still on a branch")


def is_shallow(root: Path) -> bool:
    """Whether the clone lacks its older commits."""
    return (git(root, "rev-parse", "--is-shallow-repository") or "").strip() == "true"


@dataclass(frozen=True, slots=True)
class Authorship:
    """Who wrote a line, in which commit, and when."""

    sha: str
    author: str
    at: datetime


def author_of(root: Path, file: str, line: int) -> Authorship | None:
    """Return who wrote a line; None outside git, and for one that is not committed yet."""
    told = git(root, "blame", "--porcelain", "-L", f"{line},{line}", "--", file)
    rows = dict(row.partition(" ")[::2] for row in (told or "").splitlines() if row and row[0] != "\t")
    sha = (told or "").partition(" ")[0]
    if not sha or not sha.strip("0") or "author-time" not in rows:
        return None
    return Authorship(sha, rows.get("author", ""), datetime.fromtimestamp(int(rows["author-time"]), UTC))


@contextmanager
def tree_at(root: Path, sha: str, folders: Iterable[str]) -> Iterator[Path]:
    """Yield a temporary folder with some folders of the tree as they were at a commit."""
    listed = git(root, "ls-tree", "--name-only", "-z", sha, "--", *folders)
    with TemporaryDirectory(prefix="reconciler-base-") as temporary:
        there = [name for name in (listed or "").split("\0") if name]
        if there:
            packed = git_bytes(root, "archive", "--format=tar", sha, "--", *there) or b""
            with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
                archive.extractall(temporary, filter="data")
        yield Path(temporary)


def git(root: Path, *arguments: str, environ: Mapping[str, str] | None = None) -> str | None:
    """Run git and return its text; None where there is no git or it refuses."""
    out = git_bytes(root, *arguments, environ=environ)
    return None if out is None else out.decode("utf-8", "surrogateescape")


def git_bytes(
    root: Path, *arguments: str, stdin: bytes = b"", environ: Mapping[str, str] | None = None
) -> bytes | None:
    """Run git and return its output; None where there is no git or it refuses.  It never asks."""
    program = shutil.which("git")
    if program is None:
        return None
    done = subprocess.run(  # noqa: S603 - a fixed program, arguments of ours
        [program, "-C", str(root), *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0", **(environ or {})},
    )
    return done.stdout if done.returncode == 0 else None
