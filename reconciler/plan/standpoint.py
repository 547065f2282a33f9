"""What earlier commits desired: the base, the last applied commit, and the rows that it left behind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reconciler.desired.items import DesiredItem
from reconciler.errors import CannotRun
from reconciler.git import commit_of, git_output
from reconciler.model import Unapplied
from reconciler.plan.policy import keeper
from reconciler.plan.why import CERTAIN, Past, Standpoint, overlaid

if TYPE_CHECKING:
    from reconciler.desired.workspace import Workspace
    from reconciler.meegle.reader import Reader
    from reconciler.plan.last_applied import Record, RuleRecord
    from reconciler.plan.why import Refs


def standpoint_of(
    workspace: Workspace,
    reader: Reader,
    refs: Refs,
    items: Sequence[DesiredItem],
    rules: frozenset[str] = frozenset(),
) -> Standpoint | None:
    """Read what earlier commits desired; None if no commit is named.  Raises CannotRun.

    `rules` are the names of the rules of today.
    """
    from reconciler.plan.same_commit import desired_at

    refuse_empty(refs.base)
    ref = refs.base or refs.applied
    if not ref:
        return None
    root = workspace.root
    base = commit_of(root, ref)
    told = {base: desired_at(workspace, reader, base, items, workspace.differing, rules)}
    record = record_named(root, refs.applied, workspace.space) if refs.applied else None
    past = Past(told[base].desired_values, doubt=told[base].doubt)
    if record and (record.commit != base or record.unapplied):
        told |= {
            sha: desired_at(workspace, reader, sha, items, rules=rules)
            for sha in record.commits()
            if sha != base
        }
        every = {sha: one.desired_values for sha, one in told.items()}
        ahead = [one for one in record.rows() if one.ahead]
        doubt = CERTAIN
        for one in told.values():
            doubt |= one.doubt
        past = Past(
            overlaid(every[base], ahead, every) if record.commit == base else every[base],
            overlaid(every[record.commit], record.rows(), every),
            told[base].doubt,
            doubt,
        )
    return Standpoint(
        base,
        past,
        keeper(workspace.decisions, reader.catalog, refs.drift),
        record.commit if record else None,
        record.rows() if record else (),
        tuple(dict.fromkeys(note for one in told.values() for note in one.notes)),
        told[base].rules,
        told[record.commit].rules if record and record.commit in told else told[base].rules,
        {sha: one.rules for sha, one in told.items() if one.rules},
        {one.name: tuple(one.ids) for one in record.rules} if record else {},
        int(record.planned.timestamp() * 1000) if record and record.planned else None,
    )


class AppliedCommit(NamedTuple):
    """The record of a commit of which all was applied: it is known by a ref that is not a tag."""

    commit: str
    unapplied: tuple[Unapplied, ...] = ()
    rules: tuple[RuleRecord, ...] = ()
    planned: None = None

    def commits(self) -> tuple[str, ...]:
        """Return the commits whose values are live."""
        return (self.commit,)

    def rows(self) -> tuple[Unapplied, ...]:
        """Return the rows that the apply left behind."""
        return self.unapplied


def record_named(root: Path, ref: str, space: str) -> Record | AppliedCommit:
    """Return the record that a ref names; raises CannotRun."""
    commit = commit_of(root, ref)
    named = git_output(root, "rev-parse", "--verify", "--end-of-options", ref).strip()
    if git_output(root, "cat-file", "-t", named).strip() != "tag":
        return AppliedCommit(commit)
    from reconciler.plan.last_applied_ref import record_at  # a person names a commit

    return record_at(root, ref, space)


def refuse_empty(base: str | None) -> None:
    """Refuse a base that an empty variable named: without one nothing would be left alone."""
    if base is not None and not base.strip():
        raise CannotRun(
            "--base is empty", "name a commit, or leave --base out; is a variable of the job empty?"
        )
