"""Fields move between files: nothing that the files say changes, and no comment is lost."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.adopt.move import Moved, MoveRequest, move_fields
from reconciler.desired.claims import desired_state
from reconciler.errors import CannotRun, InputError
from reconciler.manifest.edit.copied_text import comment_counts
from reconciler.manifest.loading import load
from tests.desired.demo_pins import ROOT, demo_catalog

DUE = "field_2fbca6"
HEAD = "space: demo\ntype: story\n"
SOURCE = f"""\
# ours
{HEAD}defaults:
  fields:
    platform: [iOS, Android]  # both
    # for all
    story_points: 5
items:
  # the first
  - id: 6300012331  # Limit invoice list
    fields:
      # agreed
      # on Monday
      due: 2026-12-18   # bank
      tags:  # why
        - debt  # d1
        - growth
      description: |
        Some "text"

          indented
      # stays
      priority: P0
  - {{id: 6300012332, fields: {{due: 2026-12-11, priority: P1}}}}  # flow
  - id: 6300012333
    unmanaged: [platform]
    fields: {{due: 2026-12-11, story_points: 3}}
    roles:
      RD: [ana@example.com]  # lead
  - 6300012334  # bare
  # the end
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the file `state/a.yaml`."""
    shutil.copytree(ROOT / "schemas" / "demo", tmp_path / "schemas" / "demo")
    monkeypatch.chdir(tmp_path)
    Path("state").mkdir()
    Path("state/a.yaml").write_text(SOURCE)
    return tmp_path


def move(words: str, into: str = "b", *only: str, source: str = "a", defaults: bool = False) -> Moved:
    request = MoveRequest(
        words.split(","), Path(f"state/{source}.yaml"), Path(f"state/{into}.yaml"), only, defaults=defaults
    )
    return move_fields(request, None)


def text(name: str) -> str:
    return Path(f"state/{name}.yaml").read_text()


def desired() -> dict[tuple[int, str], object]:
    """Return what the files want, by an own way: the one that a plan takes."""
    manifest, wrong = load([Path("state")], root=Path.cwd())
    items, mistakes, *_ = desired_state(manifest, demo_catalog())
    assert [*wrong, *mistakes] == []
    return {(item.ref.id, one.key): one.desired for item in items for one in item.fields}


@pytest.mark.usefixtures("here")
def test_values_move_as_they_are_written_with_their_comments() -> None:
    before = desired()
    assert move("due,tags,description,roles.RD") == Moved("Due, Tags, Description, RD", 3, (), 0)
    assert text("b") == (
        "# yaml-language-server: $schema=../schemas/demo/story.schema.json\n"
        f"{HEAD}items:\n"
        "  - id: 6300012331  # Limit invoice list\n"
        "    fields:\n"
        "      # agreed\n"
        "      # on Monday\n"
        "      due: 2026-12-18   # bank\n"
        "      tags:  # why\n"
        "        - debt  # d1\n"
        "        - growth\n"
        "      description: |\n"
        '        Some "text"\n'
        "\n"
        "          indented\n"
        "  - id: 6300012332  # flow\n"
        "    fields:\n"
        "      due: 2026-12-11\n"
        "  - id: 6300012333\n"
        "    fields:\n"
        "      due: 2026-12-11\n"
        "    roles:\n"
        "      RD: [ana@example.com]  # lead\n"
    )
    assert text("a").endswith(
        "  # the first\n"
        "  - id: 6300012331  # Limit invoice list\n"
        "    fields:\n"
        "      # stays\n"
        "      priority: P0\n"
        "  - {id: 6300012332, fields: {priority: P1}}  # flow\n"
        "  - id: 6300012333\n"
        "    unmanaged: [platform]\n"
        "    fields: {story_points: 3}\n"
        "  - 6300012334  # bare\n"
        "  # the end\n"
    )
    assert desired() == before


@pytest.mark.usefixtures("here")
def test_of_a_file_that_names_some_of_the_items_only_these_move() -> None:
    Path("state/b.yaml").write_text(f"{HEAD}items:\n  - 6300012332   # known\n")
    assert move("due") == Moved("Due", 1, (), 2)
    assert text("b").endswith("  - id: 6300012332   # known\n    fields:\n      due: 2026-12-11\n")
    assert move("due", "b", "story") == Moved("Due", 2, (), 0)


@pytest.mark.usefixtures("here")
def test_a_value_that_the_other_file_sets_stays_and_ends_the_mistake() -> None:
    Path("state/b.yaml").write_text(
        f"{HEAD}defaults:\n  fields: {{due: 2026-12-11}}\nitems: [6300012331, 6300012332]\n"
    )
    with pytest.raises(AssertionError, match=r"`reconciler move --fields due --from state/a\.yaml "):
        desired()
    done = move("due")
    gave_way = (
        "state/a.yaml:15:7: Due of 6300012331 gave way to state/b.yaml:4:12, "
        "with its comment # agreed, # on Monday, # bank"
    )
    assert done == Moved("Due", 2, (gave_way,), 1)
    assert (desired()[6300012331, "field_2fbca6"], "bank" in text("a")) == (
        desired()[6300012332, "field_2fbca6"],
        False,
    )


@pytest.mark.usefixtures("here")
def test_what_most_items_share_becomes_the_default() -> None:
    Path("state/b.yaml").write_text(
        f"{HEAD}# these\nitems:\n  - {{id: 6300012335, fields: {{priority: P2}}}}\n"
    )
    before = desired()
    move("due", defaults=True)
    assert text("b") == (
        f"{HEAD}defaults:\n  fields:\n    due: 2026-12-11\n# these\nitems:\n"
        "  - {id: 6300012335, fields: {priority: P2}, unmanaged: [due]}\n"
        "  - id: 6300012331  # Limit invoice list\n"
        "    fields:\n      # agreed\n      # on Monday\n      due: 2026-12-18   # bank\n"
        "  - 6300012332  # flow\n"
        "  - 6300012333\n"
    )
    assert desired() == before


@pytest.mark.usefixtures("here")
def test_values_move_into_the_defaults_of_their_own_file() -> None:
    before = desired()
    with pytest.raises(CannotRun, match="the same file; add --defaults"):
        move("due", "a")
    assert move("due,priority", "a", defaults=True) == Moved("Due", 2, (), 0)
    assert "    story_points: 5\n    due: 2026-12-11\nitems:" in text("a")
    assert "  - id: 6300012334  # bare\n    unmanaged: [due]\n" in text("a")
    assert desired() == before
    with pytest.raises(CannotRun, match=r"no two items of state/a\.yaml share a value of Priority"):
        move("priority", "a", defaults=True)


@pytest.mark.usefixtures("here")
def test_a_default_moves_for_all_or_leaves_the_chosen_items_off() -> None:
    before = desired()
    move("platform", "b", "6300012331")
    assert "    unmanaged: [platform]\n  - {id: 6300012332" in text("a")
    assert "platform: [iOS, Android]  # both" in text("b")
    assert desired() == before
    move("story_points", "c", defaults=True)
    assert f"{HEAD}defaults:\n  fields:\n    # for all\n    story_points: 5\nitems:" in text("c")
    assert ("story_points" in text("a"), desired() == before) == (False, True)


@pytest.mark.usefixtures("here")
def test_an_entry_that_says_nothing_any_more_goes() -> None:
    Path("state/a.yaml").write_text(
        f"{HEAD}items:\n"
        "  - {id: 6300012331, fields: {due: 2026-12-11}}  # one\n"
        "  - id: 6300012332  # two\n"
        "    # mine\n"
        "    fields: {due: 2026-12-11}\n"
    )
    before = desired()
    move("due")
    assert text("a") == f"{HEAD}items:\n  - id: 6300012332  # two\n    # mine\n"
    assert desired() == before


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "into", "only", "said"),
    [
        ("nosuch", "b", (), "no field 'nosuch' on story"),
        ("", "b", (), "no field is named"),
        ("roles.nosuch", "b", (), "no field 'roles.nosuch'"),
        ("ext_ref", "b", (), "state/a.yaml sets no External reference of these items"),
        ("due", "b", ("6300012339",), "selects nothing"),
        ("due", "b", ("issue",), "selects nothing"),
        ("due", "b", ("state/zz.yaml",), "names no story"),
        ("due", "issues", (), "holds items of another type"),
        ("due", "twice", (), "has 2 entries of 6300012331"),
        ("due", ".hidden", (), "not a desired-state file"),
    ],
)
def test_what_cannot_be_moved_is_told_and_nothing_is_written(
    words: str, into: str, only: tuple[str, ...], said: str
) -> None:
    Path("state/issues.yaml").write_text("space: demo\ntype: issue\nitems: [6300013300]\n")
    Path("state/twice.yaml").write_text(f"{HEAD}items: [6300012331, 6300012331]\n")
    before = {path: path.read_bytes() for path in Path("state").iterdir()}
    with pytest.raises(CannotRun, match=said):
        move(words, into, *only)
    assert {path: path.read_bytes() for path in Path("state").iterdir()} == before


@pytest.mark.usefixtures("here")
def test_a_comment_without_a_place_stops_the_move() -> None:
    Path("state/b.yaml").write_text(f"{HEAD}items: [{{id: 6300012331, fields: {{priority: P0}}}}]\n")
    Path("state/a.yaml").write_text(SOURCE.replace("      # stays\n      priority: P0\n", ""))
    before = text("a"), text("b")
    with pytest.raises(CannotRun, match=r"state/a\.yaml:13: this comment would be lost with its place"):
        move("due")
    assert (text("a"), text("b")) == before


@pytest.mark.usefixtures("here")
def test_a_space_without_pins_is_told_with_the_command_that_makes_them() -> None:
    shutil.rmtree("schemas")
    with pytest.raises(CannotRun, match="nothing is pinned of demo; run `reconciler schema pull`"):
        move("due")


VALUES = {
    "due": ["2026-12-11", "2026-12-18", "null"],
    "priority": ["P0", "P1", '"P1"'],
    "tags": ["[debt, growth]", "{contains: [debt]}", "\n          - debt  # t\n          - growth"],
    "description": ['"a: b"', "|\n          text\n\n            more", "'it''s'"],
}
IDS = range(6300012331, 6300012336)


@st.composite
def entries(draw: st.DrawFn, keys: set[str]) -> str:
    """Draw a file of state in one of the ways that people write them."""
    inline = {key: [one for one in values if "\n" not in one] for key, values in VALUES.items()}
    lines = [HEAD.rstrip("\n")]
    if default := draw(st.sets(st.sampled_from(sorted(VALUES)), max_size=2)) & keys:
        lines += ["defaults:", "  fields:"]
        for key in sorted(default):
            lines += [f"    # default {key}"] if draw(st.booleans()) else []
            lines += [f"    {key}: {draw(st.sampled_from(inline[key]))}{note(draw)}"]
    lines.append("items:")
    for item_id in draw(st.lists(st.sampled_from(IDS), min_size=1, max_size=4, unique=True)):
        own = sorted(draw(st.sets(st.sampled_from(sorted(keys)), max_size=3)))
        match draw(st.sampled_from(["bare", "flow", "block"])) if own else "bare":
            case "bare":
                lines.append(f"  - {item_id}{note(draw)}")
            case "flow":
                fields = ", ".join(f"{key}: {draw(st.sampled_from(inline[key]))}" for key in own)
                lines.append(f"  - {{id: {item_id}, fields: {{{fields}}}}}{note(draw)}")
            case _:
                lines += [f"  - id: {item_id}{note(draw)}", "    fields:"]
                for key in own:
                    lines += [f"      # about {key} of {item_id}"] if draw(st.booleans()) else []
                    value = draw(st.sampled_from(VALUES[key]))
                    lines.append(
                        f"      {key}: {value}{note(draw) if chr(10) not in value else ''}".replace(
                            ": \n", ":\n"
                        )
                    )
    return "\n".join(lines) + "\n"


def note(draw: st.DrawFn) -> str:
    """Draw a comment at the end of a line, or none."""
    return f"  # note {draw(st.integers(0, 99))}" if draw(st.booleans()) else ""


@given(data=st.data())
def test_whatever_moves_the_files_want_the_same_and_keep_their_comments(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        shutil.copytree(ROOT / "schemas" / "demo", "schemas/demo")
        Path("state").mkdir()
        mine: set[str] = data.draw(st.sets(st.sampled_from(sorted(VALUES)), min_size=1))
        Path("state/a.yaml").write_text(data.draw(entries(mine)))
        other = set(VALUES) - mine
        has_other: bool = data.draw(st.booleans())
        if other and has_other:
            Path("state/b.yaml").write_text(data.draw(entries(other)))
        before, files = desired(), {path.name: path.read_bytes() for path in Path("state").iterdir()}
        words = data.draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, unique=True))
        into = data.draw(st.sampled_from(["a", "b", "new"]))
        defaults: bool = into == "a" or data.draw(st.booleans())
        only: tuple[str, ...] = data.draw(st.sampled_from([(), ("story",), ("6300012331", "6300012332")]))
        try:
            move(",".join(words), into, *only, defaults=defaults)
        except (CannotRun, InputError):
            assert {path.name: path.read_bytes() for path in Path("state").iterdir()} == files
            return
        assert desired() == before
        now = {path.name: path.read_bytes() for path in Path("state").iterdir()}
        had, has = (
            sum((comment_counts(raw, name) for name, raw in some.items()), start=Counter[str]())
            for some in (files, now)
        )
        assert not had - has
