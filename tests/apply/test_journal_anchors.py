"""The end of a journal against an anchor: only a hash that was kept elsewhere proves whose lines they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.apply.journal import Journal
from reconciler.apply.journal_anchors import ALONE, GIVEN, NO_END, Anchor, given, recorded_anchors, verdicts
from reconciler.errors import CannotRun
from reconciler.plan.last_applied import Record
from reconciler.plan.last_applied_ref import write_record
from tests.git_repository import git


def journal(folder: Path, *, ended: bool = True, digest: str = "d") -> tuple[Path, str]:
    """Write a journal; returns its file and its last hash."""
    with Journal(folder) as made:
        made.write("begin", host="h", space="s", digest=digest)
        if ended:
            made.write("end", stopped=None)
    return made.path, made.chain


def told(paths: list[Path], *anchors: Anchor) -> list[tuple[str, bool]]:
    return [(one.line, one.fine) for one in verdicts(paths, anchors)]


def test_a_journal_that_ends_at_its_anchor_is_the_run_s(tmp_path: Path) -> None:
    path, last = journal(tmp_path / "run")
    assert told([path], Anchor(last, GIVEN)) == [
        (f"run  ends as --anchor says: 2 lines, last hash {last}", True)
    ]


def test_without_an_anchor_a_journal_is_only_consistent_in_itself(tmp_path: Path) -> None:
    path, last = journal(tmp_path / "run")
    assert told([path]) == [(f"run  {ALONE}: 2 lines, last hash {last}", True)]


def test_a_journal_whose_last_lines_were_taken_away_is_not_fine(tmp_path: Path) -> None:
    path, last = journal(tmp_path / "run", ended=False)
    assert told([path]) == [(f"run  {NO_END}: 1 lines, last hash {last}", False)]


def test_a_journal_that_was_chained_anew_does_not_meet_the_anchor(tmp_path: Path) -> None:
    _, kept = journal(tmp_path / "true")
    path, _ = journal(tmp_path / "run", digest="other")
    (_, fine), (line, accused) = told([path], Anchor(kept, GIVEN))
    assert (fine, line, accused) == (True, f"--anchor names {kept}: no journal ends there", False)


def test_a_record_of_another_machine_s_run_accuses_no_journal_here(tmp_path: Path) -> None:
    path, _ = journal(tmp_path / "run")
    elsewhere = Anchor("0" * 64, "refs/x", digest="another plan")
    assert told([path], elsewhere)[1] == (
        f"refs/x names {'0' * 64}: that run's journal is not here",
        True,
    )
    assert told([path], Anchor("0" * 64, "refs/x", digest="d"))[1][1] is False


def test_a_damaged_journal_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    damaged, _ = journal(tmp_path / "a")
    damaged.write_bytes(damaged.read_bytes().replace(b'"h"', b'"x"'))
    path, _ = journal(tmp_path / "b")
    (first, fine), (second, _) = told([damaged, path])
    assert (first[:3], fine, second[:3]) == ("a  ", False, "b  ")
    assert "line 1 of journal.jsonl is damaged" in first


@pytest.mark.parametrize("word", ["", "abc", "g" * 64, "a" * 63])
def test_a_word_that_is_no_hash_is_refused(word: str) -> None:
    with pytest.raises(CannotRun, match="is no hash"):
        given([word])


def test_the_hash_may_be_written_in_capitals() -> None:
    assert given(["A" * 64]) == [Anchor("a" * 64, GIVEN)]


def test_records_of_every_space_are_anchors(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "x")
    commit = git(tmp_path, "rev-parse", "HEAD")
    for space, last in (("demo", "a" * 64), ("other", "b" * 64)):
        write_record(tmp_path, Record(space=space, commit=commit, journal=last, digest="d"))
    write_record(tmp_path, Record(space="never-run", commit=commit))
    assert [(one.hash, one.source) for one in recorded_anchors(tmp_path)] == [
        ("a" * 64, "refs/reconciler/applied/demo"),
        ("b" * 64, "refs/reconciler/applied/other"),
    ]


def test_outside_of_a_repository_nothing_is_recorded(tmp_path: Path) -> None:
    assert recorded_anchors(tmp_path) == []
