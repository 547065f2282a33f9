"""Somebody else writes once, at every point of a run: kept, or told; never lost in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import pytest

from reconciler.apply.ports import Stop
from reconciler.model import Plan
from reconciler.model.outcomes import Applied, Conflict, Report, word
from tests.conftest import is_deep
from tests.road import Hasty, Memory, apply_to, calm_world, plan_of

if TYPE_CHECKING:
    from reconciler.sandbox import World
    from reconciler.sandbox.state.world import Made

STORY: Final = 6300012320
ANA, BO, DANA = (f"731000000000000000{n}" for n in (1, 2, 4))
WANTED: Final = {
    "priority": "fields: {priority: P3",
    "field_3724e6": "fields: {story_points: 7",
    "field_a1b2c3": "fields: {ext_ref: hello",
    "watchers": "fields: {watchers: {contains: [dana@example.com]}",
    "roles/rd": "roles: {RD: [dana@example.com]",
}
EDITS: Final[dict[str, tuple[Any, Any]]] = {
    "priority": ({"value": "option_1"}, {"value": "option_3"}),
    "field_3724e6": (4242, 7),
    "field_a1b2c3": ("theirs", "hello"),
    "watchers": ([BO, ANA], [DANA]),
    "roles/rd": ([BO], [DANA]),
    "roles/PM": ([BO], [ANA, BO]),
    "field_2fbca6": (1893427200000, 1893513600000),
}
"""What somebody writes: another value and, where the field is wanted, the wanted one."""


def subsets() -> list[tuple[str, ...]]:
    """Return what is wanted: one, two and three fields."""
    every = [some for size in (1, 2, 3) for some in combinations(WANTED, size)]
    return every if is_deep() else every[::4]


def state_of(keys: tuple[str, ...]) -> str:
    """Write a document that wants some fields of one story."""
    sections: dict[str, list[str]] = {}
    for key in keys:
        section, _, text = WANTED[key].partition(": {")
        sections.setdefault(section, []).append(text)
    body = ", ".join(f"{section}: {{{', '.join(texts)}}}" for section, texts in sections.items())
    return f"space: demo\ntype: story\nitems:\n  - {{id: {STORY}, {body}}}\n"


def held(world: World, key: str) -> Any:
    """Return what is live of a field or role."""
    values = world.item(STORY).values
    if not key.startswith("roles/"):
        return values[key]
    role = key.removeprefix("roles/")
    return next((one["owners"] for one in values["role_owners"] if one["role"] == role), [])


def edit(world: World, key: str, value: Any) -> None:
    """Write as a person does; one role of all."""
    if not key.startswith("roles/"):
        world.edit(STORY, key, value, by=BO)
        return
    role = key.removeprefix("roles/")
    others = [one for one in world.item(STORY).values["role_owners"] if one["role"] != role]
    world.edit(STORY, "role_owners", [*others, {"role": role, "owners": value}], by=BO)


def kept(key: str, now: Any, value: Any) -> bool:
    """Whether somebody's value is there, with the one follower whom we add or without."""
    return bool(now == value) or (key == "watchers" and set(now) == {*value, DANA})


def stands(key: str, now: Any) -> bool:
    """Whether the wanted value is there."""
    return DANA in now if key == "watchers" else bool(now == EDITS[key][1])


def interleaved(world: World, plan: Plan, key: str, value: Any, point: int) -> tuple[Report, list[str]]:
    """Apply while somebody writes before or after the n-th call; returns the order of things, too."""
    order: list[str] = []

    def call(made: Made, moment: str) -> None:
        kind = "put" if made.method == "PUT" else "read" if made.path.endswith("/query") else "other"
        order.append(f"{moment} {kind}")
        if len(order) == point:
            order.append("edit")
            edit(world, key, value)

    world.before_call = lambda made: call(made, "before")
    world.after_call = lambda made: call(made, "after")
    journal = Memory()
    report = apply_to(world, plan, journal=journal, stop=Stop(cut=Hasty()))
    world.before_call = world.after_call = None
    results = [line["outcomes"] for line in journal.lines if line["event"] == "result"]
    assert results[-1] == {row.key: type(row.outcome).__name__ for row in report.rows}
    return report, order


def judge(world: World, report: Report, order: list[str], key: str, value: Any) -> str:
    """Hold what is live and what is reported against the order of things; returns where the edit was."""
    rows = {row.key: row.outcome for row in report.rows}
    at = order.index("edit")
    put = order.index("after put") if "after put" in order else len(order)
    read = max((n for n, word in enumerate(order[:put]) if word == "after read"), default=0)
    place = "in the gap" if read < at < put < len(order) else "before" if at < put else "after"
    now = held(world, key)
    assert order.count("after put") <= 1
    replaced = [one for one in rows.values() if isinstance(one, Conflict) and "replaced" in one.reason]
    if not kept(key, now, value):
        assert place == "in the gap", (order, rows)
        (one,) = replaced
        assert one.reason.startswith("replaced what bo@example.com wrote right before: ")
    else:
        assert replaced == [], (order, rows)
    last_read = max(n for n, word in enumerate(order) if word == "after read")
    if at < last_read:
        for row, outcome in rows.items():
            if isinstance(outcome, Applied):
                assert stands(row, held(world, row)), (order, rows)
            elif word(outcome) == "conflict" and not replaced and place == "after":
                assert not stands(row, held(world, row)), (order, rows)
    return place


@pytest.mark.parametrize("half", range(2), ids=lambda half: f"half{half}")
@pytest.mark.parametrize("same", [False, True], ids=["another value", "the wanted value"])
def test_one_write_of_somebody_else_is_kept_or_told_at_every_point_of_a_run(
    half: int, record_property: Callable[[str, object], None], *, same: bool
) -> None:
    """In one half the item was changed in the very second of the run, which is all that records tell."""
    world = calm_world()
    before = {STORY: world.item(STORY).copy()}
    places: Counter[str] = Counter()
    for keys in subsets()[half::2]:
        world.items[STORY] = before[STORY].copy()
        plan = plan_of(world, state_of(keys))
        for key, values in EDITS.items():
            if same and key not in keys:
                continue
            point, points = 1, 1
            while point <= points:
                world.items[STORY] = before[STORY].copy()
                world.items[STORY].updated_at = world.now() if half else 0
                world.records.clear()
                report, order = interleaved(world, plan, key, values[same], point)
                if "edit" in order:
                    places[judge(world, report, order, key, values[same])] += 1
                points = len(order) - 1
                point += 1
    record_property("count", f"interleavings, {'the wanted' if same else 'another'} value: {dict(places)}")
    assert places["before"]
    assert places["after"]
    assert places["in the gap"]
