"""The entries that files get for live items.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from reconciler.desired.unmanaged import is_managed
from reconciler.desired.written_values import Unwritable, file_word, list_word, plain_value, write_values
from reconciler.errors import CannotRun, quoted, suggestion
from reconciler.fields import refusal
from reconciler.manifest.edit.yaml_text import Noted, Plain, Section
from reconciler.manifest.nodes import Manifest
from reconciler.model import ROLES, Item, Ref
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import TypeSpec, change_key, every_spec, find_named, spec_of

USUAL = frozenset(
    {
        *("select", "radio", "priority", "multi_select", "tree_select", "tree_multi_select", "business"),
        *("date", "schedule", "user", "multi_user", "role"),
    }
)
"""Types that are adopted where no fields are given: choices, dates and people; no texts, no links."""

WATCHERS = "watchers"
"""People follow items by themselves, so that files name the followers of today as `contains`."""


class Skipped(Struct, frozen=True):
    """A live value that is not written to a file, and why."""

    ref: Ref
    name: str
    reason: str


class Adopted(Struct):
    """A new entry: the item's values by change key, and the defaults of the file that it does not take."""

    ref: Ref
    name: str
    values: dict[str, Plain] = field(default_factory=dict)
    unmanaged: list[str] = field(default_factory=list)


# -- which fields -----------------------------------------------------------------------------


def desired_keys(spec: TypeSpec, words: Sequence[str], *, every: bool) -> list[str]:
    """Return the change keys of the fields and roles to adopt, in the order of the type.

    Without words these are the usual ones, or all that can be managed with `every`.  Raises CannotRun
    for a word that names no field, and for a field that files cannot manage.
    """
    if not words:
        return [
            change_key(one) for one in every_spec(spec) if is_managed(one) and (every or one.type in USUAL)
        ]
    found: dict[str, None] = {}
    for word in words:
        role = word.startswith("roles.")
        some = tuple(one for one in every_spec(spec) if not role or one.type == "role")
        hits = find_named(some, word.removeprefix("roles."))
        if not hits:
            known = (name for one in some if is_managed(one) for name in (one.alias or one.key, one.name))
            raise CannotRun(f"no field {quoted(word)} on {spec.word}", suggestion(word, known))
        for hit in hits:
            if reason := refusal(hit) or ("its members are fixed by the space" if hit.locked else None):
                raise CannotRun(f"{hit.label} cannot be managed by files", reason)
            found[change_key(hit)] = None
    return list(found)


# -- which values -----------------------------------------------------------------------------


def adopted(item: Item, keys: Iterable[str], catalog: Catalog) -> tuple[Adopted, list[Skipped]]:
    """Return the entry of a live item without its empty fields, and the values that cannot be written.

    Nobody has read the entry again: `take_out_unwritable` does it where its file is not proved.
    """
    made, left = Adopted(item.ref, item.name), list[Skipped]()
    for key in keys:
        reason = item.unreadable.get(key)
        why = None if reason is None else f"it cannot be read: {reason}"
        seen = item.values.get(key)
        if seen and seen.value != catalog.codec(item.ref.type_key, key).empty:
            try:
                made.values[key] = subscribed(key, plain_value(item.ref, key, seen, catalog))
            except Unwritable as error:
                why = str(error)
        if why is not None:
            left.append(Skipped(item.ref, catalog.label(item.ref.type_key, key), why))
    return made, left


def take_out_unwritable(made: Adopted, item: Item, catalog: Catalog) -> list[Skipped]:
    """Take the values out of an entry that would not be read back as the live ones; return them."""
    ref = item.ref
    written = write_values(ref, {key: item.values[key] for key in made.values if key in item.values}, catalog)
    left = {key: str(one) for key, one in written.items() if isinstance(one, Unwritable)}
    for key in left:
        del made.values[key]
    return [Skipped(ref, catalog.label(ref.type_key, key), reason) for key, reason in left.items()]


def subscribed(key: str, plain: Plain) -> Plain:
    """Return followers as a `contains` rule, so that others may follow too; any other value unchanged."""
    return {"contains": plain} if key == WATCHERS and isinstance(plain, list) else plain


# -- as a file says it ----------------------------------------------------------------------------


def file_words(kind: TypeSpec) -> dict[str, str]:
    """Return how files name each field and role of a type, by change key."""
    return {key: file_word(spec, kind) for key, spec in kind.by_key.items()}


def sections_of(item: Adopted, words: Mapping[str, str]) -> dict[str, Section]:
    """Return the values of an entry by the names of files: `fields` and `roles`, without empty ones."""
    fields, roles = Section(), Section()
    for key, value in item.values.items():
        (roles if key.startswith(ROLES) else fields)[words[key]] = value
    return {name: section for name, section in (("fields", fields), ("roles", roles)) if section}


def entry(item: Adopted, kind: TypeSpec, words: Mapping[str, str]) -> Plain:
    """Return an entry as YAML: an id with its sections, or a bare id; the item's name as a comment."""
    made = Section(id=item.ref.id)
    if item.unmanaged:
        made["unmanaged"] = [list_word(spec_of(kind, key), kind) for key in item.unmanaged]
    made |= sections_of(item, words)
    return Noted(made if len(made) > 1 else item.ref.id, item.name)


# -- what files decide on already -----------------------------------------------------------------


def managed_keys(manifest: Manifest, catalog: Catalog) -> dict[Ref, set[str]]:
    """Return the change keys that files decide on, by item: set, taken by default, or `unmanaged`."""
    found: dict[Ref, set[str]] = {}
    for document in manifest.documents:
        kind = catalog.type_of(document.type.text)
        if kind is None:
            continue
        default = change_keys(kind, document.default_fields, document.default_roles)
        for one in document.items:
            keys = found.setdefault(Ref(kind.key, one.id), set())
            keys |= default | change_keys(kind, one.fields, one.roles)
            for word in one.unmanaged:
                keys |= set(map(change_key, kind.meant(word.text)))
    return found


def change_keys(kind: TypeSpec, fields: Iterable[str], roles: Iterable[str]) -> set[str]:
    """Return the change keys that names of fields and roles mean."""
    hits = [hit for word in fields for hit in kind.field_words.get(word, ())]
    hits += [hit for word in roles for hit in kind.role_words.get(word, ())]
    return {change_key(hit) for hit in hits}
