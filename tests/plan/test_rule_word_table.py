"""The words of a rule's rows: each by whether the item was a member at the last apply, and is one now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from reconciler.plan.last_applied_ref import applied_ref
from tests.git_repository import commit, git
from tests.plan.test_earlier_commit import BO
from tests.plan.test_rules import (
    FIRST,
    POINTS,
    SECOND,
    apply_and_record,
    fields_of,
    planned,
    rule,
    rules,
    zebras,
)

if TYPE_CHECKING:
    from tests.conftest import Desk

FOAL = FIRST + 5
"""An item that is no member at the last apply."""
MONTH = 40 * 86_400


class Word(NamedTuple):
    """What happened since the last apply, and the word for the points of the item; None: no row."""

    says: str
    happens: Callable[[Desk], object]
    word: str | None
    item: int
    commits: tuple[str, ...] = ("--base", "HEAD", "--applied", applied_ref("demo"))


def moved(desk: Desk, item: int = FIRST) -> None:
    desk.world.edit(item, POINTS, 9, by=BO)


def entered(desk: Desk) -> None:
    desk.world.edit(FOAL, "name", "Zebra foal", by=BO)


def left(desk: Desk) -> None:
    desk.world.edit(FIRST, "name", "Horse", by=BO)


def changed(desk: Desk) -> None:
    rules(desk, rule(fields="{story_points: 7}"))


def added(desk: Desk) -> None:
    rules(desk, rule(), rule("foals", where='["name ~ foal"]'))


def taken_away(desk: Desk) -> None:
    desk.world.edit(FOAL, POINTS, 5, by=BO)
    desk.world.edit(FOAL, POINTS, 2, by=BO)


def months_later(desk: Desk) -> None:
    now = desk.world.clock()
    desk.world.clock = lambda: now + MONTH
    desk.environ["SOURCE_DATE_EPOCH"] = str(int(now + MONTH))


def no_records(desk: Desk) -> None:
    desk.world.options.faults = [{"kind": "page", "path": "*record*"}]


def each(*steps: Callable[[Desk], object]) -> Callable[[Desk], object]:
    return lambda desk: [step(desk) for step in steps]


BASE_ALONE = ("--base", "HEAD")
TABLE = (
    Word("was, is: nothing", lambda _: None, None, FIRST),
    Word("was, is: moved by hand", moved, "drift", FIRST),
    Word("was, is: the commit changes the value", changed, "changed here", FIRST),
    Word("was, is: both", each(moved, changed), "both", FIRST),
    Word("was, is not: left", left, "released", FIRST),
    Word("was, is not: left and moved", each(moved, left), "released", FIRST),
    Word("was, is not: the commit changes the value", each(left, changed), "released", FIRST),
    Word("was not, is: came in as it was", entered, "newly selected", FOAL),
    Word("was not, is: came in and taken away from the value", each(taken_away, entered), "drift", FOAL),
    Word(
        "was not, is: the rule is new",
        each(lambda desk: desk.world.edit(FOAL, "name", "A foal", by=BO), added),
        "newly managed",
        FOAL,
    ),
    Word(
        "was not, is: came in, and the commit changes the value", each(entered, changed), "changed here", FOAL
    ),
    Word("was not, is not", lambda desk: moved(desk, FOAL), None, FOAL),
    Word("history: no record is named", entered, "drift", FOAL, BASE_ALONE),
    Word("history: the records cannot be read", each(entered, no_records), "drift", FOAL),
    Word(
        "history: the last apply is longer ago than records reach", each(months_later, entered), "drift", FOAL
    ),
    Word("history, was: no record is named", moved, "drift", FIRST, BASE_ALONE),
    Word("history, was: the records cannot be read", each(moved, no_records), "drift", FIRST),
    Word("history, was: the last apply is long ago", each(months_later, moved), "drift", FIRST),
)


@pytest.fixture
def recorded(desk: Desk) -> Desk:
    """A repository whose rule was applied and recorded: both members hold 5 points, the foal 2."""
    desk.world.options.throttle = False
    zebras(desk, FIRST, SECOND)
    desk.world.item(FOAL).values[POINTS] = 2
    git(desk.folder, "init", "-q")
    rules(desk, rule())
    commit(desk)
    apply_and_record(desk)
    desk.world.writes.clear()
    return desk


def words(desk: Desk, commits: tuple[str, ...]) -> dict[int, Any]:
    """Return the word of each item's points, released ones too."""
    plan = planned(desk, *commits)
    rows = {**fields_of(plan), **fields_of(plan, "left_alone")}
    found: dict[int, Any] = {item: one["why"] for (item, key), one in rows.items() if key == POINTS}
    return {one["id"]: "released" for one in plan["released"]} | found


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.says)
def test_a_row_has_the_word_of_the_table(recorded: Desk, row: Word) -> None:
    row.happens(recorded)
    assert words(recorded, row.commits).get(row.item) == row.word
    if row.word in {"drift", "released", None}:
        assert recorded.run("apply", "--yes", "--max-share", "100%", *row.commits).code in {0, 3}
        assert [made for made in recorded.world.writes if str(row.item) in made.path] == []


@pytest.mark.parametrize(
    ("happens", "before", "word", "items"),
    [
        (entered, 2, "newly selected", {FOAL}),
        (changed, 5, "pending", {FIRST, SECOND}),
        (each(entered, changed), 2, "changed here", {FOAL}),
    ],
)
def test_what_an_apply_could_not_send_is_sent_by_the_next_one(
    recorded: Desk, happens: Callable[[Desk], object], before: int, word: str, items: set[int]
) -> None:
    happens(recorded)
    if git(recorded.folder, "status", "--porcelain", "state"):
        commit(recorded)
    recorded.world.options.faults = [{"kind": "refused", "method": "PUT"}]
    out = str(recorded.folder / "plan.json")
    named = ("--base", "HEAD", "--applied", applied_ref("demo"), "--max-share", "100%")
    assert recorded.run("plan", "--out", out, *named[:4]).code == 0
    assert recorded.run("apply", out, "--yes", *named[4:]).code == 3
    assert recorded.run("record", out).code == 0
    recorded.world.options.faults = []
    assert {recorded.world.item(one).values[POINTS] for one in items} == {before}
    found = words(recorded, named[:4])
    assert {one: found.get(one) for one in items} == dict.fromkeys(items, word)
