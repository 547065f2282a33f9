"""Laws of `--since-last`: whatever happens in a space, it plans what a full read plans.

Each world goes through steps.  In a step people and admins do a few things, some of them in ways that no list
of the service shows; then both kinds of plans are made.  What cannot be listed may be missing until the next
full read; nothing else may.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.desired.workspace import Workspace
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import Manifest, Outline
from reconciler.meegle.http.client import Client
from reconciler.meegle.memory import Memories
from reconciler.meegle.reader import Reader
from reconciler.meegle.since_last import FULL_AGE
from reconciler.model import Plan, Ref
from reconciler.plan import planning
from reconciler.plan.plan_data import digest
from reconciler.sandbox import World
from reconciler.sandbox.state.model import Field, Option
from reconciler.schema.types import TypeSpec
from reconciler.settings import Settings
from tests.conftest import is_deep
from tests.laws.states import IDS, document, states
from tests.road import DECISIONS, app_of, apply_to, calm_world, connection_to, pins_of, plan_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BO = "7310000000000000002"
WORLDS = 500 if is_deep() else 40
ELSEWHERE = "f" * 24
HOUR, DAY = 3_600_000, 86_400_000
START = 1_600_000_000_000
"""When the worlds begin.  They end before now, since a run takes the earlier one of two clocks."""


@dataclass
class Place:
    """A world with a clock that is told, and a folder of memories."""

    folder: Path
    skew: int
    lag: int
    world: World = field(default_factory=calm_world)
    time: int = START
    requests: int = 0

    def __post_init__(self) -> None:
        for item in self.world.items.values():
            item.updated_at = START - DAY
        self.world.clock = lambda: self.time / 1000
        self.world.gate.clock = self.world.clock
        self.world.options.search_lag_ms = self.lag
        self.pins = replace(pins_of(self.world), types=self.types())
        self.memories = Memories(self.folder, b"k" * 32)

    def types(self) -> dict[str, TypeSpec]:
        """Return the stories as they are, with the business lines as options."""
        with Client(connection_to(self.world), transport=httpx.WSGITransport(app=self.service)) as client:
            reader = Reader(client, "demo", DECISIONS, self.world.credentials.user_key)
            reader.open(["story"], {})
            return {"story": reader.read_lines().types["story"]}

    def service(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        """Answer as the world does, with the time of a gateway whose clock is not that of the items."""

        def dated(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            at = datetime.fromtimestamp((self.time + self.skew) / 1000, UTC)
            return start_response(status, [*headers, ("Date", format_datetime(at, usegmt=True))], *rest)

        return app_of(self.world)(environ, dated)

    def plan(self, raw: bytes, memories: Memories | None = None) -> Plan:
        """Plan a document of stories."""
        read, mistakes = read_bytes(raw, "state/a.yaml")
        assert (mistakes, bool(read)) == ([], True)
        assert read
        outline = Outline("state/a.yaml", read.space, read.type, tuple(one.id for one in read.items))
        workspace = Workspace(
            root=Path.cwd(),
            settings=Settings(spaces={"demo": DECISIONS}),
            outlines=(outline,),
            mistakes=(),
            space="demo",
            named=len(read.items),
            pins=self.pins,
            state="state",
            whole=True,
            loaded=Manifest((read,)),
        )
        self.world.calls.clear()
        transport = httpx.WSGITransport(app=self.service)
        with Client(connection_to(self.world), transport=transport) as client:
            reader = Reader(client, "demo", DECISIONS, self.world.credentials.user_key)
            made = planning.plan(workspace, reader, planning.PlanOptions(memories=memories))
        self.requests = len(self.world.calls)
        return made

    def since_last(self, raw: bytes) -> Plan:
        return self.plan(raw, self.memories)

    def happen(self, what: str, item_id: int, number: int) -> None:
        """Let something happen to an item, or to the metadata of its type."""
        item = self.world.item(item_id)
        if item.project != ELSEWHERE and not item.deleted_at:
            HAPPENINGS[what](self, item_id, number)


def terminate(place: Place, item_id: int, reason: str | None) -> None:
    """Terminate an item, or restore it, unless it is so already."""
    if (place.world.item(item_id).aborted is None) is (reason is not None):
        place.world.abort(item_id, reason, by=BO)


def move_away(place: Place, item_id: int, _: int) -> None:
    """Move an item to a space that nobody here sees."""
    moved = place.world.item(item_id).copy()
    moved.project, moved.updated_at = ELSEWHERE, place.time
    place.world.items[item_id] = moved


def priorities(place: Place, item_id: int) -> list[Option]:
    """Return the options of the priority."""
    known = place.world.type_of(place.world.item(item_id)).by_key
    return known["priority"].options


def flag(place: Place, item_id: int) -> Field:
    """Return the field `needs_qa`."""
    return next(
        one for one in place.world.type_of(place.world.item(item_id)).fields if one.alias == "needs_qa"
    )


def hide(place: Place, item_id: int, _: int) -> None:
    """Hide one item, and show the one that was hidden before."""
    place.world.options.hidden = [{"item": str(item_id)}]


HAPPENINGS: dict[str, Callable[[Place, int, int], Any]] = {
    "edit": lambda place, item, n: place.world.edit(item, "priority", {"value": f"option_{n % 3}"}, by=BO),
    "retitle": lambda place, item, n: place.world.edit(item, "name", f"Title {n}", by=BO),
    "restore": lambda place, item, _: terminate(place, item, None),
    "rename option": lambda place, item, n: setattr(priorities(place, item)[n % 4], "label", f"Level {n}"),
    "disable option": lambda place, item, n: setattr(priorities(place, item)[3], "disabled", n % 2 == 0),
    "retire field": lambda place, item, n: setattr(flag(place, item), "obsolete", n % 2 == 0),
    "delete": lambda place, item, _: place.world.delete(item, by=BO),
    "terminate": lambda place, item, _: terminate(place, item, "cancel"),
    "hide": hide,
    "move": move_away,
}
UNSEEN = frozenset({"delete", "terminate", "hide", "move"})
"""What the service does not list as an update."""


def visible(plan: Plan, hidden: set[int]) -> Plan:
    """Return a plan without the rows of some items."""
    return replace(
        plan,
        updates=tuple(one for one in plan.updates if one.ref.id not in hidden),
        blocks=tuple(one for one in plan.blocks if one.ref.id not in hidden),
        notes=(),
        since_last=False,
        notified=None,
        guards=(),
        in_sync=0 if hidden else plan.in_sync,
    )


def refs_in(plan: Plan) -> set[Ref]:
    """Return the items that have a row."""
    return {one.ref for one in plan.updates} | {one.ref for one in plan.blocks}


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[int, list[tuple[str, int, int]]]]:
    """How much time passes, then what happens."""
    happening = st.tuples(
        st.sampled_from([*HAPPENINGS, "edit", "retitle", "edit"]), st.sampled_from(IDS), st.integers(0, 7)
    )
    passes = st.sampled_from([1_000, 60_000, HOUR, DAY // 2, DAY])
    return draw(st.lists(st.tuples(passes, st.lists(happening, max_size=3)), min_size=1, max_size=5))


MISSED: dict[int, Any] = {IDS[0]: ({"priority": "P1"}, {})}


@settings(max_examples=WORLDS)
@example(MISSED, {}, [(60_000, [("edit", IDS[0], 0)])], 1_200_000, 0, 9, [set()])
@example(MISSED, {}, [(1_000, [("edit", IDS[0], 0)]), (1_000, [])], 0, 1_200_000, 9, [set()])
@example(
    {**MISSED, IDS[1]: ({"priority": "P1"}, {})},
    {},
    [(DAY, [("edit", IDS[1], 2)]), (DAY // 2, [("edit", IDS[0], 0)])],
    *(0, 0, 9, [set(), {IDS[1]}]),
)
@example({IDS[0]: ({"needs_qa": "true"}, {})}, {}, [(DAY, [("retire field", IDS[0], 0)])], 0, 0, 9, [set()])
@given(
    states,
    states,
    steps(),
    st.sampled_from([0, -1_200_000, 1_200_000]),
    st.sampled_from([0, 3_000, 1_200_000]),
    st.integers(0, 5),
    st.lists(st.sets(st.sampled_from(IDS)), min_size=1, max_size=3),
)
def test_a_plan_since_the_last_run_is_that_of_a_full_read(
    state: dict[int, Any],
    other: dict[int, Any],
    walk: list[Any],
    skew: int,
    lag: int,
    wishes: int,
    parts: list[set[int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), skew, lag)
        raw = document(state)
        apply_to(place.world, plan_of(place.world, raw))
        place.time += 2 * HOUR
        place.since_last(raw)
        unseen: set[int] = set()
        for number, (passes, happenings) in enumerate(walk):
            place.time += passes
            for what, item_id, value in happenings:
                place.happen(what, item_id, value)
                unseen |= {item_id} if what in UNSEEN or unseen & {item_id} else set()
                if what == "hide":  # whoever was hidden before is shown again
                    unseen |= set(IDS)
            if number == wishes:
                raw = document({**state, **other})
            place.time += lag + 1
            desired = {**state, **other} if number >= wishes else state
            if part := {one: desired[one] for one in parts[number % len(parts)] if one in desired}:
                place.time += passes
                place.since_last(document(part))
            full, since = place.plan(raw), place.since_last(raw)
            assert digest(visible(since, unseen)) == digest(visible(full, unseen))
            assert visible(since, unseen) == visible(full, unseen)
            assert refs_in(since) <= refs_in(full)
            assert any("full read" in one or "was read" in one or "were read" in one for one in since.notes)
        place.time += FULL_AGE
        full, since = place.plan(raw), place.since_last(raw)
        assert digest(since) == digest(full)
        assert visible(since, set()) == visible(full, set())
