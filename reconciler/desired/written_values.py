"""Live values as files would write them: only what is read back as the same value.  Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import EllipsisType
from typing import Any

from reconciler.errors import Place
from reconciler.fields.codec import Codec
from reconciler.fields.memo import MOST_READINGS
from reconciler.fields.prose import Prose
from reconciler.fields.related import RelatedCodec, RelatedItemsCodec
from reconciler.fields.sets import SetCodec
from reconciler.fields.spec import FieldSpec
from reconciler.fields.values import Seen, Wrong, desired_value
from reconciler.manifest.edit.yaml_text import Noted, Plain, Text, inline
from reconciler.manifest.nodes import AuthoredMap, Node
from reconciler.manifest.parsing import read_tree
from reconciler.model import Ref
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import ROLE_REF, TypeSpec

TEXTS = frozenset({"text", "multi_pure_text", "multi_text", "link", "link_cloud_doc", "telephone", "email"})
"""Types whose values are texts: they are quoted where YAML would read something else."""

CUSTOM = re.compile(r"(?:field|role)_[0-9a-z]+|_.*|[0-9a-f]{20,}")
"""Keys that tell people nothing."""

NOWHERE = Place("", 1, 1)
UNSAYABLE = "the text has formatting that Markdown cannot say here"


class Unwritable(Exception):
    """A live value that no file can hold: it would be read back as another one.  The text is the reason."""


def file_word(spec: FieldSpec, kind: TypeSpec) -> str:
    """Return how files name a field: its alias, a key that is a word, a name that is unique, else its key."""
    known = kind.role_words if spec.type == "role" else kind.field_words
    words = [spec.alias, "" if CUSTOM.fullmatch(spec.key) else spec.key, spec.name]
    if spec.type == "role":
        words = [spec.name, *words]
    fit = (word for word in words if [one.key for one in known.get(word, ())] == [spec.key])
    return next(fit, spec.key)


def list_word(spec: FieldSpec, kind: TypeSpec) -> str:
    """Return how a list names a field or a role; `roles.RD` if a field answers to the role's name, too."""
    word = file_word(spec, kind)
    return f"{ROLE_REF}{word}" if spec.type == "role" and word in kind.field_words else word


def write_value(ref: Ref, key: str, seen: Seen, catalog: Catalog) -> Plain:
    """Return a live value as files write it, with the names of the pins; raises Unwritable.

    The result was parsed again and gave the same value.
    """
    written = write_values(ref, {key: seen}, catalog)[key]
    if isinstance(written, Unwritable):
        raise written
    return written


def write_values(ref: Ref, values: Mapping[str, Seen], catalog: Catalog) -> dict[str, Plain | Unwritable]:
    """Return the live values of an item as files write them, or why no file can, by their keys in order."""
    made: dict[str, Plain | Unwritable] = {}
    for key, seen in values.items():
        try:
            made[key] = plain_value(ref, key, seen, catalog)
        except Unwritable as error:
            made[key] = error
    nodes = written_nodes({key: one for key, one in made.items() if not isinstance(one, Unwritable)})
    for key, node in nodes.items():
        try:
            if isinstance(node, Unwritable):
                raise node
            check_reading(catalog.codec(ref.type_key, key, by_pins=True), ref, node, values[key])
        except Unwritable as error:
            made[key] = error
    return made


def plain_value(ref: Ref, key: str, seen: Seen, catalog: Catalog) -> Plain:
    """Return a live value as plain data, before anybody has read it again; raises Unwritable."""
    try:
        codec = catalog.codec(ref.type_key, key, by_pins=True)
    except KeyError:
        raise Unwritable("the pins do not know it; run `reconciler schema pull`") from None
    form = (seen.value, seen.notes)
    known: Plain | EllipsisType = codec.written_forms.get(form, ...)
    if known is not ...:
        return known
    if isinstance(seen.value, Prose) and seen.value.is_opaque:
        raise Unwritable(UNSAYABLE)
    if reason := catalog.codec(ref.type_key, key).objection(seen, codec.empty):
        raise Unwritable(reason)
    written = dressed(codec, codec.dump(seen.value))
    if len(codec.written_forms) < MOST_READINGS:
        codec.written_forms[form] = written
    return written


def check_reading(codec: Codec, ref: Ref, node: Node, seen: Seen) -> None:
    """Raise Unwritable unless the codec parses a written value to the live one."""
    try:
        desired = codec.recall(node)
    except Wrong as error:
        raise Unwritable(error.mistakes[0].what) from None
    if mistake := codec.refusal_on(ref.id, desired, NOWHERE):
        raise Unwritable(mistake.what)
    if desired_value(desired, seen.value) != seen.value:
        raise Unwritable("no file can say it so that it is read back the same")


def dressed(codec: Codec, value: Any) -> Plain:
    """Mark the texts in a dumped value, and add the names of related items."""
    if codec.spec.type in TEXTS:
        return texts(value)
    if isinstance(codec, RelatedCodec):
        return noted(codec, value)
    if isinstance(codec, RelatedItemsCodec):
        return [noted(codec, one) for one in value]
    return value if isinstance(codec, SetCodec) else mark_rows(codec, value)


def dressed_member(codec: SetCodec, member: Any) -> Plain:
    """Return one member of a set as files write it, a related item with its name."""
    if isinstance(codec, RelatedItemsCodec):
        return noted(codec, member)
    return codec.dump_member(member)  # type: ignore[no-any-return] # a codec's dump is plain data


def mark_rows(codec: Codec, value: Any) -> Plain:
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


def written_node(value: Plain) -> Node:
    """Write a value as YAML and load it; raises Unwritable if it cannot be loaded."""
    tree = read_tree(f"value: {inline(value)}\n".encode(), "")
    if tree.mistakes or not isinstance(tree.root, AuthoredMap):
        raise Unwritable(f"no file can hold it: {tree.mistakes[0].what}")
    return tree.root["value"]


def written_nodes(values: Mapping[str, Plain]) -> dict[str, Node | Unwritable]:
    """Write values as YAML and load them: all with one parser, or each alone if they cannot be loaded."""
    names = {key: f"value{number}" for number, key in enumerate(values)}
    lines = (f"{names[key]}: {inline(one)}\n" for key, one in values.items())
    tree = read_tree("".join(lines).encode(), "")
    if not tree.mistakes and isinstance(tree.root, AuthoredMap) and [*tree.root] == [*names.values()]:
        return {key: tree.root[name] for key, name in names.items()}
    alone: dict[str, Node | Unwritable] = {}
    for key, one in values.items():
        try:
            alone[key] = written_node(one)
        except Unwritable as error:
            alone[key] = error
    return alone
