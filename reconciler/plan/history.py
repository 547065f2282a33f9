"""What git knows of the desired state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reconciler.clock import now
from reconciler.errors import CannotRun, quoted
from reconciler.git import NoRepository, Refused, asked, run, text, told
from reconciler.plan.last_applied import Record, read_record


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


def applied_ref(space: str) -> str:
    """Return the ref that names the last applied commit of a space."""
    return f"refs/reconciler/applied/{space}"


def known_ref(root: Path, space: str) -> str | None:
    """Return the ref of the space's record, if it is here; raises CannotRun where git cannot answer."""
    ref = applied_ref(space)
    try:
        return ref if asked(root, "rev-parse", "--verify", "--quiet", ref) else None
    except NoRepository:
        return None


def record_at(root: Path, ref: str, space: str) -> Record:
    """Return the record that a ref names; a ref without a message names a commit of which all was applied.

    A message that is no record of the space may be one of a newer version, or a broken one: which rows were
    left behind is not known then, so it is never taken for none.  Raises CannotRun.
    """
    commit = commit_of(root, ref)
    named = told(root, "rev-parse", "--verify", "--end-of-options", ref).strip()
    if told(root, "cat-file", "-t", named).strip() != "tag":
        return Record(space=space, commit=commit)
    _, _, message = told(root, "cat-file", "tag", named).partition("\n\n")
    record = read_record(message, space)
    if record is None or record.commit != commit:
        fix = f"where all of its commit was applied, name the commit itself: {commit}"
        raise CannotRun(f"the tag {quoted(ref)} holds no record of {space} that this version can read", fix)
    return record


def write_record(root: Path, record: Record) -> str:
    """Make the space's ref name the record: a tag on its commit; returns the ref.

    The tag keeps the commit from being collected, and is fetched and pushed together with it.
    """
    stamp = f"reconciler <reconciler@localhost> {int(now().timestamp())} +0000"
    head_lines = f"object {record.commit}\ntype commit\ntag applied-{record.space}\ntagger {stamp}\n\n"
    made = run(root, "mktag", stdin=f"{head_lines}{record.model_dump_json()}\n".encode())
    ref = applied_ref(record.space)
    done = made if made.code else run(root, "update-ref", ref, made.text.strip())
    if done.code:
        raise Refused(done, f"{ref} was not written: check that the repository is writable")
    return ref


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
