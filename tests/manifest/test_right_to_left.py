"""Letters that turn the text around them."""

from __future__ import annotations

import pytest

from reconciler.manifest.right_to_left import is_right_to_left


@pytest.mark.parametrize("text", ["\u05d0", "\u0627", "\ufb1d", "\ufefc", "\U0001e900"])
def test_finds_hebrew_arabic_and_their_presentation_forms(text: str) -> None:
    assert is_right_to_left(f"P1 {text}")


@pytest.mark.parametrize("text", ["P1", "优先级", "é", "→", "\u200f"])
def test_leaves_other_letters_and_signs_alone(text: str) -> None:
    assert not is_right_to_left(text)
