"""Answers of a forge: a success is JSON, a failure has its words, and a list's next page is its own."""

from __future__ import annotations

import json

import httpx
import pytest

from reconciler.forge.rest import (
    ForgeRefused,
    Known,
    OddAnswer,
    Passing,
    has_number,
    json_bytes,
    message_of,
    next_params,
    read_response,
)

FORGE = Known("The forge", "FORGE_URL", {403: "ask for the right", None: "look at its page"})


def test_a_success_is_its_json_and_an_empty_one_is_nothing() -> None:
    assert read_response(FORGE, "list notes", httpx.Response(200, json=[1])) == [1]
    assert read_response(FORGE, "delete it", httpx.Response(204)) is None


def test_a_success_that_is_no_json_proves_nothing() -> None:
    with pytest.raises(OddAnswer, match="asked to list notes, is no JSON; check FORGE_URL"):
        read_response(FORGE, "list notes", httpx.Response(200, text="<html>"))


@pytest.mark.parametrize(("status", "fix"), [(403, "ask for the right"), (404, "look at its page")])
def test_a_refusal_names_the_right_that_is_missing(status: int, fix: str) -> None:
    with pytest.raises(ForgeRefused, match=f'refused to write: {status} "no"; {fix}'):
        read_response(FORGE, "write", httpx.Response(status, json={"message": "no"}))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_told_from_what_stays(status: int) -> None:
    with pytest.raises(Passing) as passing:
        read_response(FORGE, "write", httpx.Response(status))
    assert passing.value.wait is None
    assert isinstance(passing.value.final, ForgeRefused)


@pytest.mark.parametrize(("asked", "wait"), [("0", 0.0), ("60", 60.0)])
def test_a_short_wait_is_what_the_forge_asks_for(asked: str, wait: float) -> None:
    with pytest.raises(Passing) as passing:
        read_response(FORGE, "write", httpx.Response(403, headers={"retry-after": asked}))
    assert passing.value.wait == wait


@pytest.mark.parametrize("asked", ["61", "-1", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_any_other_wait_is_a_refusal(asked: str) -> None:
    with pytest.raises(ForgeRefused):
        read_response(FORGE, "write", httpx.Response(403, headers={"retry-after": asked}))


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"message": "no"}, "no"),
        ({"message": {"note": ["too long"]}}, '{"note": ["too long"]}'),
        ({"error": "x", "error_description": "y"}, "y"),
        ({"error": "x"}, "x"),
        ({}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_the_forge_s_own_words_are_found_in_any_of_its_forms(told: object, message: str) -> None:
    assert message_of(told) == message


def test_the_next_page_is_its_parameters_alone() -> None:
    link = '<https://evil.example/x?page=2&per_page=100>; rel="next", <https://evil.example/y>; rel="last"'
    assert next_params(link) == {"page": "2", "per_page": "100"}
    assert next_params('<https://x?page=1>; rel="prev"') is None
    assert next_params("") is None


def test_half_a_character_is_escaped_and_all_else_is_its_bytes() -> None:
    assert json_bytes({"a": "支付"}) == '{"a": "支付"}'.encode()
    assert json.loads(json_bytes({"a": "\ud800"})) == {"a": "\ud800"}


@pytest.mark.parametrize(
    ("told", "has"), [({"id": 1}, True), ({"id": True}, False), ({"id": "1"}, False), ([], False)]
)
def test_a_row_has_its_number(told: object, has: bool) -> None:  # noqa: FBT001 - a row of the table
    assert has_number(told, "id") is has
