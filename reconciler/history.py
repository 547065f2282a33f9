"""What git knows of the desired state."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.errors import CannotRun, quoted


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
    if (git(root, "rev-parse", "--is-shallow-repository") or "").strip() == "true":
        fix = "fetch it: `git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout"
        raise CannotRun(f"no commit {quoted(ref)} in this shallow clone", fix)
    raise CannotRun(f"no commit {quoted(ref)} here", "check its name, or fetch it")


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


def git(root: Path, *arguments: str) -> str | None:
    """Run git and return its text; None where there is no git or it refuses."""
    out = git_bytes(root, *arguments)
    return None if out is None else out.decode("utf-8", "surrogateescape")


def git_bytes(root: Path, *arguments: str) -> bytes | None:
    """Run git and return its output; None where there is no git or it refuses."""
    program = shutil.which("git")
    if program is None:
        return None
    done = subprocess.run(  # noqa: S603 - a fixed program, arguments of ours
        [program, "-C", str(root), *arguments], capture_output=True, check=False
    )
    return done.stdout if done.returncode == 0 else None
