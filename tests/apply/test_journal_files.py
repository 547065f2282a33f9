"""Journals are found at any depth, each is read once, and what is none is reported."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from reconciler.apply.journal import FIRST, seal_line
from reconciler.apply.journal_files import EMPTY, FOREIGN, PACKED, below, of_runs, read_history
from reconciler.errors import CannotRun
from reconciler.model.history import History, Unread

AT = "2026-10-31T12:00:0{}+00:00"
BEGIN = {"event": "begin", "host": "h", "space": "k", "space_name": "demo"}
END = {"event": "end", "stopped": None}


def journal(second: int = 0, *more: Mapping[str, object], **members: object) -> str:
    """The text of a journal that begins at a second."""
    text, chain = "", FIRST
    for number, entry in enumerate([{**BEGIN, **members}, *more], 1):
        line = seal_line({"at": AT.format(second), "n": number, **entry}, chain)
        text, chain = text + line, line.partition('"chain":"')[2][:64]
    return text


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path) -> History:
    unread: list[Unread] = []
    found = list(below(folder, unread))
    return read_history(found, lambda _: None, unread)


def names(history: History) -> list[str]:
    return [run.id for run in history.runs]


def told(history: History) -> Iterable[tuple[str, bool]]:
    return [(one.reason, one.damaged) for one in history.unread]


def test_artifacts_of_several_runs_are_read_in_the_order_in_which_they_began(tmp_path: Path) -> None:
    put(tmp_path, "7/journal/B/journal.jsonl", journal(5, END))
    put(tmp_path, "8/journal/A/journal.jsonl", journal(1, END))
    put(tmp_path, "renamed-3.jsonl", journal(9, END, run="C"))
    assert names(read(tmp_path)) == ["A", "B", "C"]


def test_a_journal_at_the_top_is_called_after_its_file(tmp_path: Path) -> None:
    put(tmp_path, "journal.jsonl", journal(1))
    put(tmp_path, "deep/er/old.jsonl", journal(2))
    assert names(read(tmp_path)) == ["journal", "deep/er/old"]


def test_a_copy_and_the_beginning_of_a_journal_count_once(tmp_path: Path) -> None:
    put(tmp_path, "a/journal.jsonl", journal(1, run="R"))
    put(tmp_path, "b/journal.jsonl", journal(1, END, run="R"))
    put(tmp_path, "c/journal.jsonl", journal(1, END, run="R"))
    (run,) = read(tmp_path).runs
    assert run.stopped is None


def test_two_runs_that_began_alike_are_two(tmp_path: Path) -> None:
    intent = {"event": "intent", "type": "story", "id": 63, "fields": []}
    for name in "ab":
        put(tmp_path, f"{name}/journal.jsonl", journal(1, {**intent, "idem": name}, END))
    assert len(read(tmp_path).runs) == 2


def test_a_damaged_journal_is_told_and_hides_no_other(tmp_path: Path) -> None:
    put(tmp_path, "a/journal.jsonl", journal(1, END).replace("demo", "demi"))
    put(tmp_path, "b/journal.jsonl", journal(2, END))
    put(tmp_path, "c.jsonl", journal(3, END).replace("stopped", "stapped"))
    history = read(tmp_path)
    assert names(history) == ["b"]
    assert [one.file.removeprefix(f"{tmp_path}/") for one in history.unread] == ["c.jsonl", "a/journal.jsonl"]
    assert all(damaged and "is damaged" in reason for reason, damaged in told(history))


def test_what_is_no_journal_is_told_and_is_no_damage(tmp_path: Path) -> None:
    put(tmp_path, "events.jsonl", '{"event": "plan"}\n' + journal(1, END))
    put(tmp_path, "x/journal.jsonl", "")
    put(tmp_path, "plan.json", "{}")
    assert sorted(told(read(tmp_path))) == [(EMPTY, False), (FOREIGN, False)]


@pytest.mark.parametrize("name", ["journal.zip", "journal.TAR.GZ", "a/b.tgz"])
def test_an_archive_may_hold_journals_and_is_told(tmp_path: Path, name: str) -> None:
    put(tmp_path, name, "x")
    assert told(read(tmp_path)) == [(PACKED, True)]


def test_a_folder_and_a_pipe_of_a_journal_s_name_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "journal.jsonl")
    (tmp_path / "a" / "journal.jsonl").mkdir(parents=True)
    assert [damaged for _, damaged in told(read(tmp_path))] == [True]
    assert [one.run_id for one in of_runs(tmp_path)] == ["a"]


def test_a_journal_that_does_not_begin_with_a_run_is_damaged(tmp_path: Path) -> None:
    put(tmp_path, "journal.jsonl", seal_line({"n": 1, "at": AT.format(1), **END}, FIRST))
    ((reason, damaged),) = told(read(tmp_path))
    assert (reason.partition(";")[0], damaged) == (
        "journal.jsonl does not begin with the start of a run",
        True,
    )


def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    put(tmp_path / "other", "journal.jsonl", journal(1))
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "link").symlink_to(tmp_path)
    assert names(read(tmp_path / "here")) == []


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="is no folder"):
        read(tmp_path / "nosuch")


def test_a_folder_that_cannot_be_opened_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a/journal.jsonl", journal(1))
    put(tmp_path, "b/journal.jsonl", journal(2))
    whole = os.scandir

    def closed(path: str) -> object:
        if str(path).endswith("/a"):
            raise PermissionError(13, "Permission denied", str(path))
        return whole(path)

    monkeypatch.setattr(os, "scandir", closed)  # the tests may run as root, who may open all
    history = read(tmp_path)
    assert names(history) == ["b"]
    assert told(history) == [("cannot be read (Permission denied)", True)]
