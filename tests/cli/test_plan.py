"""`plan`: what it shows, what it never does, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from reconciler.render.verdict import NO_CHANGES
from tests.git_repository import commit, git

if TYPE_CHECKING:
    from tests.conftest import Desk

CHANGE = "{id: 6300012300, fields: {priority: P3, story_points: 5}}"
AGREES = "{id: 6300012301, fields: {priority: P1}}"


def test_shows_only_what_differs(desk: Desk) -> None:
    desk.stories(CHANGE, AGREES)
    done = desk.run("plan")
    assert done.code == 0
    assert done.out == (
        "state/stories.yaml\n"
        "  ~ demo/story/6300012300  Export audit log\n"
        "      ~ Priority      P0 → P3   :4\n"
        "      ~ Story points  1 → 5   :4\n"
        "\n"
        "Plan: 1 item to update (2 fields). 1 item in sync.\n"
        "Requests: 1 PUT, 5 reads, about 1 s at 15/s.\n"
        "May notify 3 people: ana@example.com (1 item), chen@example.com (1 item), "
        "dana@example.com (1 item).\n"
    )


def test_says_one_sentence_where_all_agrees(desk: Desk) -> None:
    desk.stories(AGREES)
    done = desk.run("plan", "--detailed-exitcode")
    assert (done.code, done.out) == (0, f"{NO_CHANGES}\n")


@pytest.mark.parametrize(
    "flags",
    [
        [],
        ["--detailed-exitcode"],
        ["--strict"],
        ["--out", "plan.json"],
        ["--format", "json"],
        ["--only", "story"],
        ["--exclude", "6300012300"],
        ["--space", "demo"],
    ],
)
def test_a_plan_writes_nothing_to_the_space(desk: Desk, flags: list[str]) -> None:
    desk.stories(CHANGE, "{id: 999, fields: {priority: P0}}")
    desk.run("plan", *flags)
    assert desk.world.writes == []
    assert desk.asked("/query") > 0


def test_the_detailed_exit_code_tells_changes_from_none(desk: Desk) -> None:
    desk.stories(CHANGE)
    assert desk.run("plan").code == 0
    assert desk.run("plan", "--detailed-exitcode").code == 2


def test_a_deleted_item_is_one_blocked_row_and_all_else_goes_on(desk: Desk) -> None:
    desk.world.delete(6300012305)
    desk.stories(CHANGE, "{id: 6300012305, fields: {priority: P0}}")
    done = desk.run("plan")
    assert "  x demo/story/6300012305\n      blocked: deleted, of another type, or not visible;" in done.out
    assert "(2 fields), 1 blocked" in done.out
    assert done.code == 0
    assert desk.run("plan", "--detailed-exitcode").code == 2
    assert desk.run("plan", "--strict").code == 1


def test_mistakes_in_five_files_are_told_together_before_any_item_is_read(desk: Desk) -> None:
    item = "space: demo\ntype: story\nitems:\n  - id: 630001230{}\n    fields:\n      {}\n"
    desk.write("state/a.yaml", item.format(0, "priority:"))
    desk.write("state/b.yaml", item.format(1, "priority: p0"))
    desk.write("state/c.yaml", item.format(2, "priorty: P0"))
    desk.write("state/d.yaml", item.format(3, "priority: P0\n      priority: P1"))
    desk.write("state/e.yaml", item.format(4, "due: 2024-02-30"))
    done = desk.run("plan")
    assert done.code == 1
    assert done.out == ""
    lines = done.err.splitlines()
    assert [line.split(" ")[0] for line in lines] == [
        "state/a.yaml:6:16:",
        "state/b.yaml:6:17:",
        "state/c.yaml:6:7:",
        "state/d.yaml:7:7:",
        "state/e.yaml:6:12:",
    ]
    assert (
        "no value; write null to empty it, or delete the line to leave it alone (`git diff` shows" in lines[0]
    )
    assert "no option 'p0' on Priority; did you mean 'P0'" in lines[1]
    assert "no field 'priorty' on story; did you mean 'priority'" in lines[2]
    assert "the key 'priority' is a duplicate of line 6; keep one" in lines[3]
    assert "2024-02-30" in lines[4]
    assert desk.asked("/query") == desk.asked("/open_api/user/query")
    assert desk.world.writes == []


def test_two_files_may_name_one_item_but_not_one_field(desk: Desk) -> None:
    desk.stories(CHANGE, file="state/a.yaml")
    desk.stories("{id: 6300012300, fields: {due: 2026-12-01}}", file="state/b.yaml")
    assert "3 fields" in desk.run("plan").out
    desk.stories("{id: 6300012300, fields: {Priority: P1}}", file="state/b.yaml")
    done = desk.run("plan")
    assert done.code == 1
    assert "state/b.yaml:4:31: Priority of this item stands at state/a.yaml:4:31 too" in done.err


def test_an_expectation_that_no_longer_holds_keeps_the_item_back(desk: Desk) -> None:
    desk.stories("{id: 6300012300, expect: {name: Something else}, fields: {priority: P3}}")
    done = desk.run("plan")
    assert 'blocked: expected Name "Something else", found "Export audit log"' in done.out
    assert "Plan: nothing to update; 1 blocked" in done.out


def test_formatted_live_text_is_never_flattened(desk: Desk) -> None:
    desk.stories("{id: 6300012307, fields: {description: plain}}")
    assert "the live text has formatting that plain text would destroy" in desk.run("plan").out


def test_a_moved_locked_role_is_named_beside_the_change(desk: Desk) -> None:
    world = desk.world
    held = world.item(6300012300).values["role_owners"]
    moved = [
        {**one, "owners": ["7310000000000000002"]} if one["role"] == "role_7908a9" else one for one in held
    ]
    world.item(6300012300).values["role_owners"] = moved
    desk.stories("{id: 6300012300, fields: {priority: P3}}")
    said = "! QA  bo@example.com may go back to the space's default (locked role)"
    assert said in desk.run("plan").out
    done = desk.run("apply", "--yes")
    assert "! demo/story/6300012300  QA: bo@example.com went back to the space's default" in done.out
    assert done.code == 0
    assert desk.sent == [{"priority": {"value": "option_3"}}]


@pytest.mark.parametrize(
    ("flags", "fields"),
    [
        (["--only", "6300012300"], 2),
        (["--only", "story/6300012300.priority"], 1),
        (["--only", "demo/story/6300012300.Story points"], 1),
        (["--only", "issue"], 1),
        (["--only", "6300012302.roles.RD"], 1),
        (["--only", "state/stories.yaml"], 3),
        (["--only", "story.priority"], 1),
        (["--only", "demo/story.Story points"], 1),
        (["--only", "story.roles.RD"], 1),
        (["--exclude", "story.priority", "--only", "story"], 2),
        (["--only", "state/"], 4),
        (["--exclude", "6300012300"], 2),
        (["--exclude", "issue", "--only", "6300013300"], 0),
    ],
)
def test_a_reference_selects_items_fields_roles_types_and_paths(
    desk: Desk, flags: list[str], fields: int
) -> None:
    desk.stories(CHANGE, "{id: 6300012302, roles: {RD: [ana@example.com, bo@example.com]}}")
    desk.stories("{id: 6300013300, fields: {severity: S1}}", file="state/issues.yaml", type_="issue")
    made = json.loads(desk.run("plan", "--format", "json", *flags).out)
    assert sum(len(one["fields"]) for one in made["resource_changes"]) == fields


def test_a_reference_to_nothing_is_told_with_the_nearest_name(desk: Desk) -> None:
    desk.stories(CHANGE)
    done = desk.run("plan", "--only", "6300012300.priorty")
    assert (done.code, done.err) == (1, "error: no field 'priorty' here; did you mean 'priority'?\n")


@pytest.mark.parametrize("flag", ["--only", "--exclude"])
@pytest.mark.parametrize(
    ("ref", "message"),
    [
        ("6300012301", "the files name no such item; did you mean '6300012300'?"),
        ("story/6300012399", "the files name no such item; did you mean '6300012300'?"),
        (
            "6300012300.due",
            "the files name no such field of it; did you mean '6300012300.priority'?",
        ),
        (
            "story.due",
            "the files name no such field of it; write one of 'story.priority', 'story.story_points'",
        ),
        ("issue", "the files name no item of this type; write one of 'story'"),
        ("state/story.yaml", "the files name no item in such a file or folder; did you mean"),
        ("state/x", "the files name no item in such a file or folder; write one of 'state/stories.yaml'"),
        ("priority", "no type or item 'priority' here; did you mean 'story.priority'"),
        ("stroy.priority", "no type or item 'stroy.priority' here; did you mean 'story.priority'"),
        ("stroy", "no type or item 'stroy' here; did you mean 'story'?"),
        ("story.priorty", "no field 'priorty' here; did you mean 'priority'?"),
        ("story.roles.RDD", "no role 'roles.RDD' here; did you mean 'roles.RD'"),
        ("nosuch/6300012300", "no type 'nosuch' here; write one of"),
        ("other/story/6300012300", "no space 'other' here; write one of 'demo'"),
    ],
)
def test_a_reference_that_selects_nothing_is_an_error_with_suggestions(
    desk: Desk, flag: str, ref: str, message: str
) -> None:
    desk.stories(CHANGE)
    desk.write("state/issues.yaml", "space: demo\ntype: issue\nitems: []\n")
    for command in (["plan"], ["apply", "--yes"]):
        done = desk.run(*command, flag, ref)
        assert (done.code, done.out) == (1, "")
        assert message in done.err
    assert desk.world.writes == []


def test_a_reference_to_what_only_the_base_manages_is_no_error(desk: Desk) -> None:
    git(desk.folder, "init", "-q")
    desk.stories(CHANGE)
    desk.stories("{id: 6300012302, fields: {due: 2030-01-01}}", file="state/old.yaml")
    commit(desk)
    (desk.folder / "state/old.yaml").unlink()
    for ref in ("6300012302", "story.due", "state/old.yaml"):
        assert desk.run("plan", "--only", ref).code == 1
        assert desk.run("plan", "--only", ref, "--base", "HEAD").code == 0


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_a_plan_is_the_same_to_the_byte_whatever_seed_locale_zone_and_order(desk: Desk, first: int) -> None:
    desk.stories(CHANGE, "{id: 6300012301, fields: {platform: [Web, iOS], watchers: [ana@example.com]}}")
    desk.stories("{id: 6300012302, roles: {RD: [ana@example.com]}}", file="state/roles.yml")
    desk.stories("{id: 6300013300, fields: {severity: S1}}", file="state/issues.yaml", type_="issue")
    orders = list(permutations(["state/stories.yaml", "state/roles.yml", "state/issues.yaml"]))
    seen = set()
    for seed in range(first, first + 20):
        order = orders[seed % 6]
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", "plan", "--format", "json", *order],
            cwd=desk.folder,
            env={
                **os.environ,
                **desk.environ,
                "PYTHONHASHSEED": str(seed),
                "LC_ALL": ("C", "C.UTF-8", "POSIX")[seed % 3],
                "TZ": ("UTC", "Asia/Tokyo", "America/St_Johns", "")[seed % 4],
                "SOURCE_DATE_EPOCH": "1764000000",
            },
            capture_output=True,
            check=True,
        )
        seen.add(done.stdout.replace(desk.environ["MEEGLE_BASE_URL"].removeprefix("http://").encode(), b""))
    assert len(seen) == 1
    assert len(json.loads(seen.pop())["resource_changes"]) == 4


def test_two_spaces_need_credentials_of_their_own_or_a_choice(desk: Desk) -> None:
    desk.stories(CHANGE)
    desk.write("state/other.yaml", "space: elsewhere\ntype: story\nitems: [1]\n")
    done = desk.run("plan")
    assert done.code == 1
    assert done.out.count("Failed: 1 error, nothing was planned.") == 2
    assert done.err == "".join(
        f"error: the space {space} was not planned: the space '{space}' has no credentials of its own: "
        "the plain variables are for one space alone, and 2 spaces have none: demo, elsewhere; "
        f"set MEEGLE_PLUGIN_ID__{of}, MEEGLE_PLUGIN_SECRET__{of} and MEEGLE_USER_KEY__{of}\n"
        for space, of in (("demo", "DEMO"), ("elsewhere", "ELSEWHERE"))
    )
    assert desk.world.calls == []
    assert desk.run("plan", "--space", "demo").code == 0


def test_missing_variables_are_named_all_at_once(desk: Desk) -> None:
    desk.stories(CHANGE)
    del desk.environ["MEEGLE_PLUGIN_SECRET"], desk.environ["MEEGLE_USER_KEY"]
    done = desk.run("plan")
    assert done.code == 1
    assert "MEEGLE_PLUGIN_SECRET is not set, MEEGLE_USER_KEY is not set" in done.err


def test_a_wrong_secret_ends_in_plain_words(desk: Desk) -> None:
    desk.stories(CHANGE)
    desk.environ["MEEGLE_PLUGIN_SECRET"] = "not-the-secret"
    done = desk.run("plan")
    assert done.code == 1
    assert "error: the plugin id or its secret is wrong" in done.err
    assert "not-the-secret" not in done.err


def test_a_space_that_is_not_there_is_told_in_plain_words(desk: Desk) -> None:
    desk.write("state/a.yaml", "space: dmeo\ntype: story\nitems: [6300012300]\n")
    done = desk.run("plan")
    assert (done.code, done.err) == (
        1,
        (
            "state/a.yaml:1:8: no space 'dmeo' for this plugin; check `space:` in the files, "
            "and that the plugin is installed in the space\n"
        ),
    )


def test_a_plan_file_that_is_not_there_is_told(desk: Desk) -> None:
    done = desk.run("apply", "plan.json")
    fix = "check the path; `reconciler plan --out FILE` saves a plan"
    assert (done.code, done.err) == (1, f"error: cannot read plan.json (No such file or directory); {fix}\n")


def test_colour_is_laid_on_text_where_it_is_asked_for_and_never_in_a_file(desk: Desk) -> None:
    desk.stories("{id: 6300012300, fields: {priority: P3}}")
    plain, colour = desk.run("plan").out, desk.run("plan", "--color", "always").out
    assert "\x1b" not in plain
    assert "\x1b[33m      ~\x1b[0m" in colour
    desk.run("plan", "--color", "always", "--format", "text=plan.txt", "--format", "json")
    assert (desk.folder / "plan.txt").read_text(encoding="utf-8") == plain


def test_names_the_files_that_were_written_where_stdout_is_left_empty(desk: Desk) -> None:
    desk.stories("{id: 6300012300, fields: {priority: P3}}")
    done = desk.run("plan", "--format", "json=plan.json", "--format", "html=plan.html")
    assert (done.out, done.err) == ("", "written: plan.json (json), plan.html (html)\n")
    done = desk.run("plan", "--out", "saved.json", "--format", "markdown=plan.md")
    assert (done.out, done.err) == ("", "written: saved.json (plan), plan.md (markdown)\n")
