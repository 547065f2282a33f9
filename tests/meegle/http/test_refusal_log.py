"""Refusals are counted by kind for the report of a probe: numbers alone, no text of the service."""

from __future__ import annotations

import httpx

from reconciler.meegle.http.endpoints import QUERY
from reconciler.meegle.http.layer import mark
from reconciler.meegle.http.reading import Reading
from reconciler.meegle.http.refusal_log import Refusal, RefusalLog
from reconciler.meegle.http.secrets import Secrets
from tests.meegle.http.doubles import Service, good, refusal


def log_of(*answers: httpx.Response) -> RefusalLog:
    """Send one read for each answer through the layers."""
    log = RefusalLog(Reading(Service(*answers), "host", Secrets()))
    for _ in answers:
        request = httpx.Request("POST", "http://127.0.0.1/x")
        mark(request, QUERY)
        log.handle_request(request)
    return log


def test_equal_refusals_are_counted_together_and_successes_are_not() -> None:
    log = log_of(good(), refusal(30005, "one", 404), refusal(30005, "another text", 404), good())
    assert log.refusals == {Refusal("query", 404, 30005, True, True, False): 2}  # noqa: FBT003


def test_codes_that_disagree_and_a_wish_to_wait_are_noted() -> None:
    body = {"err_code": 20006, "err": {"code": 6}}
    log = log_of(httpx.Response(429, json=body, headers={"Retry-After": "2"}))
    (kind,) = log.refusals
    assert (kind.code, kind.codes_agree, kind.has_log_id, kind.has_retry_after) == (20006, False, False, True)


def test_an_answer_without_a_readable_code_counts_as_code_0() -> None:
    (kind,) = log_of(httpx.Response(502, text="<html>secret words</html>")).refusals
    assert (kind.status, kind.code) == (502, 0)
    assert "secret" not in repr(kind)
