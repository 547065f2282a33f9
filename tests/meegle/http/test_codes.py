"""The service's codes, and what each means for a call."""

from __future__ import annotations

import pytest

from reconciler.meegle.http.answers import (
    worth_another_read,
)
from reconciler.meegle.http.codes import STOP_CODES
from reconciler.meegle.http.failures import StopCode
from reconciler.meegle.http.verdict import Fatal, Refused
from tests.meegle.http.prepared import answer, envelope, judged


@pytest.mark.parametrize("code", sorted(STOP_CODES))
def test_a_code_that_ends_the_run_says_in_plain_words_what_to_do(code: int) -> None:
    result = judged(400, envelope(code, "Said So", log_id="L0G"))
    assert isinstance(result, Fatal)
    assert isinstance(result.error, StopCode)
    what, fix = STOP_CODES[code]
    assert str(result.error) == f'{what}: {code} "Said So" (log id L0G); {fix}'


def test_the_codes_that_end_the_run_are_these() -> None:
    assert set(STOP_CODES) == {
        *(10204, 10023, 10301, 10302, 10404, 20039, 20042, 20049),
        *(1000051743, 1000051942),
    }


@pytest.mark.parametrize(
    "message", ["No right to edit", "WorkItemValue Limit Exceeded", "Failed to process role owners", ""]
)
def test_the_many_other_meanings_of_50006_are_refusals(message: str) -> None:
    assert judged(500, envelope(50006, message)) == Refused(50006, message, "")
    assert not worth_another_read(answer(500, envelope(50006, message)))
