"""Which edits our PUTs replaced unread, by operation records; nothing is concluded from what is missing."""

from __future__ import annotations

from collections.abc import Hashable

import pytest
from msgspec.structs import replace

from reconciler.apply.bound_change import bind_change
from reconciler.apply.lost_updates import Judgement, answer_to, lost_updates, replaced_value
from reconciler.apply.task import Sent, Task
from reconciler.errors import Place
from reconciler.meegle.records import Record
from reconciler.model import Change, Item, Ref, Update
from reconciler.model.outcomes import Applied
from tests.fields import fieldspace as space
from tests.fields.fieldspace import ANA, BO, CHEN, codec

REF, PLACE, US, OTHER = Ref("story", 63), Place("a.yaml", 1, 1), "PLUGIN", "ANOTHER"
READ_AT = 1_772_409_600_000
LATER = READ_AT + 5_000
POINTS, WATCHERS = codec(space.POINTS), codec(space.WATCHERS)


def record(old: str, new: str, *, at: int = LATER, plugin: str = US, key: str = "points") -> Record:
    return Record(at, "user", ANA, "plugin", plugin, key, (old,), (new,), (), ())


def judged(*rows: Record, sends: int = 1) -> Judgement:
    """Judge a task that read 1 and sent 7."""
    change = Change("points", "Points", "number", 1, 7, "1", "7", (), (), PLACE)
    task = Task(Update(REF, "", PLACE, (change,)))
    task.bound = {"points": bind_change(change, POINTS)}
    task.outcomes = {"points": Applied()}
    task.before = Item(REF, "", {"points": POINTS.decode(1)}, updated_at=READ_AT)
    one = task.bound["points"]
    task.sent = {"points": Sent({one.before}, {one.aim(one.before)})}
    task.sends = sends
    return lost_updates(task, lambda _: POINTS, rows, US)


def replaced(judgement: Judgement) -> list[Hashable]:
    return [one.value for one in judgement.replaced]


def test_a_record_that_began_from_what_we_read_rules_a_second_writer_out() -> None:
    assert judged(record("1", "7")) == Judgement((), ruled_out=True)


def test_a_record_that_began_from_another_value_shows_what_was_replaced() -> None:
    made = judged(record("1", "4", plugin=OTHER, at=READ_AT + 1_000), record("4", "7"))
    assert replaced(made) == [POINTS.decode(4).value]
    assert made.replaced[0].record == record("1", "4", plugin=OTHER, at=READ_AT + 1_000)
    assert not made.ruled_out


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [record("1", "7", plugin=OTHER)],
        [record("1", "7", key="other")],
        [record("1", "9")],
        [record("one", "7")],
        [record("1", "7", at=READ_AT - 5_000)],
    ],
    ids=["none", "of another plugin", "of another field", "of another value", "of no known form", "too old"],
)
def test_records_that_prove_nothing_accuse_nobody_and_rule_nobody_out(rows: list[Record]) -> None:
    assert judged(*rows) == Judgement((), ruled_out=False)


def test_within_the_second_of_our_reading_a_record_counts_only_with_the_one_it_took_away() -> None:
    alone = record("4", "7", at=READ_AT)
    assert replaced(judged(alone)) == []
    assert replaced(judged(record("1", "4", plugin=OTHER, at=READ_AT), alone)) == [POINTS.decode(4).value]


@pytest.mark.parametrize(
    ("came", "went", "after", "before"),
    [
        ((CHEN,), (BO,), {ANA, CHEN}, {ANA, BO}),
        ((), (BO,), {ANA}, {ANA, BO}),
        ((ANA,), (), {ANA}, set()),
    ],
)
def test_of_a_set_the_value_before_is_made_of_those_who_came_and_went(
    came: tuple[str, ...], went: tuple[str, ...], after: set[str], before: set[str]
) -> None:
    row = replace(record("", ""), old=(), new=(), add=came, delete=went, key="watchers")
    assert replaced_value(WATCHERS, row, frozenset(after)) == frozenset(before)


@pytest.mark.parametrize(("came", "went"), [((CHEN,), ()), ((), (ANA,))])
def test_a_record_of_a_set_that_did_not_lead_to_our_value_is_not_ours(
    came: tuple[str, ...], went: tuple[str, ...]
) -> None:
    row = replace(record("", ""), old=(), new=(), add=came, delete=went, key="watchers")
    with pytest.raises(ValueError, match="another value"):
        replaced_value(WATCHERS, row, frozenset({ANA}))


@pytest.mark.parametrize(
    ("rows", "by"),
    [
        ([record("1", "7"), record("7", "1", plugin=OTHER)], OTHER),
        ([record("1", "7"), record("7", "3", plugin=OTHER), record("3", "1", plugin="THIRD")], "THIRD"),
        ([record("1", "7"), record("7", "3", plugin=OTHER)], None),  # not what is live
        ([record("1", "7")], None),
        ([record("7", "1", plugin=OTHER), record("1", "7")], None),  # before our write
        ([record("7", "1", plugin=OTHER)], None),  # our write is not recorded
        ([record("1", "7"), record("7", "1", plugin=OTHER, key="else")], None),
        ([], None),
    ],
)
def test_who_changed_a_value_after_our_write_is_told_by_the_last_record_alone(
    rows: list[Record], by: str | None
) -> None:
    found = answer_to("points", {"1"}, rows, US)
    assert (found.source if found else None) == by
