"""Unknown is not empty: any JSON is a documented value, the documented empty, or unreadable."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from reconciler.fields.compound import LOST
from tests.conftest import is_deep
from tests.faults.hostile import nodes, replaced
from tests.fields.fieldspace import CASES, ZONES, Case, codec
from tests.workbench import Bench

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
    **{key: [{"type": "string", "minLength": 1}] for key in ("text", "link", "telephone", "email")},
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


FIELDS = [case for case in CASES if case.spec.zone is ZONES[0] and case.spec.key != "name"]
"""An item is never without a name, so that no form of it is empty."""


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
    try:
        seen = bound.decode(wire)
    except ValueError:
        assert wire is not None
        assert wire != "" or type_ == "bool"
        return
    if seen.value == bound.empty:
        lost = any(note.startswith(LOST) for note in seen.notes)
        assert (
            is_documented_empty(type_, wire) or lost or (type_ == "compound_field" and is_blank_rows(wire))
        ), wire
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


# -- the roles, which a PUT replaces whole ----------------------------------------------------------------

STATE = b"space: demo\ntype: story\nitems:\n  - {id: 6300012320, roles: {RD: [dana@example.com]}}\n"
PEOPLE = [f"731000000000000000{n}" for n in range(1, 7)]
members = st.lists(st.sampled_from(PEOPLE), max_size=3, unique=True)
role_rows = st.lists(
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(["rd", "role_7908a9", "role_d35160", "role_d35160", "role_a1b2c3"]),
            "owners": st.none() | members,
        },
        optional={"name": st.just("any"), "exist": st.booleans(), "role_key": st.just("role_demo_story_rd")},
    ),
    max_size=4,
)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with ExitStack() as opened:
        yield Bench(opened)


@settings(max_examples=EXAMPLES if not is_deep() else 2_000)
@given(held=role_rows | role_rows.flatmap(odd) | anything)
@example({"rd": [PEOPLE[0]], "role_d35160": [PEOPLE[1]]})
@example([{"role_key": "role_demo_story_d35160", "owners": [PEOPLE[1]]}])
@example([{"role": "role_d35160", "owners": [PEOPLE[1]]}, {"role": "role_d35160", "owners": [PEOPLE[2]]}])
@example([{"role": "role_d35160", "members": [PEOPLE[1]]}])
@example([{"role": "role_a1b2c3", "owners": [PEOPLE[1]]}])
def test_no_put_holds_fewer_people_of_a_role_that_the_files_do_not_name_than_the_read_before_it(
    bench: Bench, held: Any
) -> None:
    bench.reset()
    held = json.loads(json.dumps(held))
    bench.wire.meddle = lambda request, inner: holding(held, inner.handle_request(request))
    _, _, writes = bench.apply(bench.plan(bench.desire(STATE)))
    named = {"rd"}
    for made in writes:
        (pair,) = made.body["update_fields"]
        put = {entry["role"]: entry["owners"] for entry in pair["field_value"]}
        assert len(put) == len(pair["field_value"])
        assert people_in(held, besides=named) <= {person for owners in put.values() for person in owners}
        for row in held or ():
            assert row["role"] in named or set(people_in(row)) <= set(put[row["role"]])


def holding(roles: Any, answer: httpx.Response) -> httpx.Response:
    """The same answer, in which every item holds these roles."""
    answer.read()
    document = answer.json()
    for row in document["data"] if isinstance(document.get("data"), list) else ():
        for entry in row.get("fields", ()):
            if entry["field_key"] == "role_owners":
                entry["field_value"] = roles
    return httpx.Response(answer.status_code, json=document)


def people_in(wire: Any, besides: frozenset[str] | set[str] = frozenset()) -> set[str]:
    """The people anywhere in an answer, without those of some roles."""
    if isinstance(wire, dict) and wire.get("role") in besides:
        return set()
    if isinstance(wire, dict | list):
        inside = wire.values() if isinstance(wire, dict) else wire
        return {person for one in inside for person in people_in(one, besides)}
    return {wire} & set(PEOPLE) if isinstance(wire, str) else set()
