"""The text of a plan obeys nobody but us."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given
from msgspec.structs import replace

from reconciler.cli.formats import VIEWS, Showing
from reconciler.errors import Mistake, Place
from reconciler.model import Plan
from reconciler.model.outcomes import Rejected, Report, Row
from reconciler.plan.plan_file import load_plan, plan_of
from reconciler.render.events import failed_event, patch_event, plan_event, report_events
from reconciler.render.mistakes import Checked, as_json
from reconciler.render.safe import UNSEEN
from reconciler.render.text import plan_text
from tests.forge.github.test_annotations import runner
from tests.render.plans import (
    HOSTILE,
    hostile_plan,
    plan_with,
    plans,
    saved,
    text,
    update,
    writable,
)

ISOLATES = "\u2068\u2069"
"""What stands around a value from right to left; a stranger's own are shown as escapes."""


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_text_of_a_stranger_steers_a_terminal_or_a_runner(payload: str) -> None:
    hold_to_ours(hostile_plan(payload))


@given(plans)
def test_no_text_of_any_plan_steers_a_terminal_or_a_runner(plan: Plan) -> None:
    hold_to_ours(plan)


def hold_to_ours(plan: Plan) -> None:
    for line in plan_text(plan).split("\n"):
        assert not [sign for sign in line if unicodedata.category(sign) in UNSEEN and sign not in ISOLATES]
        assert line.count(ISOLATES[0]) == line.count(ISOLATES[1])
        assert runner(line) is None


def test_a_long_text_is_shown_by_what_differs() -> None:
    long = "The regulator asks for an export of the audit log every {}, one file for each of the teams."
    shown = plan_text(plan_with(update(0, text(long.format("quarter"), long.format("month")))))
    assert re.search(
        r"~ Notes  …\w+ of the audit log every \[-quarter-\]\{\+month\+\}, one file for each", shown
    )


def test_a_change_from_another_file_than_its_heading_names_that_file() -> None:
    here = text("a", "b")
    there = replace(here, name="Due", place=Place("state/demo/dates.yaml", 3, 1))
    lines = plan_text(plan_with(update(0, here, there))).splitlines()
    (notes,), (due,) = ([one for one in lines if f"~ {name}" in one] for name in ("Notes", "Due"))
    assert notes.endswith(f"   :{here.place.line}")
    assert due.endswith("   state/demo/dates.yaml:3")


@pytest.mark.parametrize("payload", HOSTILE)
def test_json_keeps_every_text_and_steers_nobody_all_the_same(payload: str) -> None:
    plan = hostile_plan(payload)
    if not writable(plan):
        return
    made = saved(plan)
    report = Report(
        tuple(
            Row(update.ref, update.title, one.key, one.name, Rejected(payload), one)
            for update in plan.updates
            for one in update.changes
        ),
        moved=(payload,),
        stopped=payload,
    )
    mistake = Mistake(Place(payload, 1, 1), payload, payload)
    texts = (
        VIEWS["json"](Showing((plan,), lambda: (made,))),
        plan_event(plan) + report_events(report, "rows") + failed_event(plan.failures) + patch_event(payload),
        as_json(Checked(1, 1, [mistake])),
    )
    for text_ in texts:
        for line in text_.split("\n"):
            assert not [sign for sign in line if unicodedata.category(sign) in UNSEEN]
            assert runner(line) is None
    assert plan_of(load_plan(texts[0])) == plan_of(made)
    last = json.loads(texts[1].splitlines()[-1])
    assert last["patch"] == payload
    assert json.loads(texts[2])["mistakes"][0]["what"] == payload
