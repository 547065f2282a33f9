"""What a pretend space is made of: people, types, fields, roles, items; each with a plain JSON form.

The JSON forms are those of seed files and snapshots (`schemas/snapshot.schema.json`).
"""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass, field
from typing import Any

Json = Any
Object = dict[str, Any]


@dataclass(slots=True)
class Person:
    """Somebody of the tenant (endpoints.md 4.7); `member`: may open the space."""

    key: str
    email: str
    name: str
    name_cn: str = ""
    status: str = "activated"
    member: bool = True
    admin: bool = False

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

    value: str
    label: str
    disabled: bool = False
    children: list[Option] = field(default_factory=list)

    @staticmethod
    def load(row: Object) -> Option:
        """Build from the JSON form."""
        children = [Option.load(each) for each in row.get("children") or []]
        return Option(str(row["value"]), str(row["label"]), bool(row.get("disabled")), children)


@dataclass(slots=True)
class Field:
    """A field of a type. `layout`: placed on the page, so `meta` lists it (5.2).

    `kind`: `moment` for a date with seconds, `multi` for text of several lines; said to nobody by the API.
    `formula`: field keys whose numbers are summed: a calculated field. `computed`: kept by the service.
    `targets`: type keys that a relation may point to. `locked_by`: rows of `editable_personnel_scope`.
    """

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

    @staticmethod
    def load(row: Object) -> Field:
        """Build from the JSON form; unknown members are a TypeError."""
        row = dict(row)
        row["options"] = [Option.load(each) for each in row.get("options") or []]
        row["compound"] = [Field.load(each) for each in row.get("compound") or []]
        return Field(**row)


@dataclass(slots=True)
class Role:
    """A role of a type (5.4); `deletable` False: users may not remove it, it falls back to `members`."""

    id: str
    name: str
    deletable: bool = True
    members: list[str] = field(default_factory=list)
    multi: bool = True
    alias: str = ""
    owner: bool = False


@dataclass(slots=True)
class State:
    """A state of a state flow, or a node of a node flow, in order."""

    key: str
    name: str
    final: bool = False


@dataclass(slots=True)
class Template:
    """A template of a type (5.4)."""

    id: int
    name: str
    version: int = 1
    disabled: bool = False


@dataclass(slots=True)
class ItemType:
    """A work item type. `flow`: `workflow` (node flow) or `stateflow` (4.4).

    `transitions`: rows `[source state, target state, transition id]`; node flows follow the order.
    """

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
    by_key: dict[str, Field] = field(default_factory=dict, repr=False)

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

    def state(self, key: str) -> State:
        """Find a state by its key; a key that is no longer configured reads as itself."""
        return next((each for each in self.states if each.key == key), State(key, key))

    @staticmethod
    def load(row: Object) -> ItemType:
        """Build from the JSON form."""
        row = dict(row)
        row["fields"] = [Field.load(each) for each in row.get("fields") or []]
        row["roles"] = [Role(**each) for each in row.get("roles") or []]
        row["states"] = [State(**each) for each in row.get("states") or []]
        row["templates"] = [Template(**each) for each in row.get("templates") or []]
        made = ItemType(**row)
        made.index()
        return made

    def dump(self) -> Object:
        """Give the JSON form."""
        row = asdict(self)
        del row["by_key"]
        return row


@dataclass(slots=True)
class Item:
    """A work item. `values`: field key → stored wire value; None = emptied, absent = never filled.

    `rich`: field key → `{doc, doc_html}` of a text that somebody formatted in the page.
    `rows`: field key → ids of the compound rows. Times are epoch milliseconds.
    """

    id: int
    type_key: str
    name: str
    project: str = ""
    values: dict[str, Json] = field(default_factory=dict)
    rich: dict[str, Object] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)
    state: str = ""
    history: list[Object] = field(default_factory=list)
    template: int = 0
    aborted: str | None = None
    frozen: bool = False
    created_by: str = ""
    created_at: int = 0
    updated_by: str = ""
    updated_at: int = 0
    state_at: int = 0
    deleted_by: str = ""
    deleted_at: int = 0

    def copy(self) -> Item:
        """Make a copy to change: values are shared, the maps that hold them are not."""
        made = copy.copy(self)
        made.values, made.rich, made.rows = dict(self.values), dict(self.rich), dict(self.rows)
        made.history = list(self.history)
        return made

    def dump(self) -> Object:
        """Give the JSON form."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Space:
    """A space; `businesses`: tree rows `{id, name, disabled?, children?}`; `teams`: wire rows (4.6)."""

    key: str
    simple_name: str
    name: str
    zone: str = "Asia/Shanghai"
    types: list[ItemType] = field(default_factory=list)
    businesses: list[Object] = field(default_factory=list)
    teams: list[Object] = field(default_factory=list)

    def type(self, key: str) -> ItemType | None:
        """Find a type by its key."""
        return next((each for each in self.types if each.key == key), None)

    @staticmethod
    def load(row: Object) -> Space:
        """Build from the JSON form."""
        row = dict(row)
        row["types"] = [ItemType.load(each) for each in row.get("types") or []]
        return Space(**row)

    def dump(self) -> Object:
        """Give the JSON form."""
        return {
            "key": self.key,
            "simple_name": self.simple_name,
            "name": self.name,
            "zone": self.zone,
            "types": [each.dump() for each in self.types],
            "businesses": self.businesses,
            "teams": self.teams,
        }
