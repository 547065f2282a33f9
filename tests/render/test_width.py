"""Columns that a text takes on a terminal."""

from __future__ import annotations

import pytest

from reconciler.render.width import columns, padded


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("P0", 2),
        ("优先级", 6),
        ("Ａ，", 4),
        ("e\u0301", 1),
        ("\u2068x\u2069", 1),
        ("→…", 2),
        ("한", 2),
    ],
)
def test_wide_signs_take_two_columns_and_marks_none(text: str, width: int) -> None:
    assert columns(text) == width


def test_a_text_is_padded_by_columns() -> None:
    assert padded("优先级", 8) == "优先级  "
    assert padded("Priority", 3) == "Priority"
