"""Texts, addresses, telephone numbers and e-mail addresses: one string on the wire."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.fields.spec import FieldSpec
from reconciler.fields.text import canonical_text, is_blank
from tests.fields.fieldspace import CONTACT, HOTLINE, NAME, NOTES, WIKI, codec, read, refused


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\n\n", "a"),
        (" a ", " a "),
        ("e\u0301", "\u00e9"),
        ("\n\r\n", None),
        ("", None),
    ],
)
def test_unicode_forms_line_ends_and_newlines_at_the_end_do_not_count(text: str, folded: str | None) -> None:
    assert canonical_text(text) == folded
    assert folded is None or canonical_text(folded) == folded


def test_a_text_of_invisible_characters_is_blank() -> None:
    assert is_blank(" \t\u00a0\u200b\u2028")
    assert not is_blank(" .")


def test_a_text_keeps_its_blanks_and_a_name_loses_those_at_its_ends() -> None:
    assert read(NOTES, '" a "') == " a "
    assert read(NAME, '" a "') == "a"
    assert codec(NAME).decode(" a ").value == "a"


def test_an_answer_without_a_name_is_unreadable_and_one_without_a_text_is_empty() -> None:
    assert codec(NOTES).decode(None).value is codec(NOTES).decode("").value is None
    with pytest.raises(ValueError, match="expected a name"):
        codec(NAME).decode("  ")


@pytest.mark.parametrize("wire", [7, True, ["a"], {"text": "a"}])
def test_an_answer_that_is_no_string_is_unreadable(wire: Any) -> None:
    with pytest.raises(ValueError, match="expected a text"):
        codec(NOTES).decode(wire)


def test_a_text_is_quoted_so_that_its_blanks_are_visible() -> None:
    assert codec(NOTES).show("a ") == '"a "'
    assert codec(NOTES).show(None) == "(empty)"
    assert codec(NOTES).encode(None) == ""


@pytest.mark.parametrize(
    ("spec", "written", "value"),
    [
        (WIKI, '"  https://example.com/a?b#c "', "https://example.com/a?b#c"),
        (WIKI, "HTTP://example.com", "HTTP://example.com"),
        (HOTLINE, '"+86 138-0000 0000"', "+86138-00000000"),
        (HOTLINE, "0123", "0123"),
        (CONTACT, "ops@example.com", "ops@example.com"),
    ],
)
def test_an_address_or_a_number_loses_the_blanks_that_the_service_does_not_keep(
    spec: FieldSpec, written: str, value: str
) -> None:
    assert read(spec, written) == value
    assert codec(spec).decode(value).value == value


@pytest.mark.parametrize(
    ("spec", "written"),
    [
        (WIKI, "example.com"),
        (WIKI, "ftp://example.com"),
        (WIKI, "javascript:alert(1)"),
        (WIKI, '"https:// x"'),
        (HOTLINE, "12"),
        (HOTLINE, "call-me"),
        (HOTLINE, "'" + "1" * 55 + "'"),
        (CONTACT, "ana"),
        (CONTACT, "a@b@c"),
        (CONTACT, '"' + "a" * 250 + '@b.cd"'),
    ],
)
def test_what_the_service_would_reject_is_refused_in_the_file(spec: FieldSpec, written: str) -> None:
    (mistake,) = refused(spec, written)
    assert mistake.startswith(f"1:4: expected {codec(spec).desired_shape} for {spec.name}, found ")
