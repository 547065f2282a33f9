"""A thousand random plans, carried out, again, and back: the report is what the service's write log says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Final

import httpx
import pytest
from hypothesis import given, settings

from reconciler.api.client import Client
from reconciler.applier import Applier, Stop
from reconciler.authored import Manifest
from reconciler.catalog import WantedItem
from reconciler.cli.rollback import steps_of, way_back
from reconciler.manifest import read_bytes
from reconciler.model import Already, Applied, Plan, Ref, Report
from reconciler.planner import make_plan
from reconciler.sandbox.world import Made, World
from reconciler.space import Reader, Writer
from tests.conftest import is_deep
from tests.laws.states import document, states
from tests.road import DECISIONS, Hasty, Memory, app_of, calm_world, connection_to

SHARDS: Final = 4
EXAMPLES: Final = (10_000 if is_deep() else 1_000) // SHARDS
State = dict[int, tuple[dict[str, str], dict[str, str]]]


class Bench:
    """One world and one space, opened once; the world is put back before each plan."""

    def __init__(self, opened: ExitStack) -> None:
        self.world: World = calm_world()
        self.before = {key: item.copy() for key, item in self.world.items.items()}
        reading, writing = (
            opened.enter_context(
                Client(
                    connection_to(self.world),
                    writes=writes,
                    transport=httpx.WSGITransport(app=app_of(self.world)),
                )
            )
            for writes in (False, True)
        )
        self.reader = Reader(reading, "demo", DECISIONS, self.world.credentials.user_key)
        self.writer = Writer(writing, "demo", DECISIONS, self.world.credentials.user_key)
        for space in (self.reader, self.writer):
            space.open(["story"], {})
            space.read_lines()

    def reset(self) -> None:
        """Put the world back."""
        self.world.items.clear()
        self.world.items.update({key: item.copy() for key, item in self.before.items()})
        self.world.records.clear()
        self.world.writes.clear()
        self.world.calls.clear()

    def desire(self, raw: bytes) -> tuple[WantedItem, ...]:
        """Read a document."""
        read, mistakes = read_bytes(raw, "state/a.yaml")
        assert mistakes == []
        assert read
        manifest = Manifest((read,))
        self.reader.learn(manifest)
        wanted, wrong = self.reader.catalog.desire(manifest)
        assert wrong == []
        return wanted

    def plan(self, wanted: tuple[WantedItem, ...]) -> Plan:
        """Hold what is wanted against what is live."""
        live = self.reader.items({one.ref: [field.key for field in one.fields] for one in wanted})
        return make_plan(wanted, live, self.reader.catalog, host="h", named=len(wanted))

    def back(self, journal: Memory) -> tuple[Plan, tuple[str, ...]]:
        """Plan the way back of a run; tells which fields cannot be put back, too."""
        steps = steps_of(journal.lines)
        keys: dict[Ref, list[str]] = {}
        for ref, key in steps:
            keys.setdefault(ref, []).append(key)
        live = self.reader.items(keys)
        items, told = way_back(steps, live, self.reader.catalog, "r")
        return make_plan(items, live, self.reader.catalog, host="h", named=len(keys)), told

    def apply(self, plan: Plan) -> tuple[Report, Memory, list[Made]]:
        """Carry a plan out; returns what the service wrote down of it, too."""
        already, journal = len(self.world.writes), Memory()
        self.writer.meet(self.reader.catalog.people.by_key)
        report = Applier(plan, self.writer, journal, Stop(cut=Hasty())).run()
        return report, journal, self.world.writes[already:]

    def held(self, item_id: int) -> dict[str, Any]:
        """Return what is live, without forms of emptiness and line ends that no reading keeps."""
        item = self.world.item(item_id)
        computed = {one.key for one in self.world.type_of(item).fields if one.computed or one.formula}
        roles = {
            f"roles/{one['role']}": sorted(one["owners"])
            for one in item.values["role_owners"]
            if one["owners"]
        }
        return {
            "name": item.name,
            **roles,
            **{
                key: canonical(value.rstrip("\n") if isinstance(value, str) else value)
                for key, value in item.values.items()
                if value not in (None, [], "") and key not in {*computed, "role_owners"}
            },
        }


def canonical(value: Any) -> Any:
    """Return a set, which the service keeps as a list, in one order; all forms of emptiness as None."""
    if value in ([], ""):
        return None
    return sorted(value, key=repr) if isinstance(value, list) else value


def agree(plan: Plan, report: Report, writes: list[Made]) -> None:
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
        wanted = bench.desire(document(state))
        plan = bench.plan(wanted)
        report, journal, writes = bench.apply(plan)
        agree(plan, report, writes)
        assert bench.plan(wanted).is_empty
        again, _, nothing = bench.apply(plan)
        assert nothing == []
        assert {type(row.outcome) for row in again.rows} <= {Already}
        back, told = bench.back(journal)
        report, _, writes = bench.apply(back)
        agree(back, report, writes)
        after = {item: bench.held(item) for item in state}
        if not told:
            assert after == before
        counts.update(plans=1, writes=len(plan.updates), fields=plan.fields, untold=bool(told))

    law()
    record_property("count", f"random plans, shard {shard}: {dict(counts)}")
