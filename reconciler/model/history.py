"""The nouns of the audit: past runs and what each changed, as a journal tells them.

A journal of an older version knows less.  What it cannot know is empty here and stands in `lacks`, so that
a view says "not in this journal", and never "nobody".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from reconciler.model import Ref

CUT = "cut"
"""The ending of a run whose journal has no end."""
WRITTEN = frozenset({"applied"})
"""Outcomes that changed the live value as the files desired."""


class Person(Struct, frozen=True):
    """A person with what is known of them: a user key or a login, a name, an e-mail."""

    key: str = ""
    name: str = ""
    email: str = ""

    def __bool__(self) -> bool:
        """Return True if anything is known."""
        return bool(self.key or self.name or self.email)

    @property
    def short(self) -> str:
        """The name, else the e-mail, else the key."""
        return self.name or self.email or self.key

    @property
    def words(self) -> tuple[str, ...]:
        """All words that name the person."""
        return tuple(filter(None, (self.name, self.email, self.key)))


class PastChange(Struct, frozen=True):
    """One field of one item in a run: what was there, what was sent, and what became of it.

    `sent` is False where the run sent nothing, such as for a conflict; values and time are then empty.
    `outcome` is empty where the run was cut before it looked.  A journal without labels has None there,
    and the values as the service writes them.
    """

    ref: Ref
    key: str
    outcome: str = ""
    type_name: str = ""
    title: str = ""
    name: str = ""
    alias: str = ""
    type: str = ""
    at: datetime | None = None
    before: Any = None
    after: Any = None
    before_label: str | None = None
    after_label: str | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    clears: bool = False
    place: str = ""
    line: int = 1
    reason: str = ""
    sent: bool = False
    answer: str = ""
    log_id: str = ""

    @property
    def result(self) -> str:
        """The word for what became of it."""
        return self.outcome or "unknown"

    @property
    def label(self) -> str:
        """The name of the field or role; its key in a journal without names."""
        return self.name or self.key

    @property
    def words(self) -> tuple[str, ...]:
        """All words that name the field or role."""
        return tuple(filter(None, (self.key, self.alias, self.name)))


class PastRun(Struct, frozen=True):
    """One apply, rollback or heal.

    `stopped` is why it ended early, None if it did not.  `zone` is the space's; `lacks` names what the
    journal of an older version does not hold.  `last_hash` is that of the journal's last line.  `fields`
    counts the changes of the whole run, of which a filter may have left some.
    """

    id: str
    file: str
    begun: datetime
    ended: datetime | None
    stopped: str | None
    zone: ZoneInfo
    host: str
    space: str
    space_key: str
    last_hash: str
    puts: int
    changes: tuple[PastChange, ...]
    user: Person = Person()
    actor: Person = Person()
    author: Person = Person()
    commit: str | None = None
    digest: str | None = None
    pull: int | None = None
    pull_url: str | None = None
    run_url: str | None = None
    lacks: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    fields: int = 0

    @property
    def by(self) -> Person:
        """Who started the run: of a CI job its actor, else the user as whom it wrote."""
        return self.actor or self.user

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody whom the journal names: who started it, as whom it wrote, who wrote the commit."""
        return tuple(filter(None, (self.actor, self.user, self.author)))

    @property
    def seconds(self) -> int | None:
        """How long it took; None for a run that was cut."""
        return int((self.ended - self.begun).total_seconds()) if self.ended else None

    @property
    def counts(self) -> dict[str, int]:
        """How many fields ended in each way, in the order of the words."""
        return dict(sorted(Counter(one.outcome for one in self.changes if one.outcome).items()))

    @property
    def written(self) -> tuple[PastChange, ...]:
        """The fields that the run changed."""
        return tuple(one for one in self.changes if one.outcome in WRITTEN)

    def local(self, at: datetime) -> str:
        """Return a moment in the space's time zone, with the zone's name."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S} {self.zone.key}"

    def address(self, ref: Ref) -> str:
        """Return `space/type/id`, by the names that files use."""
        return f"{self.space}/{self.types.get(ref.type_key, ref.type_key)}/{ref.id}"


class Unread(NamedTuple):
    """A file among the journals that is none, or that is damaged."""

    file: str
    reason: str
    damaged: bool


class History(NamedTuple):
    """Past runs, the oldest first, and the files that could not be read."""

    runs: tuple[PastRun, ...]
    unread: tuple[Unread, ...] = ()
