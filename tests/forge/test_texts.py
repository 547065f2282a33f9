"""The texts that a forge shows: each with its marker, and an issue only where there is something to see."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from reconciler.forge.texts import (
    WELL,
    Shown,
    comment_text,
    is_pending,
    issue_text,
    issue_title,
    request_text,
)
from reconciler.model import Failure, Held, HeldBy, Plan, Why
from tests.render.plans import people, plan_with, priority, saved, update

ACCEPT, REPORT = Held(HeldBy.POLICY, "accept"), Held(HeldBy.POLICY, "report")
EMPTY, CHANGES = plan_with(), plan_with(update(1, priority()))


@pytest.mark.parametrize(
    ("plan", "notes", "pending"),
    [
        (EMPTY, "", False),
        (EMPTY, f"{WELL}\n", False),
        (EMPTY, "  \n", False),
        (EMPTY, "a field is gone", True),
        (CHANGES, "", True),
        (plan_with(failures=(Failure("down", ""),)), "", True),
    ],
)
def test_an_issue_is_open_while_there_is_something_to_look_at(
    plan: Plan,
    notes: str,
    pending: bool,  # noqa: FBT001 - a row of the table
) -> None:
    assert is_pending([saved(plan)], notes) is pending


def test_a_comment_and_an_issue_of_one_plan_have_different_markers() -> None:
    made = saved(CHANGES)
    assert comment_text([made]).startswith("<!-- reconciler:plan v1 ")
    assert issue_text([made], "").startswith("<!-- reconciler:drift v1 ")


def test_the_notes_of_an_issue_are_fenced_and_cut() -> None:
    body = issue_text([saved(CHANGES)], "</details>```\n" + "x" * 20_000)
    assert "#### Metadata" in body
    assert "\n````text\n" in body
    assert "x" * 8_001 not in body


def test_the_title_names_the_space_where_there_is_one() -> None:
    demo, nameless, other = (saved(replace(CHANGES, space=name)) for name in ("demo", "", "mobile"))
    assert (issue_title([demo]), issue_title([nameless])) == ("Drift in demo", "Drift")
    assert issue_title([demo, other]) == "Drift in demo, mobile"


def test_a_request_shows_what_the_files_take_over_and_nothing_that_is_only_reported() -> None:
    report = plan_with(
        skipped=(
            update(1, priority("P9", why=Why.DRIFT, held=ACCEPT)),
            update(2, people(added=["reported@example.com"], why=Why.DRIFT, held=REPORT)),
        )
    )
    body = request_text(Shown(report, saved(report)), Shown(EMPTY, saved(EMPTY)), "demo")
    assert body.startswith("<!-- reconciler:accept v1 space=demo -->\n")
    assert "P9" in body
    assert "reported@example.com" not in body
    assert body.index("take over these live values") < body.index("With this merged")
