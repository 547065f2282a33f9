"""`reconciler sandbox do`: a team rehearses its week."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reconciler.sandbox.demo.more_spaces import add_space, own_plugin

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
BO = "7310000000000000002"


@pytest.fixture
def week(desk: Desk) -> Desk:
    """A desk that knows the doors of its sandbox."""
    desk.environ["RECONCILER_SANDBOX"] = f"{desk.service.url}/_sandbox/{desk.world.admin_token}"
    return desk


def test_an_edit_in_the_page_is_drift_of_who_did_it(week: Desk) -> None:
    week.stories(f"{{id: {STORY}, fields: {{priority: P1, due: 2026-12-01}}}}")
    assert week.run("apply", "--yes").code == 0
    done = week.run("sandbox", "do", "edit", str(STORY), "Priority", "P3", "--by", "bo@example.com")
    assert (done.code, done.out) == (0, f"Edited Priority of {STORY}.\n")
    planned = week.run("plan", "--blame").out
    assert "P3 → P1" in planned
    assert "bo@example.com" in planned


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        ("priority", '{"value": "option_2"}', {"value": "option_2"}),
        ("notes", "[draft] two", "[draft] two"),
        ("notes", "null", None),
        ("notes", '"null"', "null"),
        ("watchers", "bo@example.com", [BO]),
    ],
)
def test_a_value_is_words_or_json(week: Desk, field: str, value: str, stored: object) -> None:
    assert week.run("sandbox", "do", "edit", str(STORY), field, value).code == 0
    item = week.world.item(STORY)
    kind = week.world.type_of(item)
    key = next(one.key for one in kind.fields if field in (one.key, one.alias))
    assert (item.values.get(key) or None) == stored


def test_an_admin_renames_one_option_and_removes_another(week: Desk) -> None:
    done = week.run("sandbox", "do", "rename-option", "story", "Priority", "P0", "Urgent")
    assert done.out == "Renamed P0 (option_0) to Urgent.\n"
    assert week.run("sandbox", "do", "remove-option", "story", "scale", "XL").out == "Removed XL (scale_3).\n"
    assert week.run("sandbox", "do", "remove-option", "story", "scale", "L", "--disable").out.startswith(
        "Disabled L"
    )
    week.stories(f"{{id: {STORY}, fields: {{scale: XL}}}}")
    assert "no option 'XL' on Scale" in week.run("plan").err


def test_a_person_leaves(week: Desk) -> None:
    assert week.run("sandbox", "do", "leave", "bo@example.com").out == f"bo@example.com ({BO}) resigned.\n"
    week.stories(f"{{id: {STORY}, fields: {{reviewer: bo@example.com}}}}")
    assert "blocked: bo@example.com is no longer active" in week.run("plan").out


def test_a_secret_rotates_and_the_line_to_export_is_printed(week: Desk) -> None:
    week.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    line = week.run("sandbox", "do", "rotate-secret").out
    assert week.run("plan").code == 1
    week.environ["MEEGLE_PLUGIN_SECRET"] = line.strip().partition("=")[2]
    assert week.run("plan").code == 0


def test_a_space_of_its_own_plugin_gets_another_secret_and_options_of_its_own(week: Desk) -> None:
    add_space(week.world, "mobile")
    assert "mobile has no plugin of its own" in (
        week.run("sandbox", "do", "rotate-secret", "--space", "mobile").err
    )
    own_plugin(week.world, "mobile")
    line = week.run("sandbox", "do", "rotate-secret", "s3cret", "--space", "mobile").out
    assert line == "export MEEGLE_PLUGIN_SECRET__MOBILE=s3cret\n"
    assert [one.plugin_secret for one in week.world.own_plugins.values()] == ["s3cret"]
    renamed = week.run("sandbox", "do", "rename-option", "story", "scale", "XL", "Huge", "--space", "mobile")
    assert renamed.out == "Renamed XL (scale_3) to Huge.\n"
    labels = [
        [one.label for one in space.types[0].by_key["field_0dae57"].options]
        for space in week.world.spaces.values()
    ]
    assert [one[3] for one in labels] == ["XL", "Huge"]
    wrong = week.run("sandbox", "do", "remove-option", "story", "scale", "XL", "--space", "mobil")
    assert "no space 'mobil'; did you mean 'mobile'?" in wrong.err


def test_tokens_end_and_switches_turn(week: Desk) -> None:
    assert week.run("sandbox", "do", "expire-tokens").out == "All tokens ended.\n"
    told = json.loads(week.run("sandbox", "do", "options", "latency_ms=5", "time_zone=Asia/Tokyo").out)
    assert (told["latency_ms"], told["time_zone"]) == (5, "Asia/Tokyo")
    assert week.run("sandbox", "do", "delete", str(STORY)).out == f"Deleted {STORY}.\n"
    week.stories(f"{{id: {STORY + 1}, fields: {{priority: P3}}}}")
    week.run("apply", "--yes")
    (line,) = week.run("sandbox", "do", "writes").out.splitlines()
    assert json.loads(line)["method"] == "PUT"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["leave", "nobody"], "error: no person 'nobody'; there is 'ana@example.com'"),
        (["options", "latency_ms"], "Error: 'latency_ms' turns no switch; write NAME=VALUE"),
        (
            ["leave", "Bo", "--at", "http://example.com/"],
            "error: 'http://example.com/' leads to no sandbox; ",
        ),
        (
            ["edit", str(STORY), "due", "soon"],
            "error: Due takes a day such as 2026-12-01, not 'soon'; docs/sandbox.md",
        ),
    ],
)
def test_a_mistake_is_told_with_what_to_do(week: Desk, words: list[str], told: str) -> None:
    done = week.run("sandbox", "do", *words)
    assert (done.code, done.out) == (1, "")
    assert told in done.err


def test_without_the_address_it_is_asked_for(desk: Desk) -> None:
    done = desk.run("sandbox", "do", "expire-tokens")
    fix = "export the lines that `reconciler sandbox` prints, or give --at URL"
    assert done.err == f"error: no sandbox is known here; {fix}\n"
    address = f"{desk.service.url}/_sandbox/{desk.world.admin_token}"
    assert desk.run("sandbox", "do", "expire-tokens", "--at", f"{address}/options").code == 0
