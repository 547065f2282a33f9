"""Probes of one scratch item, what it holds, and what a probe writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conftest import Desk, Done

STORY, ISSUE = 6300012333, 6300013333
TEXT, NUMBER = "field_a1b2c3", "field_3724e6"


def held(desk: Desk, item: int = STORY) -> dict[str, Any]:
    """Return what an item holds; whether an empty value was ever filled is nothing that can be put back."""
    one = desk.world.items[item]
    roles = {each["role"]: each["owners"] for each in one.values["role_owners"] if each["owners"]}
    values = {key: value for key, value in one.values.items() if value not in (None, [])}
    return values | {"name": one.name, "role_owners": roles, "rich": one.rich}


def probed(desk: Desk, item: str = f"demo/story/{STORY}") -> Done:
    """Probe an item, and see that it is as it was and that nothing is left to put back."""
    number = int(item.rpartition("/")[2])
    before = held(desk, number)
    done = desk.run("doctor", "--probe", item, "--space", "demo")
    assert (done.code, done.err) == (0, "")
    assert held(desk, number) == before
    assert list((desk.folder / ".reconciler/probes").iterdir()) == []
    return done


def profile(desk: Desk) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((desk.folder / "schemas/demo/profile.json").read_bytes())
    return told


def key_of(desk: Desk, name: str) -> str:
    return next(one.key for one in desk.world.type_of(desk.world.items[STORY]).fields if one.name == name)


def only(desk: Desk, *keys: str) -> None:
    """Leave few fields on the item's type, so that a slow space is soon tried."""
    kind = desk.world.type_of(desk.world.items[STORY])
    kind.fields = [one for one in kind.fields if one.key in {*keys, "name", "role_owners", "aborted"}]


def report(desk: Desk, *keys: str) -> Any:
    """Probe an item whose type has but few fields, where some are named, and read the report."""
    kind = desk.world.type_of(desk.world.items[STORY])
    if keys:
        kept = {*keys, "name", "role_owners", "aborted"}
        kind.fields = [one for one in kind.fields if one.key in kept]
        kind.index()
    done = desk.run("doctor", "--probe", f"demo/story/{STORY}", "--space", "demo")
    assert (done.code, done.err) == (0, "")
    assert "wrote schemas/demo/probe-report.json: no value of the space, names hashed" in done.out
    return json.loads((desk.folder / "schemas/demo/probe-report.json").read_bytes())


def seen(told: Any) -> dict[str, Any]:
    return {name: what for one in told["questions"] for name, what in one["seen"].items()}
