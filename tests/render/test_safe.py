"""No text of a stranger steers a screen, a log or a runner."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.safe import BLANK, UNSEEN, safe_json, safe_text


@given(st.text() | st.text("a:#[\n\x1b\u202e"))
def test_nothing_unseen_is_left_and_no_command_of_a_runner(text: str) -> None:
    shown = safe_text(text)
    assert all(unicodedata.category(sign) not in UNSEEN for sign in shown)
    assert "::" not in shown
    assert "##[" not in shown


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"], exclude_characters=":#")))
def test_harmless_text_is_left_as_it_is(text: str) -> None:
    text = re.sub(f"[{BLANK}]", "", text)
    assert safe_text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\u001b[31mred"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("line\u2028end", "line\\u2028end"),
        ("paragraph\u2029end", "paragraph\\u2029end"),
        ("::error::x", ":\\:error:\\:x"),
        (":::::", ":\\:\\:\\:\\:"),
        (":::error::x", ":\\:\\:error:\\:x"),
        ("##[group]x", "##\\[group]x"),
        ("支付：崩溃 café", "支付：崩溃 café"),
    ],
)
def test_what_a_terminal_or_a_runner_would_obey_is_shown(text: str, shown: str) -> None:
    assert safe_text(text) == shown


@pytest.mark.parametrize(
    ("sign", "shown"),
    [
        ("\U000e0001", "\\U000e0001"),
        ("\ue000", "\\ue000"),
        ("\uffff", "\\uffff"),
        ("\U0010ffff", "\\U0010ffff"),
        ("\ud800", "\\ud800"),
    ],
)
def test_an_escape_names_the_character(sign: str, shown: str) -> None:
    assert safe_text(sign) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a": "支付 é"}\n', '{"a": "支付 é"}\n'),
        ('"\u202e\u2028"', '"\\u202e\\u2028"'),
        ('"\U000e0001"', '"\\udb40\\udc01"'),
        ('":::::error"', '":\\u003a:\\u003a:error"'),
        ('"##[group]"', '"\\u0023#[group]"'),
        ("[\n  1\n]\n", "[\n  1\n]\n"),
    ],
)
def test_json_keeps_its_meaning_and_steers_nothing(text: str, shown: str) -> None:
    made = safe_json(text)
    assert made == shown
    assert json.loads(made) == json.loads(text)


@given(st.recursive(st.text() | st.text("a:#[\x1b\u202e"), st.lists, max_leaves=5))
def test_any_json_keeps_its_meaning_and_steers_nothing(value: object) -> None:
    made = safe_json(json.dumps(value, ensure_ascii=False))
    assert json.loads(made) == value
    assert all(unicodedata.category(sign) not in UNSEEN for sign in made)
    assert "::" not in made
    assert "##[" not in made
