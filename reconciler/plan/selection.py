"""Which items and fields a REF selects.  Pure.

A REF is `[[SPACE/]TYPE/]ID`, a TYPE, either with `.FIELD` or `.roles.ROLE`, or the path of a file or folder.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from msgspec import Struct
from msgspec.structs import replace

from reconciler.desired.items import DesiredField, DesiredItem
from reconciler.errors import CannotRun, nearest, quoted, suggestion
from reconciler.fields.spec import FieldSpec
from reconciler.model import Ref
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import change_key, every_spec, find_named

ITEM = re.compile(
    r"(?:(?:(?P<space>[^/.]+)/)?(?P<type>[^/.]+)/)?(?P<id>[1-9][0-9]{0,18})(?:\.(?P<field>.+))?"
)
TYPE_FIELD = re.compile(r"(?:(?P<space>[^/.]+)/)?(?P<type>[^/.]+)\.(?P<field>.+)")
YAML = (".yaml", ".yml")


class Selector(Struct, frozen=True):
    """One REF, resolved; what is None selects everything."""

    type_key: str | None = None
    id: int | None = None
    keys: frozenset[str] | None = None
    path: str | None = None

    def takes_item(self, ref: Ref) -> bool:
        """Return True if fields of the item may be selected."""
        return self.type_key in (None, ref.type_key) and self.id in (None, ref.id)

    def takes_file(self, file: str) -> bool:
        """Return True if what a file says may be selected."""
        return self.path in (None, ".", file) or file.startswith(f"{self.path}/")

    def takes(self, item: DesiredItem, one: DesiredField) -> bool:
        """Return True if the field is selected."""
        inside = self.takes_file(one.place.file)
        return inside and self.takes_item(item.ref) and (self.keys is None or one.key in self.keys)


def selector(ref: str, catalog: Catalog) -> Selector:
    """Resolve one REF by the names of the space; raises CannotRun with a suggestion."""
    if ref.endswith(YAML):
        return Selector(path=ref.removeprefix("./"))
    if kind := catalog.type_of(ref):
        return Selector(type_key=kind.key)
    if hit := ITEM.fullmatch(ref):
        return resolved(hit, catalog)
    if (hit := TYPE_FIELD.fullmatch(ref)) and catalog.type_of(hit["type"]):
        return resolved(hit, catalog)
    if "/" in ref or ref.startswith("."):
        return Selector(path=ref.removeprefix("./").rstrip("/"))
    raise no_such("type or item", ref, type_words(catalog), fields_of_types(catalog))


def space_meant(refs: Iterable[str]) -> str | None:
    """Return the space that every one of some REFs names, as `SPACE/TYPE/ID`; None where they do not."""
    hits = [ITEM.fullmatch(one) for one in refs]
    names = {hit["space"] if hit else None for hit in hits}
    return names.pop() if len(names) == 1 else None


def resolved(hit: re.Match[str], catalog: Catalog) -> Selector:
    """Resolve the parts of an item's or a type's REF; raises CannotRun with a suggestion."""
    parts = hit.groupdict()
    kind = catalog.type_of(parts["type"]) if parts["type"] else None
    if parts["type"] and kind is None:
        raise no_such("type", parts["type"], type_words(catalog))
    if parts["space"] not in (None, catalog.space, catalog.space_key):
        raise no_such("space", parts["space"], [catalog.space])
    keys = keys_of(parts["field"], kind.key if kind else None, catalog) if parts["field"] else None
    return Selector(kind.key if kind else None, int(parts["id"]) if parts.get("id") else None, keys)


def type_words(catalog: Catalog) -> list[str]:
    """Return the names of the types, as files write them."""
    return [one.word for one in catalog.types.values()]


def fields_of_types(catalog: Catalog) -> set[str]:
    """Return every field and role of every type as a REF."""
    return {f"{one.word}.{field_word(spec)}" for one in catalog.types.values() for spec in every_spec(one)}


def field_word(spec: FieldSpec) -> str:
    """Return a field's or a role's name as a REF writes it."""
    return f"roles.{spec.name}" if spec.type == "role" else spec.alias or spec.name or spec.key


def keys_of(word: str, type_key: str | None, catalog: Catalog) -> frozenset[str]:
    """Return the change keys that a field's or (`roles.NAME`) a role's name means, live or by the pins."""
    role = word.startswith("roles.")
    kinds = [
        [spec for spec in every_spec(kind) if (spec.type == "role") == role]
        for kind in (*catalog.types.values(), *catalog.pinned.values())
        if type_key in (None, kind.key)
    ]
    hits = [spec for some in kinds for spec in find_named(tuple(some), word.removeprefix("roles."))]
    if not hits:
        known = {field_word(spec) for some in kinds for spec in some}
        raise no_such("role" if role else "field", word, known)
    return frozenset(map(change_key, hits))


def no_such(kind: str, word: str, known: Iterable[str], similar: Collection[str] = ()) -> CannotRun:
    """Make the error for a REF that names nothing; `similar` are suggested only if they resemble the word."""
    names = {*known}
    advice = suggestion(word, similar if nearest(word, similar) and not nearest(word, names) else names)
    return CannotRun(f"no {kind} {quoted(word)} here", advice)


def select(
    items: Iterable[DesiredItem], only: Iterable[Selector], exclude: Iterable[Selector]
) -> tuple[DesiredItem, ...]:
    """Keep the fields that are selected, and the items that still have desired fields."""
    chosen, refused = tuple(only), tuple(exclude)
    if not chosen and not refused:
        return tuple(items)

    def keep(item: DesiredItem) -> DesiredItem:
        fields = tuple(
            one
            for one in item.fields
            if (not chosen or any(ref.takes(item, one) for ref in chosen))
            and not any(ref.takes(item, one) for ref in refused)
        )
        left_out = tuple(one for one in item.fields if one not in fields) if item.expects else ()
        return replace(item, fields=fields, unselected=left_out)

    return tuple(kept for item in items if (kept := keep(item)).fields)


class Selection(Struct, frozen=True):
    """What a run is about, with REFs as written; `files` are those that changed since the base."""

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    files: tuple[str, ...] | None = None

    @property
    def everything(self) -> bool:
        """Return True if nothing was left out."""
        return not self.only and not self.exclude and self.files is None
