"""`schema pull` never leaves files that the next command refuses: what they still use stays pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
FILE = f"""\
space: demo
type: story
items:
  - id: {STORY}
    fields:
      priority: P3
      Scale: XL
      platform: [iOS, Web]
  - id: {STORY + 1}
    fields:
      Scale: XL
"""


def field_of(desk: Desk, name: str) -> Any:
    return next(one for one in next(iter(desk.world.spaces.values())).types[0].fields if one.name == name)


def rename(desk: Desk, field: str, label: str, new: str) -> None:
    next(one for one in field_of(desk, field).options if one.label == label).label = new


def remove(desk: Desk, field: str, label: str) -> str:
    """Remove an option; no live item holds it any more.  Returns its id."""
    spec = field_of(desk, field)
    gone = next(one for one in spec.options if one.label == label)
    spec.options.remove(gone)
    for item in desk.world.items.values():
        if item.values.get(spec.key) == {"value": gone.value}:
            item.values.pop(spec.key)
    return str(gone.value)


@pytest.fixture
def pinned(desk: Desk) -> Desk:
    desk.write("state/stories.yaml", FILE)
    assert desk.run("schema", "pull").code == 0
    return desk


def text_of(desk: Desk) -> str:
    return (desk.folder / "state/stories.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("steps", [((),), (("--rewrite",),), ((), ("--rewrite",)), (("--rewrite",), ())])
def test_renamed_labels_follow_and_removed_ones_block_their_rows_whatever_the_order(
    pinned: Desk, steps: tuple[tuple[str, ...], ...]
) -> None:
    rename(pinned, "Priority", "P3", "Someday")
    rename(pinned, "Scale", "L", "Large")
    remove(pinned, "Scale", "XL")
    for step in steps:
        done = pinned.run("schema", "pull", *step)
        assert done.code == 0, done.err
        assert pinned.run("validate").code == 0
    followed = any(steps)
    assert text_of(pinned) == (FILE.replace("P3", "Someday") if followed else FILE)
    plan = pinned.run("plan")
    assert plan.code == 0, plan.err
    assert plan.out.count("was removed") == 2
    assert "2 blocked" in plan.out
    assert pinned.run("schema", "check", "--detailed-exitcode").code == 2


def test_the_repair_is_printed_and_ends_it(pinned: Desk) -> None:
    remove(pinned, "Scale", "XL")
    done = pinned.run("schema", "pull", "--rewrite")
    assert "story: Scale: option 'XL' was removed; 2 items name it in the files: it stays pinned" in done.err
    assert f"`reconciler pull --refresh --only demo/story/{STORY}.scale --only " in done.err
    for item in (STORY, STORY + 1):
        pinned.world.items[item].values[field_of(pinned, "Scale").key] = {
            "value": field_of(pinned, "Scale").options[0].value
        }
    repair = done.err.split("`reconciler ")[1].split("`")[0].split()
    assert pinned.run(*repair).code == 0
    assert "XL" not in text_of(pinned)
    assert "blocked" not in pinned.run("plan").out
    assert pinned.run("schema", "pull").err == ""
    assert pinned.run("schema", "check", "--detailed-exitcode").code == 0


def test_a_renamed_field_stays_pinned_by_the_name_that_the_files_use(pinned: Desk) -> None:
    field = field_of(pinned, "Scale")
    field.name, field.alias = "Size", "size"
    done = pinned.run("schema", "pull")
    assert (done.code, pinned.run("validate").code) == (0, 0)
    assert "until `reconciler schema pull --rewrite`" in done.err
    assert pinned.run("schema", "pull", "--rewrite").code == 0
    assert "Size: XL" in text_of(pinned)
    assert pinned.run("schema", "check", "--detailed-exitcode").code == 0


def test_a_field_that_is_gone_stays_pinned_and_blocks_what_names_it(pinned: Desk) -> None:
    kind = next(iter(pinned.world.spaces.values())).types[0]
    kind.fields.remove(field_of(pinned, "Scale"))
    for step in ((), ("--rewrite",)):
        assert pinned.run("schema", "pull", *step).code == 0
        assert pinned.run("validate").code == 0
    assert pinned.run("plan").out.count("the field is gone from the space") == 2


def test_a_type_that_is_gone_stays_pinned_while_files_name_it(pinned: Desk) -> None:
    space = next(iter(pinned.world.spaces.values()))
    del space.types[0]
    done = pinned.run("schema", "pull")
    assert done.code == 0, done.err
    assert "story: the type is gone from the space; 2 items in the files: take the entries out" in done.err
    assert pinned.run("validate").code == 0


def test_a_new_option_and_an_old_label_are_read_side_by_side(pinned: Desk) -> None:
    rename(pinned, "Scale", "XL", "Huge")
    rename(pinned, "Scale", "L", "Large")
    pinned.write("state/stories.yaml", FILE.replace("priority: P3", "priority: P3\n      Story points: 3"))
    extra = f"space: demo\ntype: story\nitems:\n  - {{id: {STORY + 2}, fields: {{Scale: Large}}}}\n"
    pinned.write("state/more.yaml", extra)
    assert pinned.run("schema", "pull", "--rewrite").code == 0
    assert pinned.run("validate").code == 0
    assert "Scale: Huge" in text_of(pinned)


def test_pins_of_files_without_old_names_are_the_space_as_it_is(pinned: Desk) -> None:
    remove(pinned, "Priority", "P0")
    rename(pinned, "Priority", "P1", "Soon")
    assert pinned.run("schema", "pull").err == ""
    assert pinned.run("schema", "check", "--detailed-exitcode").code == 0
