"""A type is narrowed by what its items are: by filters, and by conditions in the service's grammar."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.sandbox.state.model import Item
    from tests.conftest import Desk

INTO = ("--space", "demo", "--into", "state/pulled.yaml")
AREA, DUE, POINTS, PLATFORM = "field_6e2a90", "field_2fbca6", "field_3724e6", "field_c4d17a"
AUDIT = '{"conjunction": "OR", "search_params": [{"param_key": "name", "operator": "~", "value": "audit"}]}'
DAY = 1774972800000
"""2026-04-01 in Asia/Shanghai."""


def pulled(desk: Desk, *arguments: str, type_: str = "story") -> set[int]:
    """Pull, and return the ids that the file names; nothing is written to the space."""
    done = desk.run("pull", "--type", type_, *arguments, *INTO)
    assert done.code == 0, done.err
    path = desk.folder / "state/pulled.yaml"
    assert desk.world.writes == []
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return {int(hit) for hit in re.findall(r"63000\d{5}", text)}


def having(desk: Desk, test: Callable[[Item], bool], type_: str = "story") -> set[int]:
    return {
        one.id
        for one in desk.world.items.values()
        if one.type_key == type_ and one.aborted is None and test(one)
    }


def choice(item: Item, key: str) -> Any:
    return (item.values.get(key) or {}).get("value")


@pytest.mark.parametrize(
    ("arguments", "test"),
    [
        (("--name", "audit"), lambda one: "audit" in one.name.lower()),
        (("--status", "In progress"), lambda one: one.state == "doing"),
        (("--status", "started", "--status", "end"), lambda one: one.state in {"started", "end"}),
        (
            ("--search", "priority HAS ANY OF P0, P1"),
            lambda one: choice(one, "priority") in {"option_0", "option_1"},
        ),
        (
            ("--search", "priority has none of P0，P1"),
            lambda one: choice(one, "priority") in {"option_2", "option_3"},
        ),
        (("--search", "Story points >= 6"), lambda one: one.values[POINTS] >= 6),
        (("--search", "Due < 2026-04-10"), lambda one: one.values[DUE] < DAY + 9 * 86_400_000),
        (("--search", "Platform CONTAINS iOS"), lambda one: {"value": "platform_0"} in one.values[PLATFORM]),
        (("--search", "ext_ref IS NULL"), lambda one: not one.values.get("field_a1b2c3")),
        (("--search", "ext_ref IS NOT NULL"), lambda one: bool(one.values.get("field_a1b2c3"))),
        (("--search", "work_item_status = Done"), lambda one: one.state == "end"),
        (("--search", "name ~ audit"), lambda one: "audit" in one.name.lower()),
        (
            ("--search", "work_item_id HAS ANY OF 6300012301, 6300012302"),
            lambda one: one.id in {6300012301, 6300012302},
        ),
        (
            ("--search", "priority = P0", "--search", "Story points > 3"),
            lambda one: choice(one, "priority") == "option_0" and one.values[POINTS] > 3,
        ),
        (
            (
                "--search",
                AUDIT,
            ),
            lambda one: "audit" in one.name.lower(),
        ),
        (
            ("--status", "started", "--search", "priority = P0"),
            lambda one: one.state == "started" and choice(one, "priority") == "option_0",
        ),
    ],
)
def test_a_type_is_narrowed(desk: Desk, arguments: tuple[str, ...], test: Callable[[Item], bool]) -> None:
    desired = having(desk, test)
    assert 0 < len(desired) < len(having(desk, lambda _: True))
    assert pulled(desk, *arguments) == desired


def test_items_of_a_person_are_those_that_they_made_follow_or_hold_a_role_of(desk: Desk) -> None:
    bo = next(one.key for one in desk.world.people.values() if one.email == "bo@example.com")

    def theirs(item: Item) -> bool:
        held = [key for each in item.values["role_owners"] for key in each["owners"] or []]
        return bo in {item.created_by, *item.values["watchers"], *held}

    assert pulled(desk, "--person", "bo@example.com") == having(desk, theirs)


def test_people_and_groups_of_the_settings_are_known_to_conditions(desk: Desk) -> None:
    desk.write(
        "state/reconciler.yaml", "people: {duo: [ana@example.com, bo@example.com]}\nspaces: {demo: {}}\n"
    )
    duo = {
        one.key for one in desk.world.people.values() if one.email in {"ana@example.com", "bo@example.com"}
    }
    assert pulled(desk, "--search", "watchers HAS ANY OF duo") == having(
        desk, lambda one: bool(duo & set(one.values["watchers"]))
    )


def test_members_of_a_role_are_a_condition(desk: Desk) -> None:
    hana = next(one.key for one in desk.world.people.values() if one.email == "hana@example.com")
    held = having(
        desk,
        lambda one: any(r["role"] == "PM" and hana in (r["owners"] or []) for r in one.values["role_owners"]),
    )
    assert pulled(desk, "--search", "roles.PM HAS ANY OF hana@example.com") == held


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--search", "priority"), "'priority' is no condition; write --search 'priority HAS ANY OF P0, P1'"),
        (("--search", "priorty = P0"), "no field 'priorty' to search on story; did you mean 'priority'"),
        (("--search", "priority = P9"), "no option 'P9' on "),
        (("--search", "{"), "--search is no JSON"),
        (("--search", "people HAS ANY OF nobody@example.com"), "no person 'nobody@example.com' on people"),
        (("--status", "Doing"), "no state 'Doing' on story"),
        (("--updated-since", "soon"), "'soon' is no day; write it as 2026-11-01"),
    ],
)
def test_a_filter_that_means_nothing_is_told(desk: Desk, arguments: tuple[str, ...], said: str) -> None:
    done = desk.run("pull", "--type", "story", *arguments, *INTO)
    assert done.code == 1
    assert said in done.err


def test_filters_stand_with_a_type_and_without_ids(desk: Desk) -> None:
    for arguments in (("6300012320",), ("--type", "story", "6300012320")):
        done = desk.run("pull", *arguments, "--name", "x", *INTO)
        assert (done.code, done.err) == (1, "error: filters narrow a type; give --type TYPE, and no ids\n")
