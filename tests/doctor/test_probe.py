"""A probe finds what a space accepts, and leaves the scratch item exactly as it was."""

from __future__ import annotations

import json
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.fields.spec import FieldSpec, Option
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import TypeSpec
from tests.conftest import is_deep

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


def only(desk: Desk, *keys: str) -> None:
    """Leave few fields on the item's type, so that a slow space is soon tried."""
    kind = desk.world.type_of(desk.world.items[STORY])
    kind.fields = [one for one in kind.fields if one.key in {*keys, "name", "role_owners", "aborted"}]


def test_every_type_is_tried_in_each_form_and_the_documented_one_needs_no_profile(desk: Desk) -> None:
    done = probed(desk)
    lines = done.out.splitlines()
    every = "emptied by null, text, list, batch_update"
    assert f"text (External reference): kept; {every}; reads empty as text" in lines
    assert f"radio (Scale): kept, labelled kept; {every}; reads empty as null" in lines
    assert f"tree_select (Area): kept, bare kept; {every}; reads empty as null" in lines
    assert f"multi_text (Acceptance criteria): kept, blocks kept; {every}; reads empty as text" in lines
    assert "role (RD): kept" in lines
    assert "unknown ids: the whole query is refused" in lines
    assert "refused update: stores nothing" in lines
    assert "field named twice: refused (20083)" in lines
    assert "update without change: moves updated_at" in lines
    assert "roles that an update of a field moves: QA" in lines
    assert "roles that lose members where a list leaves them out: PM, Designer" in lines
    assert lines[-2:] == ["wrote schemas/demo/profile.json", f"put back 22 values of {STORY}"]
    told = profile(desk)
    assert set(told) == {"found"}
    assert len(told["found"]["types"]) == 22


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


def test_values_that_are_seen_late_are_waited_for(desk: Desk) -> None:
    only(desk, TEXT, NUMBER)
    desk.world.options.set({"late_writes_ms": 150, "filter_fields": "builtin"})
    done = probed(desk)
    assert "text (External reference): kept" in done.out
    (line,) = [one for one in done.out.splitlines() if one.startswith("a written value is seen after ")]
    assert float(line.split()[6]) >= 0.1


def test_the_next_apply_empties_in_the_form_that_was_found(desk: Desk) -> None:
    desk.world.options.set({"clear_by": {"number": ["list"]}})
    probed(desk)
    desk.world.writes.clear()
    desk.stories(f"{{id: {STORY}, fields: {{{NUMBER}: null}}}}")
    assert desk.run("apply", "--yes").code == 0
    assert desk.sent == [{NUMBER: []}]


def test_the_next_apply_writes_in_the_form_that_was_found(desk: Desk) -> None:
    desk.write("schemas/demo/profile.json", '{"forms": {"select": "labelled", "multi_text": "blocks"}}')
    desk.stories(f'{{id: {STORY}, fields: {{priority: P3, description: "plain words"}}}}')
    assert desk.run("apply", "--yes").code == 0
    assert desk.sent == [
        {
            "priority": {"value": "option_3", "label": "P3"},
            "description": [{"type": "paragraph", "content": [{"type": "text", "text": "plain words"}]}],
        }
    ]


@pytest.mark.parametrize(
    ("forms", "what"),
    [
        ({"select": "upside_down"}, "select has no form upside_down, but documented, labelled"),
        ({"vote": "documented"}, "there is no field type vote"),
    ],
)
def test_a_profile_that_names_no_form_of_ours_is_refused(
    desk: Desk, forms: dict[str, str], what: str
) -> None:
    desk.write("schemas/demo/profile.json", json.dumps({"forms": forms}))
    desk.stories(str(STORY))
    done = desk.run("plan")
    assert done.code == 1
    assert f"profile.json cannot be read ({what})" in done.err


def test_what_the_space_lets_nobody_put_back_is_said_and_kept_on_the_disk(desk: Desk) -> None:
    only(desk, TEXT, key_of(desk, "Reviewer"))
    desk.world.options.set({"clear_by": {"user": []}})
    done = desk.run("doctor", "--probe", f"demo/story/{STORY}", "--space", "demo")
    assert done.code == 3
    assert f"could not put back Reviewer of {STORY}: .reconciler/probes/" in done.err
    (kept,) = (desk.folder / ".reconciler/probes").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    held_back = kept.read_bytes()
    still = desk.run("doctor", "--probe", f"demo/story/{STORY}", "--space", "demo")
    assert (still.code, still.out, kept.read_bytes()) == (1, "", held_back)
    assert (
        "could not put back Reviewer of a probe that was interrupted; put the item back by hand" in still.err
    )
    desk.world.options.set({"clear_by": {}})
    again = probed_again(desk)
    assert again.out.startswith("put back 3 values of a probe that was interrupted\n")


def probed_again(desk: Desk) -> Done:
    done = desk.run("doctor", "--probe", f"demo/story/{STORY}", "--space", "demo")
    assert (done.code, done.err) == (0, "")
    assert "reviewer" not in held(desk)
    return done


def killed(desk: Desk, writes: int) -> None:
    """Start a probe, and kill it when it has sent that many writes."""
    until, sent = time.monotonic() + 60, len(desk.world.writes)
    probe = desk.start("doctor", "--probe", f"demo/story/{STORY}", "--space", "demo")
    while len(desk.world.writes) < sent + writes and time.monotonic() < until:
        time.sleep(0.002)
    probe.send_signal(signal.SIGKILL)
    probe.communicate(timeout=20)
    assert len(list((desk.folder / ".reconciler/probes").iterdir())) == 1


@pytest.mark.parametrize(
    "writes", [(number,) for number in range(1, 199, 11)] if is_deep() else [(1,), (110,), (30, 2)]
)
def test_a_probe_that_was_killed_is_finished_by_the_next(desk: Desk, writes: tuple[int, ...]) -> None:
    before = held(desk)
    for number in writes:
        killed(desk, number)
    done = desk.run("doctor", "--probe", str(STORY), "--space", "demo")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("put back 22 values of a probe that was interrupted\n")
    assert held(desk) == before


def test_an_item_that_is_not_there_is_told_before_anything_is_written(desk: Desk) -> None:
    done = desk.run("doctor", "--probe", "demo/story/6300099999", "--space", "demo")
    assert (done.code, done.err) == (
        1,
        "error: 6300099999 cannot be read; check the id, the type and who may see it\n",
    )
    assert desk.world.writes == []


def test_a_catalog_sends_the_form_of_the_profile() -> None:
    field = FieldSpec("priority", "Priority", "select", options=(Option("option_1", "P0"),))
    spec = TypeSpec("story", "Story", "story", (field,), ())
    usual, labelled = (
        Catalog("k", "demo", {"story": spec}, forms=forms) for forms in ({}, {"select": "labelled"})
    )
    assert usual.encode("story", "priority", "option_1") == {"value": "option_1"}
    assert labelled.encode("story", "priority", "option_1") == {"value": "option_1", "label": "P0"}
    assert labelled.encode("story", "priority", None) is None
