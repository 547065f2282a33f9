"""Past runs for a terminal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconciler.model import Ref
from reconciler.model.history import Person
from reconciler.render.runs_text import duration, person_line, run_text, runs_text
from tests.render.past import ANA, BEGUN, past_change, past_run


def test_a_run_is_one_line_with_who_when_why_and_what() -> None:
    assert runs_text([past_run()], changes=False, full=False) == (
        "20261031T155958Z-000001aaaa  2026-10-31 23:59:58 Asia/Shanghai  octocat  4f0c1a2b3c4d  #12  demo"
        "  2 s  1 PUT, 1 applied\n"
    )


def test_columns_are_as_wide_as_they_look() -> None:
    runs = [past_run(actor=Person("", "李安娜")), past_run(actor=Person("", "Bo"), pull=None), past_run()]
    lines = runs_text(runs, changes=False, full=False).splitlines()
    assert [line.partition("4f0c")[0].partition("Shanghai")[2] for line in lines] == [
        "  李安娜   ",
        "  Bo       ",
        "  octocat  ",
    ]


def test_below_a_run_are_its_changes_as_a_plan_shows_them() -> None:
    told = runs_text([past_run()], changes=True, full=False)
    assert told.splitlines()[1:4] == [
        "  state/demo/stories.yaml",
        "    ~ demo/story/6300012300  Checkout: pay by card",
        "        ~ Priority  P0 → P3   :4",
    ]


def test_what_is_the_same_on_many_items_is_one_line_unless_all_is_asked_for() -> None:
    run = past_run(*(past_change(ref=Ref("story", n)) for n in range(1, 31)))
    assert "~ Priority  P0 → P3  on 30 items of demo/story" in run_text(run, full=False)
    assert run_text(run, full=True).count("~ Priority  P0 → P3   :4") == 30


def test_a_run_in_full_has_every_fact() -> None:
    told = run_text(past_run(), full=False)
    for line in (
        "time          2026-10-31 23:59:58 Asia/Shanghai (2 s)",
        "by            octocat",
        "written as    Ana Li <ana@example.com> (7310000000000000001)",
        "commit        4f0c1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b by Bo Chen <bo@example.com>",
        "pull request  #12  https://github.com/acme/state/pull/12",
        "job           https://github.com/acme/state/actions/runs/7",
        "space         demo at project.feishu.cn",
        "result        1 PUT, 1 applied",
        f"last hash     {'f' * 64}",
    ):
        assert f"{line}\n" in told


def test_what_the_journal_lacks_is_said() -> None:
    told = run_text(past_run(actor=Person(), lacks=("the pull request", "names"), pull=None), full=False)
    assert "lacks         the pull request, names (an older version wrote this journal)\n" in told
    assert "pull request  " not in told
    assert "written as" not in told


def test_what_did_not_end_as_applied_is_told_with_its_reason() -> None:
    conflict = past_change(
        key="due", name="Due", outcome="conflict", reason="moved to 2026-12-01", sent=False
    )
    cut = past_change(outcome="", reason="the run was cut before it looked")
    told = run_text(past_run(past_change(), conflict, cut, stopped="cut", ended=None), full=False)
    assert "conflict: demo/story/6300012300 Due: moved to 2026-12-01\n" in told
    assert "unknown: demo/story/6300012300 Priority: the run was cut before it looked\n" in told
    assert "result        1 PUT, 1 applied, 1 conflict; stopped: cut\n" in told


def test_a_part_of_a_run_says_how_much_it_is() -> None:
    assert "1 PUT, 1 of 40 fields shown: 1 applied" in runs_text(
        [past_run(fields=40)], changes=False, full=False
    )


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (3599, "59 min 59 s"), (3720, "1 h 2 min")],
)
def test_a_duration_has_two_units_at_most(seconds: int, told: str) -> None:
    assert duration(past_run(ended=BEGUN + timedelta(seconds=seconds))) == told
    assert duration(past_run(ended=None)) == "cut"


def test_a_person_is_told_once_by_each_word() -> None:
    assert person_line(ANA) == "Ana Li <ana@example.com> (7310000000000000001)"
    assert person_line(Person("7", "", "a@example.com")) == "a@example.com (7)"
    assert person_line(Person("7")) == "7"
    assert person_line(Person()) == ""


def test_nothing_of_a_stranger_steers_a_terminal() -> None:
    odd = "\x1b[31m\n::error::x"
    run = past_run(
        past_change(title=odd, name=odd, before_label=odd, place=odd, reason=odd), id=odd, space=odd
    )
    for told in (run_text(run, full=True), runs_text([run], changes=True, full=True)):
        assert "\x1b" not in told
        assert "\n::error" not in told
