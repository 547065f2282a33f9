"""The lines of a journal: what each must hold, and what makes a line none of ours."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.apply.journal_lines import LINES, Intent, Result

HEAD = {"n": 1, "at": "2026-11-28T12:00:00+00:00"}
ITEM = {"type": "story", "id": 63}
GOOD: dict[str, dict[str, Any]] = {
    "begin": {"host": "h", "space": "s"},
    "intent": {**ITEM, "idem": "k", "fields": [{"field_key": "f", "field_value": None}]},
    "answer": {**ITEM, "idem": "k", "answer": "accepted"},
    "result": {**ITEM, "outcomes": {"f": "Applied"}},
    "end": {"stopped": None},
}


def test_every_event_has_a_row_here() -> None:
    assert set(GOOD) == set(LINES)


@pytest.mark.parametrize("event", GOOD)
def test_a_line_with_the_members_of_its_event_is_read(event: str) -> None:
    assert LINES[event].model_validate({**HEAD, "event": event, **GOOD[event]}).event == event


@pytest.mark.parametrize(
    ("event", "missing"), [(event, name) for event, some in GOOD.items() for name in some if event != "end"]
)
def test_a_line_without_a_member_is_refused(event: str, missing: str) -> None:
    less = {name: one for name, one in GOOD[event].items() if name != missing}
    with pytest.raises(ValidationError, match=missing):
        LINES[event].model_validate({**HEAD, "event": event, **less})


@pytest.mark.parametrize("at", ["2026-11-28T12:00:00", "noon", ""])
def test_a_time_without_a_zone_is_refused(at: str) -> None:
    with pytest.raises(ValidationError, match="at"):
        LINES["end"].model_validate({"n": 1, "at": at, "event": "end"})


def test_a_number_that_is_a_text_is_refused() -> None:
    with pytest.raises(ValidationError, match="id"):
        Result.model_validate({**HEAD, "event": "result", "type": "story", "id": "63", "outcomes": {}})


def test_an_intent_of_an_older_version_has_no_changes() -> None:
    assert Intent.model_validate({**HEAD, "event": "intent", **GOOD["intent"]}).changes == []
