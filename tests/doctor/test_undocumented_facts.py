"""Facts about a whole space that updates of a scratch item show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

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


@pytest.mark.parametrize(("switch", "told"), [("refuse", "refused (20038)"), ("accept", "accepted")])
def test_a_required_field_that_may_be_emptied_is_told_from_one_that_may_not(
    desk: Desk, switch: str, told: str
) -> None:
    desk.world.options.set({"required_clear": switch})
    done = probed(desk, f"demo/issue/{ISSUE}")
    assert f"required field emptied: {told}\n" in done.out


def test_a_role_that_moves_is_found_whatever_the_metadata_calls_it(desk: Desk) -> None:
    only(desk, TEXT)
    desk.world.options.set({"locked_role_member": "allow_delete"})
    assert "roles that an update of a field moves: QA\n" in probed(desk).out
