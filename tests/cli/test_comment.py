"""`comment --print`: the text for a forge without a client, with its marker first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.plan.plan_file import dumps
from tests.render.plans import plan_with, priority, saved, update

if TYPE_CHECKING:
    from tests.conftest import Desk


def test_the_printed_text_begins_with_its_marker_and_needs_no_forge(desk: Desk) -> None:
    desk.write("plan.json", dumps(saved(plan_with(update(1, priority())))))
    done = desk.run("comment", "plan.json", "--print")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("<!-- reconciler:plan v1 ")
    assert desk.world.calls == []


def test_an_issue_has_the_notes_below(desk: Desk) -> None:
    desk.write("plan.json", dumps(saved(plan_with(update(1, priority())))))
    desk.write("notes.txt", "a field is gone\n")
    done = desk.run("comment", "plan.json", "--issue", "--notes", "notes.txt", "--print")
    assert done.out.startswith("<!-- reconciler:drift v1 ")
    assert "a field is gone" in done.out


def test_notes_without_an_issue_and_notes_that_are_not_there_are_refused(desk: Desk) -> None:
    desk.write("plan.json", dumps(saved(plan_with())))
    desk.write("notes.txt", "x")
    done = desk.run("comment", "plan.json", "--notes", "notes.txt", "--print")
    assert (done.code, "--notes are for an issue" in done.err) == (1, True)
    done = desk.run("comment", "plan.json", "--issue", "--notes", "none.txt", "--print")
    assert (done.code, "cannot read none.txt" in done.err) == (1, True)
