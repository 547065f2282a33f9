"""Which items and fields a REF speaks of: `[SPACE/TYPE/]ID[.FIELD | .roles.ROLE]`, a TYPE, a path.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from reconciler.desired.items import DesiredField, DesiredItem
from reconciler.errors import CannotRun, quoted, suggestion
from reconciler.fields.spec import FieldSpec
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import change_key, every_spec, find_named

ITEM = re.compile(
    r"(?:(?:(?P<space>[^/.]+)/)?(?P<type>[^/.]+)/)?(?P<id>[1-9][0-9]{0,18})(?:\.(?P<field>.+))?"
)


class Selector(Struct, frozen=True):
    """One REF, resolved; what is None selects everything."""

    type_key: str | None = None
    id: int | None = None
    keys: frozenset[str] | None = None
    path: str | None = None

    def takes_item(self, item: DesiredItem) -> bool:
        """Return True if the item may hold fields that are selected."""
        return self.type_key in (None, item.ref.type_key) and self.id in (None, item.ref.id)

    def takes(self, item: DesiredItem, one: DesiredField) -> bool:
        """Return True if the field is selected."""
        inside = (
            self.path is None or one.place.file == self.path or one.place.file.startswith(f"{self.path}/")
        )
        return self.takes_item(item) and (self.keys is None or one.key in self.keys) and inside


def selector(ref: str, catalog: Catalog) -> Selector:
    """Resolve one REF by the names of the space; raises CannotRun with a suggestion."""
    if "/" in ref and ref.endswith((".yaml", ".yml")):
        return Selector(path=ref.removeprefix("./"))
    if kind := catalog.type_of(ref):
        return Selector(type_key=kind.key)
    if hit := ITEM.fullmatch(ref):
        kind = catalog.type_of(hit["type"]) if hit["type"] else None
        if hit["type"] and kind is None:
            raise no_such("type", hit["type"], (one.word for one in catalog.types.values()))
        if hit["space"] not in (None, catalog.space, catalog.space_key):
            raise no_such("space", hit["space"], [catalog.space])
        kinds = [kind] if kind else list(catalog.types.values())
        keys = (
            keys_of(hit["field"], [spec for one in kinds for spec in every_spec(one)])
            if hit["field"]
            else None
        )
        return Selector(kind.key if kind else None, int(hit["id"]), keys)
    if "/" in ref or "." in ref:
        return Selector(path=ref.removeprefix("./").rstrip("/"))
    raise no_such("type or item", ref, (one.word for one in catalog.types.values()))


def keys_of(word: str, specs: list[FieldSpec]) -> frozenset[str]:
    """Return the change keys that a field's or (`roles.NAME`) a role's name means."""
    role = word.startswith("roles.")
    some = tuple(spec for spec in specs if (spec.type == "role") == role)
    hits = find_named(some, word.removeprefix("roles."))
    if not hits:
        raise no_such("role" if role else "field", word, (spec.alias or spec.name for spec in some))
    return frozenset(map(change_key, hits))


def no_such(kind: str, word: str, known: Iterable[str]) -> CannotRun:
    """Make the error for a REF that names nothing."""
    return CannotRun(f"no {kind} {quoted(word)} here", suggestion(word, known))


def select(
    items: Iterable[DesiredItem], only: Iterable[Selector], exclude: Iterable[Selector]
) -> tuple[DesiredItem, ...]:
    """Keep the fields that are selected, and the items that still want something."""
    chosen, refused = tuple(only), tuple(exclude)
    if not chosen and not refused:
        return tuple(items)
    kept = (
        replace(
            item,
            fields=tuple(
                one
                for one in item.fields
                if (not chosen or any(ref.takes(item, one) for ref in chosen))
                and not any(ref.takes(item, one) for ref in refused)
            ),
        )
        for item in items
    )
    return tuple(item for item in kept if item.fields)


class Selection(Struct, frozen=True):
    """The items and files that a run was asked for; `files` are those that changed since the base."""

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    files: tuple[str, ...] | None = None

    @property
    def everything(self) -> bool:
        """Return True if nothing was left out."""
        return not self.only and not self.exclude and self.files is None
