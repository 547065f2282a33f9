"""Live items become files, so that a plan of them is empty; nothing is written to the space."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.adopt.pulling import INTO, STORY, pulled, text_of

if TYPE_CHECKING:
    from tests.conftest import Desk


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


def test_fields_join_the_entry_that_their_file_has_already(desk: Desk) -> None:
    ours = f"- {{id: {STORY}, fields: {{due: 2026-01-02}}}}  # ours\n"
    desk.write("state/pulled.yaml", f"space: demo\ntype: story\nitems:\n- {STORY + 1}\n{ours}")
    done = desk.run("pull", f"story/{STORY}", f"story/{STORY + 1}", "--fields", "priority,due", *INTO)
    assert done.out == "Adopted 3 fields of 2 known items into state/pulled.yaml.\n", done.err
    assert f"- {{id: {STORY}, fields: {{due: 2026-01-02, priority: P0}}}}  # ours\n" in text_of(desk)
    plan = desk.run("plan").out
    assert "Due" in plan
    assert "Priority" not in plan


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


def test_the_commands_of_the_readme_run_word_for_word(desk: Desk) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    chapter = readme.partition("\n## Take over what is there")[2].partition("\n## ")[0]
    block = chapter.partition("```console\n")[2].partition("```")[0]
    commands = [line.partition("#")[0].split()[2:] for line in block.splitlines()]
    assert [command[0] for command in commands] == ["pull", "pull", "pull", "schema", "move", "fmt"]
    for command in commands:
        assert desk.run(*command).code == 0, command
    assert "No changes." in desk.run("plan").out
    assert desk.world.writes == []
