"""What a run did, in one object: by its journal, whether the run came to its end or was cut."""

from __future__ import annotations

from typing import Any

from reconciler.apply.run_summary import summary

BEGIN = {"event": "begin", "at": "12:00", "commit": "a" * 40, "digest": "d"}
INTENT = {"event": "intent", "type": "story", "id": 63}


def result(item_id: int, **outcomes: str) -> dict[str, Any]:
    return {"event": "result", "type": "story", "id": item_id, "outcomes": outcomes}


def test_puts_and_outcomes_are_counted() -> None:
    end = {"event": "end", "at": "12:01", "stopped": None}
    told = summary([BEGIN, INTENT, result(63, priority="Applied", due="Ignored"), INTENT, end])
    assert (told["puts"], told["outcomes"]) == (2, {"applied": 1, "ignored": 1})
    assert (told["begun"], told["ended"], told["stopped"], told["commit"]) == (
        "12:00",
        "12:01",
        None,
        "a" * 40,
    )


def test_of_two_results_of_one_item_the_later_one_holds() -> None:
    told = summary([BEGIN, result(63, priority="Applied"), result(63, priority="Conflict")])
    assert told["outcomes"] == {"conflict": 1}


def test_a_run_without_an_end_was_cut() -> None:
    told = summary([BEGIN, INTENT])
    assert (told["ended"], told["stopped"]) == (None, "cut")


def test_the_reason_of_a_run_that_stopped_is_kept() -> None:
    assert (
        summary([BEGIN, {"event": "end", "at": "12:01", "stopped": "interrupted"}])["stopped"]
        == "interrupted"
    )


def test_an_empty_journal_is_a_run_that_was_cut_before_it_said_anything() -> None:
    told = summary([])
    assert (told["begun"], told["puts"], told["outcomes"], told["stopped"]) == (None, 0, {}, "cut")
