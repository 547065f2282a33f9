"""Attacks by live values in a shape that no page of the API describes: never overwritten as if empty."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.hostile import Counter, Tamper, counter_in, with_data

STORY = 6300012320
WANTED = {
    "priority": "P3",
    "scale": "S",
    "platform": "[Web]",
    "tags": "{contains: [debt]}",
    "area": "Payments / Cards",
    "markets": "[Payments / Cards]",
    "reviewer": "dana@example.com",
    "watchers": "{contains: [dana@example.com]}",
    "due": "2030-01-01",
    "schedule": "{start: 2030-01-01, end: 2030-02-01}",
    "parent_story": "6300012321",
    "planning_release": "[6300014300]",
    "docs": "['https://example.com/a']",
    "description": "words",
    "notes": "words",
    "story_points": "7",
    "needs_qa": "true",
}
KEYS = {
    "scale": "field_0dae57",
    "platform": "field_c4d17a",
    "area": "field_511b0c",
    "markets": "field_38c836",
    "reviewer": "field_05723d",
    "due": "field_2fbca6",
    "parent_story": "field_7872c9",
    "planning_release": "planning_sprint",
    "docs": "field_347e4e",
    "notes": "field_a1b2c4",
    "story_points": "field_3724e6",
    "needs_qa": "field_b9d821",
}
SHAPES: dict[str, Any] = {
    "an object of another form": {"content": "precious"},
    "a list of such objects": [{"content": "precious"}],
    "a list in a list": [["precious"]],
    "an object with a deep value": {"id": {"content": "precious"}},
}
"""Shapes that no field type of the API has."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with counter_in(tmp_path_factory.mktemp("desk")) as counter:
        yield counter


def holding(values: dict[str, Any]) -> Tamper:
    """Let items hold these wire values."""

    def held(data: Any) -> Any:
        for row in data:
            fields = [one for one in row["fields"] if one["field_key"] not in values]
            row["fields"] = fields + [{"field_key": key, "field_value": one} for key, one in values.items()]
            row["multi_texts"] = [
                one for one in row.get("multi_texts") or () if one["field_key"] not in values
            ]
        return data

    return with_data(held)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_field_is_overwritten_whose_live_value_is_in_a_shape_of_its_own(
    shared: Counter, shape: Any
) -> None:
    desk = shared.desk
    desk.stories(
        f"{{id: {STORY}, fields: {{{', '.join(f'{word}: {one}' for word, one in WANTED.items())}}}}}"
    )
    shared.layer.arm(holding({KEYS.get(word, word): shape for word in WANTED}), "story/query", times=50)
    done = desk.run("apply", "--yes")
    assert done.code == 3, done.out + done.err
    assert desk.sent == []
    assert f"{len(WANTED)} blocked" in done.out, done.out


@pytest.mark.parametrize(
    "roles",
    [{"RD": "precious"}, "precious", [["precious"]], [{"name": "RD", "owners": ["7310000000000000002"]}]],
)
def test_no_role_is_overwritten_where_one_of_them_cannot_be_read(shared: Counter, roles: Any) -> None:
    """The list is sent whole, so that what was not understood of it would be lost."""
    desk = shared.desk
    desk.stories(f"{{id: {STORY}, roles: {{RD: [dana@example.com]}}}}")
    shared.layer.arm(holding({"role_owners": roles}), "story/query", times=50)
    done = desk.run("apply", "--yes")
    assert done.code == 3, done.out + done.err
    assert desk.sent == []


@pytest.mark.parametrize("fields", [{"precious": 1}, "precious", [["precious"]], 7])
def test_nothing_is_overwritten_where_the_fields_of_an_item_cannot_be_told_apart(
    shared: Counter, fields: Any
) -> None:
    desk = shared.desk
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3, notes: words}}}}")
    shared.layer.arm(
        with_data(lambda rows: [{**row, "fields": fields} for row in rows]), "story/query", times=50
    )
    done = desk.run("apply", "--yes")
    assert desk.sent == []
    assert done.code in {1, 3}, done.out + done.err


def test_files_are_not_brought_up_to_what_cannot_be_read(shared: Counter) -> None:
    desk = shared.desk
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3, platform: [Web]}}}}")
    before = (desk.folder / "state/stories.yaml").read_bytes()
    odd = {"priority": {"content": "precious"}, KEYS["platform"]: [{"content": "precious"}]}
    shared.layer.arm(holding(odd), "story/query", times=50)
    desk.run("pull", "--refresh")
    assert (desk.folder / "state/stories.yaml").read_bytes() == before


def test_a_rollback_leaves_alone_what_cannot_be_read(shared: Counter) -> None:
    desk = shared.desk
    shared.layer.arm(with_data(lambda data: data), times=0)
    desk.world.edit(STORY, "priority", {"value": "option_0"})
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    assert desk.run("apply", "--yes").code == 0
    sent = len(desk.sent)
    run = max((desk.folder / ".reconciler/runs").iterdir())
    shared.layer.arm(holding({"priority": {"content": "precious"}}), "story/query", times=50)
    done = desk.run("rollback", run.name, "--yes")
    assert done.code == 3, done.out + done.err
    assert len(desk.sent) == sent
    assert json.dumps(desk.world.item(STORY).values["priority"]) == '{"value": "option_3"}'
