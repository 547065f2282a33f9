"""Blame over shuffled, doubled and truncated records: right or `unknown`, never wrong."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.errors import Place
from reconciler.meegle.records import Record
from reconciler.model import Change, Held, HeldBy, Why
from reconciler.plan.blame import culprit, fought_over, put_back

PEOPLE = ["7310000000000000001", "7310000000000000002", "7310000000000000003"]
edits = st.lists(st.tuples(st.sampled_from(PEOPLE), st.integers(0, 3)), min_size=1, max_size=8)


def record(at: int, who: str, value: int, key: str = "priority") -> Record:
    return Record(at, "user", who, "", "", key, (), (f"option_{value}",), (), ())


def change(live: int) -> Change:
    before = {"value": f"option_{live}"}
    return Change("priority", "P", "select", before, None, "", "", (), (), Place("a", 1, 1))


@given(edits, st.randoms(use_true_random=False), st.integers(0, 8), st.sampled_from([1, 2]))
def test_names_the_last_editor_or_nobody(
    made: list[tuple[str, int]], random: object, lost: int, times: int
) -> None:
    records = [record(1000 * n, who, value) for n, (who, value) in enumerate(made)]
    noise = [record(1000 * n + 1, PEOPLE[0], value, "other") for n, (_, value) in enumerate(made)]
    told = records[: max(0, len(records) - lost)] + noise
    told = told * times
    random.shuffle(told)  # type: ignore[attr-defined]
    found = culprit(change(made[-1][1]), told)
    if lost == 0:
        assert found is not None
        assert found.who == made[-1][0]
    elif found is not None:
        assert found.new == (f"option_{made[-1][1]}",)


@given(edits)
def test_a_value_that_no_record_led_to_is_nobody_s(made: list[tuple[str, int]]) -> None:
    records = [record(1000 * n, who, value) for n, (who, value) in enumerate(made)]
    assert culprit(change(9), records) is None


def test_members_are_judged_by_who_came_and_who_went() -> None:
    ana, bo, chen = PEOPLE
    live = Change("roles/rd", "RD", "role", [ana, bo], None, "", "", (), (), Place("a", 1, 1))
    came = Record(2000, "user", chen, "", "", "roles/rd", (), (), (bo,), ())
    went = Record(3000, "user", ana, "", "", "roles/rd", (), (), (), (bo,))
    assert culprit(live, [came]) == came
    assert culprit(live, [came, went]) is None


def test_of_several_in_one_second_the_one_that_led_here_counts() -> None:
    ana, bo = record(1000, PEOPLE[0], 1), record(1000, PEOPLE[1], 1)
    assert culprit(change(1), [ana, bo]) is None
    assert culprit(change(1), [ana, ana]) == ana
    assert culprit(change(1), [ana, record(1000, PEOPLE[1], 2)]) == ana


def test_putting_back_is_counted_by_what_the_records_say() -> None:
    moved = replace(change(1), why=Why.DRIFT, after={"value": "option_0"})
    away, back = PEOPLE[1], PEOPLE[0]
    fight = [record(n, back if n % 2 else away, (n + 1) % 2) for n in range(6)]
    assert put_back(moved, fight) == put_back(moved, [*fight, *fight]) == 3
    assert fought_over(moved, fight) == Held(HeldBy.FOUGHT_OVER, "3")
    assert fought_over(moved, fight[:4]) is None
    assert fought_over(moved, fight[1:]) is None
    assert fought_over(replace(moved, why=Why.CONFLICTING), fight) is None
    ana, bo, chen = PEOPLE
    role = Change("roles/rd", "RD", "role", [bo], [ana, bo], "", "", (), (), Place("a", 1, 1), why=Why.DRIFT)
    turns = [
        Record(n, "user", chen, "", "", "roles/rd", (), (), (ana,) if n % 2 else (), () if n % 2 else (ana,))
        for n in range(6)
    ]
    assert put_back(role, turns) == 3
