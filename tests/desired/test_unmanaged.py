"""Each word of `unmanaged` takes a default off the item, or is a mistake with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.desired.claims import DesiredState, desired_state
from reconciler.manifest.nodes import Manifest
from tests.desired.demo_pins import demo_catalog, document
from tests.git_repository import commit, git

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
BO = "7310000000000000002"
FILE = """\
space: demo
type: story
defaults:
  fields: {{priority: P1, due: 2026-12-01}}
  roles: {{RD: [ana@example.com]}}
items:
  - {{id: 1, {item}}}
"""


def read(item: str, without: str = "") -> DesiredState:
    text = FILE.format(item=item).replace(without, "") if without else FILE.format(item=item)
    return desired_state(Manifest((document(text),)), demo_catalog())


def managed(state: DesiredState) -> set[str]:
    return {one.key.partition("/")[0] for one in state.items[0].fields}


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("[due]", {"priority", "roles"}),
        ("[Due, RD]", {"priority"}),
        ("[roles.RD]", {"priority", "field_2fbca6"}),
        ("[roles.rd, priority, field_2fbca6]", set()),
    ],
)
def test_a_word_is_a_name_of_a_field_or_a_role_or_the_role_s_ref(words: str, left: set[str]) -> None:
    state = read(f"unmanaged: {words}")
    assert [str(one) for one in state.mistakes] == []
    assert managed(state) == left


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("unmanaged: [duee]", "7:25: no field 'duee' on story; did you mean 'due'?"),
        ("unmanaged: [roles.RDD]", "7:25: no role 'RDD' on story; did you mean 'RD'?"),
        (
            "unmanaged: [Roles]",
            "7:25: no default of this file sets Roles; write one of 'RD', 'due', 'priority'",
        ),
        (
            "unmanaged: [scale]",
            "7:25: no default of this file sets Scale; write one of 'RD', 'due', 'priority'",
        ),
        (
            "unmanaged: [due], fields: {due: 2026-12-02}",
            "7:25: Due is unmanaged, and has a value of the item itself at a.yaml:7:40; keep one of the two",
        ),
        (
            "unmanaged: [roles.RD], roles: {RD: []}",
            "7:25: RD is unmanaged, and has a value of the item itself at a.yaml:7:44; keep one of the two",
        ),
        ("unmanaged: [due, Due]", "7:30: the same field as at a.yaml:7:25; name it once"),
        ("unmanaged: [RD, roles.RD]", "7:29: the same field as at a.yaml:7:25; name it once"),
    ],
)
def test_a_word_that_changes_nothing_is_a_mistake(item: str, message: str) -> None:
    assert [str(one) for one in read(item).mistakes] == [f"a.yaml:{message}"]


def test_without_defaults_every_word_is_one_too_many() -> None:
    defaults = FILE[FILE.index("defaults") : FILE.index("items")].format()
    assert [str(one) for one in read("unmanaged: [due]", defaults).mistakes] == [
        "a.yaml:4:25: no default of this file sets Due; delete it"
    ]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("fields: {roles.RD: []}", "'roles.RD' is how other places name a role; write RD under `roles:`"),
        ("roles: {roles.RD: []}", "'roles.RD' is how other places name a role; write RD"),
        ("expect: {roles.RDD: []}", "no role 'RDD' on story; did you mean 'RD'?"),
        ("expect: {duee: null}", "no field 'duee' on story; did you mean 'due'?"),
    ],
)
def test_other_sections_lead_to_the_name_that_they_take(item: str, message: str) -> None:
    (told,) = (str(one) for one in read(item).mistakes)
    assert told.endswith(f": {message}")


@pytest.mark.parametrize("name", ["RD", "roles.RD"])
def test_a_role_can_be_expected(desk: Desk, name: str) -> None:
    desk.stories(f"{{id: {STORY}, expect: {{{name}: [nobody@example.com]}}, fields: {{priority: P3}}}}")
    assert "no person 'nobody@example.com' on RD" in desk.run("plan").err
    desk.stories(f"{{id: {STORY}, expect: {{{name}: [dana@example.com]}}, fields: {{priority: P3}}}}")
    assert "expected RD dana@example.com, found" in desk.run("plan").out
    desk.stories(
        f"{{id: {STORY}, expect: {{{name}: {{excludes: [dana@example.com]}}}}, fields: {{priority: P3}}}}"
    )
    assert "1 item to update" in desk.run("plan").out


def test_an_earlier_commit_with_such_a_word_is_read_all_the_same(desk: Desk) -> None:
    git(desk.folder, "init", "-q")
    entry = f"{{id: {STORY}, unmanaged: [%s], fields: {{priority: P0, story_points: 5}}}}"
    desk.stories(entry % "due, Roles, due")
    commit(desk)
    desk.world.edit(STORY, "field_3724e6", 8, by=BO)
    desk.stories(entry.replace("unmanaged: [%s], ", ""))
    done = desk.run("plan", "--base", "HEAD")
    assert done.err == ""
    assert "Story points  8 → 5  skipped (drift: report)" in done.out


def test_pull_writes_the_ref_of_a_role_where_a_field_has_its_name(desk: Desk) -> None:
    space = next(iter(desk.world.spaces.values()))
    next(one for one in space.types[0].fields if one.name == "Notes").name = "RD"
    desk.stories(f"{{id: {STORY}, roles: {{RD: [ana@example.com]}}}}")
    assert desk.run("schema", "pull").code == 0
    lists = "space: demo\ntype: story\ndefaults: {roles: {RD: [bo@example.com]}}\nitems:\n  - 6300012321\n"
    desk.write("state/more.yaml", lists)
    assert desk.run("pull", str(STORY), "--into", "state/more.yaml", "--fields", "due").code == 0
    assert "unmanaged: [roles.RD]" in (desk.folder / "state/more.yaml").read_text(encoding="utf-8")
    assert desk.run("validate").code == 0
