"""The parts of the measurement of a million items: stories made when they are asked for, and going on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.sandbox.demo.generate import BASE
from tests.bench import million, work


def test_stories_made_when_they_are_asked_for_are_those_that_are_made_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_once = work.world_of(30, ["mobile"])
    monkeypatch.setattr(work, "MANY", 30)
    later = work.world_of(30, ["mobile"])
    assert len(later.items) == len(at_once.items) - 60
    assert {key: later.item(key) for key in at_once.items} == dict(at_once.items)
    assert later.items.get(BASE + 30) is None
    later.edit(BASE + 7, "field_3724e6", 13)
    assert later.item(BASE + 7).values["field_3724e6"] == 13


def test_a_run_that_was_interrupted_goes_on_from_what_it_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    million.main(tmp_path, {100: 1})
    told = capsys.readouterr().out
    assert "counted: 100 items: " in told
    assert " 8 requests, 2 of them reads of items\n" in told
    monkeypatch.setattr(million, "planned", lambda *_: pytest.fail("planned once more"))
    million.main(tmp_path, {100: 1})
    assert capsys.readouterr().out == told
    assert million.files(tmp_path, 100) == tmp_path / "items-100"


def test_files_of_another_version_are_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[str, ...]] = []
    monkeypatch.setattr(million, "cost_of", lambda command, _: made.append(command))
    for seal, times in (("old", 1), (None, 1)):
        if seal:
            (tmp_path / "items-5").mkdir()
            (tmp_path / "items-5" / "made").write_text(seal)
        million.files(tmp_path, 5)
        assert len(made) == times


def test_an_item_is_compared_with_one_of_ten_thousand(tmp_path: Path) -> None:
    measured = million.Measured(tmp_path)
    plan = {"wall": 1.0, "requests": 9, "reads": 5}
    for count, cpu, peak in ((100, 0.5, 50.0), (10_000, 2.48, 90.0), (1_000_000, 250.48, 1050.0)):
        measured.add(count, {**plan, "cpu": cpu, "peak": peak})
    assert json.loads(measured.file.read_text())["100"] == [{**plan, "cpu": 0.5, "peak": 50.0}]
    *_, last = million.told(measured, [100, 10_000, 1_000_000])
    assert last == (
        "an item of 1,000,000: 1.25 × the CPU of one of 10,000 (goal 0.85 to 1.15),"
        " 1.0 KB above the base (goal ≤ 2)"
    )
