"""The content of one file as JSON, which is read back much faster than the file.  Pure.

A page lists the different values of a file once, under the keys that their names mean by the pins, and
for each item the numbers of its values with their lines and columns.  It is made of files without
mistakes; whatever does not fit when it is read back makes the file be read instead.
"""

from __future__ import annotations

from typing import Any

from reconciler.desired.claims import Desire, Draft
from reconciler.desired.items import DesiredField, new
from reconciler.errors import Place
from reconciler.fields.values import Wrong
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Document, Node, Outline, Scalar
from reconciler.model import Ref

NOWHERE = Place("", 1, 1)
Json = Any


class Unfit(ValueError):
    """A page that does not say what a file may say."""


def page_of(document: Document, desire: Desire) -> Json:
    """Return the page of a file that was taken in without a mistake."""
    catalog, names = desire.catalog, desire.names
    spec = catalog.type_of(document.type.text)
    assert spec is not None  # noqa: S101 - a file of an unknown type is a mistake
    values: dict[str, int] = {}
    rows: list[Json] = []
    listed: list[Json] = []

    def number(key: str, node: Node, *, by_default: bool) -> int:
        value = [key, form(node), by_default]
        at = values.setdefault(repr(value), len(values))
        if at == len(listed):
            listed.append(value)
        return at

    for entry in document.items:
        claims: list[int] = []
        for key, node, place, by_default in desire.claims(document, entry, spec):
            claims += (number(key, node, by_default=by_default), place.line, place.column)
        expects: list[int] = []
        for key, node, place in desire.resolved(entry.expect, spec):
            expects += (number(key, node, by_default=False), place.line, place.column)
        rows.append([entry.id, entry.place.line, entry.place.column, claims, expects])
    fields = {name for entry in document.items for some in (entry.fields, entry.expect) for name in some}
    roles = {name for entry in document.items for name in entry.roles}
    roles |= {spec.section_and_name(name)[1] for entry in document.items for name in entry.expect}
    return {
        "space": [document.space.text, *document.space.place[1:]],
        "type": [document.type.text, *document.type.place[1:]],
        "fields": meanings(names.known(spec, "field"), fields | document.default_fields.keys()),
        "roles": meanings(names.known(spec, "role"), roles | document.default_roles.keys()),
        "values": listed,
        "items": rows,
    }


def meanings(known: dict[str, str], names: set[str]) -> dict[str, str]:
    """Return the keys that the names of one file mean."""
    return {name: known[name] for name in sorted(names) if name in known}


def outline_of(page: Json, file: str) -> Outline:
    """Return what a page is about; raises Unfit."""
    try:
        space, type_ = (
            Scalar(text, plain=True, place=Place(file, line, column))
            for text, line, column in (page["space"], page["type"])
        )
        return Outline(file, space, type_, tuple(row[0] for row in page["items"]))
    except (KeyError, IndexError, TypeError, ValueError):
        raise Unfit from None


def take(desire: Desire, page: Json, file: str) -> None:
    """Add what a page says to the desired items, as reading the file would; raises Unfit and adds nothing."""
    catalog = desire.catalog
    try:
        spec = catalog.type_of(page["type"][0])
        if spec is None:
            raise Unfit
        values = [cached_value(desire, spec.key, *one) for one in page["values"]]
        drafts = [draft_of(Ref(spec.key, row[0]), row, values, file) for row in page["items"]]
        for kind in ("field", "role"):
            desire.names.known(spec, kind).update(page[f"{kind}s"])
    except (KeyError, IndexError, TypeError, ValueError, Wrong):
        raise Unfit from None
    for draft in drafts:
        desire.join(desire.finished(draft))


def cached_value(desire: Desire, type_key: str, key: str, written: Json, by_default: bool) -> Json:  # noqa: FBT001
    """Read one value of a page by its field's codec."""
    codec, node = desire.catalog.codec(type_key, key, by_pins=True), cached_node(written)
    if codec.is_looked_up:
        desire.mentions.add(codec, node, desire.catalog)
    return key, codec.recall(node), by_default


def draft_of(ref: Ref, row: Json, values: list[Json], file: str) -> Draft:
    """Return one item of a page."""
    _, line, column, claims, expects = row
    draft = Draft(ref, Place(file, line, column))
    numbers = iter(claims)
    for at, line, column in zip(numbers, numbers, numbers, strict=True):
        key, desired, by_default = values[at]
        draft.fields[key] = new(DesiredField, (key, desired, new(Place, (file, line, column)), by_default))
    numbers = iter(expects)
    for at, line, column in zip(numbers, numbers, numbers, strict=True):
        draft.expects.append(DesiredField(values[at][0], values[at][1], Place(file, line, column)))
    return draft


def form(node: Node) -> Json:
    """Return a node as JSON: a plain scalar as its text, all else under a letter that says what it is."""
    if isinstance(node, Scalar):
        return node.text if node.plain and not node.hidden else {"s": [node.text, node.plain, node.hidden]}
    if isinstance(node, AuthoredList):
        return {"l": [form(one) for one in node]}
    return {"m": [[form(node.keys_at[name]), form(one)] for name, one in node.items()]}


def cached_node(written: Json) -> Node:
    """Return the node that a JSON form stands for; its places are nowhere."""
    if isinstance(written, str):
        return Scalar(written, plain=True, place=NOWHERE)
    ((letter, content),) = written.items()
    if letter == "s":
        text, plain, hidden = content
        return Scalar(text, plain, NOWHERE, hidden)
    if letter == "l":
        listed = AuthoredList(NOWHERE)
        listed.extend(map(cached_node, content))
        return listed
    mapped = AuthoredMap(NOWHERE)
    for key, value in content:
        name = cached_node(key)
        if not isinstance(name, Scalar):
            raise Unfit
        mapped.keys_at[name.text] = name
        mapped[name.text] = cached_node(value)
    return mapped
