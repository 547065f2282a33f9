"""A file that gets entries of live items: proved by a plan before it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adopt.pulling import INTO, STORY, pulled, text_of

if TYPE_CHECKING:
    from tests.conftest import Desk


NOTES, PARENT, REFERENCE = "field_a1b2c4", "field_7872c9", "field_a1b2c3"


def test_a_default_of_the_file_never_speaks_for_a_field_that_another_file_sets(desk: Desk) -> None:
    desk.write(
        "state/one.yaml",
        f"space: demo\ntype: story\nitems:\n  - {{id: {STORY}, fields: {{due: 2026-04-21}}}}\n",
    )
    desk.write(
        "state/pulled.yaml",
        "space: demo\ntype: story\ndefaults: {fields: {due: 2026-04-21}}\nitems: [6300012300]\n",
    )
    desk.run("pull", f"story/{STORY}", "--fields", "priority", *INTO)
    assert f"{{id: {STORY}, unmanaged: [due], fields: {{priority: P0}}}}" in text_of(desk)
    assert desk.run("validate").code == 0


def test_what_is_appended_leaves_the_bytes_before_it_alone(desk: Desk) -> None:
    before = (
        "\ufeff# ours\r\nspace: demo\r\ntype:   'story'\r\nitems:   # these\r\n"
        f"    -   {STORY}   # the first\r\n# the end\r\n"
    )
    desk.write("state/pulled.yaml", "")
    (desk.folder / "state/pulled.yaml").write_bytes(before.encode())
    pulled(desk, f"story/{STORY + 1}", "--fields", "priority,roles.RD")
    assert text_of(desk) == before.replace(
        "# the end",
        f"    - id: {STORY + 1}  # Import audit log\r\n      fields:\r\n        priority: P1\r\n"
        "      roles:\r\n        RD: [fay@example.com]\r\n# the end",
    )


def test_a_default_that_the_live_item_does_not_share_is_taken_off_it(desk: Desk) -> None:
    desk.write(
        "state/pulled.yaml",
        "space: demo\ntype: story\ndefaults: {fields: {scale: XL, priority: P3}}\n"
        "items:\n  - {id: 6300012300, unmanaged: [scale, priority]}\n",
    )
    pulled(desk, f"story/{STORY}", "--fields", "priority")
    assert f"  - id: {STORY}  # Audit reports\n    unmanaged: [scale]\n    fields:\n" in text_of(desk)


def test_a_file_without_items_is_filled(desk: Desk) -> None:
    desk.write("state/pulled.yaml", "space: demo\ntype: story\nitems: []\n")
    pulled(desk, f"story/{STORY}", "--fields", "priority")
    assert text_of(desk).endswith(
        f"items:\n  - id: {STORY}  # Audit reports\n    fields:\n      priority: P0\n"
    )


def test_a_file_of_another_type_is_refused(desk: Desk) -> None:
    desk.stories(str(STORY), file="state/pulled.yaml")
    before = text_of(desk)
    done = desk.run("pull", "issue/6300013300", *INTO)
    assert "holds items of another type" in done.err
    assert text_of(desk) == before


@pytest.mark.parametrize("into", ["", f"space: demo\ntype: story\nitems:\n  - {STORY}\n"], ids=["new", "old"])
def test_each_value_that_no_file_can_hold_is_left_out_with_its_reason(desk: Desk, into: str) -> None:
    live = desk.world.item
    live(STORY).values.update({NOTES: "a\x00b", PARENT: STORY, REFERENCE: "a\u2028b: # c"})
    live(STORY + 1).values.update({NOTES: "- [a\n\tb", REFERENCE: "x\x1b[0m"})
    if into:
        desk.write("state/pulled.yaml", into)
    ids = (f"story/{STORY}", f"story/{STORY + 1}")
    done = pulled(desk, *ids, "--fields", f"priority,{NOTES},{PARENT},{REFERENCE}")
    assert [line for line in done.err.splitlines() if line.startswith("left out")] == [
        f"left out Notes of {STORY}: no file can hold it: the character \\u0000",
        f"left out Parent of {STORY}: Parent points to the item itself",
        f"left out External reference of {STORY}: no file can hold it: the character \\u2028",
        f"left out External reference of {STORY + 1}: no file can hold it: the character \\u001b",
    ]
    assert text_of(desk).count("priority: ") == 2
    assert text_of(desk).count("notes: ") == 1


def test_a_file_for_which_no_value_is_left_keeps_its_bytes(desk: Desk) -> None:
    desk.world.item(STORY).values[NOTES] = "a\x00b"
    desk.write("state/pulled.yaml", before := f"space: demo\ntype: story\nitems:   # ours\n  - {STORY}\n")
    done = pulled(desk, f"story/{STORY}", "--fields", NOTES)
    assert done.out == "Adopted 0 items into no file; 1 item in the files already (state/pulled.yaml).\n"
    assert text_of(desk) == before
