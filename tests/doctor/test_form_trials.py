"""Trials: in which forms the space takes a value, and how it empties a field."""

from __future__ import annotations

import json
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


def profile(desk: Desk) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((desk.folder / "schemas/demo/profile.json").read_bytes())
    return told


def key_of(desk: Desk, name: str) -> str:
    return next(one.key for one in desk.world.type_of(desk.world.items[STORY]).fields if one.name == name)


def test_each_switch_of_the_space_is_found_and_the_profile_names_what_to_send_instead(desk: Desk) -> None:
    desk.world.options.set(
        {
            "clear_by": {
                "number": ["text"],
                "radio": ["list", "text"],
                "telephone": ["null"],
                "date": ["null"],
            },
            "normalise": {
                TEXT: "upper",
                NUMBER: "round",
                "link_cloud_doc": "reverse",
                "multi_text": "newline",
            },
            "drops": [{"field": key_of(desk, "Contact")}],
            "forbidden": [{"field": key_of(desk, "Area")}],
            "empty_forms": {"date": "zero", "radio": "object", "multi_select": "missing", "user": "text"},
            "filter_fields": "builtin",
            "refused_put": "before",
            "duplicates": "last",
            "noop_put_touches": False,
            "unknown_ids": "omit",
        }
    )
    done = probed(desk)
    told = profile(desk)
    found = told["found"]
    types = found["types"]
    assert told["clears"] == {"number": "text", "radio": "text", "telephone": "null"}
    assert types["number"]["clears"] == {
        "null": "dropped",
        "text": "empties",
        "list": "dropped",
        "batch_update": "dropped",
    }
    assert types["text"]["forms"]["documented"] == "altered (upper)"
    assert types["number"]["forms"]["documented"] == "altered (round)"
    assert types["link_cloud_doc"]["forms"]["documented"] == "altered (reverse)"
    assert (types["multi_text"]["forms"]["documented"], types["multi_text"]["stored"]) == ("kept", "newline")
    assert types["email"]["forms"]["documented"] == "dropped"
    assert types["tree_select"]["forms"]["documented"] == "refused (50006)"
    reads = {name: types[name]["reads_empty"] for name in ("date", "radio", "multi_select", "user")}
    assert reads == {"date": "zero", "radio": "object", "multi_select": "missing", "user": "text"}
    assert {name: types[name]["in_filter"] for name in ("select", "multi_text", "date", "radio")} == {
        "select": True,
        "multi_text": False,
        "date": False,
        "radio": False,
    }
    assert found["refused_update"] == "stores what stood before the refused field"
    assert found["field_named_twice"] == "the last one counts"
    assert found["update_without_change"] == "leaves updated_at alone"
    assert found["unknown_ids"] == "left out of the answer"
    assert "number (Story points): altered (round); emptied by text, null dropped, list dropped" in done.out
