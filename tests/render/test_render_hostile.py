"""The text of a plan obeys nobody but us."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given

from reconciler.model import Plan
from reconciler.render.safe import UNSEEN
from reconciler.render.text import plan_text
from tests.render.plans import HOSTILE, hostile_plan, plan_with, plans, text, update
from tests.render.test_render_github import runner


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_text_of_a_stranger_steers_a_terminal_or_a_runner(payload: str) -> None:
    hold_to_ours(hostile_plan(payload))


@given(plans)
def test_no_text_of_any_plan_steers_a_terminal_or_a_runner(plan: Plan) -> None:
    hold_to_ours(plan)


def hold_to_ours(plan: Plan) -> None:
    for line in plan_text(plan).split("\n"):
        assert not [sign for sign in line if unicodedata.category(sign) in UNSEEN]
        assert runner(line) is None


def test_a_long_text_is_shown_by_what_differs() -> None:
    long = "The regulator asks for an export of the audit log every {}, one file for each of the teams."
    shown = plan_text(plan_with(update(0, text(long.format("quarter"), long.format("month")))))
    assert re.search(
        r"~ Notes  …\w+ of the audit log every \[-quarter-\]\{\+month\+\}, one file for each", shown
    )
