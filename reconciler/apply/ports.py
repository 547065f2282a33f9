"""The least that an apply asks for: a space to write to, a place to keep records, a way to be stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct, field

from reconciler.meegle.http.throttle import Permit
from reconciler.meegle.http.verdict import Verdict
from reconciler.meegle.records import Record
from reconciler.model import Item, Ref
from reconciler.schema.catalog import Catalog


class Remote(Protocol):
    """A space that can be read and written."""

    catalog: Catalog
    user_key: str

    @property
    def plugin_id(self) -> str:
        """The name of our own writes in operation records."""

    @property
    def token_generation(self) -> int:
        """A number that changes with the token."""

    def items(self, desired: Mapping[Ref, Sequence[str]], size: int = 50) -> dict[Ref, Item]:
        """Read items now."""

    def records(self, refs: Iterable[Ref], until: int, span: int) -> dict[Ref, tuple[Record, ...]]:
        """Read what was done to items in the `span` milliseconds before `until`."""

    def meet(self, words: Iterable[str]) -> Catalog:
        """Look up people; returns the catalog that knows them."""

    def permit(self) -> Permit:
        """Wait for the turn of one PUT."""

    def put(self, ref: Ref, pairs: list[dict[str, Any]], idem: str, permit: Permit) -> Verdict:
        """Send one PUT."""


class Recorder(Protocol):
    """Where intents and results are kept."""

    def write(self, event: str, **members: Any) -> None:
        """Keep one line; raises ReconcilerError if it could not be kept."""


class Stop(Struct, frozen=True):
    """When to end early.

    `asked`: no new PUT; `cut`: the time for calls under way is over; `deadline` by `clock.ticks`.
    """

    asked: threading.Event = field(default_factory=threading.Event)
    cut: threading.Event = field(default_factory=threading.Event)
    deadline: float | None = None
    max_errors: int | None = None
