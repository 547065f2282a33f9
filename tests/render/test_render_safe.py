"""No text of a stranger steers a screen, a log or a runner."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.safe import UNSEEN, safe_text


@given(st.text() | st.text("a:#[\n\x1b\u202e"))
def test_nothing_unseen_is_left_and_no_command_of_a_runner(text: str) -> None:
    shown = safe_text(text)
    assert all(unicodedata.category(sign) not in UNSEEN for sign in shown)
    assert "::" not in shown
    assert "##[" not in shown


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"], exclude_characters=":#")))
def test_harmless_text_is_left_as_it_is(text: str) -> None:
    assert safe_text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\u001b[31mred"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("line\u2028end", "line\\u2028end"),
        ("::error::x", ":\\:error:\\:x"),
        (":::::", ":\\:\\:\\:\\:"),
        (":::error::x", ":\\:\\:error:\\:x"),
        ("##[group]x", "##\\[group]x"),
        ("支付：崩溃 café", "支付：崩溃 café"),
    ],
)
def test_what_a_terminal_or_a_runner_would_obey_is_shown(text: str, shown: str) -> None:
    assert safe_text(text) == shown
