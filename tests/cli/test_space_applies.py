"""`apply` to several spaces: all or none begins, each with its own journal, lock, guards and windows."""

from __future__ import annotations

import json
import signal
import time
from typing import Any

import pytest

from reconciler.apply.lock import locked
from reconciler.git import OURS
from reconciler.meegle.http.connection import IDENTITY
from tests.conftest import Desk
from tests.faults.canary import files_under, leaks
from tests.git_repository import commit, git
from tests.several_spaces import (
    FIRST,
    STEP,
    add_spaces,
    three_spaces,
    without_credentials,
    write_story,
    written,
)

EVERY = [
    ("demo", FIRST, ["priority"]),
    ("mobile", FIRST + STEP, ["priority"]),
    ("web-shop", FIRST + 2 * STEP, ["priority"]),
]


@pytest.fixture
def spaces(desk: Desk) -> Desk:
    three_spaces(desk)
    return desk


def writes(desk: Desk) -> list[tuple[Any, ...]]:
    """The write log, with the spaces by their names."""
    names = {key: one.simple_name for key, one in desk.world.spaces.items()}
    return [(names.get(key, key), *rest) for key, *rest in written(desk)]


def runs(desk: Desk) -> list[list[dict[str, Any]]]:
    return [
        [json.loads(line) for line in path.read_text().splitlines()]
        for path in sorted((desk.folder / ".reconciler/runs").glob("*/journal.jsonl"))
    ]


@pytest.mark.parametrize("what", ["plan.json", "--yes"])
def test_every_space_is_written_once_by_its_own_plugin_with_a_journal_of_its_own(
    spaces: Desk, what: str
) -> None:
    spaces.run("plan", "--out", "plan.json")
    done = spaces.run("apply", what)
    assert done.code == 0
    assert done.out.endswith("\n3 spaces. Applied: 3 items (3 fields).\n")
    assert writes(spaces) == EVERY
    assert [run[0]["space_name"] for run in runs(spaces)] == ["demo", "mobile", "web-shop"]
    assert all(run[-1]["event"] == "end" for run in runs(spaces))
    assert spaces.run("runs", "verify").code == 0
    again = spaces.run("plan", "--detailed-exitcode")
    assert (again.code, again.out.splitlines()[-1]) == (
        0,
        "3 spaces. No changes. Live work items match the desired state.",
    )


def test_a_saved_plan_of_several_spaces_is_narrowed_by_name(spaces: Desk) -> None:
    spaces.run("plan", "--out", "plan.json")
    assert spaces.run("apply", "plan.json", "--space", "mobile").code == 0
    assert writes(spaces) == EVERY[1:2]
    done = spaces.run("apply", "plan.json", "--space", "nowhere")
    assert (done.code, done.err) == (
        1,
        "error: the plan has no space 'nowhere'; there is demo, mobile, web-shop\n",
    )


@pytest.mark.parametrize("what", ["plan.json", "--yes"])
def test_nothing_is_sent_to_any_space_unless_every_one_was_planned_or_left_out_by_name(
    spaces: Desk, what: str
) -> None:
    right = spaces.environ["MEEGLE_PLUGIN_SECRET__MOBILE"]
    spaces.environ["MEEGLE_PLUGIN_SECRET__MOBILE"] = "0" * 32
    assert spaces.run("plan", "--out", "plan.json").code == 1
    spaces.environ["MEEGLE_PLUGIN_SECRET__MOBILE"] = right if what == "plan.json" else "0" * 32
    done = spaces.run("apply", what)
    assert done.code == 1
    assert writes(spaces) == []
    assert "mobile" in done.err
    spaces.environ["GITHUB_OUTPUT"] = str(spaces.folder / "out")
    assert spaces.run("apply", what, "--format", "json").code == 1
    assert "exit_reason=error" in (spaces.folder / "out").read_text()
    assert writes(spaces) == []
    assert spaces.run("apply", what, "--space", "demo", "--space", "web-shop").code == 0
    assert writes(spaces) == [EVERY[0], EVERY[2]]


def test_an_apply_that_cannot_open_a_space_names_it_and_its_own_variables(spaces: Desk) -> None:
    spaces.run("plan", "--out", "plan.json")
    spaces.environ["MEEGLE_PLUGIN_SECRET__WEB_SHOP"] = "0" * 32
    done = spaces.run("apply", "plan.json")
    assert (done.code, writes(spaces)) == (1, [])
    assert done.err.startswith("error: the space web-shop: the plugin id or its secret is wrong: ")
    assert "check MEEGLE_PLUGIN_ID__WEB_SHOP and MEEGLE_PLUGIN_SECRET__WEB_SHOP on" in done.err
    for command in (["apply", "plan.json"], ["plan"], ["schema", "pull"], ["pull", "1", "--into", "x.yaml"]):
        alone = spaces.run(*command, "--space", "web-shop")
        assert alone.code == 1, command
        assert "check MEEGLE_PLUGIN_ID__WEB_SHOP and MEEGLE_PLUGIN_SECRET__WEB_SHOP on" in alone.err, command


def test_a_guard_of_one_space_keeps_all_from_being_written(spaces: Desk) -> None:
    spaces.write("state/reconciler.yaml", "spaces: {web-shop: {guards: {changes: 0}}}\n")
    done = spaces.run("apply", "--yes")
    assert (done.code, writes(spaces)) == (4, [])
    assert "Guard 'changes' stops an apply" in done.out
    assert spaces.run("apply", "--yes", "--space", "demo", "--space", "mobile").code == 0
    assert spaces.run("apply", "--yes", "--max-changes", "1").code == 0
    assert writes(spaces) == EVERY


def test_a_window_of_one_space_keeps_all_from_being_written(spaces: Desk) -> None:
    spaces.run("plan", "--out", "plan.json")
    spaces.write("state/reconciler.yaml", "spaces: {mobile: {windows: [{deny: {}, why: freeze}]}}\n")
    done = spaces.run("apply", "plan.json")
    assert (done.code, writes(spaces)) == (4, [])
    assert "freeze" in done.out + done.err
    assert spaces.run("apply", "--yes").code == 4
    assert spaces.run("apply", "plan.json", "--space", "demo", "--space", "web-shop").code == 0
    assert writes(spaces) == [EVERY[0], EVERY[2]]


def test_metadata_that_moved_in_one_space_stops_all_before_the_first_put(spaces: Desk) -> None:
    spaces.run("plan", "--out", "plan.json")
    shop = next(one for one in spaces.world.spaces.values() if one.simple_name == "web-shop")
    story = next(one for one in shop.types if one.api_name == "story")
    field = next(one for one in story.fields if one.key == "priority")
    field.options[0].label = "Another name"
    done = spaces.run("apply", "plan.json")
    assert (done.code, writes(spaces)) == (1, [])
    assert "has changed in the space" in done.err


def test_a_lock_that_another_run_holds_on_one_space_stops_all(
    spaces: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    spaces.run("plan", "--out", "plan.json")
    key = next(key for key, one in spaces.world.spaces.items() if one.simple_name == "web-shop")
    host = spaces.environ["MEEGLE_BASE_URL"].partition("://")[2]
    for name, value in spaces.environ.items():
        monkeypatch.setenv(name, value)
    with locked(host, key):
        assert spaces.run("apply", "plan.json").code == 1
    assert writes(spaces) == []


def test_rows_that_are_not_applied_in_one_space_are_told_and_the_others_are_done(spaces: Desk) -> None:
    spaces.run("plan", "--out", "plan.json")
    spaces.world.edit(FIRST + STEP, "priority", {"value": "option_2"})
    done = spaces.run("apply", "plan.json")
    assert done.code == 3
    assert done.out.endswith("\n3 spaces. Applied: 2 items (2 fields). 1 conflict.\n")
    assert writes(spaces) == [EVERY[0], EVERY[2]]


def test_events_name_their_space_and_the_last_one_speaks_of_all(spaces: Desk) -> None:
    lines = [json.loads(line) for line in spaces.run("apply", "--yes", "--format", "json").out.splitlines()]
    assert {one["space"] for one in lines[:-1] if one["event"] != "begin"} == {
        "demo",
        "mobile",
        "web-shop",
    }
    assert [one["space"] for one in lines if one["event"] == "plan"] == ["demo", "mobile", "web-shop"]
    assert "space" not in lines[-1]
    assert (lines[-1]["event"], lines[-1]["exit_reason"], lines[-1]["counts"], lines[-1]["puts"]) == (
        "summary",
        "applied",
        {"applied": 3},
        3,
    )
    assert lines[-1]["spaces"] == ["demo", "mobile", "web-shop"]


def test_the_events_of_one_space_are_those_that_they_always_were(spaces: Desk) -> None:
    out = spaces.run("apply", "--yes", "--space", "demo", "--format", "json").out
    lines = [json.loads(line) for line in out.splitlines()]
    assert not any("space" in one for one in lines if one["event"] in {"plan", "row", "summary"})
    assert sum(one["event"] == "summary" for one in lines) == 1


def test_nothing_to_do_in_every_space_ends_well(spaces: Desk) -> None:
    assert spaces.run("apply", "--yes").code == 0
    spaces.world.writes.clear()
    done = spaces.run("apply", "--yes", "--format", "json")
    assert (done.code, json.loads(done.out.splitlines()[-1])["exit_reason"]) == (0, "no_changes")
    assert writes(spaces) == []


def test_a_space_without_changes_beside_others_gets_no_journal(spaces: Desk) -> None:
    spaces.run("apply", "--yes", "--space", "mobile")
    spaces.run("apply", "--yes")
    assert [run[0]["space_name"] for run in runs(spaces)] == ["mobile", "demo", "web-shop"]
    assert writes(spaces) == [EVERY[1], EVERY[0], EVERY[2]]


def test_a_signal_ends_the_run_and_the_spaces_after_it_are_not_tried(spaces: Desk) -> None:
    spaces.run("plan", "--out", "plan.json")
    spaces.environ["MEEGLE_RATE"] = "15"
    items = "".join(f"  - {{id: {FIRST + n}, fields: {{priority: P3}}}}\n" for n in range(40))
    spaces.write("state/demo.yaml", f"space: demo\ntype: story\nitems:\n{items}")
    process = spaces.start("apply", "--yes", "--format", "json", "--max-share", "100%")
    until = time.monotonic() + 60
    while not writes(spaces) and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 143
    assert {name for name, *_ in writes(spaces)} == {"demo"}
    last = json.loads(out.splitlines()[-1])
    assert (last["exit_reason"], last["spaces"]) == ("interrupted", ["demo", "mobile", "web-shop"])
    assert last["counts"]["not tried"] >= 2
    spaces.environ["MEEGLE_RATE"] = "0"
    assert spaces.run("apply", "--yes", "--max-share", "100%").code == 0
    assert spaces.run("plan", "--detailed-exitcode").code == 0


def test_the_credentials_of_each_space_are_taken_from_the_plan_s_spaces_too(spaces: Desk) -> None:
    spaces.run("plan", "--out", "plan.json")
    without_credentials(spaces, "mobile")
    done = spaces.run("apply", "plan.json")
    assert (done.code, writes(spaces)) == (1, [])
    assert "has no credentials of its own" in done.err


def test_drift_of_all_spaces_is_told_and_healed_by_each_record(desk: Desk) -> None:
    add_spaces(desk, "mobile")
    for n, space in enumerate(("demo", "mobile")):
        write_story(desk, space, FIRST + n * STEP)
    desk.write(
        "state/reconciler.yaml",
        "spaces: {demo: {drift: {default: heal}}, mobile: {drift: {default: heal}}}\n",
    )
    git(desk.folder, "init", "-q")
    commit(desk)
    desk.run("plan", "--out", "plan.json")
    assert desk.run("apply", "plan.json").code == 0
    assert desk.run("record", "plan.json").code == 0
    desk.world.writes.clear()
    for n in range(2):
        desk.world.edit(FIRST + n * STEP, "priority", {"value": "option_2"})
    done = desk.run("drift", "--detailed-exitcode")
    assert done.code == 2
    assert "2 spaces. Plan: 2 items to update" in done.out
    done = desk.run("drift", "--heal", "--yes")
    assert done.code == 0
    assert [name for name, *_ in writes(desk)] == ["demo", "mobile"]
    assert desk.run("drift", "--detailed-exitcode").code == 0


def test_no_own_variable_reaches_git(spaces: Desk) -> None:
    assert all(name.startswith(OURS) for name in spaces.environ)
    assert all(f"{name}__DEMO".startswith(OURS) for name in IDENTITY)


def test_no_secret_of_a_space_is_in_any_stream_or_file(spaces: Desk) -> None:
    secrets = [one for name, one in spaces.environ.items() if name.startswith("MEEGLE_PLUGIN_SECRET")]
    spaces.environ["MEEGLE_USER_KEY__MOBILE"] = "7310000000000000099"
    streams = []
    for words in (
        ["plan", "--out", "plan.json", "--format", "html=plan.html", "--log-level", "debug"],
        ["apply", "plan.json", "--log-level", "debug"],
        ["apply", "--yes", "--space", "demo", "--space", "web-shop", "--format", "json"],
    ):
        done = spaces.run(*words)
        streams += [(words[0], done.out.encode()), (words[0], done.err.encode())]
    assert writes(spaces) == [EVERY[0], EVERY[2]]
    assert len(secrets) == 3
    assert leaks(secrets, [*streams, *files_under(spaces.folder)]) == []
