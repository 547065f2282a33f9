"""The parts of a pretend space: people, types, fields, roles, items; each with a plain JSON form.

The plain forms are those of seed files and snapshots (`schemas/snapshot.schema.json`); unknown members are
refused on loading, so that a slip in a seed is not a silent default.
"""

from __future__ import annotations

import copy
import re
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from typing import Any, ClassVar, Final

from pydantic import ConfigDict

Json = Any
NO_LETTER: Final = re.compile(r"[^A-Z0-9]")
Object = dict[str, Any]
EXACT = ConfigDict(extra="forbid")


def plain(value: Any) -> Json:
    """Give the plain form of a model: members that hold their default are left out."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not is_dataclass(value):
        return value
    made = {}
    for each in fields(value):
        held = getattr(value, each.name)
        default = each.default if each.default_factory is MISSING else each.default_factory()
        if held != default or type(held) is not type(default):
            made[each.name] = plain(held)
    return made


@dataclass(slots=True)
class Person:
    """Somebody of the tenant (endpoints.md 4.7); `member`: may open the spaces.

    `collaborator`: works on the plugin, so virtual tokens see this person (2.1).  `tenant`: found by
    this `tenant_key` alone; empty in the plugin's own tenant (4.7).
    """

    __pydantic_config__: ClassVar[ConfigDict] = EXACT
    key: str
    email: str
    name: str
    name_cn: str = ""
    status: str = "activated"
    member: bool = True
    admin: bool = False
    collaborator: bool = False
    tenant: str = ""

    def wire(self) -> Object:
        """Make the user object of user/query."""
        cn = self.name_cn or self.name
        return {
            "user_id": 0,
            "user_key": self.key,
            "username": self.key,
            "email": self.email,
            "name_cn": cn,
            "name_en": self.name,
            "name": {"default": cn, "en_us": self.name, "zh_cn": cn},
            "avatar_url": f"https://example.com/avatar/{self.key}.png",
            "out_id": f"on_{self.key[-8:]}",
            "status": self.status,
        }

    def detail(self) -> Object:
        """Make the shorter object of `user_details` (6.1)."""
        wire = self.wire()
        return {key: wire[key] for key in ("user_key", "username", "email", "name_cn", "name_en")}


@dataclass(slots=True)
class Option:
    """A choice of an option field, with its children in a cascade."""

    __pydantic_config__: ClassVar[ConfigDict] = EXACT
    value: str
    label: str
    disabled: bool = False
    children: list[Option] = field(default_factory=list)


@dataclass(slots=True)
class Field:
    """A field of a type. `layout`: placed on the page, so `meta` lists it (5.2).

    `kind`: `moment` for a date with seconds, `multi` for text of several lines; said to nobody by the API.
    `formula`: field keys whose numbers are summed: a calculated field. `computed`: kept by the service.
    `targets`: type keys that a relation may point to. `default`: wire value of the templates.
    """

    __pydantic_config__: ClassVar[ConfigDict] = EXACT
    key: str
    name: str
    type: str
    alias: str = ""
    kind: str = ""
    custom: bool = True
    layout: bool = True
    required: int = 2
    computed: bool = False
    obsolete: bool = False
    free_add: bool = False
    formula: list[str] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    compound: list[Field] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    default: Json = None
    level: str = ""
    """`leaf`: a cascade value must reach a leaf; empty: any level."""
    number: Object | None = None
    """`number_config` of a number (5.1): how the page shows it."""


@dataclass(slots=True)
class Role:
    """A role of a type (5.4); `deletable` False: users may not remove it, it falls back to `members`."""

    __pydantic_config__: ClassVar[ConfigDict] = EXACT
    id: str
    name: str
    deletable: bool = True
    members: list[str] = field(default_factory=list)
    multi: bool = True
    alias: str = ""
    owner: bool = False


@dataclass(slots=True)
class State:
    """A state of a state flow, or a node of a node flow, in order; `required`: fields asked before it."""

    __pydantic_config__: ClassVar[ConfigDict] = EXACT
    key: str
    name: str
    final: bool = False
    required: list[str] = field(default_factory=list)
    milestone: bool = False


@dataclass(slots=True)
class Template:
    """A template of a type (5.4)."""

    __pydantic_config__: ClassVar[ConfigDict] = EXACT
    id: int
    name: str
    version: int = 1
    disabled: bool = False


@dataclass
class ItemType:
    """A work item type. `flow`: `workflow` (node flow) or `stateflow` (4.4).

    `transitions`: rows `[source state, target state, transition id]`; node flows follow the order.
    """

    __pydantic_config__: ClassVar[ConfigDict] = EXACT
    key: str
    name: str
    api_name: str
    flow: str = "workflow"
    disabled: bool = False
    fields: list[Field] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    transitions: list[list[Any]] = field(default_factory=list)
    templates: list[Template] = field(default_factory=list)
    description: str = ""

    def __post_init__(self) -> None:
        self.index()

    def index(self) -> None:
        """Rebuild the look-up by key; call it after changing `fields`."""
        self.by_key = {each.key: each for each in self.fields}

    def find(self, key: str, alias: str = "") -> Field | None:
        """Find a field by its key, else by its alias."""
        if key:
            return self.by_key.get(key)
        return next((each for each in self.fields if each.alias and each.alias == alias), None)

    def role(self, role_id: str) -> Role | None:
        """Find a role by its id."""
        return next((each for each in self.roles if each.id == role_id), None)

    def template_version(self, template: int) -> int:
        """Return the version of a template; 0 for a template that is no longer configured."""
        return next((each.version for each in self.templates if each.id == template), 0)

    def state(self, key: str) -> State:
        """Find a state by its key; a key that is no longer configured reads as itself."""
        return next((each for each in self.states if each.key == key), State(key, key))


@dataclass(slots=True)
class Item:
    """A work item. `values`: field key → stored wire value; None = emptied, absent = never filled.

    `rich`: field key → `{doc, doc_html}` of a text that somebody formatted in the page.
    `rows`: field key → ids of the compound rows. Times are epoch milliseconds.
    `nodes`: state key → what is said of that node alone: `owners`, `schedule`, `begun`, `finished`.
    `unsaved`: keys of rich texts that came by the API and that nobody has saved in the page since.
    `comments`: rows `{id, operator, created_at, content}`, the oldest first.
    """

    __pydantic_config__: ClassVar[ConfigDict] = EXACT
    id: int
    type_key: str
    name: str
    project: str = ""
    values: dict[str, Json] = field(default_factory=dict)
    rich: dict[str, Object] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)
    nodes: dict[str, Object] = field(default_factory=dict)
    state: str = ""
    history: list[Object] = field(default_factory=list)
    template: int = 0
    aborted: str | None = None
    frozen: bool = False
    unsaved: list[str] = field(default_factory=list)
    comments: list[Object] = field(default_factory=list)
    created_by: str = ""
    created_at: int = 0
    updated_by: str = ""
    updated_at: int = 0
    state_at: int = 0
    state_by: str = ""
    deleted_by: str = ""
    deleted_at: int = 0

    def copy(self) -> Item:
        """Make a copy to change: values are shared, the maps that hold them are not."""
        made = copy.copy(self)
        made.values, made.rich, made.rows = dict(self.values), dict(self.rich), dict(self.rows)
        made.history, made.nodes = list(self.history), dict(self.nodes)
        made.unsaved, made.comments = list(self.unsaved), list(self.comments)
        return made


@dataclass(slots=True)
class Group:
    """A user group that the space made for itself (4.8)."""

    __pydantic_config__: ClassVar[ConfigDict] = EXACT
    id: str
    name: str
    members: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Space:
    """A space; `businesses`: tree rows `{id, name, disabled?, children?}`; `teams`: wire rows (4.6)."""

    __pydantic_config__: ClassVar[ConfigDict] = EXACT
    key: str
    simple_name: str
    name: str
    zone: str = "Asia/Shanghai"
    types: list[ItemType] = field(default_factory=list)
    businesses: list[Object] = field(default_factory=list)
    teams: list[Object] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    def ending(self) -> str:
        """Return the ending of its own variables: upper-cased, an underscore for every other sign."""
        return f"__{NO_LETTER.sub('_', self.simple_name.upper())}"

    def type(self, key: str) -> ItemType | None:
        """Find a type by its key."""
        return next((each for each in self.types if each.key == key), None)
