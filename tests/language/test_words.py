"""Words that sentences hold."""

from __future__ import annotations

from reconciler.language import _, speaking
from reconciler.language.words import CLICK, WORDS


def test_every_word_has_a_translation_or_is_a_name() -> None:
    with speaking("zh-CN"):
        assert [word for word in (*WORDS, *CLICK) if _(word) == word] == ["id", "git"]
