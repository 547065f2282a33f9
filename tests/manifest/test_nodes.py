"""Authored values: a scalar keeps its text as written, and its kind is what messages call it."""

from __future__ import annotations

import pytest

from reconciler.errors import Place
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import (
    NOTHING,
    AuthoredList,
    Node,
    Scalar,
    every_section,
    node_kind,
    place_within,
)

AT = Place("f.yaml", 1, 1)


@pytest.mark.parametrize(
    ("text", "plain", "null", "blank"),
    [
        ("null", True, True, False),
        ("null", False, False, False),
        ("", True, False, True),
        ("", False, False, False),
        ("~", True, False, True),
        ("Null", True, False, True),
        ("no", True, False, False),
    ],
)
def test_only_the_plain_word_null_is_null_and_what_yaml_alone_reads_so_is_blank(
    text: str,
    plain: bool,  # noqa: FBT001
    null: bool,  # noqa: FBT001
    blank: bool,  # noqa: FBT001
) -> None:
    scalar = Scalar(text, plain, AT)
    assert (scalar.is_null, scalar.is_blank) == (null, blank)


@pytest.mark.parametrize(
    ("node", "kind"),
    [
        (Scalar("null", plain=True, place=AT), "null"),
        (Scalar("null", plain=False, place=AT), "text"),
        (AuthoredList(AT), "a list"),
        (NOTHING, "a map"),
    ],
)
def test_messages_call_a_node_by_its_kind(node: Node, kind: str) -> None:
    assert node_kind(node) == kind


def test_a_place_after_the_last_line_is_the_end_of_the_last_text() -> None:
    lines = ["a: [", "  b  ", "", ""]
    assert place_within(Place("f", 4, 1), lines) == Place("f", 2, 4)
    assert place_within(Place("f", 9, 7), lines) == Place("f", 2, 4)
    assert place_within(Place("f", 2, 3), lines) == Place("f", 2, 3)
    assert place_within(Place("f", 1, 1), [""]) == Place("f", 1, 1)


def test_the_sections_of_a_document_are_the_defaults_each_item_and_each_expectation() -> None:
    document, _ = read_bytes(
        b"space: demo\ntype: story\ndefaults: {fields: {a: 1}}\n"
        b"items: [7, {id: 8, roles: {RD: []}, expect: {name: x}}]\n",
        "f.yaml",
    )
    assert document
    assert [(list(fields), list(roles)) for fields, roles in every_section(document)] == [
        (["a"], []),
        ([], []),
        ([], ["RD"]),
        (["name"], ["name"]),
    ]
