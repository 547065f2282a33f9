"""The git program: every git command of the product is run here.

Git obeys its environment before it obeys the folder that it is run in: a hook of a linked worktree hands on
`GIT_DIR` and `GIT_INDEX_FILE`, and then `git -C elsewhere` still speaks of the hook's repository.  So the
variables that choose a repository are removed.  The user's and the machine's configuration stays: it alone
may say `safe.directory`, and it holds proxies, keys and credential helpers.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from msgspec import Struct

from reconciler.errors import CannotRun, quoted

LOCAL = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_CONFIG",
        "GIT_OBJECT_DIRECTORY",
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_GRAFT_FILE",
        "GIT_INDEX_FILE",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_REPLACE_REF_BASE",
        "GIT_PREFIX",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_SHALLOW_FILE",
        "GIT_COMMON_DIR",
    }
)
"""The output of `git rev-parse --local-env-vars`, without the variables that carry configuration."""

MEDDLERS = frozenset(
    {
        "GIT_NAMESPACE",
        "GIT_ATTR_SOURCE",
        "GIT_EXTERNAL_DIFF",
        "GIT_LITERAL_PATHSPECS",
        "GIT_GLOB_PATHSPECS",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
    }
)
"""Variables that make git read other refs, attributes or paths than ours, or start a program."""

OURS = ("MEEGLE_", "RECONCILER_")
"""Prefixes of our own variables, secrets among them. Git and its helpers do not get them."""

FORGE_TOKENS = frozenset({"GITHUB_TOKEN", "CI_JOB_TOKEN"})
"""Secrets that only a credential helper may need; passed on when git uses the network."""

OVERRIDES = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
"""Stop the repository's own configuration from starting programs when we only read."""

NO = 1
"""Git's exit code for "no"; a higher one means that git could not answer."""

SAFE = re.compile(r"git config --global --add safe\.directory \S.*")


class Answer(Struct, frozen=True):
    """The result of one git command."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """The output as text; names that are not UTF-8 keep their bytes."""
        return self.out.decode("utf-8", "surrogateescape")

    @property
    def words(self) -> str:
        """Git's error message on one line."""
        return " ".join(self.err.decode("utf-8", "replace").split()) or f"exit code {self.code}"


class NoGit(CannotRun):
    """The git program is not installed."""

    def __init__(self) -> None:
        """Make the message."""
        super().__init__("git is not installed", "install git; nothing was planned or sent")


class NoRepository(CannotRun):
    """The folder is not in a git repository."""

    def __init__(self) -> None:
        """Make the message."""
        super().__init__("not a git repository", "leave --base and --applied out, or run it in a clone")


class Refused(CannotRun):
    """Git refused to answer; the message repeats its reason."""

    def __init__(self, answer: Answer, fix: str = "") -> None:
        """Make the message; where git names the command that helps, that is what to do."""
        safe = SAFE.search(answer.err.decode("utf-8", "replace"))
        advice = f"`{safe[0].strip()}`" if safe else fix or "fix this, then run it again"
        super().__init__(f"git refuses: {answer.words}", advice)


class Unreadable(CannotRun):
    """A file of a commit cannot be read, for example because a partial clone cannot fetch it."""

    def __init__(self, words: str) -> None:
        """Make the message."""
        fix = "`git fetch --refetch --no-filter` brings what a partial clone lacks; else look at `git fsck`"
        super().__init__(f"git cannot read a file of the commit: {words}", fix)


def program() -> str:
    """Return the path of the git program; raises NoGit."""
    found = shutil.which("git")
    if found is None:
        raise NoGit
    return found


def git_environment(config: Mapping[str, str] | None = None, *, network: bool = False) -> dict[str, str]:
    """Return the environment for git; `config` is added to the configuration in its variables."""
    removed = LOCAL | MEDDLERS | (frozenset() if network else FORGE_TOKENS)
    kept = {
        name: value for name, value in os.environ.items() if name not in removed and not name.startswith(OURS)
    }
    numbered = kept.get("GIT_CONFIG_COUNT", "")
    first = int(numbered) if numbered.isdecimal() else 0
    for number, (key, value) in enumerate((config or {}).items(), first):
        kept |= {
            "GIT_CONFIG_COUNT": str(number + 1),
            f"GIT_CONFIG_KEY_{number}": key,
            f"GIT_CONFIG_VALUE_{number}": value,
        }
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_NO_REPLACE_OBJECTS": "1"}


def run(
    root: Path,
    *arguments: str,
    stdin: bytes = b"",
    config: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    network: bool = False,
) -> Answer:
    """Run one git command without prompts; raises NoGit."""
    done = subprocess.run(  # noqa: S603 - a fixed program, arguments of ours
        [program(), "-C", str(root), *OVERRIDES, *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        env={**git_environment(config, network=network), **(environ or {})},
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def git_text(root: Path, *arguments: str) -> str | None:
    """Return git's output; None if git says no or cannot answer. Only for questions that decide nothing."""
    try:
        answer = run(root, *arguments)
    except NoGit:
        return None
    return None if answer.code else answer.text


def output_or_none(root: Path, *arguments: str) -> str | None:
    """Return git's output, or None if git says no.  Raises NoGit, NoRepository or Refused."""
    answer = run(root, *arguments)
    if answer.code > NO:
        raise why_not(root, answer)
    return None if answer.code else answer.text


def git_output(root: Path, *arguments: str) -> str:
    """Return git's output; raises NoGit, NoRepository or Refused if git says no or cannot answer."""
    answer = run(root, *arguments)
    if answer.code:
        raise why_not(root, answer)
    return answer.text


def why_not(root: Path, answer: Answer) -> CannotRun:
    """Return the error for a failed command: no repository, or git's own message."""
    return Refused(answer) if is_repository(root) else NoRepository()


def is_repository(root: Path) -> bool:
    """Return whether this folder or one above it is a repository.  Git's messages are localised."""
    whole = root.resolve()
    return any(os.path.lexists(folder / ".git") for folder in (whole, *whole.parents))


def blobs(root: Path, ids: Iterable[str], largest: int) -> Iterator[bytes | None]:
    """Yield the content of each blob, read by one git process; None if larger than `largest` bytes."""
    desired = list(ids)
    if not desired:
        return
    with tempfile.TemporaryFile() as names, tempfile.TemporaryFile() as said:
        names.write("".join(f"{one}\n" for one in desired).encode())
        names.seek(0)
        with subprocess.Popen(  # noqa: S603 - a fixed program, arguments of ours
            [program(), "-C", str(root), *OVERRIDES, "cat-file", "--batch"],
            stdin=names,
            stdout=subprocess.PIPE,
            stderr=said,
            env=git_environment(),
        ) as process:
            stream = cast("IO[bytes]", process.stdout)
            try:
                for one in desired:
                    header = stream.readline().split()
                    if len(header) != len(HEADER):
                        if not header:
                            process.wait()
                        raise unreadable_blob(one, said)
                    yield read_blob(stream, int(header[2]), largest)
            finally:
                process.kill()


def unreadable_blob(one: str, said: IO[bytes]) -> Unreadable:
    """Return the error for a missing blob, with git's message if the process failed."""
    said.seek(0)
    return Unreadable(Answer(NO, b"", said.read() or f"{one} is missing".encode()).words)


HEADER = ("id", "type", "size")
CHUNK = 1 << 20


def read_blob(stream: IO[bytes], size: int, largest: int) -> bytes | None:
    """Read one blob and the line feed after it; None if it is too large."""
    if size <= largest:
        return stream.read(size + 1)[:-1]
    skip(stream, size + 1)
    return None


def skip(stream: IO[bytes], size: int) -> None:
    """Skip this many bytes."""
    while size > 0:
        size -= len(stream.read(min(size, CHUNK))) or size


def head_commit(root: Path) -> str | None:
    """Return the commit that is checked out at `root`; None if there is no commit yet.

    Raises NoGit, NoRepository or Refused if git cannot answer.
    """
    sha = output_or_none(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    return sha.strip() if sha else None


def folder_prefix(root: Path) -> str:
    """Return the path of a folder in its repository, ending in `/`; empty at the root or outside git."""
    return (git_text(root, "rev-parse", "--show-prefix") or "").rstrip("\n")


def commit_of(root: Path, ref: str) -> str:
    """Return the full hash of a ref; raises CannotRun, with the command that completes a shallow clone."""
    sha = output_or_none(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if sha:
        return sha.strip()
    if is_shallow(root):
        fix = "fetch it: `git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout"
        raise CannotRun(f"no commit {quoted(ref)} in this shallow clone", fix)
    raise CannotRun(f"no commit {quoted(ref)} here", "check its name, or fetch it")


def fetch(root: Path, commits: Iterable[str], config: Mapping[str, str]) -> None:
    """Fetch missing commits without their history; raises CannotRun if the remote does not have them."""
    for sha in commits:
        if run(root, "cat-file", "-e", f"{sha}^{{commit}}").code:
            depth = ("--depth=1",) if is_shallow(root) else ()
            command = ("fetch", "--quiet", "--no-tags", *depth, "origin", sha)
            if run(root, *command, config=config, network=True).code:
                raise CannotRun(f"cannot fetch the commit {sha[:12]}", "check that it is still on a branch")


def is_shallow(root: Path) -> bool:
    """Return whether the clone is shallow: it lacks older commits."""
    return (git_text(root, "rev-parse", "--is-shallow-repository") or "").strip() == "true"


class Authorship(Struct, frozen=True):
    """The author, commit and time of a line."""

    sha: str
    author: str
    at: datetime


def author_of(root: Path, file: str, line: int) -> Authorship | None:
    """Return the author of a line; None outside git, and for a line that is not committed yet."""
    said = git_text(root, "blame", "--porcelain", "-L", f"{line},{line}", "--", file)
    rows = dict(row.partition(" ")[::2] for row in (said or "").splitlines() if row and row[0] != "\t")
    sha = (said or "").partition(" ")[0]
    if not sha or not sha.strip("0") or "author-time" not in rows:
        return None
    return Authorship(sha, rows.get("author", ""), datetime.fromtimestamp(int(rows["author-time"]), UTC))


def files_since(root: Path, folder: str, base: str) -> tuple[str, ...]:
    """Return the files below a folder that differ from a commit, deleted files included.

    A file that is marked unchanged in the index, or ignored by git, counts as differing, since it is read.
    """
    sha = commit_of(root, base)
    place = f":(literal){folder}"
    differ = git_output(
        root, "diff", "--no-ext-diff", "--name-only", "--no-renames", "--relative", "-z", sha, "--", place
    )
    others = git_output(root, "ls-files", "--others", "-z", "--", place)
    marked = git_output(root, "ls-files", "-v", "-z", "--", place).split("\0")
    unwatched = (row[2:] for row in marked if row[:1].islower() or row[:1] == "S")
    return tuple(sorted({one for one in (*f"{differ}{others}".split("\0"), *unwatched) if one}))
