"""Attacks by pins: files of `schemas/` that strangers wrote, a merge broke, or a space names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.schema.pin_files import file_stem

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
PIN = "schemas/demo/story.json"


@pytest.fixture
def pinned(desk: Desk) -> Desk:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P1, Release: [{{name: The next one}}]}}}}")
    desk.world.items[6300014302].name = "The next one"
    assert desk.run("schema", "pull").code == 0
    return desk


def text(desk: Desk, file: str = PIN) -> str:
    return (desk.folder / file).read_text(encoding="utf-8")


def of_another_format(desk: Desk) -> None:
    desk.write(PIN, text(desk).replace('"format_version": "1.0"', '"format_version": "2.0"'))


def of_no_format(desk: Desk) -> None:
    desk.write(PIN, text(desk).replace('"format_version": "1.0",', ""))


def with_a_member_twice(desk: Desk) -> None:
    desk.write(PIN, text(desk).replace('"format_version"', '"space_key": "x",\n  "format_version"'))


def with_an_item_twice(desk: Desk) -> None:
    file = "schemas/demo/items.json"
    row = '"The next one": 6300014302'
    desk.write(file, text(desk, file).replace(row, f'"The next one": 6300014303, {row}'))


def with_a_person_twice(desk: Desk) -> None:
    desk.write("schemas/demo/people.json", '{"ana@example.com": "1", "ana@example.com": "2"}')


def with_both_sides_of_a_merge(desk: Desk) -> None:
    first, rest = text(desk).split("\n", 1)
    desk.write(PIN, f"{first}\n<<<<<<< HEAD\n{rest}=======\n{rest}>>>>>>> theirs\n")


def with_both_sides_of_a_merge_of_items(desk: Desk) -> None:
    desk.write("schemas/demo/items.json", '{\n<<<<<<< HEAD\n "a": {"b": 1}\n=======\n>>>>>>> x\n}\n')


def with_a_second_file_of_the_type(desk: Desk) -> None:
    desk.write("schemas/demo/zzz.json", text(desk))


def with_a_file_of_another_space(desk: Desk) -> None:
    other = json.loads(text(desk))
    other["type"]["key"] = "other"
    desk.write("schemas/demo/zzz.json", json.dumps({**other, "space_key": "f" * 24}))


def with_an_id_that_is_a_text(desk: Desk) -> None:
    desk.write("schemas/demo/items.json", '{"story": {"a": "6300014302"}}')


def that_is_a_link(desk: Desk) -> None:
    (desk.folder / PIN).rename(desk.folder / "story.json")
    (desk.folder / PIN).symlink_to(desk.folder / "story.json")


def whose_folder_is_a_link(desk: Desk) -> None:
    (desk.folder / "schemas/demo").rename(desk.folder / "elsewhere")
    (desk.folder / "schemas/demo").symlink_to("../elsewhere")


def whose_folder_above_is_a_link(desk: Desk) -> None:
    (desk.folder / "schemas").rename(desk.folder / "elsewhere")
    (desk.folder / "schemas").symlink_to("elsewhere")


BROKEN = {
    of_another_format: f"{PIN} cannot be read (its format_version is '2.0'; this version reads 1.0)",
    of_no_format: f"{PIN} cannot be read (no format_version; this version reads 1.0)",
    with_a_member_twice: f"{PIN} cannot be read (the member 'space_key' twice)",
    with_an_item_twice: "schemas/demo/items.json cannot be read (the member 'The next one' twice)",
    with_a_person_twice: "schemas/demo/people.json cannot be read (the member 'ana@example.com' twice)",
    with_both_sides_of_a_merge: f"{PIN}:2: unresolved merge conflict",
    with_both_sides_of_a_merge_of_items: "schemas/demo/items.json:2: unresolved merge conflict",
    with_a_second_file_of_the_type: "zzz.json cannot be read (another file pins the type 'story' too)",
    with_a_file_of_another_space: "zzz.json cannot be read (another file is of the space ",
    with_an_id_that_is_a_text: "schemas/demo/items.json cannot be read (it maps types to names and ids)",
    that_is_a_link: f"{PIN} cannot be read (it is a link)",
    whose_folder_is_a_link: "schemas/demo cannot be read (it is a link); put the folder itself there",
    whose_folder_above_is_a_link: "schemas cannot be read (it is a link); put the folder itself there",
}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda one: one.__name__)
def test_a_pin_file_that_is_read_in_two_ways_is_refused(pinned: Desk, broken: object) -> None:
    assert callable(broken)
    broken(pinned)
    for command in (("validate",), ("plan",), ("apply", "--yes")):
        done = pinned.run(*command)
        assert (done.code, BROKEN[broken] in done.err) == (1, True), done
    assert pinned.sent == []


PATHS = [
    *("../../x", "/x/y", "..", "a/b", "a\\b", "a\nb", "a:b"),
    *("CON", "people", "items", ".hidden", "a" * 300),
]


@pytest.mark.parametrize("word", PATHS)
def test_a_name_that_the_space_gives_is_no_path(desk: Desk, word: str) -> None:
    desk.world.type_of(desk.world.items[STORY]).api_name = word
    desk.stories(f"{{id: {STORY}, fields: {{priority: P1}}}}")
    before = everything(desk.folder.parent)
    done = desk.run("schema", "pull")
    new = everything(desk.folder.parent) - before
    assert done.code == 0, done
    assert {path.relative_to(desk.folder).as_posix() for path in new} == {
        "schemas",
        "schemas/demo",
        "schemas/demo/story.json",
        "schemas/demo/story.schema.json",
    }
    assert desk.run("plan").code == 0


def everything(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def test_two_types_of_one_name_have_a_file_each(desk: Desk) -> None:
    for item_id, word in ((STORY, "same"), (6300013300, "Same")):
        desk.world.type_of(desk.world.items[item_id]).api_name = word
    desk.stories(f"{{id: {STORY}, fields: {{priority: P1}}}}")
    desk.stories("{id: 6300013300, fields: {priority: P1}}", file="state/issues.yaml", type_="issue")
    assert desk.run("schema", "pull").code == 0
    names = sorted(path.name for path in (desk.folder / "schemas/demo").glob("*.json"))
    assert len({name.lower() for name in names}) == 4
    assert desk.run("validate").code == 0


def test_a_file_name_is_the_first_word_that_can_be_one() -> None:
    assert file_stem("story", "67c7") == "story"
    assert file_stem("../story", "67c7") == "67c7"
    assert file_stem("a b", "../..") == "type-unnamed"
    assert file_stem("x/y", "../67/c7") == "type-67c7"


KEY_OF_BO = "7310000000000000002"
NOBODY = ["7310000000000000999", "abc", "x y", "bo@example.com", "\u202e", "7310000000000000002\u200b", ""]


def of_ana(desk: Desk, key: str) -> Desk:
    """The files want Ana, whom a pull request pins to another key."""
    desk.stories(f"{{id: {STORY}, fields: {{priority: P1}}, roles: {{RD: [ana@example.com]}}}}")
    assert desk.run("schema", "pull").code == 0
    desk.write("schemas/demo/people.json", json.dumps({"ana@example.com": key}))
    return desk


def test_an_e_mail_that_is_pinned_to_another_person_is_shown_as_that_person(desk: Desk) -> None:
    planned = of_ana(desk, KEY_OF_BO).run("plan", "--format", "text", "--format", "json=plan.json")
    assert "~ RD        + bo@example.com  - emil@example.com" in planned.out
    assert "ana@" not in planned.out.partition("May notify")[0]


@pytest.mark.parametrize("key", NOBODY)
def test_an_e_mail_that_is_pinned_to_nobody_is_blocked_whatever_the_key_looks_like(
    desk: Desk, key: str
) -> None:
    done = of_ana(desk, key).run("apply", "--yes")
    assert "no longer exists; change or delete the line" in done.out, done
    assert (done.code, [list(one) for one in desk.sent]) == (3, [["priority"]])
