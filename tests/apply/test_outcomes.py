"""What becomes of a change, before its PUT and after it: every answer against every value seen."""

from __future__ import annotations

from typing import Any, cast

import pytest

from reconciler.apply.bound_change import BoundChange, bind_change
from reconciler.apply.outcomes import after_sending, before_sending
from reconciler.errors import CannotRun, Place
from reconciler.fields.codec import Codec
from reconciler.meegle.http.advice import RENEW, likely
from reconciler.meegle.http.verdict import Accepted, Ambiguous, Fatal, NotWritten, Refused, Verdict
from reconciler.model import Change, Item, Ref
from reconciler.model.outcomes import Already, Applied, Blocked, Conflict, Ignored, Outcome, Rejected, Unknown
from tests.fields import fieldspace as space
from tests.fields.fieldspace import ANA, BO, CHEN, codec

REF, PLACE, US = Ref("story", 1), Place("a.yaml", 1, 1), "7310000000000000001"
NUMBER, PEOPLE = codec(space.POINTS), codec(space.WATCHERS)


def change(before: Any, after: Any, **more: Any) -> Change:
    return Change("f", "F", "number", before, after, "", "", (), (), PLACE, **more)


def item(bound: Codec, wire: Any, by: str = US, at: int = 0) -> Item:
    return Item(REF, "", {"f": bound.decode(wire)}, (), aborted=False, updated_by=by, updated_at=at)


UNREADABLE = Item(REF, "", {}, (), aborted=False, updated_by=US, unreadable={"f": "no number"})
MISSING = Item(REF, "", {}, (), aborted=False, updated_by=US, unreadable={})
SEVEN = bind_change(change(1, 7), NUMBER)
REFUSED = Refused(20006, "Invalid Param", "L0G")
LOST = Ambiguous("a reset", None, "", repeatable=True)


@pytest.mark.parametrize(
    ("live", "outcome"),
    [
        (item(NUMBER, 1), None),
        (item(NUMBER, 7), Already()),
        (item(NUMBER, 4), Conflict("changed since the plan")),
        (item(NUMBER, None), Conflict("changed since the plan")),
        (UNREADABLE, Blocked("the live value cannot be read: no number")),
        (MISSING, Blocked("the live value cannot be read: missing")),
    ],
)
def test_a_value_is_sent_where_it_is_what_the_plan_saw(live: Item, outcome: Outcome | None) -> None:
    assert before_sending(SEVEN, live) == outcome


IN = bind_change(change([BO], [ANA], contains=[ANA], excludes=[BO]), PEOPLE)
OUT = bind_change(change([], [ANA], contains=[ANA]), PEOPLE)


@pytest.mark.parametrize(
    ("one", "live", "outcome"),
    [
        (IN, [BO], None),
        (IN, [BO, CHEN], None),
        (IN, [ANA], Already()),
        (IN, [ANA, CHEN], Already()),
        (IN, [], None),
        (IN, [ANA, BO], None),
        (OUT, [], None),
        (OUT, [CHEN], None),
        (OUT, [ANA, BO], Already()),
    ],
)
def test_a_rule_looks_at_its_own_members_alone(
    one: BoundChange, live: list[str], outcome: Outcome | None
) -> None:
    assert before_sending(one, item(PEOPLE, live)) == outcome


def test_a_member_that_agreed_when_it_was_planned_and_moved_since_is_a_conflict() -> None:
    one = bind_change(change([ANA], [ANA, CHEN], contains=[ANA, CHEN]), PEOPLE)
    assert before_sending(one, item(PEOPLE, [])) == Conflict("changed since the plan")
    assert before_sending(one, item(PEOPLE, [ANA])) is None
    assert one.aim(frozenset({BO})) == frozenset({ANA, BO, CHEN})


def test_what_a_field_objects_to_is_blocked() -> None:
    formatted = {"doc": "", "doc_text": "a", "doc_html": "<p><strong>a</strong></p>"}
    rich = codec(space.STORY)
    one = Change(
        "f", "F", "multi_text", rich.encode(rich.decode(formatted).value), "b", "", "", (), (), PLACE
    )
    live = Item(REF, "", {"f": rich.decode(formatted)}, (), aborted=False)
    outcome = before_sending(bind_change(one, rich), live)
    assert isinstance(outcome, Blocked)
    assert outcome.reason


AFTER: list[tuple[Verdict, Item | None, Outcome]] = [
    (Accepted("L"), item(NUMBER, 7), Applied()),
    (REFUSED, item(NUMBER, 7), Applied()),
    (LOST, item(NUMBER, 7), Applied()),
    (Accepted("L"), item(NUMBER, 1, at=9), Ignored("1")),
    (Accepted("L"), item(NUMBER, 1), Unknown("accepted, not seen within 2.5 s")),
    (Accepted("L"), item(NUMBER, 1, BO, at=9), Unknown("accepted, not seen within 2.5 s")),
    (REFUSED, item(NUMBER, 1), Rejected('20006 "Invalid Param" (log id L0G)')),
    (Refused(20006, "no", ""), item(NUMBER, 4, BO), Rejected('20006 "no"')),
    (LOST, item(NUMBER, 1), Rejected("not stored: a reset")),
    (Accepted("L"), item(NUMBER, 4), Ignored("stored as 4")),
    (Accepted("L"), item(NUMBER, 4, ""), Ignored("stored as 4")),
    (LOST, item(NUMBER, 4), Ignored("stored as 4")),
    (Accepted("L"), item(NUMBER, 4, BO), Conflict("changed right after our write, to 4")),
    (LOST, item(NUMBER, 4, BO), Conflict("changed right after our write, to 4")),
    (Accepted("L"), None, Unknown("could not be read after the write")),
    (LOST, MISSING, Unknown("could not be read after the write")),
    (REFUSED, UNREADABLE, Unknown("could not be read after the write")),
    (NotWritten("throttled", "too many"), item(NUMBER, 7), Rejected("not written: too many")),
    (NotWritten("token", "expired"), item(NUMBER, 1), Rejected("not written: expired", f"; {RENEW}")),
    (
        Refused(50006, "No right to edit", ""),
        item(NUMBER, 1),
        Rejected('50006 "No right to edit"', likely(50006, "No right to edit")),
    ),
    (Fatal(CannotRun("no right", "ask")), item(NUMBER, 7), Rejected("no right; ask")),
]


@pytest.mark.parametrize(("verdict", "seen", "outcome"), AFTER)
def test_what_was_seen_decides_and_the_answer_tells_why(
    verdict: Verdict, seen: Item | None, outcome: Outcome
) -> None:
    before = item(NUMBER, 1)
    after = after_sending(SEVEN, before=before, item=seen, verdict=verdict, user_key=US, waited=2.5)
    assert after == outcome


def test_an_ignored_value_comes_with_what_the_service_stored_instead() -> None:
    four = item(NUMBER, 4)
    after = after_sending(
        SEVEN, before=item(NUMBER, 1), item=four, verdict=Accepted(""), user_key=US, waited=1
    )
    assert isinstance(after, Ignored)
    assert after.stored == four.values["f"]


def test_an_answer_that_was_never_judged_ends_in_an_error_and_in_no_outcome() -> None:
    unjudged, four = cast("Verdict", "200 OK"), item(NUMBER, 4)
    with pytest.raises(AssertionError, match="200 OK"):
        after_sending(SEVEN, before=item(NUMBER, 1), item=four, verdict=unjudged, user_key=US, waited=1)


def test_an_ignored_clear_says_how_to_find_what_empties_the_field() -> None:
    before, after = item(NUMBER, 1), item(NUMBER, 1, at=9)
    one = bind_change(change(1, None, clears=True), NUMBER)
    outcome = after_sending(one, before=before, item=after, verdict=Accepted(""), user_key=US, waited=1)
    assert outcome == Ignored("1; how this space empties it is found by `reconciler doctor --probe`")


def test_a_value_stands_or_is_untouched_only_where_it_was_read() -> None:
    assert SEVEN.is_live(item(NUMBER, 7))
    assert not SEVEN.is_live(item(NUMBER, 1))
    assert not SEVEN.is_live(None)
    assert IN.is_live(item(PEOPLE, [ANA, CHEN]))
    assert not IN.is_live(item(PEOPLE, [ANA, BO]))
    assert not SEVEN.is_live(MISSING)
    assert SEVEN.is_untouched(item(NUMBER, 1), item(NUMBER, 1))
    assert not SEVEN.is_untouched(item(NUMBER, 1), item(NUMBER, 7))
    assert not SEVEN.is_untouched(item(NUMBER, 1), None)
    assert not SEVEN.is_untouched(item(NUMBER, 1), MISSING)
    assert not SEVEN.is_untouched(MISSING, item(NUMBER, 1))
    assert not SEVEN.is_untouched(MISSING, MISSING)
