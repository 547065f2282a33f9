"""One scratch item: a write is waited for as long as this space takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conftest import Desk, Done


STORY, ISSUE = 6300012333, 6300013333


TEXT, NUMBER, DUE, SCALE, DOCS = "field_a1b2c3", "field_3724e6", "field_2fbca6", "field_0dae57", "docs"


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


def only(desk: Desk, *keys: str) -> None:
    """Leave few fields on the item's type, so that a slow space is soon tried."""
    kind = desk.world.type_of(desk.world.items[STORY])
    kind.fields = [one for one in kind.fields if one.key in {*keys, "name", "role_owners", "aborted"}]


def test_values_that_are_seen_late_are_waited_for(desk: Desk) -> None:
    only(desk, TEXT, NUMBER)
    desk.world.options.set({"late_writes_ms": 150, "filter_fields": "builtin"})
    done = probed(desk)
    assert "text (External reference): kept" in done.out
    (line,) = [one for one in done.out.splitlines() if one.startswith("a written value is seen after ")]
    assert float(line.split()[6]) >= 0.1
