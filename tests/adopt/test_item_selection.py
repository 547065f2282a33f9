"""Which items a command was asked for: by id, by type, by filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adopt.pulling import INTO, STORY, pulled

if TYPE_CHECKING:
    from tests.conftest import Desk


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("42",),
            "no item 42 in demo; check the number and who may see it; give --type TYPE if it is terminated",
        ),
        (
            ("story/6300012320", "--fields", "priorty"),
            "no field 'priorty' on story; did you mean 'priority'?",
        ),
        (
            ("--type", "story", "--name", "no story has this name", "--fields", "nosuch"),
            "no field 'nosuch' on story; write one of",
        ),
    ],
)
def test_what_names_nothing_ends_with_1_also_where_all_is_in_the_files(
    desk: Desk, arguments: tuple[str, ...], told: str
) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P0}}}}")
    done = desk.run("pull", *arguments, *INTO)
    assert (done.code, done.out) == (1, "")
    assert told in done.err
    assert not (desk.folder / "state/pulled.yaml").exists()


def test_bare_ids_of_several_types_are_looked_up_and_want_several_files(desk: Desk) -> None:
    some = (str(STORY), "6300013300")
    done = desk.run("pull", *some, *INTO)
    assert done.code == 1
    assert "a file holds items of one type, and these are issue, story; add --split type" in done.err
    pulled(desk, *some, "--split", "type")
    assert desk.asked("/filter") == 2


def test_only_what_changed_since_a_day_is_pulled(desk: Desk) -> None:
    for item in desk.world.items.values():
        item.updated_at = 1_772_000_000_000
    desk.world.items[STORY].updated_at = 1_780_000_000_000
    done = pulled(desk, "--type", "story", "--updated-since", "2026-05-01")
    assert done.out == "Adopted 1 item into state/pulled.yaml.\n"
