"""The words by which people read why a field differs, and why an apply skips it."""

from __future__ import annotations

import pytest

from reconciler.model import Held, HeldBy, Why
from reconciler.render.reasons import held_text, held_word, why_text


@pytest.mark.parametrize("why", Why)
def test_every_reason_has_words_of_its_own(why: Why) -> None:
    assert why_text(why)
    assert [one for one in Why if why_text(one) == why_text(why)] == [why]


def test_people_read_conflicting_where_plan_json_says_both() -> None:
    assert why_text(Why.CONFLICTING) == "conflicting"


def test_nothing_is_said_where_no_base_is_known() -> None:
    assert why_text(None) == ""


@pytest.mark.parametrize("by", HeldBy)
def test_a_stranger_s_words_never_become_a_word_for_counts(by: HeldBy) -> None:
    assert "evil" not in held_word(Held(by, "evil"))
    assert held_word(Held(by, "evil")) == held_word(Held(by, "other"))


@pytest.mark.parametrize(
    ("held", "text", "word"),
    [
        (Held(HeldBy.POLICY, "report"), "drift: report", "drift"),
        (Held(HeldBy.FOUGHT_OVER, "3"), "drift: put back 3 times in 7 days", "drift"),
        (Held(HeldBy.IGNORED, "they know"), "ignored: they know", "ignored"),
        (Held(HeldBy.BASE_UNKNOWN), "base unknown", "base unknown"),
        (Held(HeldBy.OTHER, "some reason of later"), "some reason of later", "other reasons"),
    ],
)
def test_what_holds_a_change_is_told_whole_in_a_row_and_in_a_word_in_counts(
    held: Held, text: str, word: str
) -> None:
    assert (held_text(held), held_word(held)) == (text, word)
