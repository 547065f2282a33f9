"""A refusal is told with its likely cause and the way out, beside the service's own words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.meegle.http.failures import ApiRefusal, TokenRefused

if TYPE_CHECKING:
    from tests.conftest import Desk

ITEM = "{id: 6300012345, fields: {priority: P0}}"
GUEST = "7310000000000000002"


def test_a_field_that_the_user_may_not_edit_is_told_with_who_can_mend_it(desk: Desk) -> None:
    desk.world.options.forbidden = [{"field": "priority"}]
    desk.stories(ITEM)
    done = desk.run("apply", "--yes")
    assert (
        ", likely because the acting user may not edit this field; "
        "let the user of MEEGLE_USER_KEY edit it in the space, or take it out of the files\n"
    ) in done.out
    assert 'Priority: 50006 "No right to edit' in done.out


def test_an_item_that_the_user_may_not_edit_is_told_with_who_can_mend_it(desk: Desk) -> None:
    desk.world.options.forbidden = [{"item": "6300012345"}]
    desk.stories(ITEM)
    done = desk.run("apply", "--yes")
    assert "Priority: 10001 " in done.out
    assert ", likely because the acting user may not do this to the item; let the user of " in done.out


def test_nobody_found_is_told_as_what_a_virtual_token_does_not_see(desk: Desk) -> None:
    desk.world.people[GUEST] = replace(desk.world.people[GUEST], collaborator=False)
    desk.environ |= {"MEEGLE_TOKEN_TYPE": "virtual", "MEEGLE_USER_KEY": GUEST}
    told = desk.run("doctor", "--space", "demo").out
    line = next(one for one in told.splitlines() if "30006" in one)
    assert 'user_query was refused: 30006 "User Not Found' in line
    assert "(a virtual token sees its collaborators alone); check MEEGLE_USER_KEY and the people" in line


def test_what_the_plugin_may_not_do_is_told_with_every_step_to_it(desk: Desk) -> None:
    desk.world.options.set({"faults": [{"kind": "not_installed"}]})
    desk.stories(ITEM)
    told = desk.run("plan").err
    assert "the plugin may not do this: 10301 " in told
    for step in ("apply for the permission", "publish", "install", "add the user of MEEGLE_USER_KEY"):
        assert step in told


def test_a_user_who_left_is_told_with_the_variable_to_set(desk: Desk) -> None:
    user = desk.environ["MEEGLE_USER_KEY"]
    desk.world.people[user] = replace(desk.world.people[user], status="resigned")
    desk.stories(ITEM)
    told = desk.run("plan").err
    assert "the acting user has resigned: 10302 " in told
    assert "; set MEEGLE_USER_KEY to the user key of an active member of the space" in told


def test_a_wrong_space_is_told_with_where_its_key_stands() -> None:
    told = str(ApiRefusal(1000052063, "Project Not Exist", "L", status=400, endpoint="user_search"))
    assert told == (
        'user_search was refused: 1000052063 "Project Not Exist" (log id L), likely because no space has '
        "this key; check `space:` in the files and `project_key:` in the settings, and that the plugin is "
        "installed there"
    )


@pytest.mark.parametrize(
    ("message", "cause", "fix"),
    [
        (
            "Token Info Is Invalid: token is nil",
            "the token ended early or was replaced",
            "its secret was not",
        ),
        ("Token Info Is Invalid: X-USER-KEY is empty", "the header X-USER-KEY did not arrive", "a proxy"),
        ("Token Info Is Invalid: user_key missing", "the header X-USER-KEY did not arrive", "a proxy"),
    ],
)
def test_both_meanings_of_10211_are_told_apart(message: str, cause: str, fix: str) -> None:
    told = str(TokenRefused(10211, message, ""))
    assert f'10211 "{message}", likely because {cause}' in told
    assert fix in told.partition("; ")[2]


def test_a_code_of_which_the_pages_say_no_more_is_told_as_the_service_says_it() -> None:
    told = str(ApiRefusal(30005, "WorkItem Not Found", "", status=404, endpoint="query"))
    assert told == 'query was refused: 30005 "WorkItem Not Found"'
