"""The settings of a team in `state/reconciler.yaml`. They never decide where credentials are sent."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePath
from typing import Annotated, ClassVar, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from msgspec import field
from msgspec.structs import replace

from reconciler.errors import Mistake, Place, quoted
from reconciler.language import settle
from reconciler.manifest.credentials import CREDENTIAL, CredentialInFile
from reconciler.manifest.files import SETTINGS, STATE, a_link, absolute, linked, shown_path
from reconciler.manifest.loading import read_file
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Node, Scalar
from reconciler.manifest.parsing import read_tree
from reconciler.manifest.shapes import Arms, Prepares, Shape, read
from reconciler.settings.entry_types import (
    Count,
    Day,
    Kind,
    Locale,
    Names,
    OpenId,
    Policy,
    Scale,
    Segment,
    Share,
    Stores,
    Text,
    Zone,
    entries_of,
)
from reconciler.settings.protection import Deprecations, Protections
from reconciler.settings.windows import Windows

AnyPath = TypeVar("AnyPath", bound=PurePath)
DEFAULT_ZONE = "Asia/Shanghai"
"""The time zone of feishu.cn's own examples (field-formats.md section 18, point 13)."""

ZONES: Mapping[str, str] = {"project.feishu.cn": DEFAULT_ZONE, "127.0.0.1": DEFAULT_ZONE}
"""Hosts whose spaces have a default zone; 127.0.0.1 is the sandbox, which imitates feishu.cn.

No other host has one: a day written in a zone east of the tenant's shows one day early, and reading
it back cannot notice.
"""


MOST_CIRCLES = 20
"""The most circles of groups that are reported; each costs a search of all groups."""


def zone_at(host: str) -> ZoneInfo | None:
    """Return the default zone of a service's spaces; `host` may have a port."""
    name = ZONES.get(urlsplit(f"//{host}").hostname or "")
    return ZoneInfo(name) if name else None


def policy_kind(node: object) -> str:
    """Return the union's arm: one policy for a whole type, or policies by field."""
    return "<each>" if isinstance(node, dict) else "<all>"


Policies = Annotated[Policy | dict[str, Policy], Arms(policy_kind, ("<all>", "<each>"))]

# -- shapes ----------------------------------------------------------------------------------


class Allow(Shape, frozen=True):
    """A reviewed exception from the guards."""

    changes: Annotated[Count | None, "Items that one apply may change."] = None
    share: Annotated[Share | None, "Share of the space's items, such as 30%."] = None
    clears: Annotated[Count | None, "Fields that one apply may empty."] = None
    both: Annotated[Count | None, "Fields changed in the files and in the space that may be sent."] = None
    invisible: Annotated[Count | None, "Items that may have become invisible."] = None
    people: Annotated[Count | None, "People whom one apply may notify."] = None
    selection: Annotated[Count | None, "Items that a rule may select that has grown more than threefold."] = (
        None
    )
    until: Annotated[Day | None, "The last day on which it holds."] = None
    why: Text = ""


class Guards(Shape, frozen=True):
    """Limits of one apply."""

    changes: Annotated[Count, "Items."] = 100
    share: Annotated[Share, "Share of the managed items."] = Decimal("0.3")
    clears: Annotated[Count, "Emptied fields."] = 10
    invisible: Annotated[Share, "Share of the items that may have become invisible; from ten items on."] = (
        Decimal("0.2")
    )
    people: Annotated[Count | None, "People who are notified; no limit by default."] = None
    allow: Annotated[tuple[Allow, ...], Prepares(entries_of)] = ()


class FieldSettings(Shape, frozen=True):
    """Facts about a field that the metadata lacks."""

    kind: Annotated[Kind, "Whether a date field holds days or moments."] = "day"
    key: Annotated[Text | None, "The sub-field that identifies a compound row."] = None
    scale: Annotated[Scale, "The API's value of one authored unit, such as 0.01 for a percent."] = Decimal(1)


class Ignore(Shape, frozen=True):
    """A field that is skipped by drift for a while, or values that the service stores differently."""

    type: Text
    field: Text
    stores: Annotated[
        Stores | None, "The stored form of a value; this difference alone is never a change."
    ] = None
    why: Text = ""
    until: Annotated[Day | None, "The last day on which it holds."] = None


class SpaceSettings(Shape, frozen=True):
    """The settings of one space."""

    project_key: Annotated[Segment | None, "The space's key in the API."] = None
    time_zone: Annotated[Zone | None, "The IANA zone whose midnights begin days."] = None
    tenant_key: Annotated[Text | None, "The tenant of people whom the plugin's own tenant does not know."] = (
        None
    )
    guards: Guards = Guards()
    windows: Annotated[
        Windows, "When applies may change the space; the first window that matches decides."
    ] = ()
    protect: Annotated[Protections, "Items and fields that no apply may write."] = ()
    deprecated: Annotated[Deprecations, "Fields and options that files should no longer use."] = ()
    drift: Annotated[dict[str, Policies], "Drift policy: by default, by type, by field."] = field(
        default_factory=dict
    )
    fields: Annotated[dict[str, dict[str, FieldSettings]], "By type, by field."] = field(default_factory=dict)
    ignore: Annotated[tuple[Ignore, ...], Prepares(entries_of)] = ()

    @property
    def clock(self) -> ZoneInfo:
        """The zone in which `until:` ends and moments are shown. Values do not depend on it."""
        return self.time_zone or ZoneInfo(DEFAULT_ZONE)

    def at(self, host: str) -> SpaceSettings:
        """Return the settings with the default zone of the service at `host`, if it has one."""
        zone = self.time_zone or zone_at(host)
        return replace(self, time_zone=zone)


class Settings(Shape, frozen=True):
    """The settings file."""

    locale: Annotated[Locale, "The language of messages, views, comments and cards."] = "en"
    open_ids: Annotated[
        dict[str, OpenId], "Whom a card in a chat mentions: the open_id of a person, by e-mail."
    ] = field(default_factory=dict)
    people: Annotated[dict[str, Names], "Names and groups, usable instead of people."] = field(
        default_factory=dict
    )
    spaces: Annotated[dict[Segment, SpaceSettings], "By project_key or simple_name."] = field(
        default_factory=dict
    )
    unwritten: ClassVar[tuple[str, ...]] = ("start", "homes")
    start: Path = STATE
    """The path from which the settings' file was looked for, upwards."""
    homes: tuple[Path, ...] = ()
    """The folders that may hold `schemas/`, nearest first."""

    def placed(self, start: Path, homes: Iterable[Path]) -> Settings:
        """Return the settings as those of a path, with the folders that may hold their `schemas/`."""
        return replace(self, start=start, homes=tuple(homes))

    def space(self, name: str) -> SpaceSettings:
        """Return the settings of a space by its name or key; the defaults if there are none."""
        by_key = (one for one in self.spaces.values() if one.project_key == name)
        return self.spaces.get(name) or next(by_key, SpaceSettings())

    def groups(self) -> dict[str, tuple[str, ...]]:
        """Return every name with its e-mails or keys, groups resolved and without duplicates."""
        return {name: self.members(name) for name in self.people}

    def members(self, name: str) -> tuple[str, ...]:
        """Resolve one name through the groups; each group is visited once."""
        found: dict[str, None] = {}
        entered: set[str] = set()
        ahead = [name]
        while ahead:
            one = ahead.pop()
            if one not in self.people:
                found[one] = None
            elif one not in entered:
                entered.add(one)
                ahead += reversed(self.people[one])
        return tuple(found)


def find_settings(path: Path) -> Path | None:
    """Return the nearest settings file at or above `path`."""
    start = absolute(path)
    folders = [start, *start.parents] if start.is_dir() else list(start.parents)
    return next((folder / SETTINGS for folder in folders if os.path.lexists(folder / SETTINGS)), None)


def nearest_settings(start: Path, root: Path) -> tuple[Settings, list[Mistake]]:
    """Read the nearest settings file at or above a path, and note where its `schemas/` may be."""
    found = find_settings(start)
    settings, mistakes = load_settings(found, root=root)
    return settings.placed(start, pin_homes(found, start, root)), mistakes


def pin_homes(found: Path | None, start: Path, root: Path) -> list[Path]:
    """Return the folders that may hold `schemas/`: that of the project, and those above it up to `root`.

    A project is the folder of its settings file, or the folder above it if that is its `state/`.
    """
    top, start = absolute(root), absolute(start)
    folder = found.parent if found else state_above(start, top)
    if folder is None:
        return [top]
    return up_to(top, folder.parent if is_state_folder(folder) else folder)


def up_to(top: AnyPath, path: AnyPath) -> list[AnyPath]:
    """Return a folder and those above it up to `top`; the folder alone if it lies elsewhere."""
    return [one for one in (path, *path.parents) if one.is_relative_to(top)] or [path]


def state_above(path: AnyPath, top: AnyPath) -> AnyPath | None:
    """Return the `state/` below `top` that a path is or lies in."""
    return next((one for one in up_to(top, path) if one.name == STATE.name and one != top), None)


def is_state_folder(folder: Path) -> bool:
    """Return True for the `state/` of a project; a project may have that name, too."""
    return folder.name == STATE.name and not any(
        os.path.lexists(folder / name) for name in (".git", STATE.name)
    )


def load_settings(path: Path | None, *, root: Path) -> tuple[Settings, list[Mistake]]:
    """Read the settings; the defaults if there is no file or it has mistakes."""
    if path is None:
        return Settings(), []
    if link := linked(path, root):
        return Settings(), [a_link(link, root)]
    file = shown_path(path, root)
    raw, mistakes = read_file(path, file)
    settle(raw)
    return (Settings(), mistakes) if raw is None else read_settings(raw, file)


def read_settings(raw: bytes, file: str) -> tuple[Settings, list[Mistake]]:
    """Read the settings' content, from disk or from another commit; never raises."""
    tree = read_tree(raw, file)
    root = tree.root
    if root is None or (isinstance(root, Scalar) and root.is_blank):
        return Settings(), tree.mistakes
    mistakes = [*tree.mistakes, *credentials_in(root), *circles(root), *shared_keys(root)]
    try:
        settings = read(Settings, root)
    except ValueError:
        from reconciler.manifest.validation import mistakes_in  # noqa: PLC0415 - for mistakes alone

        return Settings(), [*mistakes, *mistakes_in(Settings, root)]
    return (Settings() if mistakes else settings), mistakes


def credentials_in(node: Node) -> list[Mistake]:
    """Return a mistake for each key that names a credential, also in maps with free keys."""
    if isinstance(node, Scalar):
        return []
    if isinstance(node, AuthoredList):
        return [mistake for one in node for mistake in credentials_in(one)]
    here = [CredentialInFile(at.place) for key, at in node.keys_at.items() if CREDENTIAL.fullmatch(key)]
    return [*here, *(mistake for one in node.values() for mistake in credentials_in(one))]


def circles(root: Node) -> list[Mistake]:
    """Return a mistake for each group that contains itself, directly or through others."""
    people = root.get("people") if isinstance(root, AuthoredMap) else None
    if not isinstance(people, AuthoredMap):
        return []
    members = {name: node if isinstance(node, AuthoredList) else [node] for name, node in people.items()}
    graph = {name: [one.text for one in some if isinstance(one, Scalar)] for name, some in members.items()}
    mistakes: list[Mistake] = []
    while len(mistakes) < MOST_CIRCLES:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            first = min((people.keys_at[name] for name in error.args[1]), key=lambda key: key.place)
            what, fix = f"the group {quoted(first.text)} contains itself", "remove one member"
            if isinstance(people[first.text], Scalar):
                what, fix = f"{quoted(first.text)} leads back to itself", "write an e-mail or a user key"
            mistakes.append(Mistake(first.place, what, fix))
            del graph[first.text]
        else:
            break
    return mistakes


def shared_keys(root: Node) -> list[Mistake]:
    """Return a mistake for each project_key of two spaces."""
    spaces = root.get("spaces") if isinstance(root, AuthoredMap) else None
    claims: dict[str, Place] = {}
    mistakes: list[Mistake] = []
    for space in spaces.values() if isinstance(spaces, AuthoredMap) else []:
        key = space.get("project_key") if isinstance(space, AuthoredMap) else None
        if isinstance(key, Scalar) and key.text:
            other = claims.setdefault(key.text, key.place)
            if other != key.place:
                mistakes.append(
                    Mistake(key.place, f"the project_key of another space, at line {other.line}", "keep one")
                )
    return mistakes
