"""The metadata that the repository relies on, in files that are reviewed: `schemas/<space>/`.

`<type>.json` holds a type's fields, options and roles, `people.json` the user keys of the people
whom `state/` names.  Keys, ids and their names are pinned; what a team decides about a field
is in its settings alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, ValidationError, convert, field, to_builtins
from msgspec.structs import replace

from reconciler.errors import quoted
from reconciler.fields import CODECS, codec_for
from reconciler.fields.spec import FieldSpec, Items, People, Person
from reconciler.schema.catalog import Catalog
from reconciler.schema.pin_files import BadPins, checked_format, file_stem, parsed
from reconciler.schema.profile import CLEARS, trimmed
from reconciler.schema.types import TypeSpec
from reconciler.settings import FieldSettings, SpaceSettings

FORMAT = "1.0"
FOLDER = "schemas"
PEOPLE = "people.json"
ITEMS = "items.json"
PROFILE = "profile.json"
PROBE_REPORT = "probe-report.json"
"""What a probe saw, to be sent away: nothing here reads it."""
OTHERS = frozenset({PEOPLE, ITEMS, PROFILE, PROBE_REPORT})
SETTLED = frozenset({"kind", "scale", "zone", "row_key"})
"""Members of a field's specification that the settings say, so that pins do not."""

Names: TypeAlias = dict[str, str]
ItemIds: TypeAlias = dict[str, dict[str, Annotated[int, Meta(ge=1, le=2**63 - 1)]]]


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """What `doctor --probe` found of a space: by field type the forms to send, and everything for people."""

    clears: dict[str, Literal["null", "text", "list"]] = {}
    forms: dict[str, str] = {}
    found: dict[str, Any] = {}


Value = TypeVar("Value")


class Pins(Struct, frozen=True):
    """What is pinned of one space: types by key, user keys by e-mail, items by (type key, name).

    `clears` says, for a field type, the wire form that empties it in this space, where the
    documented one was found not to work; `forms` names the form in which it takes a value; `trims` are
    the field types whose texts it stores without the blanks around them.
    """

    space_key: str = ""
    types: Mapping[str, TypeSpec] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[tuple[str, str], int] = field(default_factory=dict)
    clears: Mapping[str, Any] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    trims: frozenset[str] = frozenset()

    def catalog(self, space: str, settings: SpaceSettings, groups: Mapping[str, tuple[str, ...]]) -> Catalog:
        """Return the catalog that needs no network: the space as it was when it was pinned."""
        types = {key: decided(spec, settings) for key, spec in self.types.items()}
        by_email = pinned_people(self)
        catalog = Catalog(
            self.space_key,
            space,
            types,
            People({one.key: one for one in by_email.values()}, by_email, groups),
            pinned=types,
            trims=self.trims,
        )
        items = Items(
            types=catalog.words(),
            by_name={at: (item_id,) for at, item_id in self.items.items()},
            known={item_id: at for at, item_id in self.items.items()},
        )
        return replace(catalog, items=items)


def pins_folder(root: Path, space: str, homes: Iterable[Path] = ()) -> Path:
    """Return where a space's pins are: in the first home that has some, else in the first home."""
    some = [home / FOLDER / space for home in (*homes, root)]
    return next((one for one in some if os.path.lexists(one)), some[0])


def read_pins(folder: Path) -> Pins:
    """Read what is pinned; nothing where there is no folder.  Raises BadPins."""
    refuse_links(folder)
    types: dict[str, TypeSpec] = {}
    space_key = ""
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        if path.name in OTHERS or path.name.endswith(".schema.json"):
            continue
        spec, key = pinned_type(path)
        if spec.key in types:
            raise BadPins(path, f"another file pins the type {quoted(spec.key)} too", "delete one of both")
        if space_key and key != space_key:
            raise BadPins(path, f"another file is of the space {quoted(space_key)}", "delete one of both")
        types[spec.key], space_key = spec, key
    people = read_named_file(folder / PEOPLE, Names, "it maps e-mails to user keys")
    items = read_named_file(folder / ITEMS, ItemIds, "it maps types to names and ids")
    profile = read_named_file(
        folder / PROFILE, Profile, f"it says `clears`: a field type with one of {', '.join(CLEARS)}"
    )
    return Pins(
        space_key,
        types,
        people,
        {(key, name): item_id for key, names in items.items() for name, item_id in names.items()},
        {type_: CLEARS[form] for type_, form in profile.clears.items()},
        known_forms(folder / PROFILE, profile.forms),
        trimmed(profile.found),
    )


def refuse_links(folder: Path) -> None:
    """Raise BadPins where the pins are behind a link, which nobody follows in a base."""
    for one in (folder.parent, folder):
        if one.is_symlink():
            raise BadPins(one, "it is a link", "put the folder itself there")


def pinned_type(path: Path) -> tuple[TypeSpec, str]:
    """Return the type that a file pins, and the key of its space; raises BadPins."""
    whole = parsed(path)
    try:
        spec, key = convert(whole["type"], TypeSpec, dec_hook=json_default), str(whole.get("space_key", ""))
    except (KeyError, TypeError, ValidationError):
        raise BadPins(path, "it holds no type") from None
    checked_format(path, whole)
    return spec, key


def json_default(kind: type[Any], value: Any) -> Any:
    """Return a value of a type that JSON does not have: a pinned field may name its zone."""
    return kind(value)


def known_forms(path: Path, forms: Mapping[str, str]) -> Mapping[str, str]:
    """Return the forms by field type; raises BadPins for one that no codec makes."""
    for type_, form in forms.items():
        if type_ not in CODECS:
            raise BadPins(path, f"there is no field type {type_}")
        known = codec_for(FieldSpec("", "", type_), People()).forms(CODECS[type_].empty)
        if form not in known:
            raise BadPins(path, f"{type_} has no form {form}, but {', '.join(known)}")
    return forms


def read_named_file(path: Path, shape: type[Value], what: str) -> Value:
    """Read a file of one shape; an empty map where there is none."""
    try:
        return convert(parsed(path) if path.is_file() else {}, shape)
    except ValidationError:
        raise BadPins(path, what) from None


def pin_files(pins: Pins) -> dict[str, str]:
    """Return the text of each file by its name: one option a line, sorted, so that diffs are small."""
    files = {
        f"{stem}.json": pins_text(
            {"format_version": FORMAT, "space_key": pins.space_key, "type": bare_type(spec)}
        )
        for stem, spec in stems(pins.types.values()).items()
    }
    if pins.people:
        files[PEOPLE] = pins_text(dict(pins.people))
    if pins.items:
        by_type: dict[str, dict[str, int]] = {}
        for (type_key, name), item_id in pins.items.items():
            by_type.setdefault(type_key, {})[name] = item_id
        files[ITEMS] = pins_text(by_type)
    return files


def stems(types: Iterable[TypeSpec]) -> dict[str, TypeSpec]:
    """Return the types by the names of their files, each its own also where case does not count."""
    made: dict[str, TypeSpec] = {}
    for spec in types:
        taken = {stem.lower() for stem in made}
        stem = file_stem(spec.api_name, spec.key)
        made[file_stem(spec.key) if stem.lower() in taken else stem] = spec
    return made


def bare_type(spec: TypeSpec) -> Any:
    """Return a type as plain data, without defaults and without what the settings say; fields by key."""
    whole = without_settled(to_builtins(spec, enc_hook=str))
    for member in ("fields", "roles"):
        whole[member] = sorted(whole.get(member, []), key=lambda one: str(one["key"]))
    return whole


def without_settled(value: Any) -> Any:
    """Leave out what the settings decide."""
    if isinstance(value, dict):
        return {key: without_settled(one) for key, one in value.items() if key not in SETTLED}
    return [without_settled(one) for one in value] if isinstance(value, list | tuple) else value


def pins_text(value: Any) -> str:
    """Return JSON with small lists and maps on one line each."""
    return json_layout(value, 0) + "\n"


def json_layout(value: Any, depth: int) -> str:
    """Return JSON that breaks where a value holds lists or maps itself, or is long."""
    flat = json.dumps(value, ensure_ascii=False, sort_keys=True)
    nested = isinstance(value, dict | list) and any(
        isinstance(one, dict | list) for one in (value.values() if isinstance(value, dict) else value)
    )
    if not isinstance(value, dict | list) or (not nested and len(flat) + 2 * depth <= 100):  # noqa: PLR2004
        return flat
    pad, end = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        rows = [
            f"{pad}{json.dumps(key, ensure_ascii=False)}: {json_layout(value[key], depth + 1)}"
            for key in sorted(value)
        ]
        return "{\n" + ",\n".join(rows) + f"\n{end}}}"
    return "[\n" + ",\n".join(f"{pad}{json_layout(one, depth + 1)}" for one in value) + f"\n{end}]"


def decided(spec: TypeSpec, settings: SpaceSettings) -> TypeSpec:
    """Lay what the team decided about fields over a type; pins and live metadata get the same."""
    hints = next((hints for word, hints in settings.fields.items() if spec.answers_to(word)), {})
    return replace(spec, fields=tuple(decided_field(one, hints, settings.time_zone) for one in spec.fields))


def decided_field(spec: FieldSpec, hints: Mapping[str, FieldSettings], zone: ZoneInfo | None) -> FieldSpec:
    """Lay the settings of one field over it, and the zone over its sub-fields."""
    hint = next((hint for word, hint in hints.items() if spec.answers_to(word)), FieldSettings())
    return replace(
        spec,
        kind=hint.kind,
        scale=str(hint.scale),
        row_key=hint.key or "",
        zone=zone,
        subfields=tuple(decided_field(one, {}, zone) for one in spec.subfields),
    )


def pinned_people(pins: Pins) -> dict[str, Person]:
    """Return the pinned people by e-mail, as they are until the service is asked."""
    return {email.lower(): Person(key, email, "") for email, key in pins.people.items()}
