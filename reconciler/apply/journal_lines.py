"""The lines of a journal, as pydantic models.  Pure.

The chain of hashes does not make them ours: whoever can write a file can chain it, too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict


def zoned_time(text: str) -> str:
    """Return a time with a zone unchanged; raises ValueError for any other text."""
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a time without a zone")
    return text


class Line(BaseModel):
    """The members of every line."""

    model_config = ConfigDict(strict=True)
    n: int
    at: Annotated[str, AfterValidator(zoned_time)]
    event: str


class Begin(Line):
    """The start of a run: where it writes, and which plan."""

    host: str
    space: str
    space_name: str | None = None
    commit: str | None = None
    digest: str | None = None
    run_url: str | None = None
    state: str | None = None


class Pair(BaseModel):
    """One field of a PUT, as it is sent."""

    field_key: str
    field_value: Any


class Step(BaseModel):
    """One change of a PUT: the wire values before and after."""

    key: str
    before: Any
    after: Any


class OfItem(Line):
    """A line about one item."""

    type: str
    id: int


class Intent(OfItem):
    """A PUT that is about to leave."""

    idem: str
    fields: list[Pair]
    changes: list[Step] = []


class Answer(OfItem):
    """The verdict on a PUT, in one line."""

    idem: str
    answer: str
    log_id: str = ""


class Result(OfItem):
    """The outcomes of an item by change key; of two such lines the later one holds."""

    outcomes: dict[str, str]


class End(Line):
    """The end of a run; `stopped`: why it ended early."""

    stopped: str | None = None


LINES: dict[str, type[Line]] = {
    "begin": Begin,
    "intent": Intent,
    "answer": Answer,
    "result": Result,
    "end": End,
}
"""The model of each event's line."""
