"""Why a run could not plan, in every format that was asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from reconciler.adopt.published_schemas import published
from reconciler.errors import CannotRun, InputError, Mistake, Place
from reconciler.model import Failure
from reconciler.plan.failures import failed_plan, failures_of

if TYPE_CHECKING:
    from tests.conftest import Desk


VIEWS = ("text", "markdown", "html", "github", "json")


def test_a_plan_that_fails_is_told_in_every_format_all_the_same(desk: Desk) -> None:
    desk.stories("{id: 6300012300, fields: {priorty: P3}}")
    done = desk.run("plan", *(f"--format={name}=plan.{name}" for name in VIEWS), "--out", "saved.json")
    assert (done.code, done.out) == (1, "")
    assert done.err == ("state/stories.yaml:4:31: no field 'priorty' on story; did you mean 'priority'?\n")
    text, markdown, page, github, made = (
        (desk.folder / f"plan.{name}").read_text(encoding="utf-8") for name in VIEWS
    )
    for view in (text, markdown, page, github):
        assert "Failed: 1 error, nothing was planned." in view
        assert "no field 'priorty' on story" in view.replace("&#39;", "'")
    assert "::error file=state/stories.yaml,line=4,col=31," in github
    told = json.loads(made)
    assert (told["errored"], told["applyable"], told["complete"]) == (True, False, False)
    assert told["exit_reason"] == "error"
    assert told["errors"][0]["source"] == {"file": "state/stories.yaml", "line": 4, "column": 31}
    schema = json.loads(published()["plan.schema.json"])
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(told)) == []
    assert json.loads((desk.folder / "saved.json").read_text())["errored"] is True
    assert desk.run("show", "plan.json").out == text
    refused = desk.run("apply", "plan.json")
    assert "this plan cannot be used: the run that made it failed" in refused.err


def test_a_run_that_cannot_start_is_told_as_json_beside_the_mistakes_of_the_files(desk: Desk) -> None:
    desk.stories("{id: 6300012300, fields: {priority: P0, priority: P1}}")
    del desk.environ["MEEGLE_USER_KEY"]
    done = desk.run("plan", "--format", "json")
    told = json.loads(done.out)
    assert done.code == 1
    assert [one["source"] and one["source"]["line"] for one in told["errors"]] == [4, None]
    assert [one["what"] for one in told["errors"]][1] == "MEEGLE_USER_KEY is not set"
    assert len(done.err.splitlines()) == 2


def test_what_is_wrong_in_the_files_comes_before_what_stopped_the_run() -> None:
    mistake = Mistake(Place("state/a.yaml", 4, 2), "no field 'x'", "take 'y'")
    stopped = CannotRun("down", "run it again").beside([mistake])
    assert list(failures_of(stopped)) == [
        Failure("no field 'x'", "take 'y'", Place("state/a.yaml", 4, 2)),
        Failure("down", "run it again"),
    ]


def test_mistakes_alone_are_told_once() -> None:
    mistake = Mistake(Place("state/a.yaml", 4, 2), "no field 'x'", "take 'y'")
    assert len(list(failures_of(InputError([mistake])))) == 1


def test_a_plan_that_failed_names_the_one_space_that_was_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    error = CannotRun("down", "")
    assert failed_plan(error, (), "given").space == "given"
    assert failed_plan(error, (), None).space == ""
    (tmp_path / "state").mkdir()
    settings = tmp_path / "state/reconciler.yaml"
    settings.write_text("spaces: {demo: {}}\n", encoding="utf-8")
    assert failed_plan(error, (), None).space == "demo"
    settings.write_text("spaces: {demo: {}, other: {}}\n", encoding="utf-8")
    assert failed_plan(error, (), None).space == ""
    settings.write_text("spaces: [damaged\n", encoding="utf-8")
    assert failed_plan(error, (), None).space == ""
