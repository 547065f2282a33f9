"""From live items to what files would say of them: only values that are read back as the same.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reconciler.desired.as_written import Unwritable, file_word, written
from reconciler.errors import CannotRun, quoted, suggestion
from reconciler.fields import refusal
from reconciler.fields.people import USER_KEY
from reconciler.fields.related import RelatedCodec, RelatedItemsCodec
from reconciler.fields.spec import FieldSpec
from reconciler.manifest.edit.writing import Noted, Plain, Section
from reconciler.model import ROLES, Item, Ref
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import TypeSpec, change_key, every_spec, named, spec_of, strings

USUAL = frozenset(
    {
        *("select", "radio", "priority", "multi_select", "tree_select", "tree_multi_select", "business"),
        *("date", "schedule", "user", "multi_user", "role"),
    }
)
"""Types that are adopted where no fields are named: choices, dates and people; no texts, no links."""

WATCHERS = "watchers"
"""People subscribe themselves, so those who are there are adopted as some among others."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A live value that no file can hold, and why."""

    ref: Ref
    name: str
    reason: str


@dataclass(slots=True)
class Adopted:
    """What a file is to say of one item: values by change key, and the defaults that are not its own."""

    ref: Ref
    name: str
    values: dict[str, Plain] = field(default_factory=dict)
    unmanaged: list[str] = field(default_factory=list)


# -- which fields -----------------------------------------------------------------------------


def desired_keys(spec: TypeSpec, words: Sequence[str], *, every: bool) -> list[str]:
    """Return the change keys of the fields and roles to adopt, in the order of the type.

    Without words these are the usual ones.  Raises CannotRun for a word that names nothing here,
    and for a field that files cannot manage.
    """
    if not words:
        return [
            change_key(one) for one in every_spec(spec) if is_managed(one) and (every or one.type in USUAL)
        ]
    found: dict[str, None] = {}
    for word in words:
        role = word.startswith("roles.")
        some = tuple(one for one in every_spec(spec) if not role or one.type == "role")
        hits = named(some, word.removeprefix("roles."))
        if not hits:
            known = (name for one in some if is_managed(one) for name in (one.alias or one.key, one.name))
            raise CannotRun(f"no field {quoted(word)} on {spec.word}", suggestion(word, known))
        for hit in hits:
            if reason := refusal(hit) or ("its members are fixed by the space" if hit.locked else None):
                raise CannotRun(f"{hit.label} cannot be managed by files", reason)
            found[change_key(hit)] = None
    return list(found)


def is_managed(spec: FieldSpec) -> bool:
    """Whether files may name the field."""
    return not refusal(spec) and not spec.locked


# -- which values -----------------------------------------------------------------------------


def adopted(item: Item, keys: Iterable[str], catalog: Catalog) -> tuple[Adopted, list[Skipped]]:
    """Return what a file says of a live item; what holds nothing is left out, what cannot be said is told."""
    made, left = Adopted(item.ref, item.name), list[Skipped]()
    for key in keys:
        if (reason := item.unreadable.get(key)) is not None:
            left.append(
                Skipped(item.ref, catalog.label(item.ref.type_key, key), f"it cannot be read: {reason}")
            )
        seen = item.values.get(key)
        if seen is None or seen.value == catalog.codec(item.ref.type_key, key).empty:
            continue
        try:
            made.values[key] = subscribed(key, written(item.ref, key, seen, catalog))
        except Unwritable as error:
            left.append(Skipped(item.ref, catalog.label(item.ref.type_key, key), str(error)))
    return made, left


def subscribed(key: str, plain: Plain) -> Plain:
    """Return watchers as some among others; all else as it is."""
    return {"contains": plain} if key == WATCHERS and isinstance(plain, list) else plain


# -- whom and what the values name ---------------------------------------------------------------


def people_in(items: Iterable[Item], catalog: Catalog) -> set[str]:
    """Return every user key that the values of items hold."""
    return {
        text
        for item in items
        for key, seen in item.values.items()
        for text in strings(catalog.codec(item.ref.type_key, key).encode(seen.value))
        if USER_KEY.fullmatch(text)
    }


def relatives(items: Iterable[Item], catalog: Catalog) -> dict[str, set[int]]:
    """Return the ids of related items by the only type in which they can be."""
    found: dict[str, set[int]] = {}
    for item in items:
        for key, seen in item.values.items():
            codec = catalog.codec(item.ref.type_key, key)
            if isinstance(codec, RelatedCodec | RelatedItemsCodec) and len(codec.spec.targets) == 1:
                ids = codec.encode(seen.value)
                some = ids if isinstance(ids, list) else [ids]
                found.setdefault(codec.spec.targets[0], set()).update(one for one in some if one)
    return found


# -- as a file says it ----------------------------------------------------------------------------


def entry(item: Adopted, kind: TypeSpec) -> Plain:
    """Return one item of a file: with its sections, or a bare id; its name as a comment."""
    fields, roles = Section(), Section()
    for key, value in item.values.items():
        spec = spec_of(kind, key)
        (roles if key.startswith(ROLES) else fields)[file_word(spec, kind)] = value
    made = Section(id=item.ref.id)
    if item.unmanaged:
        made["unmanaged"] = [file_word(spec_of(kind, key), kind) for key in item.unmanaged]
    made |= {name: section for name, section in (("fields", fields), ("roles", roles)) if section}
    return Noted(made if len(made) > 1 else item.ref.id, item.name)
