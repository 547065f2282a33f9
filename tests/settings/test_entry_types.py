"""The types of settings: lists of words; the others are tested with the settings that use them."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from reconciler.settings.entry_types import Words

WORDS: TypeAdapter[tuple[str, ...]] = TypeAdapter(Words)


def test_one_word_is_a_list_of_one() -> None:
    assert WORDS.validate_python("story") == ("story",)
    assert WORDS.validate_python(["story", "issue"]) == ("story", "issue")
    assert WORDS.dump_python(("story",), mode="json") == ["story"]


def test_a_list_without_words_is_refused() -> None:
    with pytest.raises(ValidationError, match="an empty list"):
        WORDS.validate_python([])
