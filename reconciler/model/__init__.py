"""The values between YAML and the PUT: references, live items, changes, the plan, outcomes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct, field

from reconciler.errors import Place
from reconciler.fields.values import Seen
from reconciler.model.opening_hours import ALWAYS_OPEN, Openings

if TYPE_CHECKING:
    from reconciler.fields.conditions import Condition

ROLES = "roles/"
"""Prefix of a change's key where it speaks of one role."""
GONE = "deleted, of another type, or not visible"
"""Why an item that no read returned is blocked."""


class Why(Enum):
    """Why a field differs, where a base is known: desired by the base, desired here, live (`plan/why.py`)."""

    CHANGED_HERE = auto()
    DRIFT = auto()
    CONFLICTING = auto()
    NEWLY_MANAGED = auto()
    PENDING = auto()
    NEWLY_SELECTED = auto()
    """A rule selects the item, and nobody moved the field away since the last apply."""


class HeldBy(Enum):
    """The reason why an apply does not send a change."""

    BASE_UNKNOWN = auto()
    """Nobody can read what an earlier commit desired of the field."""
    APPLIED_UNKNOWN = auto()
    """A drift run knows no last applied commit."""
    CHANGED_HERE_TOO = auto()
    """A drift run does not overwrite what both sides changed."""
    IGNORED = auto()
    """The settings leave the field out of drift; the detail is the entry's reason, if it gives one."""
    POLICY = auto()
    """The drift policy of the field, the detail, does not put it back."""
    FOUGHT_OVER = auto()
    """The value was put back so many times, the detail, within a week."""
    RULE_CHECKS = auto()
    """The rule that desires it only reports what differs."""
    RULE_PROPOSES = auto()
    """The rule that desires it proposes an entry of the item."""
    OTHER = auto()
    """The detail is a reason that a plan of another version gives."""


class Held(NamedTuple):
    """Why an apply skips a change."""

    by: HeldBy
    detail: str = ""


class RunSpaces(NamedTuple):
    """The spaces of a run: those that files name, those chosen, and those that the base does not name.

    `before`: by what the base asks for its spaces, if there are new ones: by their keys where its settings
    have them; `called`: what its files call them.
    """

    named: tuple[str, ...]
    chosen: tuple[str, ...]
    new: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()


class Ref(NamedTuple):
    """One work item: the type's key and the item's id; the space is the plan's."""

    type_key: str
    id: int


class Item(Struct, frozen=True):
    """A live item as a read saw it: only the fields that were asked for.

    `values` is keyed like changes are; `roles` is the raw `role_owners` list, in its order;
    `unreadable` maps the key of a value that is none of its type's to the reason; `updated_at` is in epoch
    milliseconds of the service; `audience` are the people of the item, if they were asked for, None if they
    cannot be read; `strange_roles` are live roles that the space's own list does not have.
    """

    ref: Ref
    name: str
    values: Mapping[str, Seen]
    roles: tuple[tuple[str, tuple[str, ...]], ...] = ()
    aborted: bool = False
    updated_by: str = ""
    updated_at: int = 0
    unreadable: Mapping[str, str] = field(default_factory=dict)
    audience: frozenset[str] | None = frozenset()
    strange_roles: tuple[str, ...] = ()

    def unread(self, key: str) -> str:
        """Return why a field that has no value here cannot be read."""
        return f"the live value cannot be read: {self.unreadable.get(key, 'missing')}"

    def objection(self, key: str) -> str | None:
        """Return why a field of this item may not be written although its value was read, or None.

        The roles are sent as one list: one that the space does not list may be a known role under
        another name, and its people would be lost.
        """
        if key.startswith(ROLES) and self.strange_roles:
            return f"the item has roles that the space does not list: {', '.join(self.strange_roles)}"
        return None


class Change(Struct, frozen=True):
    """One field or role of one item that is to differ; plain data, so that a view needs no metadata.

    `before` and `after` are in the form of the PUT.  `contains` and `excludes`, in the same
    form, are set where the author wrote a rule about some members.  `why` is set where a base is
    known; `base` and `base_label` are what the base desired where the change is conflicting; `held`:
    why an apply skips the change; `by` and `at`: who made the live value and when, in the space's time zone.
    `rules` are the rules that desire it; `outranked`: the place of a rule over which a file's value wins.
    """

    key: str
    name: str
    type: str
    before: Any
    after: Any
    before_label: str
    after_label: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    place: Place
    contains: tuple[Any, ...] = ()
    excludes: tuple[Any, ...] = ()
    clears: bool = False
    why: Why | None = None
    base_label: str | None = None
    held: Held | None = None
    by: str | None = None
    at: str | None = None
    base: Any = None
    rules: tuple[str, ...] = ()
    outranked: Place | None = None

    @property
    def op(self) -> str:
        """The action on the field: `clear` or `set`."""
        return "clear" if self.clears else "set"

    @property
    def is_role(self) -> bool:
        """Return True if this is a change of one role."""
        return self.key.startswith(ROLES)

    @property
    def is_rule(self) -> bool:
        """Return True if the change is a rule about the named members alone."""
        return bool(self.contains or self.excludes)


class SideEffect(Struct, frozen=True):
    """A side effect that the service may add to a write: a locked role may move back."""

    role: str
    name: str
    members: tuple[str, ...]
    defaults: tuple[str, ...]
    labels: tuple[str, ...]


class Update(Struct, frozen=True):
    """All changes of one item: one PUT.

    `audience` are the people whom it may notify, None if they are not known; the plan counts them.
    """

    ref: Ref
    title: str
    place: Place
    changes: tuple[Change, ...]
    side_effects: tuple[SideEffect, ...] = ()
    audience: frozenset[str] | None = frozenset()


class NotifiedPerson(Struct, frozen=True):
    """A person whom the service may notify, and of how many items."""

    key: str
    name: str
    items: int


class Notified(Struct, frozen=True):
    """How many people an apply may notify, the most affected ones, and how many items have unknown people."""

    count: int = 0
    people: tuple[NotifiedPerson, ...] = ()
    unknown: int = 0


class Block(Struct, frozen=True):
    """A field (`key=None`: the item) that the state of the space keeps from being written."""

    ref: Ref
    title: str
    key: str | None
    name: str
    reason: str
    repair: str
    place: Place
    rules: tuple[str, ...] = ()


class Released(Struct, frozen=True):
    """A field that is no longer managed: in the base, not in the files.  Reported, never written.

    `rule` is the rule whose selection the item left, if that is why.
    """

    ref: Ref
    key: str
    name: str
    rule: str = ""


class Unapplied(Struct, frozen=True):
    """A field that does not hold the value of the last applied commit.  `key=None`: the whole item.

    `commit` is the one whose value it holds, None if no commit had named it: an older one if the apply
    left the field behind, or a later one, `ahead`, whose apply did not run to its end.
    """

    ref: Ref
    key: str | None
    commit: str | None
    ahead: bool = False


class RuleResult(Struct, frozen=True):
    """One rule over many items: what it selects now, and why it is blocked, if it is.

    `where` are its conditions as written, `conditions` what they mean; `ids` are its members, or all that it
    would select if it is blocked.  `before` counts the members of the last record or the base, None if
    nobody knows; `decided` counts the fields that item files decide otherwise.
    """

    name: str
    mode: str
    type_key: str
    where: tuple[str, ...]
    conditions: tuple[Condition, ...]
    place: Place
    ids: tuple[int, ...] = ()
    at_most: int | None = None
    once: bool = False
    why: str = ""
    before: int | None = None
    decided: int = 0
    blocked: str = ""


class GuardResult(Struct, frozen=True):
    """One guard, its limit and what the plan would touch."""

    name: str
    limit: str
    actual: str
    ok: bool

    @property
    def excess(self) -> str:
        """What the plan would touch and what is allowed; of a guard without a limit only the former."""
        return f"{self.actual}, at most {self.limit} are allowed" if self.limit else self.actual


class Failure(Struct, frozen=True):
    """Why nothing was planned: a mistake in the files with its place, or what stopped the run."""

    what: str
    fix: str
    place: Place | None = None

    def __str__(self) -> str:
        """Return it on one line."""
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.what}; {self.fix}" if self.fix else f"{where}{self.what}"


class Forecast(Struct, frozen=True):
    """The requests of an apply if nothing moves, lags or fails; `seconds` at 15 a second."""

    puts: int
    reads: int
    seconds: int


class Plan(Struct, frozen=True):
    """The changes of one space, with their reasons, skipped changes and notes.

    `types` names each type key as files do; `named` counts the items of all the state.  `base` is the
    commit against which the words of `why` are meant; `skipped` holds what an apply leaves alone;
    `targets` are the items to which rows would newly point.  `applied` is the last applied commit,
    `unapplied` what that apply left behind; `whole` tells that nothing of the space's state was left out.
    `openings` are the windows in which an apply may send.  `rest` are the rows of the commit that a plan of a
    part leaves out, None where they are not known; `parts` are the items that earlier parts of the commit
    changed.  `commit` is the one whose files were read,
    `dirty` tells that one of them was not as the commit holds it; `seal` is that of the file from which
    the plan was read; `since_last` tells that only what moved since an earlier run was read. Where there are
    `failures` nothing else is known.
    """

    host: str
    space: str
    space_key: str
    types: Mapping[str, str]
    updates: tuple[Update, ...]
    blocks: tuple[Block, ...]
    in_sync: int
    named: int
    metadata_digest: str = ""
    base: str | None = None
    skipped: tuple[Update, ...] = ()
    released: tuple[Released, ...] = ()
    notes: tuple[str, ...] = ()
    guards: tuple[GuardResult, ...] = ()
    settings_changes: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    applied: str | None = None
    unapplied: tuple[Unapplied, ...] = ()
    whole: bool = False
    targets: tuple[Ref, ...] = ()
    rules: tuple[RuleResult, ...] = ()
    commit: str | None = None
    dirty: bool | None = None
    seal: str | None = None
    openings: Openings = ALWAYS_OPEN
    notified: Notified | None = None
    rest: tuple[Unapplied, ...] | None = None
    parts: tuple[Ref, ...] = ()
    since_last: bool = False

    def address(self, ref: Ref) -> str:
        """Return `space/type/id`, by the names that files use."""
        return f"{self.space}/{self.types.get(ref.type_key, ref.type_key)}/{ref.id}"

    @property
    def blocked_rules(self) -> tuple[RuleResult, ...]:
        """The rules that are blocked whole."""
        return tuple(one for one in self.rules if one.blocked)

    @property
    def fields(self) -> int:
        """How many fields would be written."""
        return sum(len(update.changes) for update in self.updates)

    @property
    def clears(self) -> int:
        """How many of them would be emptied."""
        return sum(change.clears for update in self.updates for change in update.changes)

    @property
    def forecast(self) -> Forecast:
        """One PUT an item; reads at the start and the end by 50, around the PUTs by five, records by 50.

        What rows point to is read at the start, by 50 too.
        """
        items = Counter(update.ref.type_key for update in self.updates)
        reads = sum(2 * -(-count // 50) + 2 * -(-count // 5) for count in items.values())
        reads += sum(-(-count // 50) for count in Counter(one.type_key for one in self.targets).values())
        puts = len(self.updates)
        records = -(-puts // 50)
        return Forecast(puts, reads + records, -(-max(puts, reads) // 15))

    @property
    def is_empty(self) -> bool:
        """Return True if the plan has no change and nothing to report."""
        return not (self.updates or self.blocks or self.skipped or self.failures or self.blocked_rules)

    @property
    def unknown(self) -> int:
        """How many fields are skipped since nobody can read what the base desired."""
        return sum(
            one.held is not None and one.held.by is HeldBy.BASE_UNKNOWN
            for update in self.skipped
            for one in update.changes
        )

    def count(self, why: Why) -> int:
        """How many fields differ for this reason, skipped ones included."""
        return sum(one.why is why for update in (*self.updates, *self.skipped) for one in update.changes)
