"""A past run is made of the lines of its journal, whichever version wrote them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reconciler.apply.past_runs import LACKS, changes_of, past_run, zone_named
from reconciler.model import Ref
from reconciler.model.history import PastRun

THEN = Path(__file__).parents[1] / "compat" / "c233f07"
AT = "2026-11-28T12:00:00+00:00"
ITEM = {"at": AT, "type": "story", "id": 63}
STEP = {"key": "priority", "before": 1, "after": 2, "before_label": "P1", "after_label": "P2"}


def intent(step: dict[str, Any] | None = None, n: int = 2, **more: Any) -> dict[str, Any]:
    return {"event": "intent", "n": n, "idem": "k", "fields": [], "changes": [step or STEP], **ITEM, **more}


def result(n: Any = 4, **more: Any) -> dict[str, Any]:
    return {"event": "result", "n": n, "outcomes": {"priority": "Applied"}, **ITEM, **more}


def answer(**more: Any) -> dict[str, Any]:
    return {"event": "answer", "n": 3, "idem": "k", "answer": "accepted", "log_id": "L", **ITEM, **more}


def run_of(name: str) -> PastRun:
    entries = [json.loads(line) for line in (THEN / f"{name}.jsonl").read_text("utf-8").splitlines()]
    return past_run(entries, name, "x", lambda _: ZoneInfo("Asia/Shanghai"))


def test_a_put_has_the_values_the_answer_and_the_outcome() -> None:
    (one,) = changes_of([intent(title="Pay"), answer(), result()], {"story": "Story"})
    assert (one.ref, one.type_name, one.title) == (Ref("story", 63), "Story", "Pay")
    assert (one.before_label, one.after_label, one.outcome, one.sent) == ("P1", "P2", "applied", True)
    assert (one.answer, one.log_id, one.line) == ("accepted", "L", 2)


def test_of_two_puts_the_first_value_before_and_the_last_value_after_count() -> None:
    again = {**STEP, "before": 9, "before_label": "P9", "after": 3, "after_label": "P3"}
    (one,) = changes_of([intent(), answer(answer="refused"), intent(again, 5), answer(), result(7)], {})
    assert (one.before_label, one.after_label, one.line, one.answer) == ("P1", "P3", 5, "accepted")


def test_what_was_not_sent_has_an_outcome_a_reason_and_no_values() -> None:
    told = {"outcomes": {"due": "Conflict"}, "reasons": {"due": "moved"}, "names": {"due": "Due"}}
    (one,) = changes_of([result(**told, title="Pay")], {})
    assert (one.sent, one.outcome, one.reason, one.label, one.title) == (
        False,
        "conflict",
        "moved",
        "Due",
        "Pay",
    )


def test_of_two_results_the_later_one_holds() -> None:
    (one,) = changes_of([intent(), result(), result(5, outcomes={"priority": "NotTried"})], {})
    assert one.outcome == "not tried"


def test_a_field_of_a_run_that_was_cut_has_no_outcome() -> None:
    (one,) = changes_of([intent()], {})
    assert (one.outcome, one.result, one.reason) == ("", "unknown", "the run was cut before it looked")


def test_an_outcome_of_a_later_version_keeps_its_word() -> None:
    (one,) = changes_of([result(outcomes={"due": "Postponed"})], {})
    assert one.outcome == "postponed"


@pytest.mark.parametrize(("name", "fields", "stopped"), [("finished", 4, None), ("killed", 3, "cut")])
def test_a_journal_of_the_first_version_shows_what_it_has_and_says_what_it_lacks(
    name: str, fields: int, stopped: str | None
) -> None:
    run = run_of(name)
    assert (run.id, run.space, run.fields, run.stopped) == (name, "demo", fields, stopped)
    assert (run.user.key, run.actor.words, run.pull) == ("7310000000000000001", (), None)
    assert run.lacks == tuple(what for _, what in LACKS)
    assert {(one.before_label, one.name) for one in run.changes} == {(None, "")}


def test_a_journal_of_today_names_its_run_and_its_zone() -> None:
    begin = {"event": "begin", "at": AT, "n": 1, "host": "h", "space": "k", "chain": "c"}
    new: dict[str, Any] = {"run": "r", "time_zone": "Europe/Berlin", "types": {}, "user": None, "actor": None}
    rest = {"author": {"name": "Bo", "email": "b@example.com"}, "pull": None}
    run = past_run([{**begin, **new, **rest}], "folder", "x", lambda _: None)
    assert (run.id, run.zone.key, run.author.email, run.lacks) == ("r", "Europe/Berlin", "b@example.com", ())


@pytest.mark.parametrize(
    "name", [None, 5, "", "../../etc/passwd", "/etc/passwd", "America", "Nowhere/None", "x\0y"]
)
def test_a_zone_that_is_none_is_not_taken(name: object) -> None:
    assert zone_named(name) is None
    begin = {"event": "begin", "at": AT, "n": 1, "host": "h", "space": "k", "chain": "c", "time_zone": name}
    assert past_run([begin], "r", "x", lambda _: None).zone.key == "UTC"
