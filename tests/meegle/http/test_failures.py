"""The messages of failed calls: our own words first, then those of the service, and what to do."""

from __future__ import annotations

import pytest

from reconciler.meegle.http.failures import (
    ApiRefusal,
    BadEnvironment,
    Oversized,
    Problem,
    StopCode,
    Unreachable,
    code_and_message,
)


@pytest.mark.parametrize(
    ("code", "message", "log_id", "words"),
    [
        (20006, "Bad Value", "L0G", '20006 "Bad Value" (log id L0G)'),
        (20006, "", "L0G", "20006 (log id L0G)"),
        (20006, "Bad Value", "", '20006 "Bad Value"'),
        (20006, "", "", "20006"),
    ],
)
def test_the_services_words_are_quoted_for_a_support_ticket(
    code: int, message: str, log_id: str, words: str
) -> None:
    assert code_and_message(code, message, log_id) == words


def test_all_problems_of_the_environment_are_one_message_and_the_same_repair_is_told_once() -> None:
    error = BadEnvironment(
        [
            Problem("MEEGLE_BASE_URL", "is missing", "set it"),
            Problem("MEEGLE_USER_KEY", "is missing", "set it"),
            Problem("MEEGLE_RATE", "is no number", "write 15"),
        ]
    )
    assert str(error) == (
        "MEEGLE_BASE_URL is missing, MEEGLE_USER_KEY is missing, MEEGLE_RATE is no number; set it, write 15"
    )


def test_a_stop_code_keeps_its_parts_and_says_what_to_do() -> None:
    error = StopCode(10301, "No Permission", "L0G", what="the plugin may not do this", fix="apply for it")
    assert (error.code, error.log_id) == (10301, "L0G")
    assert str(error) == 'the plugin may not do this: 10301 "No Permission" (log id L0G); apply for it'


def test_a_refusal_names_the_endpoint_and_keeps_what_a_caller_decides_by() -> None:
    error = ApiRefusal(30005, "WorkItem Not Found", "", status=404, endpoint="query")
    assert error.what == 'query was refused: 30005 "WorkItem Not Found"'
    assert (error.code, error.status, error.endpoint) == (30005, 404, "query")


def test_an_answer_that_is_too_large_is_told_apart_and_shown_as_no_usable_answer() -> None:
    error = Oversized("project.feishu.cn", "an answer of more than 9 bytes")
    assert isinstance(error, Unreachable)
    assert error.reason == "an answer of more than 9 bytes"
    assert str(error).startswith("no usable answer from project.feishu.cn (an answer of more than 9 bytes); ")
