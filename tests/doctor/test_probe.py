"""A probe finds what a space accepts, and leaves the scratch item exactly as it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reconciler.fields.spec import FieldSpec, Option
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import TypeSpec
from tests.doctor.probing import NUMBER, STORY, probed, profile

if TYPE_CHECKING:
    from tests.conftest import Desk


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


def test_a_catalog_sends_the_form_of_the_profile() -> None:
    field = FieldSpec("priority", "Priority", "select", options=(Option("option_1", "P0"),))
    spec = TypeSpec("story", "Story", "story", (field,), ())
    usual, labelled = (
        Catalog("k", "demo", {"story": spec}, forms=forms) for forms in ({}, {"select": "labelled"})
    )
    assert usual.encode("story", "priority", "option_1") == {"value": "option_1"}
    assert labelled.encode("story", "priority", "option_1") == {"value": "option_1", "label": "P0"}
    assert labelled.encode("story", "priority", None) is None
