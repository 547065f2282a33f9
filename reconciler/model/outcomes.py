"""How each field of an apply ended, and the report of a run."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from reconciler.fields.values import Seen
from reconciler.model import Change, Ref


class Applied(Struct, frozen=True):
    """The desired value was seen after the PUT."""


class Already(Struct, frozen=True):
    """The desired value was live before any PUT of this run."""


class Blocked(Struct, frozen=True):
    """The state of the space keeps the field from being written."""

    reason: str


class Conflict(Struct, frozen=True):
    """Somebody else changed the value: before our PUT, which was not sent, or right before or after it."""

    reason: str


class Ignored(Struct, frozen=True, eq=False):
    """The service accepted the PUT and did not store the value; `stored` is what it stored instead."""

    got: str
    stored: Seen | None = None

    def __eq__(self, other: object) -> bool:
        """Compare the words alone: a journal keeps no stored value."""
        return isinstance(other, Ignored) and other.got == self.got

    def __hash__(self) -> int:
        """Return the hash of the words."""
        return hash(self.got)


class Rejected(Struct, frozen=True):
    """The service refused the PUT, and the value was not seen; `advice`: the likely cause, the way out."""

    reason: str
    advice: str = ""


class Unknown(Struct, frozen=True):
    """True if the value was stored could not be read."""

    reason: str


class LeftSelection(Struct, frozen=True):
    """The item left the selection of the rule before the PUT; nothing of the rule was sent for it."""

    reason: str = "no member of its rule any more"


class NotTried(Struct, frozen=True):
    """The run stopped before this field's turn."""

    reason: str


Outcome: TypeAlias = (
    Applied | Already | Blocked | Conflict | Ignored | Rejected | Unknown | NotTried | LeftSelection
)

WORDS: dict[type, str] = {
    Applied: "applied",
    Already: "already",
    Blocked: "blocked",
    Conflict: "conflict",
    Ignored: "ignored",
    Rejected: "rejected",
    Unknown: "unknown",
    NotTried: "not tried",
    LeftSelection: "left the selection",
}


def word(outcome: Outcome) -> str:
    """Return the word that reports an outcome."""
    return WORDS[type(outcome)]


class Row(Struct, frozen=True):
    """The outcome of one field of one item."""

    ref: Ref
    title: str
    key: str
    name: str
    outcome: Outcome
    change: Change | None = None


class Report(Struct, frozen=True):
    """The outcomes of an apply by field, and the values that the service moved by itself.

    `gap` is the oldest read, in seconds, on which a PUT was sent; `advice` says once a field what ends that
    the service keeps another value.
    """

    rows: tuple[Row, ...]
    moved: tuple[str, ...] = ()
    stopped: str | None = None
    puts: int = 0
    reads: int = 0
    gap: float = 0.0
    advice: tuple[str, ...] = ()

    def count(self, kind: type) -> int:
        """How many rows ended in this outcome."""
        return sum(isinstance(row.outcome, kind) for row in self.rows)
