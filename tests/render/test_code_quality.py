"""The reports that CI systems read: GitLab's widget, Code Quality and JUnit."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from jsonschema import validate
from msgspec.structs import replace

from reconciler.errors import Mistake, Place
from reconciler.model import Failure, GuardResult, Held, HeldBy, Why
from reconciler.render.code_quality import mistakes_code_quality, plan_code_quality
from reconciler.render.gitlab_widget import plan_widget
from reconciler.render.junit import mistakes_junit, plan_junit
from reconciler.render.safe import UNSEEN
from tests.render.plans import HOSTILE, block, hostile_plan, plan_with, priority, update

if TYPE_CHECKING:
    from tests.conftest import Desk

REPORT = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "additionalProperties": False,
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
"""What docs.gitlab.com/ci/testing/code_quality/ asks of a report of another tool."""

BUSY = plan_with(
    update(1, priority(why=Why.CONFLICTING, base_label="P2")),
    update(2, priority(why=Why.CHANGED_HERE)),
    update(3, replace(priority(), clears=True, after=None, after_label="(empty)")),
    blocks=[block(1)],
    skipped=(update(4, priority(why=Why.DRIFT, held=Held(HeldBy.POLICY, "report"), by="bo@example.com")),),
    guards=(GuardResult("clears", "0", "1", ok=False), GuardResult("changes", "100", "3", ok=True)),
)


def read(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own text


def test_findings_have_a_severity_by_what_they_are_and_a_place_from_the_root() -> None:
    rows = json.loads(plan_code_quality(BUSY, "board/"))
    validate(rows, REPORT)
    assert [(one["check_name"].partition("/")[2], one["severity"]) for one in rows] == [
        ("guard", "critical"),
        ("blocked", "major"),
        ("changed-here-and-in-meegle", "major"),
        ("empties-a-field", "minor"),
        ("drift", "info"),
    ]
    assert rows[1]["location"] == {"path": "board/state/demo/old.yaml", "lines": {"begin": 5}}
    assert rows[2]["location"]["lines"]["begin"] == 12


def test_a_fingerprint_stays_while_the_change_does_and_no_two_are_the_same() -> None:
    rows, again = (json.loads(plan_code_quality(BUSY, folder)) for folder in ("", "moved/"))
    prints = [one["fingerprint"] for one in rows]
    assert prints == [one["fingerprint"] for one in again]
    assert len(set(prints)) == len(prints)
    other = json.loads(plan_code_quality(plan_with(update(1, priority(after="P3", why=Why.CONFLICTING)))))
    assert other[0]["fingerprint"] not in prints


def test_failures_are_blockers_and_fail_the_suite() -> None:
    plan = plan_with(
        failures=(Failure("no field 'x'", "take 'y'", Place("state/a.yaml", 4, 2)), Failure("down", ""))
    )
    rows = json.loads(plan_code_quality(plan))
    validate(rows, REPORT)
    assert [(one["severity"], one["location"]["path"]) for one in rows] == [
        ("blocker", "state/a.yaml"),
        ("blocker", "state/reconciler.yaml"),
    ]
    (suite,) = read(plan_junit(plan))
    assert (suite.get("tests"), suite.get("failures")) == ("2", "2")


def test_a_plan_without_rows_has_no_finding_and_one_case_that_passed() -> None:
    assert json.loads(plan_code_quality(plan_with())) == []
    (suite,) = read(plan_junit(plan_with()))
    assert [one.get("name") for one in suite] == ["96 items in sync"]
    assert suite.get("failures") == "0"


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_text_of_a_stranger_speaks_through_a_report(payload: str) -> None:
    plan = hostile_plan(payload)
    mistakes = [Mistake(Place(payload or "state", 3, 5), payload or "x", payload)]
    quality = [plan_code_quality(plan, "board/"), mistakes_code_quality(mistakes)]
    for text in (*quality, plan_widget(plan)):
        rows = json.loads(text)
        if isinstance(rows, list):
            validate(rows, REPORT)
    for text in (plan_junit(plan), mistakes_junit(mistakes, 1, 1)):
        tags = {one.tag for one in read(text).iter()}
        assert tags <= {"testsuites", "testsuite", "testcase", "failure"}
        quality.append(text)
    for text in quality:
        assert not [sign for sign in text if sign != "\n" and unicodedata.category(sign) in UNSEEN]
        assert not re.search(r"(^|\n)::|##\[", text)


@pytest.mark.alone
def test_five_thousand_changes_take_a_second_or_two() -> None:
    plan = plan_with(*(update(n, priority(why=Why.CONFLICTING, line=n + 1)) for n in range(5_000)))
    begun = time.process_time()
    assert len(json.loads(plan_code_quality(plan))) == 5_000
    assert plan_junit(plan).count("<failure") == 5_000
    assert time.process_time() - begun < 2


def test_validate_writes_several_formats_at_once(desk: Desk) -> None:
    desk.stories("{id: 0, fields: {priority: P3}}")
    done = desk.run(
        "validate", "--format", "text", "--format", "junit=junit.xml", "--format", "codequality=q.json"
    )
    assert done.code == 1
    assert "Invalid: 1 mistake" in done.out
    assert read((desk.folder / "junit.xml").read_text())[0].get("failures") == "1"
    (row,) = json.loads((desk.folder / "q.json").read_text())
    assert (row["severity"], row["location"]) == (
        "blocker",
        {"path": "state/stories.yaml", "lines": {"begin": 4}},
    )
    assert desk.run("validate", "--format", "text", "--format", "junit").code == 1


def test_plan_and_drift_write_the_reports(desk: Desk) -> None:
    desk.stories("{id: 6300012320, fields: {priority: P3}}")
    names = ("gitlab=plan.gitlab.json", "codequality=q.json", "junit=junit.xml")
    formats = [word for name in names for word in ("--format", name)]
    assert desk.run("plan", *formats).code == 0
    assert json.loads((desk.folder / "plan.gitlab.json").read_text())["update"] == 1
    assert read((desk.folder / "junit.xml").read_text())[0].get("failures") == "1"
    assert desk.run("drift", *formats).code == 0
    assert json.loads((desk.folder / "q.json").read_text()) == []
