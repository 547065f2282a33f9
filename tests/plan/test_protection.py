"""Protected rows: which entry is about a row, by every name of its type and field."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from reconciler.plan.protection import protected_rows, unplannable
from reconciler.settings import SpaceSettings, read_settings
from tests.render.plans import plan_with, priority, update

PLAN = replace(plan_with(update(7, priority())), types={"story": "req"})


def space(*entries: str) -> SpaceSettings:
    settings, mistakes = read_settings(f"spaces: {{demo: {{protect: [{', '.join(entries)}]}}}}".encode(), "s")
    assert not mistakes
    return settings.space("demo")


@pytest.mark.parametrize(
    ("entry", "hits"),
    [
        ("{type: story, item: 6300012307}", True),
        ("{type: req, item: [6, 6300012307]}", True),
        ("{type: story, item: 6300012308}", False),
        ("{type: bug, item: 6300012307}", False),
        ("{type: story, field: priority}", True),
        ("{type: story, field: [due, Priority]}", True),
        ("{type: story, field: due}", False),
        ("{type: story, item: 6300012307, field: due}", False),
        ("{type: story, item: 6300012307, field: priority}", True),
    ],
)
def test_an_entry_is_about_an_item_a_field_or_both(entry: str, *, hits: bool) -> None:
    assert bool([*protected_rows(PLAN, [SpaceSettings(), space(entry)])]) == hits


def test_a_plan_made_before_is_refused_with_its_first_row_and_the_count() -> None:
    plan = plan_with(update(1, priority()), update(2, priority()))
    rows = [*protected_rows(plan, [space("{type: story, field: priority, why: legal}")])]
    assert unplannable(rows, plan) == (
        f"{plan.address(plan.updates[0].ref)} Priority is protected (legal), and 1 more, "
        "which was not so when it was made"
    )
    assert unplannable([], plan) is None


@pytest.mark.parametrize("word", ["RD", "rd", "roles.RD", "roles.rd"])
def test_a_role_is_protected_by_its_name_or_its_ref(word: str) -> None:
    plan = plan_with(update(7, replace(priority(), key="roles/rd", name="RD")))
    assert [*protected_rows(plan, [space(f"{{type: story, field: {word}}}")])]
    assert not [*protected_rows(plan, [space("{type: story, field: roles.PM}")])]
