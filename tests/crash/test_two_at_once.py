"""Two applies of one plan at the same time, from two folders: every value right, no write lost or untold."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.apply.journal import read_journal
from reconciler.apply.lock import locked
from reconciler.sandbox.demo.space import PROJECT
from tests.conftest import is_deep
from tests.crash.stage import APPLY_PLAN, ITEMS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Desk
    from tests.crash.stage import Ended, Stage


def sent_by(folder: Path) -> list[str]:
    """Return the keys of the writes that a run announced."""
    (path,) = folder.glob(".reconciler/runs/*/journal.jsonl")
    return [one["idem"] for one in read_journal(path) if one["event"] == "intent"]


def machine(desk: Desk, folder: Path) -> dict[str, Any]:
    """Return how a run goes on another machine, whose lock is not ours."""
    return {"environ": {**desk.environ, "XDG_STATE_HOME": str(folder / "user")}}


def outcomes(run: Ended) -> Counter[str]:
    """Count what a run reported."""
    rows = [json.loads(line) for line in run.out.splitlines()]
    return Counter(row["outcome"] for row in rows if row["event"] == "row")


def test_two_runs_at_once_agree_and_each_write_is_one_s_own(
    stage: Stage, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(8)
    desk, command = stage.desk, (*APPLY_PLAN, "--format", "json")
    folders = [desk.folder / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir(exist_ok=True)
        shutil.copy(desk.folder / "plan.json", folder)
    assert stage.run(*APPLY_PLAN).code == 0
    live, good, twice = stage.live(), sorted(stage.sent()), 0
    rounds = 200 if is_deep() else 12
    for _ in range(rounds):
        stage.reset()
        desk.world.options.latency_ms = chance.choice((0, 0, 5, 20))
        runs = stage.together(*((folder, command, machine(desk, folder)) for folder in folders))
        assert stage.live() == live
        assert set(stage.sent()) == set(good)
        assert max(Counter(stage.sent()).values()) <= len(folders)
        told = [sent_by(folder) for folder in folders]
        assert sorted(told[0] + told[1]) == sorted(made.idem for made in desk.world.writes)
        for run, own in zip(runs, told, strict=True):
            assert run.code == 0, run.out + run.err
            counts = outcomes(run)
            assert set(counts) <= {"applied", "already"}
            assert bool(counts["applied"]) == bool(own)
        twice += len(stage.sent()) - ITEMS
    record_property("count", f"{rounds} times two runs at once; {twice} writes were made by both")


@pytest.mark.parametrize("clones", [("", ""), ("one", "other")], ids=["one folder", "two clones"])
def test_two_runs_at_once_on_one_machine_are_one(stage: Stage, clones: tuple[str, str]) -> None:
    stage.desk.world.options.latency_ms = 20
    folders = [stage.desk.folder / clone for clone in clones]
    for folder in folders:
        folder.mkdir(exist_ok=True)
        if folder != stage.desk.folder:
            shutil.copy(stage.desk.folder / "plan.json", folder)
    runs = stage.together(*((folder, APPLY_PLAN, {}) for folder in folders))
    assert sorted(run.code for run in runs) == [0, 1]
    (refused,) = [run for run in runs if run.code]
    assert "another apply to this space is running on this machine" in refused.err
    assert len(stage.sent()) == ITEMS


def test_a_run_that_may_wait_goes_on_when_the_other_one_is_done(stage: Stage) -> None:
    stage.desk.world.options.latency_ms = 20
    command = (*APPLY_PLAN, "--wait", "1m")
    runs = stage.together(*((stage.desk.folder, command, {}) for _ in range(2)))
    assert [run.code for run in runs] == [0, 0]
    (waited,) = [run for run in runs if "waiting for it, 60 s at most" in run.err]
    assert len(stage.sent()) == ITEMS
    assert "Applied: nothing" in waited.out


def test_a_signal_ends_the_wait_with_its_code_and_nothing_is_sent(stage: Stage) -> None:
    with locked(stage.desk.service.url.removeprefix("http://"), PROJECT):
        run = stage.run(*APPLY_PLAN, "--wait", "1m", signal=2, after=0.5)
    assert run.code == 130
    assert "interrupted while another apply was waited for" in run.err
    assert stage.sent() == []
