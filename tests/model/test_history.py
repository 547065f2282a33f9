"""The nouns of the audit: who a run was by, when it was, and what it changed."""

from __future__ import annotations

from datetime import UTC, datetime

from reconciler.model import Ref
from reconciler.model.history import Person
from tests.render.past import ANA, BEGUN, OCTOCAT, past_change, past_run


def test_a_run_of_a_job_is_by_its_actor_and_any_other_by_the_user_as_whom_it_wrote() -> None:
    assert past_run().by == OCTOCAT
    assert past_run(actor=Person()).by == ANA
    assert not past_run(actor=Person(), user=Person()).by


def test_a_person_is_called_by_the_name_else_the_e_mail_else_the_key() -> None:
    people = [ANA, Person("7", "", "a@example.com"), Person("7"), Person()]
    assert [one.short for one in people] == ["Ana Li", "a@example.com", "7", ""]


def test_everybody_whom_the_journal_names_is_one_of_its_people() -> None:
    assert [one.short for one in past_run().people] == ["octocat", "Ana Li", "Bo Chen"]


def test_a_moment_is_told_in_the_zone_of_the_space_with_its_name() -> None:
    assert past_run().local(BEGUN) == "2026-10-31 23:59:58 Asia/Shanghai"
    assert past_run().local(datetime(2026, 10, 31, 16, tzinfo=UTC)) == "2026-11-01 00:00:00 Asia/Shanghai"


def test_what_the_run_did_not_look_at_any_more_is_unknown_and_not_counted() -> None:
    cut = past_change(key="due", outcome="", name="")
    run = past_run(past_change(), cut, past_change(key="tags", outcome="conflict"), ended=None)
    assert (run.counts, run.seconds) == ({"applied": 1, "conflict": 1}, None)
    assert (cut.result, cut.label) == ("unknown", "due")
    assert [one.key for one in run.written] == ["priority"]


def test_an_item_is_addressed_by_the_name_of_its_type() -> None:
    run = past_run(types={"67c7": "release"})
    assert run.address(Ref("67c7", 63)) == "demo/release/63"
    assert run.address(Ref("nope", 63)) == "demo/nope/63"
