"""Outputs for the steps and jobs after a command: appended where they are asked for, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.forge.outputs import DOTENV, GITHUB, are_asked_for, give, give_plan, give_report
from reconciler.model import Held, HeldBy, Ref, Why
from reconciler.model.outcomes import Applied, Blocked, Conflict, Outcome, Report, Row
from tests.render.plans import block, plan_with, priority, saved, text, update

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ACCEPT = Held(HeldBy.POLICY, "accept")


def lines(file: Path) -> dict[str, str]:
    return dict(one.split("=", 1) for one in file.read_text(encoding="utf-8").splitlines())


def test_nothing_is_written_where_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(GITHUB, raising=False)
    monkeypatch.delenv(DOTENV, raising=False)
    assert not are_asked_for()
    give(print, changes=1)


def test_each_forge_gets_its_form_and_what_is_there_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    github, dotenv = tmp_path / "github", tmp_path / "dotenv"
    github.write_text("mine=1\n", encoding="utf-8")
    monkeypatch.setenv(GITHUB, str(github))
    monkeypatch.setenv(DOTENV, str(dotenv))
    give(print, changes=2, exit_reason="changes")
    assert lines(github) == {"mine": "1", "changes": "2", "exit_reason": "changes"}
    assert lines(dotenv) == {"RECONCILER_CHANGES": "2", "RECONCILER_EXIT_REASON": "changes"}


def test_a_value_cannot_begin_another_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(GITHUB, str(tmp_path / "github"))
    give(print, plan_path="a\nchanges=99")
    assert set(lines(tmp_path / "github")) == {"plan_path"}


def test_a_file_that_cannot_be_written_is_told_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(GITHUB, str(tmp_path))
    said: list[str] = []
    give(said.append, changes=1)
    assert said[0].startswith("no outputs for the job: ")


def test_a_plan_is_told_by_its_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(GITHUB, str(tmp_path / "github"))
    plan = plan_with(
        update(1, priority(), text("x", "")),
        blocks=[block(1)],
        skipped=(update(2, priority(why=Why.DRIFT, held=ACCEPT)),),
    )
    give_plan(print, [plan], lambda: (saved(plan),), [("html", tmp_path / "plan.html")], None)
    told = lines(tmp_path / "github")
    names = (
        "changes",
        "to_update",
        "to_clear",
        "drifted",
        "blocked",
        "to_accept",
        "exit_reason",
        "plan_path",
    )
    assert [told[name] for name in names] == ["2", "1", "1", "1", "1", "1", "blocked", ""]
    assert told["html_path"] == str(tmp_path / "plan.html")


def test_an_apply_is_told_by_how_it_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DOTENV, str(tmp_path / "dotenv"))
    outcomes: tuple[Outcome, ...] = (Applied(), Blocked("x"), Conflict("y"), Conflict("z"))
    rows = tuple(Row(Ref("story", n), "", "f", "F", one) for n, one in enumerate(outcomes))
    give_report(print, Report(rows), "rows")
    assert lines(tmp_path / "dotenv") == {
        "RECONCILER_BLOCKED": "1",
        "RECONCILER_CONFLICTS": "2",
        "RECONCILER_EXIT_REASON": "rows",
    }
