"""A thousand random plans, carried out, again, and back: the report is what the service's write log says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Final

import pytest
from hypothesis import given, settings

from reconciler.model import Plan
from reconciler.model.outcomes import Already, Applied, Report
from reconciler.sandbox.state.world import Made
from tests.conftest import is_deep
from tests.laws.states import document, states
from tests.workbench import Bench, canonical

SHARDS: Final = 4
EXAMPLES: Final = (10_000 if is_deep() else 1_000) // SHARDS
State = dict[int, tuple[dict[str, str], dict[str, str]]]


def in_sync(plan: Plan, report: Report, writes: list[Made]) -> None:
    """Hold a report against the write log, line by line: each row is one value of one write, and no other."""
    rows = {(row.ref.id, row.key): row.change for row in report.rows if isinstance(row.outcome, Applied)}
    assert len(rows) == len(report.rows) == plan.fields
    assert all(not made.err_code for made in writes)
    logged = [entry for made in writes for entry in values_of(made)]
    plain = {entry[:2] for entry in logged if not entry[1].startswith("roles/")}
    assert plain == {at for at in rows if not at[1].startswith("roles/")}
    assert len({made.path for made in writes}) == len(writes) == len(plan.updates)
    sent = {(item_id, key): value for item_id, key, value in logged}
    for at, change in rows.items():
        assert change
        assert canonical(sent.get(at)) == canonical(change.after)


def values_of(made: Made) -> Iterator[tuple[int, str, Any]]:
    """Yield what a write sent, a role as a row of its own."""
    item_id = int(made.path.rpartition("/")[2])
    for pair in made.body["update_fields"]:
        if pair["field_key"] != "role_owners":
            yield item_id, pair["field_key"], pair["field_value"]
        else:
            for one in pair["field_value"]:
                yield item_id, f"roles/{one['role']}", one["owners"]


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with ExitStack() as opened:
        yield Bench(opened)


@pytest.mark.parametrize("shard", range(SHARDS), ids=lambda shard: f"shard{shard}")
def test_random_plans_are_carried_out_once_reported_as_they_were_and_put_back(
    bench: Bench, shard: int, record_property: Callable[[str, object], None]
) -> None:
    counts: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES)
    @given(states)
    def law(state: State) -> None:
        bench.reset()
        before = {item: bench.held(item) for item in state}
        desired = bench.desire(document(state))
        plan = bench.plan(desired)
        report, journal, writes = bench.apply(plan)
        in_sync(plan, report, writes)
        assert bench.plan(desired).is_empty
        again, _, nothing = bench.apply(plan)
        assert nothing == []
        assert {type(row.outcome) for row in again.rows} <= {Already}
        back, told = bench.back(journal)
        report, _, writes = bench.apply(back)
        in_sync(back, report, writes)
        after = {item: bench.held(item) for item in state}
        if not told:
            assert after == before
        counts.update(plans=1, writes=len(plan.updates), fields=plan.fields, untold=bool(told))

    law()
    record_property("count", f"random plans, shard {shard}: {dict(counts)}")
