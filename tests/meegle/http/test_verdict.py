"""What the answer to a PUT proves: written, refused, not written, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.meegle.http.answers import (
    worth_another_read,
)
from reconciler.meegle.http.failures import Redirected
from reconciler.meegle.http.verdict import Accepted, Ambiguous, Fatal, NotWritten, Refused, put_verdict
from tests.meegle.http.prepared import answer, envelope, judged

THROTTLED = "API Request Frequency Limit"
CODES: st.SearchStrategy[object] = st.sampled_from(
    [0, 0, 1, 10429, 10430, 10022, 50006, "0", None, False, 0.0, [], {}]
)
PARTS = CODES | st.fixed_dictionaries({}, optional={"code": CODES, "msg": st.text(max_size=4)})
BODIES = st.dictionaries(st.sampled_from(["err_code", "code", "err", "error", "err_msg", "data"]), PARTS)


@pytest.mark.parametrize("status", [429, 200, 400])
def test_too_many_requests_is_proof_that_nothing_was_written(status: int) -> None:
    body = envelope(10429, THROTTLED, code=10429, msg=THROTTLED)
    assert judged(status, body, retry_after="7") == NotWritten("throttled", THROTTLED, 7.0)


@pytest.mark.parametrize("status", [429, 200])
def test_an_idempotency_key_seen_before_is_no_throttling(status: int) -> None:
    result = judged(status, envelope(10430, "API Request Idempotent Limit"))
    assert result == Ambiguous("API Request Idempotent Limit", 10430, "", repeatable=False)


@pytest.mark.parametrize("code", [10021, 10022, 10211])
@pytest.mark.parametrize("status", [401, 403, 200])
def test_a_refused_token_is_proof_that_nothing_was_written(code: int, status: int) -> None:
    result = judged(status, envelope(code, "Token Info Is Invalid"), retry_after="7")
    assert result == NotWritten("token", "Token Info Is Invalid", None)


PASSING = [
    "openapi system err, please try again later",
    "fail to read/write db",
    "OperateFail Please Contact Platform",
    'elastic: Error 502 (Bad Gateway)"',
    "The current workflow is in transition",
]


@pytest.mark.parametrize("message", PASSING)
def test_a_troubled_service_may_have_written_and_is_not_asked_to_write_again(message: str) -> None:
    assert judged(500, envelope(50006, message)) == Ambiguous(message, 50006, "", repeatable=False)
    assert worth_another_read(answer(500, envelope(50006, message)))


BUSINESS = [
    *(9999, 10001, 20005, 20006, 20007, 20013, 20014, 20025, 20029, 20033, 20041, 20050, 20051),
    *(20052, 20053, 20083, 20090, 30005, 30006, 30008, 30009, 30014, 30017),
]


@pytest.mark.parametrize("code", [*BUSINESS, 777, -1, 123456789012345])
@pytest.mark.parametrize("status", [200, 400, 404, 500])
def test_a_business_refusal_is_refused_whatever_the_http_status(code: int, status: int) -> None:
    result = judged(
        status, envelope(code, "Invalid Param", code=code, msg="field [x] is illegal", log_id="L1")
    )
    assert result == Refused(code, "Invalid Param: field [x] is illegal", "L1")
    assert not worth_another_read(answer(status, envelope(code)))


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308, 399])
@pytest.mark.parametrize("body", [b"", envelope(0), envelope(10429)])
def test_a_redirect_ends_the_run(status: int, body: object) -> None:
    result = judged(status, body, location="https://elsewhere.example/?token=x")
    assert isinstance(result, Fatal)
    assert isinstance(result.error, Redirected)
    assert str(result.error) == (
        f"project.feishu.cn answered with a redirect (HTTP {status}), which is never followed; "
        "set MEEGLE_BASE_URL to the address that people of this tenant open in the browser"
    )


@pytest.mark.parametrize(
    ("outer", "inner"), [(0, 20006), (20006, 0), (0, 10429), (10429, 50006), (10022, 20006), (10404, 0)]
)
def test_members_that_disagree_are_a_failure_and_prove_nothing(outer: int, inner: int) -> None:
    result = judged(200, envelope(outer, "Hm", code=inner))
    assert result == Ambiguous("codes that disagree: Hm", outer or inner, "", repeatable=False)


@given(status=st.integers(100, 599), body=st.binary(max_size=64) | BODIES)
def test_every_answer_gets_a_verdict_and_only_a_perfect_one_is_accepted(status: int, body: object) -> None:
    read = answer(status, body)
    result = put_verdict(read, "project.feishu.cn")
    worth_another_read(read)
    if isinstance(result, Accepted):
        assert isinstance(body, dict)
        parts = (body.get("err"), body.get("error"))
        inner = [part["code"] for part in parts if isinstance(part, dict) and "code" in part]
        codes = [body[name] for name in ("err_code", "code") if name in body] + inner
        assert 200 <= status < 300
        assert codes
        assert all(type(code) is int and code == 0 for code in codes)
