"""The journal: what was written is there, what is torn is cut, what is damaged is told."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from reconciler.apply.journal import Journal, JournalFailed, read_journal
from reconciler.errors import CannotRun


def written(folder: Path, lines: int = 3) -> Path:
    with Journal(folder) as journal:
        for n in range(lines):
            journal.write("note", id=n, text="é\n")
    return folder / "journal.jsonl"


def test_what_is_written_reads_back_in_order(tmp_path: Path) -> None:
    entries = list(read_journal(written(tmp_path / "run")))
    assert [(entry["n"], entry["id"], entry["text"]) for entry in entries] == [
        (1, 0, "é\n"),
        (2, 1, "é\n"),
        (3, 2, "é\n"),
    ]


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = written(tmp_path / "run")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_torn_last_line_is_cut_at_every_byte(tmp_path: Path) -> None:
    path = written(tmp_path / "run")
    whole = path.read_bytes()
    start = whole[:-1].rfind(b"\n") + 1
    for end in range(start, len(whole)):
        path.write_bytes(whole[:end])
        assert [entry["n"] for entry in read_journal(path)] == [1, 2]


def test_damage_before_the_end_is_an_error_at_every_byte(tmp_path: Path) -> None:
    path = written(tmp_path / "run")
    whole = path.read_bytes()
    for at in range(whole.index(b"\n")):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(CannotRun, match=r"line 1 of journal\.jsonl is damaged"):
            list(read_journal(path))


def test_lines_cannot_be_taken_out_or_swapped(tmp_path: Path) -> None:
    path = written(tmp_path / "run")
    first, second, third = path.read_bytes().splitlines(keepends=True)
    for lines in ((second, third), (first, third), (second, first, third)):
        path.write_bytes(b"".join(lines))
        with pytest.raises(CannotRun):
            list(read_journal(path))


def test_a_run_s_folder_is_never_written_twice(tmp_path: Path) -> None:
    written(tmp_path / "run")
    with pytest.raises(JournalFailed, match="nothing more was sent"):
        Journal(tmp_path / "run")


def test_a_full_disk_is_told_before_anything_leaves(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "run")
    os.close(journal.file)
    journal.file = os.open("/dev/full", os.O_WRONLY)
    with journal, pytest.raises(JournalFailed, match="No space left"):
        journal.write("note")


def test_a_line_is_on_the_disk_before_its_writer_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.fstat(file).st_size))
    with Journal(tmp_path / "run") as journal:
        synced.clear()
        for _ in range(3):
            journal.write("note")
            assert synced[-1] == journal.path.stat().st_size
    assert len(synced) == 3


def test_nothing_is_written_behind_what_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with Journal(tmp_path / "run") as journal:
        journal.write("note")
        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", refuse)
            with pytest.raises(JournalFailed):
                journal.write("first unsynced")
        with pytest.raises(JournalFailed, match="Input/output error"):
            journal.write("second")
    assert [entry["event"] for entry in read_journal(journal.path)] == ["note", "first unsynced"]


def test_a_closed_journal_takes_nothing_more(tmp_path: Path) -> None:
    with Journal(tmp_path / "run") as journal:
        journal.write("note")
    with pytest.raises(JournalFailed):
        journal.write("note")
