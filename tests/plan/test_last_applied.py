"""What an apply leaves behind for the next plan."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.model import Plan, Ref, Unapplied
from reconciler.plan.last_applied import (
    NothingToRecord,
    Record,
    RuleRecord,
    beside,
    not_live,
    read_record,
    record_of,
)
from reconciler.plan.plan_file import plan_file
from reconciler.plan.plan_json import PlanFile
from tests.render.plans import NOON, block, plan_with, priority, text, update

SHA, OLD, OLDER = "a" * 40, "b" * 40, "c" * 40


def made_of(plan: Plan, *, dirty: bool = False) -> PlanFile:
    return plan_file(replace(plan, whole=True, applied=OLD, commit=SHA, dirty=dirty), NOON)


def journal(made: PlanFile, *results: dict[str, Any], stopped: str | None = None) -> list[dict[str, Any]]:
    begin = {"event": "begin", **begun(made), "chain": "1"}
    end = {"event": "end", "stopped": stopped, "chain": "2"}
    return [begin, *({"event": "result", "type": "story", **one} for one in results), end]


def begun(made: PlanFile) -> dict[str, Any]:
    """What the first line of a journal says of the plan that is carried out."""
    return {"digest": made.digest, "commit": made.desired.commit, "at": NOON.isoformat()}


def behind(record: Record, *, ahead: bool = False) -> list[tuple[int, str | None, str | None]]:
    return [(one.id, one.key, one.commit) for one in record.unapplied if one.ahead == ahead]


def test_a_row_that_was_not_applied_keeps_the_value_of_the_last_applied_commit() -> None:
    made = made_of(plan_with(update(0, priority(), text("a", "b")), blocks=[block(1)]))
    outcomes = {"priority": "Applied", "notes": "Ignored"}
    record = record_of(made, journal(made, {"id": 6300012300, "outcomes": outcomes}))
    assert (record.commit, record.journal) == (SHA, "2")
    assert behind(record) == [(6300012300, "notes", OLD), (6300019901, None, OLD)]
    assert read_record(record.model_dump_json(), "demo") == record
    assert read_record(record.model_dump_json(), "other") is None
    assert read_record(record.model_dump_json().replace(OLD, "--output=x"), "demo") is None


def test_a_row_that_was_seen_and_then_replaced_is_left_behind() -> None:
    made = made_of(plan_with(update(0, priority(), text("a", "b"))))
    seen = {"priority": "Applied", "notes": "Applied"}
    lines = journal(
        made, *({"id": 6300012300, "outcomes": one} for one in (seen, seen | {"notes": "Conflict"}))
    )
    assert behind(record_of(made, lines)) == [(6300012300, "notes", OLD)]


def test_what_is_not_live_is_counted_in_words() -> None:
    made = made_of(plan_with(update(0, priority(), text("a", "b"))))
    words = [
        not_live(record_of(made, journal(made, {"id": 6300012300, "outcomes": outcomes})))
        for outcomes in (
            {"priority": "Applied", "notes": "Applied"},
            {"priority": "Applied", "notes": "Ignored"},
            {"priority": "Conflict", "notes": "Ignored"},
        )
    ]
    assert words == [
        "all of its values are live",
        "1 of its values is not live",
        "2 of its values are not live",
    ]


def test_a_row_that_was_left_behind_twice_keeps_the_older_commit() -> None:
    ref, gone = Ref("story", 6300012300), Ref("story", 6300019901)
    left = (Unapplied(ref, "notes", OLDER), Unapplied(gone, "priority", OLDER), Unapplied(gone, "due", None))
    plan = plan_with(update(0, text("a", "b")), blocks=[block(1)], unapplied=left)
    record = record_of(made_of(plan), journal(made_of(plan)))
    assert behind(record) == [
        (6300012300, "notes", OLDER),
        (6300019901, None, OLD),
        (6300019901, "due", None),
        (6300019901, "priority", OLDER),
    ]


def test_rows_that_agree_by_now_are_no_longer_left_behind() -> None:
    plan = plan_with(unapplied=(Unapplied(Ref("story", 6300012300), "notes", OLDER),))
    assert behind(record_of(made_of(plan), [])) == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "no journal tells"),
        ([{"event": "begin", "digest": "other", "chain": "1"}], "no journal tells"),
        ([{"event": "begin", "digest": None, "chain": "1"}], "to its end"),
        ([{"event": "begin", "digest": None}, {"event": "end", "stopped": "signal 15"}], "to its end"),
    ],
)
def test_an_apply_that_was_not_begun_or_did_nothing_leaves_no_record(lines: list[Any], said: str) -> None:
    made = made_of(plan_with(update(0, priority())))
    some = [{**one, **begun(made)} if one.get("digest", "") is None else one for one in lines]
    with pytest.raises(NothingToRecord, match="nothing recorded") as refused:
        record_of(made, some)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "other", [{"digest": "f" * 64}, {"commit": OLD}, {"at": "2026-11-25T11:00:00+00:00"}]
)
def test_a_journal_of_an_earlier_apply_that_sent_the_same_is_not_this_one_s(other: dict[str, str]) -> None:
    made = made_of(plan_with(update(0, priority())))
    lines = journal(made, {"id": 6300012300, "outcomes": {"priority": "Applied"}})
    assert record_of(made, lines).unapplied == []
    with pytest.raises(NothingToRecord, match="no journal tells"):
        record_of(made, [{**lines[0], **other}, *lines[1:]])


@pytest.mark.parametrize("stopped", ["quota", "signal 15", None])
def test_after_an_apply_that_was_cut_what_came_through_is_ahead_of_the_last_applied_commit(
    stopped: str | None,
) -> None:
    left = (Unapplied(Ref("story", 6300012301), "notes", OLDER),)
    made = made_of(plan_with(update(0, priority(), text("a", "b")), unapplied=left))
    outcomes = {"priority": "Applied", "notes": "NotTried"}
    lines = journal(made, {"id": 6300012300, "outcomes": outcomes, "chain": "3"}, stopped=stopped)
    record = record_of(made, lines if stopped else lines[:-1])
    assert record.commit == OLD
    assert behind(record, ahead=True) == [(6300012300, "priority", SHA)]
    assert behind(record) == [(6300012301, "notes", OLDER)]


def test_a_plan_of_a_part_or_of_files_that_differ_from_their_commit_leaves_no_record() -> None:
    for made in (
        plan_file(plan_with(commit=SHA, dirty=False), NOON),
        plan_file(plan_with(whole=True), NOON),
        made_of(plan_with(), dirty=True),
    ):
        with pytest.raises(NothingToRecord):
            record_of(made, [])


def followed(*ids: int) -> RuleRecord:
    return RuleRecord(name="followed", ids=list(ids))


RULES = [followed(1, 2), RuleRecord(name="dated", ids=[3])]
EARLIER = NOON - timedelta(hours=1)


@pytest.mark.parametrize("present_commit", [OLD, SHA])
@pytest.mark.parametrize(
    ("here", "together", "planned"),
    [
        ([], RULES, EARLIER),
        ([followed(2, 4)], [followed(1, 2, 4), RULES[1]], EARLIER),
        (RULES, RULES, NOON),
    ],
)
def test_the_record_of_a_part_keeps_the_members_of_rules_that_the_part_did_not_ask_for(
    present_commit: str, here: list[RuleRecord], together: list[RuleRecord], planned: datetime
) -> None:
    made = plan_file(replace(plan_with(), whole=False, applied=OLD, commit=SHA), NOON)
    present = Record(space="demo", commit=present_commit, rules=RULES, planned=EARLIER)
    record = beside(Record(space="demo", commit=SHA, rules=here, planned=NOON), made, present)
    assert record.rules == together
    assert record.planned == planned


def test_the_record_of_a_whole_plan_forgets_earlier_members() -> None:
    made = made_of(plan_with())
    present = Record(space="demo", commit=OLD, rules=RULES)
    assert beside(Record(space="demo", commit=SHA, planned=NOON), made, present).rules == []
