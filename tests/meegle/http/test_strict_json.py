"""Answers are read fast, and just as the standard library reads them where it is made to be strict."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.meegle.http.strict_json import Unfit, parse_json, parse_rows

texts = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(['"', '\\"', "\\u0022", "a\\"])
numbers = st.integers() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal with their types, 1 and 1.0 and true told apart."""
    return repr(one) == repr(other)


@given(values, st.sampled_from([{}, {"ensure_ascii": False}, {"indent": "\t"}, {"separators": (",", ":")}]))
def test_what_a_service_writes_is_read_as_it_was(value: Any, style: dict[str, Any]) -> None:
    text = json.dumps(value, **style)
    assert same(parse_json(text.encode()), json.loads(text))


@given(values, st.lists(st.tuples(texts, values), min_size=1, max_size=4), st.data())
def test_a_member_that_stands_twice_is_refused_wherever_it_is(
    around: Any, pairs: list[tuple[str, Any]], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from([name for name, _ in pairs]))
    in_numbers = "".join(f"\\u{unit:04x}" for unit in memoryview(name.encode("utf-16-le")).cast("H"))
    spelled = data.draw(st.sampled_from([json.dumps(name), f'"{in_numbers}"']))
    body = ", ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in pairs)
    twice = f'[{json.dumps(around)}, {{"in": {{{body}, {spelled}: {json.dumps(around)}}}}}]'
    with pytest.raises(Unfit, match="twice"):
        parse_json(twice.encode())


@pytest.mark.parametrize("text", ["1e400", "-1e400", "NaN", "Infinity", "-Infinity"])
def test_no_number_is_told_apart_from_no_json(text: str) -> None:
    with pytest.raises(Unfit, match=r"NaN|too large"):
        parse_json(f'{{"a": {text}}}'.encode())


@pytest.mark.parametrize(
    "text", ['{"a": 1', "01", "1.", "[1,]", "", "{'a': 1}", '"\x01"', "\ufeff{}", "{} {}"]
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_json(text.encode())


def test_whole_numbers_of_any_size_are_exact() -> None:
    assert parse_json(b"[123456789012345678901234567890, -9223372036854775809]") == [
        123456789012345678901234567890,
        -9223372036854775809,
    ]


def test_a_lone_half_of_a_character_is_kept_as_the_service_wrote_it() -> None:
    assert parse_json(rb'{"a": "\ud800"}') == {"a": "\ud800"}


@given(st.binary(max_size=40) | st.text('{}[]":,0123456789.eE-+ntfalsru\\ ', max_size=40).map(str.encode))
def test_other_bytes_are_read_alike_or_refused(raw: bytes) -> None:
    try:
        desired = json.loads(raw.decode("utf-8"))
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            parse_json(raw)
        return
    try:
        assert same(parse_json(raw), desired)
    except Unfit:
        assert "NaN" in repr(desired) or "inf" in repr(desired).lower() or lost_members(raw)


def lost_members(raw: bytes) -> bool:
    """Whether members got lost in the standard library's reading."""
    found: list[int] = []
    json.loads(raw, object_pairs_hook=lambda pairs: found.append(len(pairs) - len(dict(pairs))))
    return any(found)


MEMBERS = ("id", "name")
rows = st.lists(
    st.dictionaries(st.sampled_from(["id", "name", "other"]) | texts, values, max_size=5), max_size=4
)
styles = st.sampled_from([{}, {"ensure_ascii": False}, {"indent": "\t"}, {"separators": (",", ":")}])


@given(st.dictionaries(texts, values, max_size=3), rows, styles)
def test_rows_have_just_the_members_that_are_read(
    around: dict[str, Any], some: list[dict[str, Any]], style: dict[str, Any]
) -> None:
    text = json.dumps({**around, "data": some, "pagination": {"total": len(some)}}, **style)
    whole = json.loads(text)
    less = [{name: row[name] for name in MEMBERS if name in row} for row in whole["data"]]
    read = parse_rows(text.encode(), MEMBERS)
    # An answer that may have lost something is read whole.
    assert same(read, {**whole, "data": less}) or same(read, whole)


def test_what_nobody_reads_of_a_row_is_passed_over() -> None:
    text = b'{"err_code":0,"data":[{"id":7,"name":"a","fields":[{"k":1}]},{"id":8}],"pagination":{"total":2}}'
    assert parse_rows(text, MEMBERS) == {
        "err_code": 0,
        "data": [{"id": 7, "name": "a"}, {"id": 8}],
        "pagination": {"total": 2},
    }


@pytest.mark.parametrize(
    "text",
    [
        '{"data": [{"id": 7, "id": 8}]}',
        '{"data": [{"id": 7, "fields": [], "fields": []}]}',
        '{"data": [{"id": 7}], "data": []}',
        '{"data": [], "pagination": {"total": 1, "total": 2}}',
        '{"data": [{"id": 7, "\\u0069d": 8}]}',
        '{"data": [{"id": {"a": 1, "a": 2}}]}',
    ],
)
def test_a_member_that_stands_twice_is_refused_in_rows_too(text: str) -> None:
    with pytest.raises(Unfit, match="twice"):
        parse_rows(text.encode(), MEMBERS)


@pytest.mark.parametrize("text", ["1e400", "NaN", "-Infinity"])
def test_no_number_is_refused_where_it_is_read(text: str) -> None:
    with pytest.raises(Unfit, match=r"NaN|too large"):
        parse_rows(f'{{"data": [{{"id": {text}}}]}}'.encode(), MEMBERS)


def test_whole_numbers_of_rows_are_exact_too() -> None:
    assert parse_rows(b'{"data": [{"id": 123456789012345678901234567890}]}', MEMBERS)["data"][0]["id"] == int(
        "123456789012345678901234567890"
    )


@pytest.mark.parametrize("data", ["null", "{}", '[{"id": 1}, null]', "[7]", '"text"'])
def test_data_of_another_form_are_read_whole(data: str) -> None:
    text = f'{{"err_code": 0, "data": {data}}}'.encode()
    assert parse_rows(text, MEMBERS) == parse_json(text)
