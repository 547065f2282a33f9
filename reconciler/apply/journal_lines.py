"""The lines of a journal, as pydantic models.  Pure.

The chain of hashes does not make them ours: whoever can write a file can chain it, too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict

FIRST_YEAR, LAST_YEAR = 1970, 9998
"""Years of the clock (`clock.py`): a time in one of them is a time of the calendar in every zone."""


def zoned_time(text: str) -> str:
    """Return a time with a zone unchanged; raises ValueError for any other text."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError("a time beyond the calendar")
    return text


class Line(BaseModel):
    """The members of every line."""

    model_config = ConfigDict(strict=True)
    n: int
    at: Annotated[str, AfterValidator(zoned_time)]
    event: str


class Person(BaseModel):
    """A person with what is known of them: a user key or a login, a name, an e-mail."""

    key: str = ""
    name: str = ""
    email: str = ""


class Begin(Line):
    """The start of a run: where it writes, which plan, and by whom it was made (`provenance.py`).

    Versions wrote ever more of it: a member that is absent is unknown, one that is null was not there.
    """

    host: str
    space: str
    space_name: str | None = None
    commit: str | None = None
    digest: str | None = None
    run_url: str | None = None
    state: str | None = None
    run: str | None = None
    types: dict[str, str] = {}
    time_zone: str | None = None
    user_key: str | None = None
    user: Person | None = None
    actor: Person | None = None
    author: Person | None = None
    pull: int | None = None
    pull_url: str | None = None


class Pair(BaseModel):
    """One field of a PUT, as it is sent."""

    field_key: str
    field_value: Any


class Step(BaseModel):
    """One change of a PUT: the wire values before and after, and as people read them."""

    key: str
    before: Any
    after: Any
    before_label: str | None = None
    after_label: str | None = None
    added: list[str] = []
    removed: list[str] = []
    clears: bool = False
    name: str | None = None
    alias: str | None = None
    type: str | None = None
    place: str | None = None


class OfItem(Line):
    """A line about one item."""

    type: str
    id: int


class Intent(OfItem):
    """A PUT that is about to leave."""

    idem: str
    fields: list[Pair]
    changes: list[Step] = []
    title: str = ""


class Answer(OfItem):
    """The verdict on a PUT, in one line."""

    idem: str
    answer: str
    log_id: str = ""


class Result(OfItem):
    """The outcomes of an item by change key; of two such lines the later one holds."""

    outcomes: dict[str, str]
    title: str = ""
    names: dict[str, str] = {}
    reasons: dict[str, str] = {}


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
