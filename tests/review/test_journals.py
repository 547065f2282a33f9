"""Attacks on journals: rewritten and chained anew, shortened, swapped, or written by a stranger."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.apply.journal import FIRST, seal_line
from tests.workflows.hub import git

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
SPACE_KEY = "64a0c1f2e3b4d5a6c7e8f901"
AT = "2026-11-28T00:00:00+00:00"
ALONE = "consistent in itself, not compared with an anchor"
Entry = dict[str, Any]


def chained(entries: Iterable[Entry]) -> str:
    """Write lines as whoever can write a journal can: numbered, and each with the hash of all before it."""
    text, chain = "", FIRST
    for number, entry in enumerate(entries, 1):
        line = seal_line({"at": AT, **entry, "n": number}, chain)
        text, chain = text + line, json.loads(line)["chain"]
    return text


def entries_of(path: Path) -> list[Entry]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [{key: one for key, one in json.loads(line).items() if key != "chain"} for line in lines]


def applied(desk: Desk, fields: str = "priority: P3, story_points: 7") -> tuple[Path, str]:
    """Apply once; returns the journal and the last hash that the run printed."""
    desk.stories(f"{{id: {STORY}, fields: {{{fields}}}}}")
    done = desk.run("apply", "--yes")
    assert done.code == 0, done.err
    name = max(desk.folder.glob(".reconciler/runs/*"))
    return name / "journal.jsonl", done.err.rpartition("last hash ")[2].strip()


def test_a_journal_that_ends_as_its_run_said_is_verified(desk: Desk) -> None:
    path, last = applied(desk)
    done = desk.run("runs", "verify", "--anchor", last)
    assert done.code == 0
    assert done.out == f"{path.parent.name}  ends as --anchor says: 5 lines, last hash {last}\n"
    assert desk.run("runs", "verify", "--anchor", last.upper()).code == 0


def test_without_an_anchor_a_journal_is_said_to_be_consistent_in_itself_alone(desk: Desk) -> None:
    path, last = applied(desk)
    done = desk.run("runs", "verify")
    assert done.code == 0
    assert done.out == f"{path.parent.name}  {ALONE}: 5 lines, last hash {last}\n"


def test_a_journal_that_was_rewritten_and_chained_anew_does_not_meet_the_anchor(desk: Desk) -> None:
    path, last = applied(desk)
    entries = entries_of(path)
    for one in entries:
        for change in one.get("changes", []):
            change["after"] = change["before"]
    path.write_text(chained(entries), encoding="utf-8")
    assert ALONE in desk.run("runs", "verify").out
    done = desk.run("runs", "verify", "--anchor", last)
    assert done.code == 1
    assert f"--anchor names {last}: no journal ends there\n" in done.out


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_journal_without_its_last_lines_is_told_with_and_without_an_anchor(desk: Desk, lost: int) -> None:
    path, last = applied(desk)
    path.write_text(
        "".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-lost]), encoding="utf-8"
    )
    for flags in ((), ("--anchor", last)):
        done = desk.run("runs", "verify", *flags)
        assert done.code == 1
        assert "has no end: the run was cut, or the last lines were taken away" in done.out


def test_lines_behind_the_end_are_told(desk: Desk) -> None:
    path, _ = applied(desk)
    path.write_text(chained([*entries_of(path), {"event": "note"}]), encoding="utf-8")
    assert desk.run("runs", "verify").code == 1


def test_a_journal_of_another_run_in_place_of_one_is_told(desk: Desk) -> None:
    first, last = applied(desk)
    second, _ = applied(desk, "priority: P1")
    first.write_bytes(second.read_bytes())
    assert desk.run("runs", "verify", "--anchor", last).code == 1


def test_each_of_several_anchors_must_be_met(desk: Desk) -> None:
    anchors = [applied(desk, f"story_points: {points}")[1] for points in (7, 8)]
    flags = [flag for one in anchors for flag in ("--anchor", one)]
    done = desk.run("runs", "verify", *flags)
    assert (done.code, done.out.count("ends as --anchor says")) == (0, 2)
    assert desk.run("runs", "verify", *flags, "--anchor", "0" * 64).code == 1


@pytest.mark.parametrize("word", ["", "abc", "0" * 63, "g" * 64, "0" * 64 + "\n"])
def test_an_anchor_that_is_no_hash_is_refused_and_never_means_none(desk: Desk, word: str) -> None:
    applied(desk)
    done = desk.run("runs", "verify", "--anchor", word)
    assert (done.code, done.out) == (1, "")
    assert "--anchor" in done.err


def test_an_anchor_is_refused_where_nothing_is_verified(desk: Desk) -> None:
    path, last = applied(desk)
    for rest in ((), (path.parent.name,), ("--audit",)):
        assert desk.run("runs", *rest, "--anchor", last).code == 1


@pytest.fixture
def recorded(desk: Desk) -> tuple[Path, str]:
    """A run whose commit is recorded as the last applied one."""
    git(desk.folder, "init", "-q")
    desk.write(".gitignore", ".reconciler/\nplan.json\n")
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3, story_points: 7}}}}")
    git(desk.folder, "add", "-A")
    git(desk.folder, "commit", "-q", "-m", "Begin")
    desk.run("plan", "--out", "plan.json")
    done = desk.run("apply", "plan.json")
    assert desk.run("record", "plan.json").code == 0
    (path,) = desk.folder.glob(".reconciler/runs/*/journal.jsonl")
    return path, done.err.rpartition("last hash ")[2].strip()


def test_the_record_of_the_last_applied_commit_is_an_anchor(desk: Desk, recorded: tuple[Path, str]) -> None:
    path, last = recorded
    done = desk.run("runs", "verify")
    assert done.code == 0
    assert (
        done.out
        == f"{path.parent.name}  ends as refs/reconciler/applied/demo says: 5 lines, last hash {last}\n"
    )


def test_a_journal_rewritten_behind_its_record_is_told(desk: Desk, recorded: tuple[Path, str]) -> None:
    path, last = recorded
    entries = entries_of(path)
    entries[1]["changes"][0]["before"] = {"value": "option_1"}
    path.write_text(chained(entries), encoding="utf-8")
    done = desk.run("runs", "verify")
    assert done.code == 1
    assert f"refs/reconciler/applied/demo names {last}: no journal ends there\n" in done.out


def test_a_record_of_a_run_elsewhere_accuses_no_journal_here(desk: Desk, recorded: tuple[Path, str]) -> None:
    path, last = recorded
    path.unlink()
    applied(desk, "priority: P1")
    done = desk.run("runs", "verify")
    assert done.code == 0
    assert f"refs/reconciler/applied/demo names {last}: that run's journal is not here\n" in done.out
    assert ALONE in done.out


# -- journals that a stranger wrote ------------------------------------------------------------------


def begun(desk: Desk, **members: Any) -> Entry:
    host = desk.service.url.removeprefix("http://")
    return {"event": "begin", "host": host, "space": SPACE_KEY, "space_name": "demo", **members}


def intent(key: str = "priority", before: Any = None, after: Any = None, **members: Any) -> Entry:
    changes = [{"key": key, "before": before, "after": after}]
    made = {"event": "intent", "type": "story", "id": STORY, "idem": "x", "fields": [], "changes": changes}
    return {**made, **members}


ODD: dict[str, tuple[Entry, list[Entry]]] = {
    "no name of the space": ({"space_name": None}, [intent()]),
    "neither name nor key": ({"space": "", "space_name": None}, [intent()]),
    "a space that is a path": ({"space": "x", "space_name": "../../etc"}, [intent()]),
    "a type that is gone": ({}, [intent(type="nope")]),
    "a type that is a path": ({}, [intent(type="../x")]),
    "an item that no service has": ({}, [intent(id=2**70)]),
    "a field that is gone": ({}, [intent("nope")]),
    "a role that is gone": ({}, [intent("roles/nope")]),
    "an option of another form": ({}, [intent(before=[1, [2]])]),
    "a number in words": ({}, [intent("field_3724e6", "seven", 7)]),
    "a date beyond the calendar": ({}, [intent("field_2fbca6", 10**17, 0)]),
    "a text that is none": ({}, [intent("description", {"doc": "{"}, [[1]])]),
    "an event that nobody knows": ({}, [{"event": "note", "id": 5}]),
    "a control character": ({}, [intent("\x1b[31mred", "\x1b[31m", "\n::error::x")]),
}


@pytest.mark.parametrize(("begin", "entries"), ODD.values(), ids=ODD)
def test_whatever_a_journal_holds_nothing_breaks_and_nothing_is_sent(
    desk: Desk, begin: Entry, entries: list[Entry]
) -> None:
    desk.write("odd.jsonl", chained([begun(desk, **begin), *entries]))
    for command in ("runs", "runs verify", "runs --audit", "runs --format json", "rollback x --yes"):
        done = desk.run(*command.split(), "--journal", "odd.jsonl")
        assert "internal error" not in done.err, command
        assert "\x1b" not in done.out + done.err
        assert "\n::error" not in done.out + done.err
    assert desk.sent == []


def test_what_cannot_be_put_back_is_told_and_the_rest_is(desk: Desk) -> None:
    rest = intent("field_3724e6", before=5, after=7)
    desk.world.edit(STORY, "field_3724e6", 7)
    desk.write("odd.jsonl", chained([begun(desk), intent("nope"), intent(type="nope"), rest]))
    done = desk.run("rollback", "x", "--journal", "odd.jsonl", "--yes")
    assert done.code == 0, done.out + done.err
    assert f"note: nope/{STORY} priority cannot be put back: the space has no such type\n" in done.out
    assert f"note: story/{STORY} nope cannot be put back: the field is gone from the space\n" in done.out
    assert desk.sent == [{"field_3724e6": 5}]


def test_a_line_without_a_time_is_damaged(desk: Desk) -> None:
    for at in ("never", "2026-11-28T00:00:00", "2026-11-28"):
        desk.write("odd.jsonl", chained([{**begun(desk), "at": at}, intent()]))
        assert "line 1 of odd.jsonl is damaged" in desk.run("runs", "--journal", "odd.jsonl").err


def test_a_journal_that_cannot_be_read_hides_no_other(desk: Desk) -> None:
    path, _ = applied(desk)
    broken = desk.folder / ".reconciler/runs/aaa/journal.jsonl"
    broken.mkdir(parents=True)
    done = desk.run("runs")
    assert done.code == 1
    (line,) = done.out.splitlines()
    assert line.startswith(f"{path.parent.name}  ")
    assert line.endswith("  1 PUT, 2 applied")
    assert done.err.startswith(".reconciler/runs/aaa/journal.jsonl  cannot read journal.jsonl ")


def test_the_name_of_a_run_s_folder_steers_no_terminal(desk: Desk) -> None:
    _, last = applied(desk)
    (folder,) = desk.folder.glob(".reconciler/runs/*")
    folder.rename(folder.with_name("\x1b[31mred\n::error::x"))
    for command in ("runs", "runs verify", f"runs verify --anchor {last}"):
        done = desk.run(*command.split())
        assert done.code == 0
        assert "\x1b" not in done.out
        assert "\n::error" not in done.out
