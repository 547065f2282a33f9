"""Several spaces in one view: headings, one verdict, one limit."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.forge.github.annotations import SUMMARY, plans_annotations, spaces_summary
from reconciler.model import Failure, Plan
from reconciler.model.outcomes import Applied, Conflict, Report, Row
from reconciler.plan.plan_file import plan_file
from reconciler.render.html import plans_html
from reconciler.render.markdown import LIMIT
from reconciler.render.spaces import (
    applied_in_all,
    named,
    plans_markdown,
    plans_text,
    shares,
    spaces_verdict,
)
from tests.render.plans import NOON, block, plan_with, plans, priority, update, writable


def of(space: str, plan: Plan) -> Plan:
    return replace(plan, space=space, space_key=space)


A = of("a", plan_with(update(1, priority())))
B = of("b", plan_with(update(1, priority()), update(2, priority()), blocks=[block(3)]))
IDLE = of("c", plan_with())
FAILED = of("f", replace(plan_with(), failures=(Failure("no way", "find one"),)))


@pytest.mark.parametrize(
    ("some", "verdict"),
    [
        ([A, B], "2 spaces. Plan: 3 items to update (3 fields), 1 blocked."),
        ([A, IDLE], "2 spaces. Plan: 1 item to update (1 field)."),
        ([IDLE, IDLE], "2 spaces. No changes. Live work items match the desired state."),
        ([A, FAILED], "1 of 2 spaces failed (f). Plan: 1 item to update (1 field)."),
        ([FAILED, of("g", FAILED)], "Failed: 2 spaces (f, g), nothing was planned."),
    ],
)
def test_one_verdict_stands_over_all_spaces(some: list[Plan], verdict: str) -> None:
    without = [replace(one, in_sync=0) for one in some]
    assert spaces_verdict(without) == verdict
    assert plans_text(without).endswith(f"\n{verdict}\n")


def test_what_changed_in_the_settings_of_all_is_said_once_and_first() -> None:
    both = [replace(one, settings_changes=("limits: 1 → 2",)) for one in (A, B)]
    assert plans_text(both).count("limits: 1 → 2") == 1
    assert plans_text(both).startswith("settings changed: limits: 1 → 2\n\nSpace a\n")
    text = plans_markdown(both, [plan_file(one, NOON) for one in both])
    assert text.split("\n")[1].startswith("- **Settings changed**: ")
    assert text.count("Settings changed") == 1


@given(st.lists(plans, min_size=2, max_size=3), st.integers(10_000, LIMIT))
def test_the_comment_about_all_spaces_keeps_to_one_limit_and_begins_with_its_marker(
    some: list[Plan], limit: int
) -> None:
    apart = [of(f"space{n}", one) for n, one in enumerate(some)]
    assume(all(map(writable, apart)))
    made = [plan_file(one, NOON) for one in apart]
    text = plans_markdown(apart, made, limit=limit)
    assert len(text) <= limit
    assert text.startswith("<!-- reconciler:plan v1 space=_several_ id=")
    assert sum(line.startswith("<!-- reconciler:plan v1 ") for line in text.splitlines()) == 1
    assert all(f"`space{n}`" in text for n in range(len(apart)))
    assert plans_html(apart, made).count("<!doctype html>") == 1
    assert len(spaces_summary(apart, made).encode("utf-8", "replace")) <= SUMMARY


def test_a_long_space_is_cut_and_the_short_ones_are_whole() -> None:
    long = of("long", plan_with(*(update(n, priority(f"value {n} " + "x" * 80)) for n in range(2_000))))
    made = [plan_file(one, NOON) for one in (A, long, B)]
    text = plans_markdown((A, long, B), made)
    assert "truncated=true" in text.partition("\n")[0]
    assert len(text) <= LIMIT
    alone = text.split("\n### Plan for ")
    assert "not shown" in alone[3]
    assert "not shown" not in alone[2] + alone[4]


@pytest.mark.parametrize(
    ("sizes", "room", "given_out"),
    [([5, 5], 20, [5, 5]), ([1, 100, 100], 101, [1, 50, 50]), ([100, 2, 7], 30, [21, 2, 7])],
)
def test_what_one_space_does_not_need_goes_to_the_others(
    sizes: list[int], room: int, given_out: list[int]
) -> None:
    assert shares(sizes, room) == given_out


def test_annotations_show_the_worst_rows_of_all_spaces_first_with_the_failed_space_named() -> None:
    lines = plans_annotations([B, FAILED, A]).splitlines()
    assert lines[0].startswith("::error title=Nothing was planned::the space f: no way")
    assert lines[1].startswith("::warning ")
    assert lines[-1].startswith("::notice title=Plan for b%2C f%2C a::1 of 3 spaces failed (f).")


def test_a_failure_names_its_space_where_no_heading_does() -> None:
    assert named(FAILED).failures[0].what == "the space f: no way"
    assert named(A) == A


def test_the_outcomes_of_all_spaces_are_counted_together() -> None:
    def report(plan: Plan, *outcomes: Applied | Conflict) -> tuple[Plan, Report]:
        rows = zip(plan.updates, outcomes, strict=True)
        return plan, Report(tuple(Row(one.ref, "", "k", "K", how, one.changes[0]) for one, how in rows))

    done = [report(A, Applied()), report(B, Applied(), Conflict("moved"))]
    assert applied_in_all(done) == "2 spaces. Applied: 2 items (2 fields). 1 conflict."
