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
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

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
"""What `git rev-parse --local-env-vars` names, less the configuration that travels in variables."""

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
"""Variables that make git read other refs, attributes or paths than we name, or start a program."""

OURS = ("MEEGLE_", "RECONCILER_")
"""How the names of our own variables begin, secrets among them; git and what it starts need none."""

FORGE_TOKENS = frozenset({"GITHUB_TOKEN", "CI_JOB_TOKEN"})
"""Secrets that only a credential helper may need, where git goes to the network."""

OVERRIDES = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
"""The repository's own configuration cannot start a program of its choice when we only ask."""

NO = 1
"""The exit code by which git says no; anything above means that it could not answer."""

SAFE = re.compile(r"git config --global --add safe\.directory \S.*")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one git command ended with."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """The output as text; names that are not UTF-8 keep their bytes."""
        return self.out.decode("utf-8", "surrogateescape")

    @property
    def words(self) -> str:
        """What git says of its failure, on one line."""
        return " ".join(self.err.decode("utf-8", "replace").split()) or f"exit code {self.code}"


class NoGit(CannotRun):
    """There is no git program."""

    def __init__(self) -> None:
        """Make the message."""
        super().__init__("there is no git program", "install git; nothing was planned or sent")


class NoRepository(CannotRun):
    """The folder is in no git repository."""

    def __init__(self) -> None:
        """Make the message."""
        super().__init__("this is no git repository", "leave --base and --applied out, or run it in a clone")


class Refused(CannotRun):
    """Git does not answer here; its own words say why."""

    def __init__(self, answer: Answer, fix: str = "") -> None:
        """Make the message; where git names the command that helps, that is what to do."""
        safe = SAFE.search(answer.err.decode("utf-8", "replace"))
        advice = f"`{safe[0].strip()}`" if safe else fix or "mend what git says, then run it again"
        super().__init__(f"git refuses: {answer.words}", advice)


class Unreadable(CannotRun):
    """A file of a commit cannot be had, for instance since a partial clone cannot fetch it."""

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


def environment(config: Mapping[str, str] | None = None, *, network: bool = False) -> dict[str, str]:
    """Return the variables that git gets; `config` is added to the configuration that travels in them."""
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
    """Run one git command, which never asks anybody; raises NoGit."""
    done = subprocess.run(  # noqa: S603 - a fixed program, arguments of ours
        [program(), "-C", str(root), *OVERRIDES, *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        env={**environment(config, network=network), **(environ or {})},
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def text(root: Path, *arguments: str) -> str | None:
    """Return what git says; None where it says no or cannot answer, for questions that decide nothing."""
    try:
        answer = run(root, *arguments)
    except NoGit:
        return None
    return None if answer.code else answer.text


def asked(root: Path, *arguments: str) -> str | None:
    """Return what git says, None where it says no.  Raises NoGit, NoRepository or Refused."""
    answer = run(root, *arguments)
    if answer.code > NO:
        raise why_not(root, answer)
    return None if answer.code else answer.text


def told(root: Path, *arguments: str) -> str:
    """Return what git says; whatever is no answer raises NoGit, NoRepository or Refused."""
    answer = run(root, *arguments)
    if answer.code:
        raise why_not(root, answer)
    return answer.text


def why_not(root: Path, answer: Answer) -> CannotRun:
    """Return the error for an answer that is none: no repository, or git's own words."""
    return Refused(answer) if is_inside(root) else NoRepository()


def is_inside(root: Path) -> bool:
    """Whether a repository begins here or above.  Git's words are not asked: they are in any language."""
    whole = root.resolve()
    return any(os.path.lexists(folder / ".git") for folder in (whole, *whole.parents))


def blobs(root: Path, ids: Iterable[str], largest: int) -> Iterator[bytes | None]:
    """Yield the content of each blob by one git process; None for one that is larger than `largest` bytes."""
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
            env=environment(),
        ) as process:
            stream = cast("IO[bytes]", process.stdout)
            try:
                for one in desired:
                    header = stream.readline().split()
                    if len(header) != len(HEADER):
                        if not header:
                            process.wait()
                        raise unreadable(one, said)
                    yield content(stream, int(header[2]), largest)
            finally:
                process.kill()


def unreadable(one: str, said: IO[bytes]) -> Unreadable:
    """Return the error for a blob that did not come, with git's words where it died of it."""
    said.seek(0)
    return Unreadable(Answer(NO, b"", said.read() or f"{one} is missing".encode()).words)


HEADER = ("id", "type", "size")
CHUNK = 1 << 20


def content(stream: IO[bytes], size: int, largest: int) -> bytes | None:
    """Read one blob and the line feed behind it; None where it is too large."""
    if size <= largest:
        return stream.read(size + 1)[:-1]
    skip(stream, size + 1)
    return None


def skip(stream: IO[bytes], size: int) -> None:
    """Read over so many bytes."""
    while size > 0:
        size -= len(stream.read(min(size, CHUNK))) or size


def head(root: Path) -> str | None:
    """Return the commit that is checked out at `root`, None before the first one.

    Raises NoGit, NoRepository or Refused where git cannot answer.
    """
    sha = asked(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    return sha.strip() if sha else None


def prefix(root: Path) -> str:
    """Return the way from the repository's root to a folder, ending in `/`; empty where there is none."""
    return (text(root, "rev-parse", "--show-prefix") or "").rstrip("\n")


def commit_of(root: Path, ref: str) -> str:
    """Return the full hash of a ref; raises CannotRun, for a shallow clone with the command that mends it."""
    sha = asked(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if sha:
        return sha.strip()
    if is_shallow(root):
        fix = "fetch it: `git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout"
        raise CannotRun(f"no commit {quoted(ref)} in this shallow clone", fix)
    raise CannotRun(f"no commit {quoted(ref)} here", "check its name, or fetch it")


def fetch(root: Path, commits: Iterable[str], config: Mapping[str, str]) -> None:
    """Fetch commits that are not here, alone; raises CannotRun where the remote has them not."""
    for sha in commits:
        if run(root, "cat-file", "-e", f"{sha}^{{commit}}").code:
            depth = ("--depth=1",) if is_shallow(root) else ()
            command = ("fetch", "--quiet", "--no-tags", *depth, "origin", sha)
            if run(root, *command, config=config, network=True).code:
                raise CannotRun(f"cannot fetch the commit {sha[:12]}", "check that it is still on a branch")


def is_shallow(root: Path) -> bool:
    """Whether the clone lacks its older commits."""
    return (text(root, "rev-parse", "--is-shallow-repository") or "").strip() == "true"


@dataclass(frozen=True, slots=True)
class Authorship:
    """Who wrote a line, in which commit, and when."""

    sha: str
    author: str
    at: datetime


def author_of(root: Path, file: str, line: int) -> Authorship | None:
    """Return who wrote a line; None outside git, and for one that is not committed yet."""
    said = text(root, "blame", "--porcelain", "-L", f"{line},{line}", "--", file)
    rows = dict(row.partition(" ")[::2] for row in (said or "").splitlines() if row and row[0] != "\t")
    sha = (said or "").partition(" ")[0]
    if not sha or not sha.strip("0") or "author-time" not in rows:
        return None
    return Authorship(sha, rows.get("author", ""), datetime.fromtimestamp(int(rows["author-time"]), UTC))


def files_since(root: Path, folder: str, base: str) -> tuple[str, ...]:
    """Return the files below a folder that differ from a commit, deleted files among them.

    A file that the index calls unchanged, or that git is told to ignore, counts as differing: it is read.
    """
    sha = commit_of(root, base)
    place = f":(literal){folder}"
    differ = told(
        root, "diff", "--no-ext-diff", "--name-only", "--no-renames", "--relative", "-z", sha, "--", place
    )
    others = told(root, "ls-files", "--others", "-z", "--", place)
    marked = told(root, "ls-files", "-v", "-z", "--", place).split("\0")
    unwatched = (row[2:] for row in marked if row[:1].islower() or row[:1] == "S")
    return tuple(sorted({one for one in (*f"{differ}{others}".split("\0"), *unwatched) if one}))
