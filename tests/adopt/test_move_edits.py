"""The edits of a move, for files that are read by the demo's pins."""

from __future__ import annotations

from reconciler.adopt.move_edits import Files, Slot
from reconciler.manifest.edit.commands import Drop, Members, Put
from reconciler.manifest.edit.spans import Source
from reconciler.manifest.nodes import Document
from tests.desired.demo_pins import STORIES, demo_catalog, document

DUE = "field_2fbca6"
TEXT = (
    f"{STORIES}"
    "  - {id: 6300012331, fields: {due: 2026-12-11}}  # one\n"
    "  - id: 6300012332\n"
    "    fields: {due: 2026-12-11, priority: P0}\n"
    "  - {id: 6300012333, fields: {due: 2026-12-18}}\n"
)


def made(into: Document | None, *at: int, defaults: bool = False, held: tuple[int, ...] = ()) -> Files:
    kind = demo_catalog().type_of("story")
    assert kind
    files = Files(
        kind,
        Source(TEXT.encode(), "a.yaml"),
        document(TEXT),
        into,
        [Slot(one, DUE) for one in at],
        frozenset(Slot(one, DUE) for one in held),
        defaults,
    )
    files.make()
    return files


def test_values_leave_the_source_and_entries_that_say_nothing_go() -> None:
    files = made(None, 0, 1)
    assert files.from_source == [
        Drop(("items", 1, "fields", "due"), above=True),
        Members(("items",), frozenset({0})),
    ]
    assert files.changed == {Slot(0, DUE), Slot(1, DUE)}
    whole = files.new_file()
    assert (whole["space"], whole["type"], "defaults" in whole) == ("demo", "story", False)


def test_a_value_that_the_other_file_sets_only_leaves() -> None:
    other = document(f"{STORIES}  - {{id: 6300012332, fields: {{due: 2026-12-24}}}}\n", "b.yaml")
    files = made(other, 1, held=(1,))
    assert (files.from_source, files.to_target) == ([Drop(("items", 1, "fields", "due"), above=True)], [])
    assert list(files.given_up) == [(Slot(1, DUE), ())]


def test_the_value_of_most_becomes_a_default_and_others_are_left_off() -> None:
    other = document(f"{STORIES}  - 6300012340\n  - {{id: 6300012341, unmanaged: [due]}}\n", "b.yaml")
    files = made(other, 0, 1, 2, defaults=True)
    (entries, default, off) = files.to_target
    assert isinstance(entries, Members)
    assert len(entries.add) == 3
    assert isinstance(default, Put)
    assert default.way == ("defaults", "fields", "due")
    assert off == Put(("items", 0, "unmanaged"), ["due"])


def test_new_entries_take_no_other_default_of_the_file() -> None:
    other = document(
        "space: demo\ntype: story\ndefaults: {fields: {priority: P3}}\nitems: [6300012340]\n", "b.yaml"
    )
    (entries,) = made(other, 1).to_target
    assert isinstance(entries, Members)
    assert "unmanaged" in repr(entries.add[0])


def test_in_its_own_file_only_what_the_default_says_leaves() -> None:
    source = document(TEXT)
    files = made(None, 0, 1, 2)
    fold = Files(files.kind, files.text, source, source, files.chosen, frozenset(), defaults=True)
    fold.make()
    assert fold.changed == {Slot(0, DUE), Slot(1, DUE)}
    assert [edit.way for edit in fold.from_source] == [
        ("items", 0, "fields", "due"),
        ("items", 1, "fields", "due"),
    ]
