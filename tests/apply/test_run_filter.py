"""Past runs by time, item, field and person: a word that nothing answers to is an error."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from reconciler.apply.run_filter import Names, Wanted, filtered
from reconciler.errors import CannotRun
from reconciler.model import Ref
from reconciler.model.history import PastRun, Person
from tests.render.past import OCTOCAT, past_change, past_run

People = Mapping[str, Collection[str]]
DUE = past_change(ref=Ref("story", 6300012301), key="field_due", name="Due", alias="due")
ROLE = past_change(key="roles/rd", name="RD", alias="")
RUN = past_run(past_change(), DUE, ROLE)


def keys(
    wanted: Wanted, *runs: PastRun, names: Names | None = None, people: People | None = None
) -> list[str]:
    found = filtered(runs or (RUN,), wanted, names or {}, people or {})
    return [one.key for run in found for one in run.changes]


def at(*parts: int) -> PastRun:
    """A run in Berlin, at a time of UTC."""
    moment = datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]
    return past_run(past_change(at=moment), begun=moment, zone=ZoneInfo("Europe/Berlin"))


# Berlin leaves summer time on 2026-10-25: October begins at 22:00 UTC and ends at 23:00 UTC.
@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        ((2026, 9, 30, 21, 59, 59), False),
        ((2026, 9, 30, 22, 0, 0), True),
        ((2026, 10, 31, 22, 59, 59), True),
        ((2026, 10, 31, 23, 0, 0), False),
    ],
)
@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-10", "2026-10"),
        ("2026-10-01", "2026-10-31"),
        ("2026-10-01T00:00", "2026-10-31T23:59"),
        ("2026-10-01 00:00:00", "2026-10-31 23:59:59"),
        ("2026-10-01T00:00:00+02:00", "2026-10-31T23:59:59+0100"),
        ("2026-09-30T22:00:00Z", "2026-10-31T22:59:59Z"),
    ],
)
def test_a_time_is_of_the_space_and_the_end_is_inside(
    moment: tuple[int, ...], since: str, until: str, *, inside: bool
) -> None:
    assert bool(keys(Wanted(since, until), at(*moment))) == inside


def test_a_year_ends_with_december() -> None:
    assert keys(Wanted("2026-12", "2026-12"), at(2026, 12, 31, 22))
    assert not keys(Wanted("2026-12", "2026-12"), at(2026, 12, 31, 23))


def test_a_run_over_midnight_keeps_the_changes_of_the_day() -> None:
    late = past_change(at=datetime(2026, 10, 31, 16, 0, 1, tzinfo=UTC), key="due")
    (run,) = filtered((past_run(past_change(), late),), Wanted(until="2026-10-31"), {}, {})
    assert ([one.key for one in run.changes], run.fields) == (["priority"], 2)
    (run,) = filtered((past_run(past_change(), late),), Wanted(since="2026-11"), {}, {})
    assert [one.key for one in run.changes] == ["due"]


def test_a_run_without_changes_is_found_by_its_time_alone() -> None:
    idle = past_run(changes=(), fields=0)
    assert len(filtered((idle,), Wanted(since="2026-10"), {}, {})) == 1
    assert filtered((idle,), Wanted(since="2026-11"), {}, {}) == ()
    assert filtered((RUN, idle), Wanted(fields=("due",)), {}, {})[1:] == ()


@pytest.mark.parametrize(
    "word",
    [
        "",
        "x",
        "2026",
        "2026-13",
        "2026-02-30",
        "2026-10-31T24:00",
        "2026-10-31+08:00",
        "31.10.2026",
        "1969-01",
        "9999-12",
        "2026-10-31T10:00+99:00",
        "２０２６-10",
    ],
)
def test_what_is_no_time_is_refused_with_the_form(word: str) -> None:
    with pytest.raises(CannotRun, match=r"--since .* is no date or time; write 2026-10-31"):
        keys(Wanted(since=word))


def test_an_end_before_the_beginning_is_refused() -> None:
    with pytest.raises(CannotRun, match="--since is later than --until; swap them"):
        keys(Wanted("2026-11", "2026-10"))
    assert keys(Wanted("2026-10-31", "2026-10-31"))


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("6300012300", ["priority", "roles/rd"]),
        ("story/6300012300", ["priority", "roles/rd"]),
        ("demo/story/6300012301", ["field_due"]),
        ("64a0c1f2e3b4d5a6c7e8f901/story/6300012301", ["field_due"]),
        ("story", ["priority", "field_due", "roles/rd"]),
        ("story.due", ["field_due"]),
        ("demo/story.due", ["field_due"]),
        ("6300012300.roles.RD", ["roles/rd"]),
        ("story/6300012300.priority", ["priority"]),
    ],
)
def test_an_item_is_named_by_a_ref(word: str, found: list[str]) -> None:
    assert keys(Wanted(items=(word,))) == found


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("priority", ["priority"]),
        ("Due", ["field_due"]),
        ("due", ["field_due"]),
        ("field_due", ["field_due"]),
        ("RD", ["roles/rd"]),
        ("roles/rd", ["roles/rd"]),
        ("roles.RD", ["roles/rd"]),
        ("roles.rd", ["roles/rd"]),
    ],
)
def test_a_field_is_named_by_key_alias_or_name(word: str, found: list[str]) -> None:
    assert keys(Wanted(fields=(word,))) == found


def test_the_pins_know_the_names_of_a_journal_that_has_none() -> None:
    old = past_run(past_change(key="field_2fbca6", name="", alias=""))
    pins = {("demo", "story", "field_2fbca6"): ("due", "Due")}
    assert keys(Wanted(fields=("Due",)), old, names=pins) == ["field_2fbca6"]
    assert keys(Wanted(items=("story.due",)), old, names=pins) == ["field_2fbca6"]


@pytest.mark.parametrize(
    "word",
    ["octocat", "OCTOCAT", "Ana Li", "ana li", "ana@example.com", "7310000000000000001", "bo@example.com"],
)
def test_a_person_is_named_by_any_word_for_anybody_of_the_run(word: str) -> None:
    assert len(keys(Wanted(by=(word,)))) == 3


def test_a_name_of_the_settings_is_a_person() -> None:
    assert len(keys(Wanted(by=("payments",)), people={"payments": ("bo@example.com",)})) == 3


def test_of_several_words_one_is_enough_and_of_several_filters_all_are_needed() -> None:
    assert keys(Wanted(fields=("due", "priority"))) == ["priority", "field_due"]
    assert keys(Wanted(items=("6300012300",), fields=("due", "priority"))) == ["priority"]
    assert keys(Wanted(items=("6300012300",), fields=("due",))) == []
    other = past_run(actor=Person("hubot"), id="other")
    assert len(filtered((RUN, other), Wanted(by=("octocat", "hubot")), {}, {})) == 2


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (Wanted(items=("6300012309",)), "--item '6300012309' is in none of the journals; did you mean"),
        (Wanted(items=("stroy",)), "--item 'stroy' is in none of the journals; did you mean 'story'?"),
        (Wanted(items=("other/story/6300012300",)), "--item 'other/story/6300012300' is in none"),
        (Wanted(items=("a/b/c/d",)), "--item 'a/b/c/d' is in none of the journals"),
        (Wanted(items=("story.nope",)), "--item 'story.nope' is in none of the journals"),
        (
            Wanted(fields=("priorty",)),
            "--field 'priorty' is in none of the journals; did you mean 'Priority'?",
        ),
        (Wanted(fields=("roles.priority",)), "--field 'roles.priority' is in none"),
        (Wanted(by=("octocta",)), "--by 'octocta' is in none of the journals; did you mean 'octocat'?"),
        (Wanted(by=("",)), "--by this value is in none of the journals"),
    ],
)
def test_a_word_that_nothing_answers_to_is_an_error_with_suggestions(wanted: Wanted, message: str) -> None:
    with pytest.raises(CannotRun) as caught:
        keys(wanted)
    assert str(caught.value).startswith(message)


def test_a_known_word_that_another_filter_leaves_out_is_no_error() -> None:
    assert keys(Wanted(until="2026-09", by=(OCTOCAT.key,), fields=("due",))) == []
