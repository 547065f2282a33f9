"""The proof of an edit: what the new bytes must mean, to the last scalar."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from reconciler.manifest.edit.commands import Drop, Edit, Members, Put, Rename
from reconciler.manifest.edit.proof import content_of, edit_values, equals_number, is_form_of, reads_as
from reconciler.manifest.edit.yaml_text import Plain
from reconciler.manifest.parsing import read_tree

BEFORE = b"items:\n  - 7\n  - id: 8\n    fields: {a: 1, b: [x, y]}\n"
F = ("items", 1, "fields")


def proves(edit: Edit, after: str) -> bool:
    """Return whether the text `after` is what the edit makes of BEFORE."""
    root = read_tree(BEFORE, "f").root
    assert root is not None
    return reads_as(after.encode(), edit_values(content_of(root), edit.way, edit), "f")


@pytest.mark.parametrize(
    ("edit", "after"),
    [
        (Put((*F, "a"), 2), "items: [7, {id: 8, fields: {a: 2, b: [x, y]}}]\n"),
        (Put((*F, "c"), "n"), "items: [7, {id: 8, fields: {a: 1, b: [x, y], c: n}}]\n"),
        (
            Put(("items", 0, "fields", "a"), 3),
            "items: [{id: 7, fields: {a: 3}}, {id: 8, fields: {a: 1, b: [x, y]}}]\n",
        ),
        (Drop((*F, "a")), "items: [7, {id: 8, fields: {b: [x, y]}}]\n"),
        (Members((*F, "b"), frozenset({0}), ("z",)), "items: [7, {id: 8, fields: {a: 1, b: [y, z]}}]\n"),
        (Rename(F, (("a", "b"), ("b", "a"))), "items: [7, {id: 8, fields: {b: 1, a: [x, y]}}]\n"),
    ],
)
def test_an_edit_is_proved_by_a_file_that_holds_its_value_and_every_other_one(edit: Edit, after: str) -> None:
    assert proves(edit, after)


@pytest.mark.parametrize(
    "after",
    [
        "items: [7, {id: 8, fields: {a: 2, b: [x, 'y']}}]\n",  # an untouched scalar in another style
        "items: [7, {id: 8, fields: {a: 2, b: [x]}}]\n",  # a member lost
        "items: [7, {id: 8, fields: {a: 2, b: [x, y], c: 3}}]\n",  # a key too many
        "items: [7, {id: 8, fields: {a: '2', b: [x, y]}}]\n",  # a text instead of the number
        "items: [7, {id: 8, fields: {a: 2, b: [x, y]}}\n",  # no YAML
        "",
    ],
)
def test_an_edit_is_not_proved_by_a_file_with_any_other_difference(after: str) -> None:
    assert not proves(Put((*F, "a"), 2), after)


def test_dropping_the_last_key_of_a_section_drops_the_section() -> None:
    root = read_tree(b"items: [{id: 8, fields: {a: 1}}]\n", "f").root
    assert root is not None
    edit = Drop(("items", 0, "fields", "a"))
    assert reads_as(b"items: [{id: 8}]\n", edit_values(content_of(root), edit.way, edit), "f")


@pytest.mark.parametrize(
    ("value", "text", "plain", "same"),
    [
        (None, "null", True, True),
        (None, "null", False, False),
        ("null", "null", True, False),
        ("null", "null", False, True),
        (True, "true", True, True),
        (True, "true", False, False),
        ("true", "true", True, True),
        ("a\n", "a", False, True),
        (date(2026, 12, 1), "2026-12-01", False, True),
        (0.5, "0.50", True, True),
        (0.5, "0.5", False, False),
        (1, "1.0", True, True),
        (1, "2", True, False),
    ],
)
def test_a_scalar_is_a_form_of_a_value_if_every_codec_reads_it_so(
    value: Plain,
    text: str,
    plain: bool,  # noqa: FBT001
    same: bool,  # noqa: FBT001
) -> None:
    assert is_form_of(value, text, plain) is same


def test_a_number_is_compared_by_its_digits_and_a_word_is_none() -> None:
    assert equals_number("1e3", Decimal(1000))
    assert not equals_number("0.1000000000000001", 0.1)
    assert not equals_number("one", 1)
