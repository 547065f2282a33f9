"""Writes the outcomes of an apply, one JSON object a line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from reconciler.model import Failure, Plan
from reconciler.model.outcomes import Outcome, Report, Row, word
from reconciler.render.safe import safe_json
from reconciler.render.verdict import applied_line, plan_verdict


def json_line(**members: Any) -> str:
    """Return one object as a line."""
    return safe_json(json.dumps(members, ensure_ascii=False, sort_keys=True)) + "\n"


def plan_event(plan: Plan) -> str:
    """Return what is about to be applied."""
    return json_line(
        event="plan",
        verdict=plan_verdict(plan),
        to_update=len(plan.updates),
        fields=plan.fields,
        to_clear=plan.clears,
        blocked=len(plan.blocks),
        notified=plan.notified.count if plan.notified else None,
        guards=[
            {"name": one.name, "limit": one.limit, "actual": one.actual, "ok": one.ok} for one in plan.guards
        ],
    )


def idle_event(reason: str) -> str:
    """Return the summary of a run that had nothing to do, or was not allowed to."""
    return json_line(event="summary", exit_reason=reason, puts=0, reads=0)


def failed_event(failures: Iterable[Failure]) -> str:
    """Return the summary of a run that could not start."""
    return json_line(
        event="summary",
        exit_reason="error",
        errors=[
            {"what": one.what, "fix": one.fix, "place": str(one.place) if one.place else None}
            for one in failures
        ],
    )


def report_events(report: Report, reason: str, blocked_rules: int = 0) -> str:
    """Return a line for each row, then the summary; `reason` says in one word how the run ended."""
    rows = "".join(map(row_event, report.rows))
    moved = "".join(json_line(event="moved", what=what) for what in report.moved)
    counts: dict[str, int] = {}
    for row in report.rows:
        counts[word(row.outcome)] = counts.get(word(row.outcome), 0) + 1
    return (
        rows
        + moved
        + "".join(json_line(event="advice", what=what) for what in report.advice)
        + json_line(
            event="summary",
            exit_reason=reason,
            verdict=applied_line(report, blocked_rules),
            counts=counts,
            puts=report.puts,
            reads=report.reads,
            stopped=report.stopped,
        )
    )


def with_space(lines: str, space: str) -> str:
    """Return events that name the space that they are about; a journal's first line has its key already."""
    return "".join(json_line(**{"space": space, **json.loads(line)}) for line in lines.splitlines())


def spaces_event(done: Sequence[tuple[Plan, Report]], reason: str) -> str:
    """Return the summary of a run about several spaces: the last of its events, and the only one of all."""
    from reconciler.render.spaces import applied_in_all  # noqa: PLC0415 - most runs are about one space

    counts = Counter(word(row.outcome) for _, report in done for row in report.rows)
    return json_line(
        event="summary",
        exit_reason=reason,
        verdict=applied_in_all(done),
        counts=dict(counts),
        puts=sum(report.puts for _, report in done),
        reads=sum(report.reads for _, report in done),
        stopped=next((report.stopped for _, report in done if report.stopped), None),
        spaces=[plan.space for plan, _ in done],
    )


def patch_event(patch: str) -> str:
    """Return the change of the files that goes with a rollback, as a unified difference."""
    return json_line(event="files", patch=patch)


def row_event(row: Row) -> str:
    """Return what became of one field."""
    return json_line(
        event="row",
        type=row.ref.type_key,
        id=row.ref.id,
        key=row.key,
        name=row.name,
        outcome=word(row.outcome),
        reason=outcome_reason(row.outcome),
    )


def outcome_reason(outcome: Outcome) -> str | None:
    """Return why a row ended so, with what to do where that is known; None where there is nothing to say."""
    reason = getattr(outcome, "reason", None) or getattr(outcome, "got", None)
    return reason and f"{reason}{getattr(outcome, 'advice', '')}"
