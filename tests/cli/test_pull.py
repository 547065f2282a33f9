"""Live items become files, so that a plan of them is empty; nothing is written to the space."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk, Done

STORY = 6300012320
INTO = ("--space", "demo", "--into", "state/pulled.yaml")


def text_of(desk: Desk, file: str = "state/pulled.yaml") -> str:
    return (desk.folder / file).read_bytes().decode("utf-8")


def pulled(desk: Desk, *arguments: str) -> Done:
    """Pull, and see that the plan is empty and that nothing was written to the space."""
    done = desk.run("pull", *arguments, *INTO)
    assert done.code == 0, done.err
    assert "No changes." in desk.run("plan").out
    assert desk.world.writes == []
    return done


def values_of(desk: Desk, item: int = STORY) -> dict[str, object]:
    """Return the live values of an item, to change them."""
    values: dict[str, object] = desk.world.items[item].values
    return values


def test_one_item_becomes_a_file_that_plans_empty(desk: Desk) -> None:
    done = pulled(desk, f"demo/story/{STORY}", "--fields", "priority,due,platform,watchers,roles.RD,roles.PM")
    assert (done.out, done.err) == ("Adopted 1 item into state/pulled.yaml.\n", "")
    assert (
        text_of(desk)
        == f"""\
space: demo
type: story
items:
  - id: {STORY}  # Audit reports
    fields:
      priority: P0
      due: 2026-04-21
      platform: [iOS]
      watchers: {{contains: [emil@example.com]}}
    roles:
      RD: [emil@example.com]
      PM: [hana@example.com]
"""
    )


@pytest.mark.parametrize("fields", [(), ("--fields", "all")])
@pytest.mark.parametrize("type_", ["story", "issue", "release"])
def test_a_whole_type_becomes_a_file_that_plans_empty(
    desk: Desk, type_: str, fields: tuple[str, ...]
) -> None:
    done = pulled(desk, "--type", type_, *fields)
    assert "Adopted " in done.out


def test_fields_that_files_manage_already_are_skipped_and_their_items_counted(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}", str(STORY + 1))
    done = desk.run("pull", f"story/{STORY}", f"story/{STORY + 2}", "--fields", "priority", *INTO)
    assert done.out == "Adopted 1 item into state/pulled.yaml; 1 item in the files already.\n"
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
    assert again.out == "Adopted 0 items into no file; 1 item in the files already.\n"


def test_fields_join_the_entry_that_their_file_has_already(desk: Desk) -> None:
    ours = f"- {{id: {STORY}, fields: {{due: 2026-01-02}}}}  # ours\n"
    desk.write("state/pulled.yaml", f"space: demo\ntype: story\nitems:\n- {STORY + 1}\n{ours}")
    done = desk.run("pull", f"story/{STORY}", f"story/{STORY + 1}", "--fields", "priority,due", *INTO)
    assert done.out == "Adopted 3 fields of 2 known items into state/pulled.yaml.\n", done.err
    assert f"- {{id: {STORY}, fields: {{due: 2026-01-02, priority: P0}}}}  # ours\n" in text_of(desk)
    plan = desk.run("plan").out
    assert "Due" in plan
    assert "Priority" not in plan


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


def test_the_names_of_strangers_cannot_end_their_comment(desk: Desk) -> None:
    desk.world.items[STORY].name = "Pay\nitems: []\u2028x\u202e #" + "y" * 200
    pulled(desk, f"story/{STORY}")
    line = text_of(desk).splitlines()[3]
    assert line.startswith(f"  - id: {STORY}  # Pay items: [] x #yyy")
    assert line.endswith("y…")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "no",
            "null",
            "~",
            "1.10",
            "0123",
            "[BUG] x",
            "a: b",
            "x #y",
            "- a",
            "'",
            '"',
            "\\n",
            "@ana",
            "`x`",
        ),
        *(
            "true",
            "2026-12-01",
            "line one\nline two",
            "  indented\nfirst",
            "tab\there",
            "支付 🙂",
            "%",
            "{a}",
            "a,b",
        ),
        *(
            "x\n\n\ny",
            "key：value",
            " #x",
            "a #",
            "<<",
            "=",
            "? a",
            "! a",
            "&a b",
            "*a",
            "| x",
            "> 50%",
            "...x",
        ),
    ],
)
def test_whatever_a_text_looks_like_it_is_read_back_as_itself(desk: Desk, text: str) -> None:
    values_of(desk)["field_a1b2c4"] = text
    done = pulled(desk, f"story/{STORY}", "--fields", "notes")
    assert done.err == ""
    assert "notes:" in text_of(desk)


def test_a_text_that_no_file_can_hold_is_left_out_and_told(desk: Desk) -> None:
    values_of(desk)["field_a1b2c4"] = "bell\x07"
    done = pulled(desk, f"story/{STORY}", "--fields", "notes,priority")
    assert f"left out Notes of {STORY}: " in done.err
    assert "notes" not in text_of(desk)


def test_formatting_that_markdown_cannot_say_is_left_out_and_told(desk: Desk) -> None:
    desk.world.items[STORY].rich["description"] = {"doc": "{}", "doc_html": "<table><td>x</td></table>"}
    done = pulled(desk, f"story/{STORY}", "--fields", "description,priority")
    assert f"left out Description of {STORY}: the text has formatting" in done.err
    assert "description" not in text_of(desk)


def test_an_option_that_was_disabled_is_adopted_where_it_is_live(desk: Desk) -> None:
    values_of(desk)["priority"] = {"value": "option_9"}
    pulled(desk, f"story/{STORY}", "--fields", "priority")
    assert "priority: Old" in text_of(desk)


def test_files_are_written_by_pinned_names(desk: Desk) -> None:
    desk.stories(str(STORY + 1))
    assert desk.run("schema", "pull").code == 0
    option = next(
        one
        for each in next(iter(desk.world.spaces.values())).types[0].fields
        if each.key == "priority"
        for one in each.options
        if one.value == "option_0"
    )
    option.label = "Now"
    pulled(desk, f"story/{STORY}", "--fields", "priority")
    assert text_of(desk).startswith("# yaml-language-server: $schema=../schemas/demo/story.schema.json\n")
    assert "priority: P0" in text_of(desk)


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


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--into", "state/a.yaml"], "nothing to pull"),
        ([str(STORY)], "nothing to pull"),
        (["x", "--into", "state/a.yaml"], "'x' is not an item"),
        ([f"story/{STORY}", "--into", "state/a.txt"], "is not a desired-state file"),
        (
            [f"storey/{STORY}", "--into", "state/a.yaml", "--space", "demo"],
            "no type 'storey' in demo; did you mean",
        ),
        (
            [f"story/{STORY}", "--into", "state/a.yaml", "--space", "demo", "--fields", "x,y"],
            "no field 'x' on story",
        ),
        (
            [f"story/{STORY}", "--into", "state/a.yaml", "--space", "demo", "--fields", "owner"],
            "Creator cannot be",
        ),
        (
            ["--type", "story", "--into", "state/a.yaml", "--space", "demo", "--updated-since", "x"],
            "'x' is no day",
        ),
        (
            ["story/6399999999", "--into", "state/a.yaml", "--space", "demo"],
            "none of these items can be read",
        ),
        ([f"story/{STORY}", "--into", "state/a.yaml"], "no space is named anywhere"),
    ],
)
def test_wrong_use_ends_with_1_and_writes_no_file(desk: Desk, arguments: list[str], told: str) -> None:
    done = desk.run("pull", *arguments)
    assert (done.code, done.out) == (1, "")
    assert told in done.err
    assert not (desk.folder / "state").exists()


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


def test_the_commands_of_the_readme_run_word_for_word(desk: Desk) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    chapter = readme.partition("\n## Take over what is there")[2].partition("\n## ")[0]
    block = chapter.partition("```console\n")[2].partition("```")[0]
    commands = [line.partition("#")[0].split()[2:] for line in block.splitlines()]
    assert [command[0] for command in commands] == ["pull", "pull", "pull", "schema", "fmt"]
    for command in commands:
        assert desk.run(*command).code == 0, command
    assert "No changes." in desk.run("plan").out
    assert desk.world.writes == []
