"""`show`: a saved plan, rendered again without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.plan.plan_file import dumps
from reconciler.render.text import plan_text
from tests.render.plans import plan_with, priority, saved, update

if TYPE_CHECKING:
    from tests.conftest import Desk

PLAN = plan_with(update(1, priority()))


def test_a_plan_is_shown_as_it_was_planned_and_the_service_is_not_asked(desk: Desk) -> None:
    desk.write("plan.json", dumps(saved(PLAN)))
    desk.environ.clear()
    done = desk.run("show", "plan.json")
    assert (done.code, done.out, done.err) == (0, plan_text(PLAN), "")
    assert desk.world.calls == []


def test_the_file_that_is_read_is_not_written_over(desk: Desk) -> None:
    text = dumps(saved(PLAN))
    desk.write("plan.json", text)
    done = desk.run("show", "plan.json", "--format", "html=plan.json")
    assert (done.code, "is the file that is read" in done.err) == (1, True)
    assert (desk.folder / "plan.json").read_text(encoding="utf-8") == text


def test_a_plan_that_was_touched_is_not_shown(desk: Desk) -> None:
    desk.write("plan.json", dumps(saved(PLAN)).replace("P0", "P9"))
    done = desk.run("show", "plan.json")
    assert (done.code, done.out, "its seal is broken" in done.err) == (1, "", True)
