"""Laws of what is remembered between applies: nobody is accused of what an unfinished apply did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.model import Change, Ref, Why
from reconciler.plan.last_applied import NothingToRecord, Record, record_of
from reconciler.plan.plan_file import plan_file
from reconciler.plan.plan_json import PlanFile
from reconciler.plan.why import DesiredValues, Past, overlaid, why_for
from tests.render.plans import NOON, plan_with, priority, update

KEYS = "ab"
REF = Ref("story", 6300012300)

desired_values = st.dictionaries(st.sampled_from(KEYS), st.integers(0, 1))
endings = st.sampled_from(["end", "cut", "refused"])
steps = st.lists(st.tuples(desired_values, endings, st.sets(st.sampled_from(KEYS))), min_size=3, max_size=8)


@dataclass(slots=True)
class History:
    """A history of commits, the live values of one item that nobody but us touches, and the record."""

    commits: list[dict[str, int]] = field(default_factory=list)
    live: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KEYS, 0))
    record: Record | None = None

    def sha(self, n: int) -> str:
        return f"{n:040x}"

    def desired_values(self, sha: str) -> DesiredValues:
        return {(REF, key): value for key, value in self.commits[int(sha, 16)].items()}

    def past(self) -> Past | None:
        """What is known of earlier commits, as a plan against the record reads it."""
        if self.record is None:
            return None
        every = {sha: self.desired_values(sha) for sha in self.record.commits()}
        rows = self.record.rows()
        base = overlaid(every[self.record.commit], [one for one in rows if one.ahead], every)
        return Past(base, overlaid(every[self.record.commit], rows, every))

    def words(self) -> dict[str, Why | None]:
        """Why each field differs; None where no commit is known."""
        past, desired = self.past(), self.commits[-1]
        return {
            key: why_for((REF, key), value, self.live[key], past) if past else None
            for key, value in sorted(desired.items())
            if value != self.live[key]
        }

    def plan(self) -> PlanFile:
        rows = [changed(key, self.live[key], self.commits[-1][key]) for key in self.words()]
        record = self.record
        plan = replace(
            plan_with(*([update(0, *rows)] if rows else [])),
            whole=True,
            applied=record.commit if record else None,
            unapplied=record.rows() if record else (),
            commit=self.sha(len(self.commits) - 1),
            dirty=False,
        )
        return plan_file(plan, NOON)

    def merge(self, desired: dict[str, int], ending: str, failing: set[str]) -> None:
        """Merge a commit, and apply it as far as `ending` lets it come."""
        self.commits.append(desired)
        made = self.plan()
        differing = list(self.words())
        assert not {Why.DRIFT, Why.CONFLICTING} & set(self.words().values()), (self, self.words())
        begun = {"digest": made.digest, "commit": made.desired.commit, "at": NOON.isoformat()}
        lines: list[dict[str, Any]] = [{"event": "begin", **begun, "chain": "1"}]
        if ending != "refused":
            for key in differing if ending == "end" else differing[:1]:
                outcome = "Ignored" if key in failing else "Applied"
                lines.append(result(key, outcome))
                self.live[key] = self.live[key] if key in failing else desired[key]
        if ending == "end":
            lines.append({"event": "end", "stopped": None, "chain": "3"})
        try:
            self.record = record_of(made, lines if ending != "refused" else [])
        except NothingToRecord:
            assert ending != "end"


def changed(key: str, before: int, after: int) -> Change:
    return replace(priority(str(before), str(after)), key=key)


def result(key: str, outcome: str) -> dict[str, Any]:
    ref = {"type": REF.type_key, "id": REF.id}
    return {"event": "result", **ref, "outcomes": {key: outcome}, "chain": "2"}


@given(steps)
def test_what_nobody_touched_is_never_drift_and_the_next_whole_apply_ends_it(
    history: list[tuple[dict[str, int], str, set[str]]],
) -> None:
    known = History()
    for desired, ending, failing in history:
        known.merge(desired, ending, failing)
    last = known.commits[-1] if known.commits else {}
    known.merge(last, "end", set())
    assert {key: known.live[key] for key in last} == last
    assert known.record is not None
    assert known.record.unapplied == []
    assert known.words() == {}


@given(steps, st.sampled_from(KEYS))
def test_what_somebody_moves_after_a_whole_apply_is_drift(
    history: list[tuple[dict[str, int], str, set[str]]], key: str
) -> None:
    known = History()
    for desired, ending, failing in history:
        known.merge(desired, ending, failing)
    known.merge({key: 1}, "end", set())
    known.live[key] = 2
    known.commits.append({key: 1})
    assert known.words() == {key: Why.DRIFT}
