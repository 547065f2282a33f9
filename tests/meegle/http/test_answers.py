"""What an answer proves: the table of answers, row by row."""

from __future__ import annotations

import pytest

from reconciler.meegle.http.answers import (
    Answer,
    Broken,
    Success,
    unread_answer,
    was_throttled,
    worth_another_read,
)
from reconciler.meegle.http.verdict import Accepted, Ambiguous, Refused
from tests.meegle.http.prepared import answer, envelope, judged

GOOD_BODIES = [
    {"err_code": 0, "err_msg": "", "err": {}, "data": {}},
    {"err_code": 0, "err_msg": "", "err": {}},
    {"err_code": 0, "err": {"code": 0, "msg": ""}},
    {"err_code": 0, "err": None},
    {"data": {}, "error": {"code": 0, "msg": "success"}},
    {"code": 0, "message": "", "data": {}},
]


@pytest.mark.parametrize("body", GOOD_BODIES)
@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_a_2xx_with_every_code_zero_is_a_success(status: int, body: dict[str, object]) -> None:
    assert answer(status, body).reply == Success(body)
    assert judged(status, body, x_tt_logid="20260225A1") == Accepted("20260225A1")


NOT_GOOD = [
    (200, b"", "an empty answer"),
    (200, b"  \n", "an empty answer"),
    (200, b"<html><body>OK</body></html>", "a page instead of JSON"),
    (200, b"\r\n <html>OK</html>\n", "a page instead of JSON"),
    (200, b'{"err_code": 0, "da', "an answer that is cut short or no JSON"),
    (200, b"[]", "an answer that is no JSON object"),
    (200, b'"ok"', "an answer that is no JSON object"),
    (200, b"0", "an answer that is no JSON object"),
    (200, b"null", "an answer that is no JSON object"),
    (200, {}, "an answer without a code"),
    (200, {"data": {}}, "an answer without a code"),
    (200, {"err": {}, "err_msg": ""}, "an answer without a code"),
    (200, envelope("0"), "an answer whose code is no integer"),
    (200, envelope(None), "an answer whose code is no integer"),
    (200, envelope(False), "an answer whose code is no integer"),  # noqa: FBT003
    (200, envelope(0.0), "an answer whose code is no integer"),
    (200, envelope("20006"), "an answer whose code is no integer"),
    (200, envelope(0, code="0"), "an answer whose code is no integer"),
    (200, b'{"err_code": 0, "x": NaN}', "an answer with NaN or Infinity"),
    (200, b'{"err_code": 0, "x": -Infinity}', "an answer with NaN or Infinity"),
    (200, b'{"err_code": 0, "x": 1e400}', "an answer with a number that is too large"),
    (200, b'{"err_code": 0, "err_code": 0}', "an answer that names a member twice"),
    (200, b'{"err_code": 0, "data": [{"id": 1, "id": 2}]}', "an answer that names a member twice"),
    (200, b'{"err_code": 0, "data": "\xff\xfe"}', "an answer that is not UTF-8"),
    (200, b'{"err_code": 0, "data": ' + b"[" * 100_000, "an answer nested too deeply"),
    (200, b'{"err_code": 0, "data": ' + b"9" * 5000 + b"}", "an answer that is cut short or no JSON"),
    (199, envelope(0), "an answer whose status and code disagree"),
    (500, envelope(0), "an answer whose status and code disagree"),
    (404, envelope(0), "an answer whose status and code disagree"),
    (500, b"Internal Server Error", "an answer that is cut short or no JSON"),
    (502, b"<html>Bad Gateway</html>", "a page instead of JSON"),
    (504, b"", "an empty answer"),
    (429, b"", "an empty answer"),
    (403, b"<html>blocked</html>", "a page instead of JSON"),
]


@pytest.mark.parametrize(("status", "body", "reason"), NOT_GOOD)
def test_an_answer_that_proves_nothing_sends_a_write_to_be_looked_for(
    status: int, body: object, reason: str
) -> None:
    assert judged(status, body) == Ambiguous(f"{reason}, HTTP {status}", None, "", repeatable=True)


def test_a_shortened_inner_code_is_still_one_refusal() -> None:
    assert judged(400, envelope(1000050244, "no item", code=1000050)) == Refused(1000050244, "no item", "")


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        ("0", 0.0),
        ("30", 30.0),
        ("120", 120.0),
        ("86400", 120.0),
        ("9999999999", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("Wed, 25 Nov 2026 10:00:20 GMT", 20.0),
        ("Wed, 25 Nov 2026 09:00:00 GMT", 0.0),
        ("Fri, 27 Nov 2026 10:00:00 GMT", 120.0),
        ("Wed, 25 Nov 2026 12:00:20 +0200", 20.0),
        ("Wed, 25 Nov 2026 10:00:20 -0000", 20.0),
        ("Wed, 25 Nov 99999999999999999999 10:00:20 GMT", None),
        ("Wed, 25 Nov 2026 10:00:20 +99999999999999", None),
    ],
)
def test_a_wish_to_wait_is_honoured_up_to_two_minutes(wish: str, seconds: float | None) -> None:
    read = answer(429, envelope(10429), retry_after=wish, date="Wed, 25 Nov 2026 10:00:00 GMT")
    assert read.retry_after == seconds


def test_a_day_to_wait_for_says_nothing_without_the_day_of_the_answer() -> None:
    assert answer(429, envelope(10429), retry_after="Wed, 25 Nov 2026 10:00:20 GMT").retry_after is None
    assert answer(429, envelope(10429), date="Wed, 25 Nov 2026 10:00:00 GMT").retry_after is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"err_code": 9, "err_msg": "Invalid Param", "err": {"code": 9, "msg": "no [x]"}},
            "Invalid Param: no [x]",
        ),
        ({"code": 9, "message": "Not Allowed"}, "Not Allowed"),
        ({"error": {"code": 9, "msg": "failed"}}, "failed"),
        (
            {"err_code": 9, "err_msg": "Said", "message": "Told", "err": {"msg": "a"}, "error": {"msg": "b"}},
            "Said: Told: a: b",
        ),
        ({"err_code": 9, "err_msg": "Twice", "err": {"msg": "Twice"}}, "Twice"),
        ({"err_code": 9, "err_msg": 5, "message": None, "err": {"msg": ["x"]}, "error": "y"}, ""),
    ],
)
def test_a_refusal_keeps_the_words_of_every_place_once(body: dict[str, object], message: str) -> None:
    assert judged(400, body) == Refused(9, message, "")


def test_a_log_id_is_taken_from_the_body_then_from_the_headers() -> None:
    told = {"x_tt_logid": "TT", "x_request_id": "R1"}
    assert answer(400, envelope(9, log_id="B0"), **told).log_id == "B0"
    assert answer(400, envelope(9), **told).log_id == "TT"
    assert answer(400, envelope(9), x_tt_logid="no log id", x_request_id="R1").log_id == "R1"
    assert answer(400, envelope(9), x_request_id="R1").log_id == "R1"
    assert answer(502, b"<html>", x_request_id="R1").log_id == "R1"


@pytest.mark.parametrize("log_id", ["a b", "x\n::error::", "x" * 65, 7, None, "\x1b[31m"])
def test_a_log_id_that_is_none_is_dropped(log_id: object) -> None:
    assert answer(400, envelope(20006, log_id=log_id)).log_id == ""


@pytest.mark.parametrize(
    ("status", "body", "again"),
    [
        (200, envelope(0), False),
        (429, envelope(10429), True),
        (200, envelope(10429), True),
        (500, envelope(50005), True),
        (429, b"", True),
        (500, b"<html>", True),
        (503, b"<html>", True),
        (599, b"<html>", True),
        (600, b"<html>", False),
        (499, b"<html>", False),
        (300, b"<html>", False),
        (300, envelope(0), False),
        (299, b"", True),
        (200, b"", True),
        (199, b"", False),
        (200, b"{}", True),
        (404, b"<html>", False),
        (403, b"", False),
        (401, envelope(10022), False),
        (403, envelope(10404), False),
    ],
)
def test_a_read_is_asked_again_where_time_may_help(status: int, body: object, again: bool) -> None:  # noqa: FBT001
    assert worth_another_read(answer(status, body)) is again


def test_a_broken_answer_says_whether_time_may_help() -> None:
    assert answer(502, b"<html>").reply == Broken("a page instead of JSON, HTTP 502", passing=True)
    assert answer(404, b"<html>").reply == Broken("a page instead of JSON, HTTP 404", passing=False)


@pytest.mark.parametrize(
    ("status", "body", "slower"),
    [
        (429, b"", True),
        (429, b"<html>slow down</html>", True),
        (429, envelope(10429), True),
        (200, envelope(10429), True),
        (429, envelope(10430), False),
        (429, envelope(20006), False),
        (503, b"", False),
        (200, envelope(0), False),
    ],
)
def test_a_slower_pace_is_asked_for_by_the_code_or_by_the_bare_status(
    status: int,
    body: object,
    slower: bool,  # noqa: FBT001
) -> None:
    assert was_throttled(answer(status, body)) is slower


def test_content_that_could_not_be_taken_in_is_an_answer_with_its_status() -> None:
    cut, endless = Broken("an answer that was cut"), Broken("an answer without end", passing=False)
    assert unread_answer(200, cut) == Answer(200, Broken("an answer that was cut, HTTP 200"), "", None)
    assert unread_answer(404, cut) == Answer(404, Broken("an answer that was cut, HTTP 404", passing=False))
    assert unread_answer(200, endless) == Answer(
        200, Broken("an answer without end, HTTP 200", passing=False)
    )
