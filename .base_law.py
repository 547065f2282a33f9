"""Unknown is not empty: any JSON is a documented value, the documented empty, or unreadable."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from reconciler.fields.compound import LOST
from tests.conftest import is_deep
from tests.faults.hostile import nodes, replaced
from tests.fields.fieldspace import CASES, ZONES, Case, codec

EXAMPLES = 10_000 if is_deep() else 60

# -- the forms of field-formats.md, sections 3 to 10, written a second time: nothing here asks a codec -------

FILLED = {"type": "string", "pattern": r"\S"}
ID = {"type": "string", "pattern": r"^(?![\[{\"])[\s\S]*\S"}
KEY = {"type": "string", "pattern": r"^[^\s\[\]{}\"',;]+$"}
MS = {
    "anyOf": [
        {"type": "integer", "minimum": 10**11, "maximum": 6 * 10**13},
        {"type": "integer", "maximum": -(10**11), "minimum": -6 * 10**13},
        {"type": "string", "pattern": r"^-?0*[1-9][0-9]{11,13}$"},
    ]
}
ITEM = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": r"^[1-9][0-9]{0,18}$"}]}


def having(**members: Any) -> dict[str, Any]:
    """An object that has at least these members."""
    return {"type": "object", "required": list(members), "properties": members}


def listed(*members: Any) -> dict[str, Any]:
    """A list of one member or more."""
    return {"type": "array", "items": {"anyOf": list(members)}, "minItems": 1}


VALUES: dict[str, list[dict[str, Any]]] = {
    **dict.fromkeys(("text", "link", "telephone", "email"), [{"type": "string", "minLength": 1}]),
    "multi_text": [{"type": "string"}, having(doc_text={}), having(doc={}), listed(having(type={}))],
    "link_cloud_doc": [FILLED, listed(FILLED)],
    "number": [{"type": "number"}, {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"}],
    "bool": [{"type": "boolean"}],
    "date": [MS],
    "schedule": [having(start_time=MS, end_time=MS)],
    "select": [ID, having(value=ID)],
    "multi_select": [listed(ID, having(value=ID))],
    "tree_select": [having(value=ID)],
    "tree_multi_select": [listed(having(value=ID))],
    "business": [ID],
    "user": [KEY, {**listed(KEY), "maxItems": 1}],
    "multi_user": [listed(KEY)],
    "role": [listed(KEY)],
    "work_item_related_select": [ITEM, having(id=ITEM)],
    "work_item_related_multi_select": [listed(ITEM, having(id=ITEM))],
    "compound_field": [listed({"type": "array", "items": having(field_key={"type": "string"})})],
}
"""By type, the forms that hold something."""

ZERO_IS_UNSET = frozenset({"date", "schedule", "work_item_related_select"})
MEMBERS = {
    "select": ("value", "label"),
    "tree_select": ("value", "label", "children"),
    "schedule": ("start_time", "end_time"),
    "work_item_related_select": ("id", "name"),
    "business": (),
}
"""Of the types that hold one thing, the members of the object that may stand for nothing (A2)."""


def is_unset(type_: str, wire: Any) -> bool:
    """3.1: null, "", [], 0 of a time or a relation, or an object of known members, all of them unset."""
    if isinstance(wire, dict):
        members = MEMBERS.get(type_, ())
        return type_ in MEMBERS and all(key in members and is_unset(type_, one) for key, one in wire.items())
    if type(wire) is int:
        return not wire and type_ in ZERO_IS_UNSET
    return wire is None or (isinstance(wire, str | list) and not wire)


def is_documented_empty(type_: str, wire: Any) -> bool:
    """Whether the pages have this form for a field of the type that holds nothing."""
    match type_:
        case "bool":
            return wire is None
        case "number" | "text" | "link" | "telephone" | "email" | "date":
            blank = type_ not in {"number", "date"} and isinstance(wire, str) and not wire.strip()
            return blank or (is_unset(type_, wire) and wire != [])
        case "multi_text" if isinstance(wire, dict):
            words = wire.get("doc_text")
            return not wire or wire.get("is_empty") is True or (isinstance(words, str) and not words.strip())
        case "multi_text" if isinstance(wire, str):
            return not wire.strip()
    return is_unset(type_, wire)


# -- any JSON, and documented forms in which something is odd ------------------------------------------------

words = st.sampled_from(
    ["value", "label", "children", "id", "name", "content", "doc_text", "field_key", "owners", "role_key"]
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from([0, "", "0", 1764547200, 1764547200000, "null", "[]", "{}", " "])
)
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def odd(draw: st.DrawFn, right: Any) -> Any:
    """A right answer in which one to three places are replaced, renamed, doubled, wrapped or gone."""
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([(), *nodes(right)]))
        inside = right
        for step in path:
            inside = inside[step]
        right = replaced(
            right, path, draw(st.sampled_from(list(oddities(inside, draw(anything), draw(words)))))
        )
    return right


def oddities(wire: Any, other: Any, name: str) -> Iterator[Any]:
    """What a value may have turned into."""
    yield from (other, [wire], [wire, wire], {name: wire}, json.dumps(wire))
    if isinstance(wire, dict) and wire:
        first, *rest = wire
        yield {key: wire[key] for key in rest}
        yield {**{key: wire[key] for key in rest}, name: wire[first]}
    if isinstance(wire, list):
        yield wire[1:]
        yield [*wire, other]


FIELDS = [case for case in CASES if case.spec.zone is ZONES[0]]


@pytest.mark.parametrize("case", FIELDS, ids=lambda case: case.id)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_any_json_is_a_documented_value_the_documented_empty_or_unreadable(
    case: Case, data: st.DataObject
) -> None:
    bound, type_ = codec(case.spec), case.spec.type
    sent = bound.encode(data.draw(case.values))
    right = data.draw(st.sampled_from(list(case.readings(sent))))
    wire = json.loads(json.dumps(data.draw(anything | odd(right))))
    is_empty = is_documented_empty(type_, wire) and case.spec.key != "name"
    try:
        seen = bound.decode(wire)
    except ValueError as error:
        assert str(error)
        assert not is_empty or isinstance(wire, dict | list), wire
        return
    if seen.value == bound.empty:
        lost = any(note.startswith(LOST) for note in seen.notes)
        assert is_empty or lost or (type_ == "compound_field" and is_blank_rows(wire)), wire
    else:
        assert any(Draft7Validator(form).is_valid(wire) for form in VALUES[type_]), wire
        assert bound.decode(bound.encode(seen.value)).value == seen.value


def is_blank_rows(wire: Any) -> bool:
    """Whether rows are there in which no sub-field holds anything."""
    types = {"field_env": "text", "field_when": "date", "field_cost": "number", "field_stage": "select"}
    return all(
        is_documented_empty(types.get(pair["field_key"], "multi_user"), pair.get("field_value"))
        for row in wire
        for pair in row
        if pair["field_key"] != "field_total"
    )
