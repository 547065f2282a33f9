"""Trials: in which forms the space takes a value, and how it empties a field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.doctor.probing import NUMBER, TEXT, key_of, probed, profile

if TYPE_CHECKING:
    from tests.conftest import Desk


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
