"""Who may be notified of an apply: counted over the items to change, and shown in every view."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from reconciler.fields.spec import People, Person
from reconciler.model import Item, Notified, NotifiedPerson, Plan, Ref
from reconciler.plan.audience import audience_of_update, with_notified
from reconciler.plan.guard import Raised, allow_line, flags_line, guarded
from reconciler.plan.plan_file import dumps, load_plan, plan_file, plan_of
from reconciler.settings import Settings, read_settings
from tests.render.plans import NOON, plan_with, priority, update

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
ANA = "7310000000000000001"
PEOPLE = People({ANA: Person(ANA, "ana@example.com", "Ana")})


def plan_for(*audiences: frozenset[str] | None) -> Plan:
    some = [replace(update(n, priority()), audience=one) for n, one in enumerate(audiences)]
    return with_notified(plan_with(*some), PEOPLE)


def keys(*numbers: int) -> frozenset[str]:
    return frozenset(f"73100000000000000{n:02}" for n in numbers)


def test_people_are_counted_once_and_the_most_affected_come_first() -> None:
    plan = plan_for(keys(1, 2), keys(1), keys(1, 3))
    assert plan.notified == Notified(
        3,
        (
            NotifiedPerson(ANA, "ana@example.com", 3),
            NotifiedPerson("7310000000000000002", "7310000000000000002", 1),
            NotifiedPerson("7310000000000000003", "7310000000000000003", 1),
        ),
    )
    assert all(not one.audience for one in plan.updates)


def test_ten_are_named_and_all_are_counted() -> None:
    notified = plan_for(keys(*range(1, 30))).notified
    assert notified is not None
    assert (notified.count, len(notified.people)) == (29, 10)


def test_items_whose_people_cannot_be_read_are_counted_as_unknown() -> None:
    notified = plan_for(keys(1), None).notified
    assert notified is not None
    assert (notified.count, notified.unknown) == (1, 1)
    item = Item(Ref("story", 1), "", {}, audience=None)
    assert audience_of_update(update(1, priority()), item) is None


def test_who_joins_by_the_change_is_notified_too() -> None:
    joins = replace(priority(), type="multi_user", after=[ANA, "7310000000000000009"])
    item = Item(Ref("story", 1), "", {}, audience=keys(2))
    assert audience_of_update(update(1, joins), item) == keys(1, 2, 9)


def test_a_saved_plan_keeps_the_people_and_an_older_one_has_none() -> None:
    plan = plan_for(keys(1, 2))
    made = plan_file(plan, NOON)
    assert json.loads(dumps(made))["notified"]["count"] == 2
    assert plan_of(load_plan(dumps(made))).notified == plan.notified
    older = plan_file(replace(plan, notified=None), NOON)
    assert "notified" not in json.loads(dumps(older))
    assert load_plan(dumps(older)).seal == older.seal


def limited(text: str) -> Settings:
    settings, mistakes = read_settings(f"spaces: {{demo: {{guards: {text}}}}}".encode(), "s.yaml")
    assert not mistakes
    return settings


@pytest.mark.parametrize(
    ("guards", "base", "failed"),
    [
        ("{}", None, None),
        ("{people: 2}", None, None),
        ("{people: 1}", None, "2 people, at most 1 person are allowed"),
        ("{people: 9}", "{people: 1}", "2 people, at most 1 person are allowed"),
        ("{people: 1}", "{}", "2 people, at most 1 person are allowed"),
        ("{people: 1, allow: [{people: 2}]}", "{people: 1}", None),
        (
            "{people: 1, allow: [{people: 2}]}",
            "{people: 1, allow: [{people: 2}]}",
            "2 people, at most 1 person",
        ),
    ],
)
def test_the_guard_holds_only_where_the_settings_give_a_number(
    guards: str, base: str | None, failed: str | None
) -> None:
    before = limited(base) if base else None
    made = guarded(plan_for(keys(1, 2)), limited(guards), Raised(), NOON, before)
    told = [one.excess for one in made.guards if one.name == "people" and not one.ok]
    assert len(told) == (failed is not None)
    if failed:
        assert told[0].startswith(failed)
        assert allow_line(made) == "guards: {allow: [{people: 2, why: …}]}"
        assert flags_line(made) == ""


def test_people_that_are_not_known_do_not_pass_the_guard() -> None:
    for plan in (plan_for(keys(1), None), replace(plan_for(keys(1)), notified=None)):
        made = guarded(plan, limited("{people: 5}"), Raised(), NOON)
        assert [one.ok for one in made.guards if one.name == "people"] == [False]


def test_every_view_names_them_and_one_read_asks_for_two_more_fields(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    item = desk.world.item(STORY)
    item.values["watchers"] = ["7310000000000000004"]
    for form in ("text", "markdown", "html", "github"):
        out = desk.run("plan", "--format", form).out
        assert "May notify" in out, form
        assert "ana@example.com" in out.replace("&#64;", "@"), form
    made = json.loads(desk.run("plan", "--format", "json").out)["notified"]
    assert made["count"] == len({one["key"] for one in made["people"]})
    assert "7310000000000000004" in {one["key"] for one in made["people"]}
    queries = [one for one in desk.world.calls if one.path.endswith("/query") and "work_item" in one.path]
    body = queries[-1].body
    assert isinstance(body, dict)
    assert {"priority", "role_owners", "watchers"} <= set(body["fields"])


def test_an_apply_that_would_notify_too_many_is_stopped(desk: Desk) -> None:
    desk.write("state/reconciler.yaml", "spaces: {demo: {guards: {people: 1}}}\n")
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    done = desk.run("apply", "--yes")
    assert (done.code, desk.world.writes) == (4, [])
    assert "Guard 'people' stops an apply" in done.out
