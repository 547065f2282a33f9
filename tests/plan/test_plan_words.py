"""The words of plan JSON: each reason has one, and a reader of any version gets the reason back."""

from __future__ import annotations

import json

import pytest

from reconciler.model import Held, HeldBy, Why
from reconciler.plan.plan_file import BadPlan, plan_file, plan_of
from reconciler.plan.plan_json import PlanFile
from reconciler.plan.plan_words import WHY_WORDS, held_of, reason_words, why_of
from tests.render.plans import NOON, plan_with, priority, update

HELD = {
    "base unknown": Held(HeldBy.BASE_UNKNOWN),
    "no last applied commit is known": Held(HeldBy.APPLIED_UNKNOWN),
    "changed here, too": Held(HeldBy.CHANGED_HERE_TOO),
    "ignored": Held(HeldBy.IGNORED),
    "ignored: people: they subscribe": Held(HeldBy.IGNORED, "people: they subscribe"),
    "rule: check": Held(HeldBy.RULE_CHECKS),
    "rule: propose": Held(HeldBy.RULE_PROPOSES),
    "drift: report": Held(HeldBy.POLICY, "report"),
    "drift: accept": Held(HeldBy.POLICY, "accept"),
    "drift: put back 3 times in 7 days": Held(HeldBy.FOUGHT_OVER, "3"),
    "words of a later version": Held(HeldBy.OTHER, "words of a later version"),
}


def test_every_reason_has_a_word_of_its_own() -> None:
    assert {why_of(word): word for word in WHY_WORDS.values()} == {why: WHY_WORDS[why] for why in Why}
    assert set(WHY_WORDS.values()) == {
        "changed here",
        "drift",
        "both",
        "newly managed",
        "pending",
        "newly selected",
    }
    assert why_of("Drift") is None


@pytest.mark.parametrize("words", HELD)
def test_what_holds_a_change_back_is_read_as_it_was_written(words: str) -> None:
    assert held_of(words) == HELD[words]
    assert reason_words(HELD[words]) == words


def test_no_reason_is_left_out() -> None:
    assert {one.by for one in HELD.values()} == set(HeldBy)


def test_a_plan_with_an_unknown_reason_is_refused() -> None:
    made = plan_file(plan_with(update(0, priority(why=Why.DRIFT))), NOON)
    raw = made.model_dump(mode="json")
    raw["resource_changes"][0]["fields"][0]["why"] = "Drift"
    with pytest.raises(BadPlan, match="gives a reason that this version does not know"):
        plan_of(PlanFile.model_validate_json(json.dumps(raw)))
