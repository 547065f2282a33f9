"""A world and a space that stay open from plan to plan, for searches that make thousands of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import httpx

from reconciler.apply.applier import apply
from reconciler.apply.ports import Stop
from reconciler.apply.rollback import steps_of, way_back
from reconciler.apply.run import Run
from reconciler.desired.claims import desired_state
from reconciler.desired.items import DesiredItem
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import Manifest
from reconciler.meegle.http.client import Client
from reconciler.meegle.reader import Reader
from reconciler.meegle.writer import Writer
from reconciler.model import Plan, Ref
from reconciler.model.outcomes import Report
from reconciler.plan.planning import plan_items
from reconciler.sandbox.state.world import Made, World
from tests.road import DECISIONS, Hasty, Memory, app_of, calm_world, connection_to


class Wire(httpx.BaseTransport):
    """The way to the service, on which somebody may meddle with a request."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner
        self.meddle: Callable[[httpx.Request, httpx.BaseTransport], httpx.Response] | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on."""
        return self.meddle(request, self.inner) if self.meddle else self.inner.handle_request(request)


class Bench:
    """One world and one space, opened once; the world is put back before each plan."""

    def __init__(self, opened: ExitStack) -> None:
        self.world: World = calm_world()
        self.wire = Wire(httpx.WSGITransport(app=app_of(self.world)))
        self.before = {key: item.copy() for key, item in self.world.items.items()}
        reading, writing = (
            opened.enter_context(Client(connection_to(self.world), writes=writes, transport=self.wire))
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
        self.wire.meddle = None

    def desire(self, raw: bytes) -> tuple[DesiredItem, ...]:
        """Read a document."""
        read, mistakes = read_bytes(raw, "state/a.yaml")
        assert mistakes == []
        assert read
        manifest = Manifest((read,))
        desired, wrong, *_ = desired_state(manifest, self.reader.learn(manifest))
        assert wrong == []
        return desired

    def plan(self, desired: tuple[DesiredItem, ...]) -> Plan:
        """Hold what is wanted against what is live."""
        return plan_items(desired, self.reader, named=len(desired))

    def back(self, journal: Memory) -> tuple[Plan, tuple[str, ...]]:
        """Plan the way back of a run; tells which fields cannot be put back, too."""
        steps = steps_of(journal.lines)
        keys: dict[Ref, list[str]] = {}
        for ref, key in steps:
            keys.setdefault(ref, []).append(key)
        live = self.reader.items(keys)
        items, told = way_back(steps, live, self.reader.catalog, "r")
        return plan_items(items, self.reader, named=len(keys), live=live), told

    def apply(self, plan: Plan) -> tuple[Report, Memory, list[Made]]:
        """Carry a plan out; returns what the service wrote down of it, too."""
        already, journal = len(self.world.writes), Memory()
        self.writer.meet(self.reader.catalog.people.by_key)
        report = apply(Run(plan, self.writer, journal, Stop(cut=Hasty())))
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
