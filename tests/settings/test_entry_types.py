"""The types of settings: lists of words; the others are tested with the settings that use them."""

from __future__ import annotations

import pytest

from reconciler.manifest.shapes import Unfit, reader_of, written
from reconciler.settings.entry_types import Words

words = reader_of(Words)


def test_one_word_is_a_list_of_one() -> None:
    assert words("story") == ("story",)
    assert words(["story", "issue"]) == ("story", "issue")
    assert written(("story",), Words) == ["story"]


def test_a_list_without_words_is_refused() -> None:
    with pytest.raises(Unfit, match="an empty list"):
        words([])
