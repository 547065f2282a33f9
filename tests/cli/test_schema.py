"""Pins: what was reviewed decides what a name means, the space whether it still stands."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from tests.conftest import Desk

ROOT = Path(__file__).parent.parent.parent
STORY = 6300012320


def field_of(desk: Desk, key: str) -> Any:
    space = next(iter(desk.world.spaces.values()))
    return next(one for one in space.types[0].fields if one.key == key)


def option_of(desk: Desk, option: str) -> Any:
    return next(one for one in field_of(desk, "priority").options if one.value == option)


@pytest.fixture
def pinned(desk: Desk) -> Desk:
    """A desk with one story, whose type and reviewer are pinned."""
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3, reviewer: dana@example.com}}}}")
    assert desk.run("schema", "pull").code == 0
    desk.world.calls.clear()
    return desk


def test_mistakes_are_told_without_any_request_and_without_credentials(pinned: Desk) -> None:
    pinned.stories(
        f"{{id: {STORY}, fields: {{priority: p3, reviewer: who@example.com}}}}",
        f"{{id: {STORY + 1}, fields: {{priorty: P1}}}}",
    )
    pinned.environ = {}
    for command in ("validate", "plan"):
        done = pinned.run(command)
        assert done.code == 1
        told = done.out if command == "validate" else done.err
        assert "state/stories.yaml:4:41: no option 'p3' on Priority; did you mean 'P3'?\n" in told
        assert "state/stories.yaml:5:31: no field 'priorty' on story; did you mean 'priority'?\n" in told
    assert pinned.world.calls == []


def test_people_who_are_not_pinned_are_counted_as_unchecked(pinned: Desk) -> None:
    pinned.stories(f"{{id: {STORY}, fields: {{reviewer: who@example.com}}}}")
    done = pinned.run("validate")
    assert (done.code, done.out) == (
        0,
        "Valid: 1 item in 1 file, 1 unpinned name not checked.\n",
    )


def test_a_renamed_option_is_no_difference_and_one_note(pinned: Desk) -> None:
    option_of(pinned, "option_3").label = "Someday"
    done = pinned.run("plan")
    assert "      ~ Priority  P0 → Someday" in done.out
    assert (
        "note: Priority 'P3' is now called 'Someday'; `reconciler schema pull --rewrite` follows\n"
        in done.out
    )


def test_swapped_labels_are_refused_until_they_are_reviewed(pinned: Desk) -> None:
    first, last = option_of(pinned, "option_0"), option_of(pinned, "option_3")
    first.label, last.label = last.label, first.label
    done = pinned.run("apply", "--yes")
    assert done.code == 1
    assert (
        "state/stories.yaml:4:41: 'P3' now names another option of Priority; review what changed" in done.err
    )
    assert pinned.world.writes == []
    assert pinned.run("schema", "pull").code == 0
    assert "~ Priority  P3 → " not in pinned.run("plan").out


@pytest.mark.parametrize("what", ["removed", "disabled"])
def test_an_option_that_is_gone_blocks_its_row_and_all_else_goes_on(pinned: Desk, what: str) -> None:
    if what == "removed":
        field_of(pinned, "priority").options.remove(option_of(pinned, "option_3"))
    else:
        option_of(pinned, "option_3").disabled = True
    done = pinned.run("plan")
    assert f"  x demo/story/{STORY} Priority" in done.out
    assert what in done.out
    assert "→ dana@example.com   :4" in done.out


def test_a_field_that_is_gone_retyped_or_calculated_blocks_its_row(pinned: Desk) -> None:
    field = field_of(pinned, "priority")
    field.formula = ["x"]
    assert "blocked: the field cannot be written any more: it is calculated" in pinned.run("plan").out
    field.formula = []
    field.type = "text"
    assert "blocked: the field is now of type text, and was select" in pinned.run("plan").out
    next(iter(pinned.world.spaces.values())).types[0].fields.remove(field)
    assert "blocked: the field is gone from the space" in pinned.run("plan").out


def test_a_person_who_left_is_blocked_not_a_mistake(pinned: Desk) -> None:
    pinned.world.people["7310000000000000004"].status = "resigned"
    done = pinned.run("plan")
    assert f"  x demo/story/{STORY} Reviewer" in done.out
    assert done.code == 0


def test_the_editor_s_schema_takes_what_is_right_and_refuses_what_is_wrong(pinned: Desk) -> None:
    schema = json.loads((pinned.folder / "schemas/demo/story.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft7Validator(schema)
    jsonschema.Draft7Validator.check_schema(schema)
    right = f"""
space: demo
type: story
defaults: {{fields: {{platform: [iOS]}}, roles: {{PM: [ana]}}}}
items:
  - {STORY}
  - id: {STORY + 1}
    expect: {{name: 1.10}}
    fields:
      priority: {{id: option_1}}
      Scale: null
      description: {{markdown: "**b**"}}
      story_points: 0.5
      watchers: {{contains: [ana]}}
    roles: {{RD: []}}
"""
    assert list(validator.iter_errors(YAML(typ="safe").load(right))) == []
    for wrong in ("scale: p0", "priorty: P0", "needs_qa: 'no'", "role_owners: []", "platform: iOS"):
        document = YAML(typ="safe").load(right.replace("story_points: 0.5", wrong))
        assert list(validator.iter_errors(document)), wrong


def test_a_field_is_emptied_in_the_form_that_the_space_s_profile_names(desk: Desk) -> None:
    desk.world.options.clear_by = {"number": ["text"]}
    desk.stories(f"{{id: {STORY}, fields: {{story_points: null}}}}")
    refused = desk.run("apply", "--yes")
    assert refused.code == 3
    assert "how this space empties it is found by `reconciler doctor --probe`" in refused.out
    desk.write("schemas/demo/profile.json", '{"clears": {"number": "text"}}')
    assert desk.run("apply", "--yes").code == 0
    assert desk.sent == [{"field_3724e6": None}, {"field_3724e6": ""}]


def test_a_profile_of_another_shape_is_told(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{story_points: null}}}}")
    desk.write("schemas/demo/profile.json", '{"clears": {"number": "zero"}}')
    done = desk.run("plan")
    assert done.code == 1
    assert (
        "profile.json cannot be read (it says `clears`: a field type with one of null, text, list)"
        in done.err
    )


def test_the_demo_s_pins_are_what_the_demo_space_says(desk: Desk) -> None:
    for name in ("state", "schemas"):
        shutil.copytree(ROOT / name, desk.folder / name)
    done = desk.run("schema", "pull")
    assert done.out == "Pinned 3 types, 4 people, 1 item; 0 files changed.\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("fields: {RD: [ana@example.com]}", "'RD' is a role of story; write it under `roles:`"),
        ("roles: {priority: P0}", "'priority' is a field of story; write it under `fields:`"),
    ],
)
def test_a_role_among_the_fields_is_told_as_such_and_a_field_among_the_roles(
    pinned: Desk, line: str, told: str
) -> None:
    pinned.stories(f"{{id: 6300012320, {line}}}")
    done = pinned.run("validate")
    assert done.code == 1
    assert told in done.err + done.out
