"""The values of fields: what is stored, what clears, and what is dropped."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import Options
from tests.sandbox.api import ANA, BO, Api

Json = Any


def world_of(**switches: Json) -> Api:
    return Api(Options(throttle=False, **switches))


@pytest.mark.parametrize(
    ("how", "key", "sent", "read"),
    [
        ("trim", "field_a1b2c3", "  x ", "x"),
        ("newline", "description", "x", "x\n"),
        ("round", "field_3724e6", 2.6, 3),
        ("upper", "field_a1b2c3", "abc", "ABC"),
        ("lower", "field_a1b2c3", "Abc", "abc"),
        ("reverse", "watchers", [ANA, BO], [BO, ANA]),
    ],
)
@pytest.mark.parametrize("by", ["key", "type"])
def test_a_normaliser_changes_what_is_stored(how: str, key: str, sent: Json, read: Json, by: str) -> None:
    kinds = {
        "field_a1b2c3": "text",
        "description": "multi_text",
        "field_3724e6": "number",
        "watchers": "multi_user",
    }
    api = world_of(normalise={key if by == "key" else kinds[key]: how})
    api.put(key, sent)
    assert api.value(key) == read


@pytest.mark.parametrize(
    ("kind", "form", "read"),
    [
        ("text", "null", None),
        ("text", "missing", "missing"),
        ("multi_user", "list", []),
        ("number", "zero", 0),
        ("select", "object", {"value": None}),
        ("date", "zero", 0),
    ],
)
def test_the_form_of_empty_is_a_switch_of_each_type(kind: str, form: str, read: Json) -> None:
    keys = {
        "text": "field_a1b2c3",
        "multi_user": "watchers",
        "number": "field_3724e6",
        "select": "priority",
        "date": "field_2fbca6",
    }
    api = world_of(empty_forms={kind: form})
    api.put(keys[kind], None)
    assert api.value(keys[kind]) == read


@pytest.mark.parametrize(("accepted", "cleared"), [(["null"], True), (["list", "text"], False)])
def test_which_form_clears_is_a_switch_and_others_are_dropped(accepted: list[str], cleared: bool) -> None:  # noqa: FBT001 - a row of the table
    api = world_of(clear_by={"number": accepted})
    api.put("field_3724e6", None)
    assert (api.value("field_3724e6") is None) is cleared


def test_emptying_a_required_field_may_be_refused() -> None:
    # 13.6
    api = world_of(required_clear="refuse")
    no = api.refuse("field_31e0b8", "", 6300013300, "issue")
    assert no[:2] == (400, 20038)
