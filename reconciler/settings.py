"""What a team decides once, from `state/reconciler.yaml`; nothing about where credentials go."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
)

from reconciler.authored import AuthoredList, AuthoredMap, Node, Place, Scalar
from reconciler.errors import Mistake
from reconciler.manifest import SETTINGS, shown
from reconciler.manifest.reading import blanks, read_tree
from reconciler.manifest.shape import SECRET

DEFAULT_ZONE = "Asia/Shanghai"
"""Where feishu.cn's own examples have their midnights (field-formats.md section 18, point 13)."""


def zone_of(value: object) -> ZoneInfo:
    """Read an IANA zone name."""
    try:
        return value if isinstance(value, ZoneInfo) else ZoneInfo(str(value))
    except (ValueError, OSError, KeyError):
        raise ValueError("no such time zone; write an IANA name such as Asia/Shanghai") from None


def share_of(value: object) -> Decimal:
    """Read `30%` or `0.3`."""
    text = str(value)
    try:
        share = Decimal(text.removesuffix("%")) / 100 if text.endswith("%") else Decimal(text)
    except InvalidOperation:
        raise ValueError("no share; write it as 30%") from None
    if not 0 <= share <= 1:
        raise ValueError("a share lies between 0% and 100%")
    return share


def names_of(value: object) -> tuple[str, ...]:
    """Read one name or a list of names."""
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


Zone = Annotated[
    ZoneInfo,
    BeforeValidator(zone_of),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "default": DEFAULT_ZONE}),
]
Share = Annotated[Decimal, BeforeValidator(share_of), WithJsonSchema({"type": ["string", "number"]})]
Names = Annotated[
    tuple[str, ...],
    BeforeValidator(names_of),
    WithJsonSchema({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Policy = Literal["report", "heal", "accept"]


class Strict(BaseModel):
    """A map that takes the keys of its class and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Allow(Strict):
    """A reviewed exception from the guards."""

    changes: int | None = None
    share: Share | None = None
    clears: int | None = None
    both: int | None = None
    until: date | None = None
    why: str = ""


class Guards(Strict):
    """How much one apply may touch."""

    changes: int = 100
    share: Share = Decimal("0.3")
    clears: int = 10
    allow: tuple[Allow, ...] = ()


class FieldSettings(Strict):
    """What the metadata does not say about a field."""

    kind: Literal["day", "moment"] = "day"
    key: str | None = None
    scale: Decimal = Decimal(1)


class Ignore(Strict):
    """A field that is left out of drift for a while."""

    type: str
    field: str
    why: str = ""
    until: date | None = None


class SpaceSettings(Strict):
    """The decisions for one space."""

    project_key: str | None = Field(default=None, pattern="^[A-Za-z0-9_-]{1,64}$")
    time_zone: Zone = ZoneInfo(DEFAULT_ZONE)
    guards: Guards = Guards()
    drift: dict[str, Policy | dict[str, Policy]] = {}
    fields: dict[str, dict[str, FieldSettings]] = {}
    ignore: tuple[Ignore, ...] = ()


class Settings(Strict):
    """The whole file."""

    people: dict[str, Names] = {}
    spaces: dict[str, SpaceSettings] = {}

    def space(self, name: str) -> SpaceSettings:
        """Return the decisions for a space by its name or its key; the defaults if there are none."""
        by_key = (one for one in self.spaces.values() if one.project_key == name)
        return self.spaces.get(name) or next(by_key, SpaceSettings())

    def groups(self) -> dict[str, tuple[str, ...]]:
        """Return every name with the e-mails or keys that it stands for in the end."""
        return {name: tuple(dict.fromkeys(self.members(name, ()))) for name in self.people}

    def members(self, name: str, above: tuple[str, ...]) -> list[str]:
        """Follow one name; a group that holds itself ends where it begins again."""
        if name not in self.people or name in above:
            return [] if name in above else [name]
        return [member for one in self.people[name] for member in self.members(one, (*above, name))]


def settings_schema() -> dict[str, Any]:
    """Return the JSON Schema that editors hold the settings to."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **Settings.model_json_schema(mode="validation"),
    }


def find_settings(path: Path) -> Path | None:
    """Return the nearest settings file, from `path` upwards."""
    start = path.resolve()
    folders = [start, *start.parents] if start.is_dir() else list(start.parents)
    return next((folder / SETTINGS for folder in folders if (folder / SETTINGS).is_file()), None)


def load_settings(path: Path | None, *, root: Path) -> tuple[Settings, list[Mistake]]:
    """Read the settings; without a file, or with a broken one, the defaults stand."""
    if path is None:
        return Settings(), []
    file = shown(path, root)
    tree = read_tree(path.read_bytes(), file)
    if tree.mistakes or tree.root is None:
        return Settings(), tree.mistakes
    mistakes = [*blanks(tree.root), *secrets_in(tree.root)]
    if mistakes:
        return Settings(), mistakes
    try:
        return Settings.model_validate(plain(tree.root)), []
    except ValidationError as error:
        return Settings(), [
            Mistake(
                place_of(tree.root, one["loc"], Place(file, 1, 1)),
                f"{'.'.join(map(str, one['loc'])) or 'settings'}: {one['msg'].removeprefix('Value error, ')}",
                "see schemas/settings.schema.json",
            )
            for one in error.errors(include_input=False, include_url=False)
        ]


def secrets_in(node: Node) -> list[Mistake]:
    """Return a mistake for each key that looks like a credential; values are never repeated."""
    if isinstance(node, Scalar):
        return []
    if isinstance(node, AuthoredList):
        return [mistake for one in node for mistake in secrets_in(one)]
    fix = "delete it here, revoke it if it was pushed, and set the environment variable"
    here = [
        Mistake(node.keys_at[key].place, "credentials do not belong in files", fix)
        for key in node
        if SECRET.search(key)
    ]
    return [*here, *(mistake for one in node.values() for mistake in secrets_in(one))]


def plain(node: Node) -> Any:
    """Return the tree as plain data; whole numbers as int, `true` and `false` as bool."""
    if isinstance(node, AuthoredMap):
        return {key: plain(value) for key, value in node.items()}
    if isinstance(node, AuthoredList):
        return [plain(value) for value in node]
    if node.plain and re.fullmatch(r"[0-9]{1,9}", node.text):
        return int(node.text)
    return None if node.is_null else node.text


def place_of(node: Node, location: tuple[str | int, ...], otherwise: Place) -> Place:
    """Return the place of the deepest node that `location` leads to."""
    place = getattr(node, "place", otherwise)
    for step in location:
        if isinstance(node, AuthoredMap) and step in node:
            place = node.keys_at[str(step)].place
            node = node[str(step)]
        elif isinstance(node, AuthoredList) and isinstance(step, int) and step < len(node):
            node = node[step]
            place = node.place
        else:
            break
    return place
