"""Reads and writes the ref of the last applied commit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.clock import now
from reconciler.errors import CannotRun, quoted
from reconciler.git import NoRepository, Refused, commit_of, git_output, output_or_none, run

if TYPE_CHECKING:
    from reconciler.plan.last_applied import Record


def applied_ref(space: str) -> str:
    """Return the ref that names the last applied commit of a space."""
    return f"refs/reconciler/applied/{space}"


def known_ref(root: Path, space: str) -> str | None:
    """Return the ref of the space's record, if it is here; raises CannotRun where git cannot answer."""
    ref = applied_ref(space)
    try:
        return ref if output_or_none(root, "rev-parse", "--verify", "--quiet", ref) else None
    except NoRepository:
        return None


def applied_of(refs: str | None, space: str, spaces: Sequence[str]) -> str | None:
    """Return the ref of a space among those given for a run: `refs` is parted by blanks.

    A ref that is named as the record of one of the run's spaces is that space's alone; any other counts for
    all.  Of a run about one space whatever was given is its own.  Raises CannotRun for two of one space.
    """
    words = (refs or "").split()
    if refs is None or (len(spaces) == 1 and len(words) <= 1):
        return refs
    records = {applied_ref(one): one for one in spaces}
    mine = [one for one in words if records.get(one) == space]
    rest = [one for one in words if one not in records and not one.startswith(applied_ref(""))]
    if len(found := mine or rest) > 1:
        raise CannotRun(f"--applied names {len(found)} commits for the space {space}", "name one for each")
    return found[0] if found else ""


def record_at(root: Path, ref: str, space: str) -> Record:
    """Return the record that a ref names; a ref without a message names a commit of which all was applied.

    A message that is no record of the space may be one of a newer version, or a broken one: which rows were
    left behind is not known then, so it is never taken for none.  Raises CannotRun.
    """
    from reconciler.plan.last_applied import Record, read_record  # who only asks for a ref needs no models

    commit = commit_of(root, ref)
    named = git_output(root, "rev-parse", "--verify", "--end-of-options", ref).strip()
    if git_output(root, "cat-file", "-t", named).strip() != "tag":
        return Record(space=space, commit=commit)
    _, _, message = git_output(root, "cat-file", "tag", named).partition("\n\n")
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
