"""From live items to what files would say of them: only values that are read back as the same.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.errors import CannotRun, Place, quoted, suggestion
from reconciler.fields import refusal
from reconciler.fields.codec import Codec
from reconciler.fields.people import USER_KEY
from reconciler.fields.prose import Prose
from reconciler.fields.related import RelatedCodec, RelatedItemsCodec
from reconciler.fields.sets import SetCodec
from reconciler.fields.spec import FieldSpec
from reconciler.fields.values import Seen, Wrong, settle
from reconciler.manifest.edit.writing import Noted, Plain, Section, Text, inline
from reconciler.manifest.nodes import AuthoredMap, Node
from reconciler.manifest.parsing import read_tree
from reconciler.model import ROLES, Item, Ref
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import NAME, TypeSpec, change_key, every_spec, named, spec_of, strings

USUAL = frozenset(
    {
        *("select", "radio", "priority", "multi_select", "tree_select", "tree_multi_select", "business"),
        *("date", "schedule", "user", "multi_user", "role"),
    }
)
"""Types that are adopted where no fields are named: choices, dates and people; no texts, no links."""

TEXTS = frozenset({"text", "multi_pure_text", "multi_text", "link", "link_cloud_doc", "telephone", "email"})
WATCHERS = "watchers"
"""People subscribe themselves, so those who are there are adopted as some among others."""

CUSTOM = re.compile(r"(?:field|role)_[0-9a-z]+|_.*|[0-9a-f]{20,}")
"""Keys that tell people nothing."""

NOWHERE = Place("", 1, 1)
UNSAYABLE = "the text has formatting that Markdown cannot say here"


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


class Unwritable(Exception):
    """A live value that is not read back as itself from any file; says why."""


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


def file_word(spec: FieldSpec, kind: TypeSpec) -> str:
    """Return how files name a field: its alias, a key that is a word, a name that is unique, else its key."""
    specs = kind.roles if spec.type == "role" else kind.fields
    words = [spec.alias, "" if CUSTOM.fullmatch(spec.key) else spec.key, spec.name]
    if spec.type == "role":
        words = [spec.name, *words]
    fit = (word for word in words if word and [one.key for one in named(specs, word)] == [spec.key])
    return next(fit, spec.key)


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


def written(ref: Ref, key: str, seen: Seen, catalog: Catalog) -> Plain:
    """Return a live value as files say it, by the names that files are read by; raises Unwritable.

    What is returned has been read back as the very value.
    """
    try:
        codec = catalog.codec(ref.type_key, key, by_pins=True)
    except StopIteration:
        raise Unwritable("the pins do not know it; run `reconciler schema pull`") from None
    if isinstance(seen.value, Prose) and seen.value.is_opaque:
        raise Unwritable(UNSAYABLE)
    if reason := catalog.codec(ref.type_key, key).objection(seen, codec.empty):
        raise Unwritable(reason)
    plain = dressed(codec, codec.dump(seen.value))
    if says_the_same(codec, ref, plain, seen):
        return plain
    raise Unwritable("no file can say it so that it is read back the same")


def subscribed(key: str, plain: Plain) -> Plain:
    """Return watchers as some among others; all else as it is."""
    return {"contains": plain} if key == WATCHERS and isinstance(plain, list) else plain


def says_the_same(codec: Codec, ref: Ref, plain: Plain, seen: Seen) -> bool:
    """Whether a codec reads a plain value as the one that was seen; raises Unwritable where it refuses it."""
    node = node_of(plain)
    try:
        desired = codec.parse(node)
    except Wrong as error:
        raise Unwritable(error.mistakes[0].what) from None
    if mistake := codec.refusal_on(ref.id, desired, NOWHERE):
        raise Unwritable(mistake.what)
    return settle(desired, seen.value) == seen.value


def dressed(codec: Codec, value: Any) -> Plain:
    """Return what a codec dumps with texts marked as such, and related items with their names."""
    if codec.spec.type in TEXTS:
        return texts(value)
    if isinstance(codec, RelatedCodec):
        return noted(codec, value)
    if isinstance(codec, RelatedItemsCodec):
        return [noted(codec, one) for one in value]
    return value if isinstance(codec, SetCodec) else rows(codec, value)


def dressed_member(codec: SetCodec, member: Any) -> Plain:
    """Return one member of a set as files say it, a related item with its name."""
    if isinstance(codec, RelatedItemsCodec):
        return noted(codec, member)
    return codec.dump_member(member)  # type: ignore[no-any-return] # a codec's dump is plain data


def rows(codec: Codec, value: Any) -> Plain:
    """Mark the texts in the rows of a compound field."""
    kinds = {
        name: part
        for part in codec.parts.values()
        for name in (part.spec.alias, part.spec.name, part.spec.key)
    }
    if not kinds or not isinstance(value, list):
        return value  # type: ignore[no-any-return] # a codec's dump is plain data
    return [{word: dressed(kinds[word], one) for word, one in row.items()} for row in value]


def noted(codec: Codec, item_id: Any) -> Plain:
    """Return an id with the item's name where it is known."""
    name = codec.items.known.get(item_id, ("", ""))[1]
    return Noted(item_id, name) if name else item_id


def texts(value: Any) -> Plain:
    """Mark every text."""
    match value:
        case str():
            return Text(value)
        case dict():
            return {key: texts(one) for key, one in value.items()}
        case list():
            return [texts(one) for one in value]
        case _:
            return value  # type: ignore[no-any-return] # a codec's dump is plain data


def node_of(value: Plain) -> Node:
    """Return the node that the loader makes of a value; raises Unwritable where no file can hold it."""
    tree = read_tree(f"value: {inline(value)}\n".encode(), "")
    if tree.mistakes or not isinstance(tree.root, AuthoredMap):
        raise Unwritable(f"no file can hold it: {tree.mistakes[0].what}")
    return tree.root["value"]


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


__all__ = ["NAME", "Adopted", "Skipped", "Unwritable", "adopted", "desired_keys", "entry", "written"]
