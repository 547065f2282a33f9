"""Adopting items field by field, into one file or several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adopt.pulling import INTO, STORY, pulled, text_of

if TYPE_CHECKING:
    from tests.conftest import Desk


def test_fields_that_files_manage_already_are_skipped_and_their_items_counted(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}", str(STORY + 1))
    done = desk.run("pull", f"story/{STORY}", f"story/{STORY + 2}", "--fields", "priority", *INTO)
    assert (
        done.out
        == "Adopted 1 item into state/pulled.yaml; 1 item in the files already (state/stories.yaml).\n"
    )
    assert f"id: {STORY + 2}" in text_of(desk)
    assert str(STORY) not in text_of(desk).replace(str(STORY + 2), "")


def test_of_an_item_in_the_files_the_fields_are_adopted_that_no_file_manages(desk: Desk) -> None:
    sprint = f"space: demo\ntype: story\ndefaults: {{fields: {{due: 2026-04-21}}}}\nitems:\n  - {STORY}\n"
    desk.write("state/sprint.yaml", sprint)
    done = pulled(desk, f"story/{STORY}", f"story/{STORY + 1}", "--fields", "priority,due,platform")
    assert done.out == "Adopted 1 item and 2 fields of 1 known item into state/pulled.yaml.\n"
    assert text_of(desk, "state/sprint.yaml") == sprint
    entry = f"  - id: {STORY}  # Audit reports\n    fields:\n      priority: P0\n      platform: [iOS]\n"
    assert entry in text_of(desk)
    again = pulled(desk, f"story/{STORY}", "--fields", "priority,due,platform")
    assert again.out == (
        "Adopted 0 items into no file; 1 item in the files already (state/pulled.yaml, state/sprint.yaml).\n"
    )


@pytest.mark.parametrize(
    ("split", "files"),
    [
        ("2", ["pulled-1.yaml", "pulled-2.yaml"]),
        ("priority", ["pulled-p0.yaml", "pulled-p1.yaml", "pulled-p2.yaml"]),
        ("type", ["pulled-story.yaml"]),
    ],
)
def test_items_are_parted_into_files(desk: Desk, split: str, files: list[str]) -> None:
    pulled(desk, *(f"story/{STORY + n}" for n in range(3)), "--split", split)
    assert sorted(path.name for path in (desk.folder / "state").iterdir()) == files
