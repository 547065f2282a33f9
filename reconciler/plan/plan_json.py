"""The members of a plan's JSON, as pydantic models; their schema is `schemas/plan.schema.json`.  Pure."""

from __future__ import annotations

import operator
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from reconciler.fields.conditions import OPERATORS

Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
"""A full hash: git would take anything else for a name, or for an option."""


IdText = Annotated[
    str,
    Field(
        exclude_if=operator.not_,
        description="`id` as text: programs that hold numbers as doubles round an id beyond 2^53.",
    ),
]
"""Missing in a plan that an older version wrote."""

ValueText = Annotated[
    Any,
    Field(
        exclude_if=lambda value: value is None,
        description="The same value of a relation with its ids as texts; missing for other fields.",
    ),
]


class Strict(BaseModel):
    """An object that has the members of its class and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceFile(Strict):
    """A place in the YAML; line and column count from 1."""

    file: str
    line: int
    column: int


class RuledSourceFile(SourceFile):
    """A place in the YAML, and the rules that are written there, by name and parted by commas."""

    rule: str | None = None


class FieldFile(Strict):
    """One field or role that would be written; `before` and `after` in the form of the PUT.

    `outranked`: the place of a rule over which the value of a file wins.
    """

    key: str
    name: str
    type: str
    op: str
    before: Any
    after: Any
    before_text: ValueText = None
    after_text: ValueText = None
    before_label: str
    after_label: str
    added: list[str]
    removed: list[str]
    contains: list[Any]
    excludes: list[Any]
    why: str | None
    base: Any
    base_label: str | None
    held: str | None
    by: str | None
    at: str | None
    source: RuledSourceFile
    outranked: SourceFile | None = None


class ChangeFile(Strict):
    """The changed fields of an item, by key."""

    actions: list[str]
    before: dict[str, Any]
    after: dict[str, Any]


class SideEffectFile(Strict):
    """A locked role that the service may set back to the space's default by itself."""

    role: str
    name: str
    members: list[str]
    defaults: list[str]
    labels: list[str]


class ItemFile(Strict):
    """One item, and how it changes or has changed."""

    address: str
    type: str
    id: int
    id_text: IdText = ""
    name: str
    change: ChangeFile


class ResourceChangeFile(ItemFile):
    """One item: one PUT."""

    fields: list[FieldFile] = Field(min_length=1)
    side_effects: list[SideEffectFile]
    source: SourceFile


class BlockFile(Strict):
    """A field (`key=null`: the item) that the state of the space keeps from being written."""

    type: str
    id: int
    id_text: IdText = ""
    title: str
    key: str | None
    name: str
    reason: str
    repair: str
    source: RuledSourceFile


class ComparisonFile(Strict):
    """One comparison of a rule's condition: a field, role or fact, and what it is compared with."""

    key: str
    operator: Literal[OPERATORS]  # type: ignore[valid-type] # a tuple of the grammar
    kind: Literal["set", "text", "number", "bool", "day", "moment", "null"]
    operand: list[bool | int | str]


class RuleFile(Strict):
    """One rule over many items: its conditions, and the items that it selects now.

    `conditions` are what `where` means: each line is comparisons of which any has to hold.  `before` counts
    the members at the last record, null if nobody knows; `blocked` is empty or the reason.
    """

    name: str
    mode: Literal["check", "propose", "hold"]
    type: str
    where: list[str]
    conditions: list[list[ComparisonFile]]
    selected: int
    at_most: int | None
    digest_of_ids: str
    ids: list[int]
    once: bool
    why: str
    before: int | None
    decided: int
    blocked: str
    source: SourceFile


class GuardFile(Strict):
    """One guard: its limit, and what the plan would touch."""

    name: str
    limit: str
    actual: str
    ok: bool


class SpaceFile(Strict):
    """The space by the name that the files use and by its key."""

    name: str
    key: str
    types: dict[str, str]


class DesiredFile(Strict):
    """Which YAML the plan was made of.

    `folder` is where the files' names begin, from the repository's root; `roots` are the
    folders of state below it, none for the usual `state`.
    """

    commit: str | None
    dirty: bool | None
    folder: str = ""
    roots: list[str] = Field(default_factory=list)


class UnappliedFile(Strict):
    """A field (`key=null`: the item) that lags behind the last applied commit, or runs ahead of it.

    `commit`: the commit whose value it holds; `ahead`: a later one, whose apply did not run to its end.
    """

    type: str
    id: int
    id_text: IdText = ""
    key: str | None
    commit: Commit | None
    ahead: bool = False


class BaseFile(Strict):
    """The commit against which `why` is meant, and the last applied one; null where none is known."""

    commit: str | None
    applied: str | None
    unapplied: list[UnappliedFile]


class ReleasedFile(Strict):
    """A field that is no longer managed: in the base, not in the files; or the item left its `rule`."""

    type: str
    id: int
    id_text: IdText = ""
    key: str
    name: str
    rule: str | None = None


class ErrorFile(Strict):
    """Why nothing was planned; `source` is null where no file is to blame."""

    what: str
    fix: str
    source: SourceFile | None


ExitReason = Literal["error", "guard", "blocked", "changes", "no_changes"]


class RequestsFile(Strict):
    """What an apply will ask of the service where nothing moves, lags or fails."""

    puts: int
    reads: int
    seconds: int


class TargetFile(Strict):
    """An item to which changes would newly point; an apply reads it once more."""

    type: str
    id: int
    id_text: IdText = ""


class NotifiedPersonFile(Strict):
    """A person whom the service may notify, and of how many items."""

    key: str
    name: str
    items: int


class NotifiedFile(Strict):
    """How many people an apply may notify, and the ten of the most items.

    `unknown` counts the items whose people cannot be read: more may be notified then.
    """

    count: int
    people: list[NotifiedPersonFile]
    unknown: int = 0


class PlanBody(Strict):
    """The members that a plan of one space has by itself and within a plan of several."""

    host: str
    desired: DesiredFile
    base: BaseFile
    whole: bool
    applyable: bool
    complete: bool
    errored: bool
    errors: list[ErrorFile]
    exit_reason: ExitReason
    resource_drift: list[ItemFile]
    left_alone: list[ResourceChangeFile]
    released: list[ReleasedFile]
    blocked: list[BlockFile]
    agree: int
    named: int
    notes: list[str]
    settings_changes: list[str]
    guards: list[GuardFile]
    requests: RequestsFile
    targets: list[TargetFile] = []
    notified: NotifiedFile | None = None
    rest: list[UnappliedFile] | None = None
    parts: list[TargetFile] = []
    rules: list[RuleFile] = []
    since_last: bool = Field(
        default=False,
        description="Only what moved since an earlier run was read, so that no apply takes it; else missing.",
    )
    metadata_digest: str
    digest: str
    seal: str = ""


class PlanFile(PlanBody):
    """A plan as it is saved and shown to programs."""

    format_version: str = Field(pattern=r"^1\.")
    reconciler_version: str
    timestamp: datetime
    space: SpaceFile
    resource_changes: list[ResourceChangeFile]


class SpaceRowFile(ResourceChangeFile):
    """One item of one of several spaces: one PUT."""

    space: str


class SpacePlanFile(PlanBody):
    """The plan of one of several spaces, but for its rows; `seal` is that of its plan alone."""

    name: str
    key: str
    types: dict[str, str]


class SpacesFile(Strict):
    """A plan of several spaces: the rows of all, and beside them what each space has by itself.

    `digest` is that of all rows; `applyable`, `complete` and `exit_reason` speak of all spaces.
    """

    format_version: str = Field(pattern=r"^1\.")
    reconciler_version: str
    timestamp: datetime
    applyable: bool
    complete: bool
    errored: bool
    exit_reason: ExitReason
    resource_changes: list[SpaceRowFile]
    spaces: list[SpacePlanFile] = Field(min_length=2)
    digest: str
    seal: str
