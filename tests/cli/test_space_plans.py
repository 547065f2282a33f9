"""`plan` over all spaces that the files name: in every view, side by side, and with one that fails."""

from __future__ import annotations

import json
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from reconciler.meegle.space_variables import USUAL
from tests.conftest import Desk
from tests.git_repository import commit, git
from tests.several_spaces import FIRST, STEP, add_spaces, three_spaces, without_credentials, write_story

SPACES = ("demo", "mobile", "web-shop")


@pytest.fixture
def spaces(desk: Desk) -> Desk:
    three_spaces(desk)
    return desk


def test_all_spaces_that_the_files_name_are_planned_under_one_verdict(spaces: Desk) -> None:
    done = spaces.run("plan")
    assert (done.code, done.err) == (0, "")
    headings = [line for line in done.out.splitlines() if line.startswith("Space ")]
    assert headings == ["Space demo", "Space mobile", "Space web-shop"]
    assert done.out.endswith("\n3 spaces. Plan: 3 items to update (3 fields).\n")
    assert spaces.run("plan", "--detailed-exitcode").code == 2
    assert spaces.sent == []


def test_a_space_has_the_same_plan_beside_others_as_alone(spaces: Desk) -> None:
    spaces.environ["SOURCE_DATE_EPOCH"] = "1800000000"
    every = spaces.run("plan", "--format", "json=every.json", "--format", "text").out
    document = json.loads((spaces.folder / "every.json").read_text())
    for n, name in enumerate(SPACES):
        alone = json.loads(spaces.run("plan", "--space", name, "--format", "json").out)
        part = document["spaces"][n]
        assert (part["digest"], part["seal"]) == (alone["digest"], alone["seal"])
        assert alone["resource_changes"] == [
            {key: value for key, value in row.items() if key != "space"}
            for row in document["resource_changes"]
            if row["space"] == name
        ]
        assert spaces.run("plan", "--space", name).out in every


def test_the_order_of_files_and_of_answers_changes_nothing(spaces: Desk) -> None:
    spaces.environ["SOURCE_DATE_EPOCH"] = "1800000000"
    first = spaces.run("plan", "--format", "json").out
    (spaces.folder / "state/demo.yaml").rename(spaces.folder / "state/z.yaml")
    again = json.loads(spaces.run("plan", "--format", "json").out.replace("state/z.yaml", "state/demo.yaml"))
    assert [one["name"] for one in again["spaces"]] == list(SPACES)
    assert again["digest"] == json.loads(first)["digest"]
    for _ in range(3):
        assert spaces.run("plan", "--format", "json").out == spaces.run("plan", "--format", "json").out


@pytest.mark.parametrize("chosen", [("mobile",), ("demo", "web-shop"), SPACES])
def test_space_narrows_and_may_be_given_several_times(spaces: Desk, chosen: tuple[str, ...]) -> None:
    flags = [word for name in chosen for word in ("--space", name)]
    out = spaces.run("plan", *flags, "--format", "json").out
    assert {row["address"].partition("/")[0] for row in json.loads(out)["resource_changes"]} == {*chosen}
    spaces.environ["RECONCILER_SPACE"] = " ".join(chosen)
    assert json.loads(spaces.run("plan", "--format", "json").out)["digest"] == json.loads(out)["digest"]


def test_an_empty_variable_narrows_nothing(spaces: Desk) -> None:
    spaces.environ["RECONCILER_SPACE"] = ""
    assert spaces.run("plan").out.startswith("Space demo\n")


def test_an_unknown_space_is_refused_with_those_there_are(spaces: Desk) -> None:
    done = spaces.run("plan", "--space", "demo", "--space", "moblie")
    assert (done.code, done.err) == (
        1,
        "error: no file names the space 'moblie'; there is demo, mobile, web-shop\n",
    )


def test_every_view_shows_every_space(spaces: Desk) -> None:
    views = ("json", "markdown", "html", "github", "gitlab", "codequality", "junit")
    write_story(spaces, "demo", FIRST, "{story_points: null}")
    done = spaces.run("plan", *(word for one in views for word in ("--format", f"{one}={one}.out")))
    assert done.code == 0
    seen = {one: (spaces.folder / f"{one}.out").read_text() for one in views}
    addresses = [f"{name}/story/{FIRST + n * STEP}" for n, name in enumerate(SPACES)]
    for view in ("json", "markdown", "html", "junit", "github"):
        assert all(address in seen[view] for address in addresses), view
    assert seen["markdown"].startswith("<!-- reconciler:plan v1 space=_several_ ")
    assert seen["markdown"].count("\n### Plan for ") == 4
    assert json.loads(seen["gitlab"]) == {"create": 0, "update": 3, "delete": 0}
    checks = [row["check_name"] for row in json.loads(seen["codequality"])]
    assert checks.count("reconciler/empties-a-field") == 1
    assert checks.count("reconciler/people") == 3
    assert seen["github"].partition("\nSpace demo\n")[0].count(": May notify ") == 3
    suites = ET.fromstring(seen["junit"])  # noqa: S314 - our own
    assert [one.get("name") for one in suites] == [f"reconciler {name}" for name in SPACES]
    assert suites.get("tests") == str(sum(int(one.get("tests") or 0) for one in suites))


def test_a_saved_plan_of_several_spaces_is_shown_as_it_was(spaces: Desk) -> None:
    planned = spaces.run("plan", "--out", "plan.json", "--format", "text", "--format", "html=a.html")
    assert spaces.run("show", "plan.json", "--format", "text", "--format", "html=b.html").out == planned.out
    assert (spaces.folder / "a.html").read_text() == (spaces.folder / "b.html").read_text()
    shown = spaces.run("show", "plan.json", "--format", "json").out
    assert json.loads(shown) == json.loads((spaces.folder / "plan.json").read_text())


def test_a_space_that_fails_keeps_no_other_from_being_planned(spaces: Desk) -> None:
    spaces.environ["MEEGLE_PLUGIN_SECRET__MOBILE"] = "5ec2e7-of-nobody"
    views = ("json", "markdown", "html", "github", "codequality", "junit")
    done = spaces.run(
        "plan", "--format", "text", *(word for one in views for word in ("--format", f"{one}={one}.out"))
    )
    assert done.code == 1
    assert done.err.startswith("error: the space mobile was not planned: ")
    assert "5ec2e7" not in done.err + done.out
    assert done.out.endswith("\n1 of 3 spaces failed (mobile). Plan: 2 items to update (2 fields).\n")
    document = json.loads((spaces.folder / "json.out").read_text())
    assert [one["errored"] for one in document["spaces"]] == [False, True, False]
    assert (document["errored"], document["applyable"], document["exit_reason"]) == (True, False, "error")
    assert document["spaces"][1]["errors"][0]["what"] in done.err
    for view in views:
        seen = (spaces.folder / f"{view}.out").read_text()
        assert "mobile" in seen, view
        assert "MEEGLE_PLUGIN_SECRET__MOBILE" in seen or "MEEGLE&#95;" in seen, view
    assert spaces.run("plan", "--space", "demo", "--space", "web-shop").code == 0


def test_a_space_that_the_service_does_not_know_fails_alone(spaces: Desk) -> None:
    spaces.environ |= {
        name.replace("WEB_SHOP", "MISSING"): one for name, one in spaces.environ.items() if "WEB_SHOP" in name
    }
    write_story(spaces, "missing", 1)
    done = spaces.run("plan")
    assert done.code == 1
    assert "state/missing.yaml:1:8" in done.err
    assert "error: the space missing was not planned: its files hold mistakes" in done.err
    assert "1 of 4 spaces failed (missing)" in done.out


def test_mistakes_in_the_files_are_told_once_and_all_together(spaces: Desk) -> None:
    spaces.write("state/bad.yaml", "space: mobile\ntype: story\nitems: [{id: 1, fields: }]\n")
    write_story(spaces, "web-shop", FIRST + 2 * STEP, "{priority: P9}")
    done = spaces.run("plan", "--format", "json")
    assert done.code == 1
    assert [line.partition(" ")[0] for line in done.err.splitlines() if line.startswith("state/")] == [
        "state/bad.yaml:3:25:",
        "state/web-shop.yaml:4:41:",
    ]
    assert json.loads(done.out)["errored"] is True


def test_two_spaces_without_credentials_are_refused_by_name_and_the_third_is_planned(spaces: Desk) -> None:
    without_credentials(spaces, "mobile")
    done = spaces.run("plan")
    assert done.code == 1
    for name, word in (("demo", "DEMO"), ("mobile", "MOBILE")):
        assert f"the space '{name}' has no credentials of its own" in done.err
        assert f"MEEGLE_PLUGIN_ID__{word}" in done.err
    assert "2 of 3 spaces failed (demo, mobile). Plan: 1 item" in done.out
    keys = {one.path.split("/")[2] for one in spaces.world.calls if "/work_item/" in one.path}
    assert len(keys) == 1


def test_a_space_is_opened_with_its_own_credentials_and_no_others(spaces: Desk) -> None:
    for name in ("MEEGLE_PLUGIN_ID", "MEEGLE_PLUGIN_SECRET", "MEEGLE_USER_KEY"):
        del spaces.environ[name]
    done = spaces.run("plan")
    assert done.code == 1
    assert "the space demo was not planned: MEEGLE_PLUGIN_ID is not set" in done.err
    assert spaces.run("plan", "--space", "mobile").code == 0
    assert spaces.run("plan", "--space", "mobile", "--space", "web-shop").code == 0


def test_a_ref_need_select_something_in_one_space_alone(spaces: Desk) -> None:
    done = spaces.run("plan", "--only", f"{FIRST + STEP}")
    assert done.code == 0
    assert done.out.endswith("3 spaces. Plan: 1 item to update (1 field).\n")
    done = spaces.run("plan", "--only", f"mobile/story/{FIRST + STEP}", "--only", "state/web-shop.yaml")
    assert done.out.endswith("3 spaces. Plan: 2 items to update (2 fields).\n")
    done = spaces.run("plan", "--exclude", f"mobile/story/{FIRST + STEP}")
    assert done.out.endswith("3 spaces. Plan: 2 items to update (2 fields).\n")
    done = spaces.run("plan", "--only", "99")
    assert (done.code, done.out) == (1, "")
    assert "'99' selects nothing" in done.err


def test_a_path_chooses_the_spaces_of_its_files(spaces: Desk) -> None:
    assert spaces.run("plan", "state/mobile.yaml").out == spaces.run("plan", "--space", "mobile").out


def test_a_new_space_comes_first_and_has_no_credentials_but_its_own(spaces: Desk) -> None:
    (spaces.folder / "state/mobile.yaml").rename(spaces.folder / "mobile.yaml")
    git(spaces.folder, "init", "-q")
    base = commit(spaces)
    (spaces.folder / "mobile.yaml").rename(spaces.folder / "state/mobile.yaml")
    done = spaces.run("plan", "--base", base)
    assert done.code == 0
    assert done.out.startswith("settings changed: the space 'mobile' is named for the first time\n")
    without_credentials(spaces, "mobile")
    done = spaces.run("plan", "--base", base, "--format", "json=p.json", "--format", "text")
    assert done.code == 1
    assert done.out.startswith("settings changed: the space 'mobile' is named for the first time\n")
    assert "the space 'mobile' has no credentials of its own: the base does not name it" in done.err
    assert "1 of 3 spaces failed (mobile). Plan: nothing to update; 2 skipped (drift)." in done.out
    part = json.loads((spaces.folder / "p.json").read_text())["spaces"][1]
    assert part["settings_changes"] == ["the space 'mobile' is named for the first time"]
    alone = spaces.run("plan", "--base", base, "--space", "mobile")
    assert alone.code == 1
    assert "the base does not name it" in alone.err


def test_a_change_that_puts_another_space_in_the_place_of_the_one_gets_no_credentials(
    desk: Desk,
) -> None:
    add_spaces(desk, "mobile")
    without_credentials(desk, "mobile")
    del desk.world.own_plugins[next(key for key in desk.world.own_plugins)]
    write_story(desk, "demo", FIRST)
    git(desk.folder, "init", "-q")
    base = commit(desk)
    (desk.folder / "state/demo.yaml").unlink()
    write_story(desk, "mobile", FIRST + STEP)
    done = desk.run("plan", "--base", base)
    assert done.code == 1
    assert "the space 'mobile' has no credentials of its own: the base does not name it" in done.err
    # Asked was only whether the space of the base is meant by another name.
    bodies = [made.body for made in desk.world.calls]
    assert bodies == [{"user_key": desk.environ["MEEGLE_USER_KEY"], "simple_names": ["demo"]}]


def test_the_first_change_of_a_repository_is_planned_with_the_plain_credentials(desk: Desk) -> None:
    desk.write("state/reconciler.yaml", "people: {}\n")
    git(desk.folder, "init", "-q")
    base = commit(desk)
    write_story(desk, "demo", FIRST)
    done = desk.run("plan", "--base", base)
    assert done.code == 0
    assert "for the first time" not in done.out


def test_a_key_in_the_settings_that_means_another_space_is_a_new_space(desk: Desk) -> None:
    """The files stay as they are, and the settings of the change lead their name elsewhere."""
    add_spaces(desk, "mobile")
    without_credentials(desk, "mobile")
    keys = {one.simple_name: key for key, one in desk.world.spaces.items()}
    settings = "spaces:\n  demo:\n    project_key: {}\n"
    desk.write("state/reconciler.yaml", settings.format(keys["demo"]))
    write_story(desk, "demo", FIRST)
    git(desk.folder, "init", "-q")
    base = commit(desk)
    assert desk.run("plan", "--base", base).code == 0
    desk.write("state/reconciler.yaml", settings.format(keys["mobile"]))
    done = desk.run("plan", "--base", base)
    assert done.code == 1
    assert "the base does not name it" in done.err


@pytest.mark.parametrize("way", ["a key comes", "a key goes", "the pins have the key of the base"])
def test_no_file_of_a_change_leads_the_plain_credentials_to_another_space(desk: Desk, way: str) -> None:
    """The plugin is installed in both spaces, and the base names one of them."""
    add_spaces(desk, "mobile")
    without_credentials(desk, "mobile")
    desk.world.own_plugins.clear()
    keys = {one.simple_name: key for key, one in desk.world.spaces.items()}
    settings = "spaces: {{{}: {{project_key: {}}}}}\n"
    write_story(desk, "demo", FIRST)
    if way != "a key comes":
        desk.write("state/reconciler.yaml", settings.format("demo", keys["demo"]))
    if way == "a key goes":
        write_story(desk, "mobile", FIRST)  # a name that the settings of the base lead to demo
        (desk.folder / "state/demo.yaml").unlink()
        desk.write("state/reconciler.yaml", settings.format("mobile", keys["demo"]))
    git(desk.folder, "init", "-q")
    base = commit(desk)
    assert desk.run("plan", "--base", base).code == 0
    if way == "a key comes":
        desk.write("state/reconciler.yaml", settings.format("demo", keys["mobile"]))
    elif way == "a key goes":
        (desk.folder / "state/reconciler.yaml").unlink()
    else:
        assert desk.run("schema", "pull").code == 0
        (desk.folder / "schemas/demo").rename(desk.folder / "schemas/mobile")
        (desk.folder / "state/demo.yaml").unlink()
        write_story(desk, "mobile", FIRST + STEP)
    desk.world.calls.clear()
    done = desk.run("plan", "--base", base)
    assert done.code == 1, done.out
    assert "has no credentials of its own: the base does not name it" in done.err
    assert len(desk.world.calls) == 1  # what the base calls its space


def test_own_credentials_of_a_space_of_the_base_open_no_other_space_under_its_name(spaces: Desk) -> None:
    """One plugin is set for each space; the settings of the change lead `web-shop` to `pay`."""
    for name in USUAL:
        for space in ("MOBILE", "WEB_SHOP"):
            spaces.environ[f"{name}__{space}"] = spaces.environ[name]
    add_spaces(spaces, "pay")
    without_credentials(spaces, "pay")
    spaces.world.own_plugins.clear()
    keys = {one.simple_name: key for key, one in spaces.world.spaces.items()}
    git(spaces.folder, "init", "-q")
    base = commit(spaces)
    spaces.write("state/reconciler.yaml", f"spaces: {{web-shop: {{project_key: {keys['pay']}}}}}\n")
    done = spaces.run("plan", "--base", base)
    assert done.code == 1
    assert "MEEGLE_PLUGIN_ID__WEB_SHOP is for another space, which the base calls 'web-shop'" in done.err
    assert done.out.endswith("1 of 3 spaces failed (web-shop). Plan: nothing to update; 2 skipped (drift).\n")


@pytest.mark.parametrize("own", [False, True])
def test_a_key_that_the_settings_begin_to_name_makes_no_space_new(desk: Desk, *, own: bool) -> None:
    keys = {one.simple_name: key for key, one in desk.world.spaces.items()}
    write_story(desk, "demo", FIRST)
    git(desk.folder, "init", "-q")
    base = commit(desk)
    desk.write("state/reconciler.yaml", f"spaces: {{demo: {{project_key: {keys['demo']}}}}}\n")
    if own:
        for name in USUAL:
            desk.environ[f"{name}__DEMO"] = desk.environ.pop(name)
    done = desk.run("plan", "--base", base)
    assert (done.code, "for the first time" in done.out) == (0, False), done.err


def test_a_space_that_only_got_its_other_name_is_not_new(desk: Desk) -> None:
    add_spaces(desk, "mobile")
    without_credentials(desk, "mobile")
    keys = {one.simple_name: key for key, one in desk.world.spaces.items()}
    write_story(desk, "demo", FIRST)
    git(desk.folder, "init", "-q")
    base = commit(desk)
    (desk.folder / "state/demo.yaml").unlink()
    write_story(desk, keys["demo"], FIRST)
    done = desk.run("plan", "--base", base)
    assert (done.code, "for the first time" in done.out) == (0, False)
    (desk.folder / f"state/{keys['demo']}.yaml").unlink()
    for other in ("mobile", keys["mobile"]):
        write_story(desk, other, FIRST + STEP)
        desk.world.calls.clear()
        done = desk.run("plan", "--base", base)
        assert done.code == 1
        assert "the base does not name it" in done.err
        assert not [made for made in desk.world.calls if other in f"{made.path} {made.body}"]
        (desk.folder / f"state/{other}.yaml").unlink()


def test_the_record_of_each_space_is_its_own(spaces: Desk) -> None:
    git(spaces.folder, "init", "-q")
    first = commit(spaces)
    git(spaces.folder, "update-ref", "refs/reconciler/applied/mobile", first)
    write_story(spaces, "mobile", FIRST + STEP, "{priority: P2}")
    commit(spaces)
    done = spaces.run("plan", "--applied", "refs/reconciler/applied/mobile", "--format", "json")
    made = json.loads(done.out)["spaces"]
    assert [one["base"]["applied"] for one in made] == [None, first, None]
    assert [bool(one["notes"]) for one in made] == [True, False, True]
    git(spaces.folder, "update-ref", "refs/reconciler/applied/demo", first)
    refs = git(spaces.folder, "for-each-ref", "--format=%(refname)", "refs/reconciler/applied")
    made = json.loads(spaces.run("plan", "--applied", refs, "--format", "json").out)["spaces"]
    assert [one["base"]["applied"] for one in made] == [first, first, None]
    made = json.loads(spaces.run("plan", "--applied", first, "--format", "json").out)["spaces"]
    assert [one["base"]["applied"] for one in made] == [first, first, first]


def test_spaces_with_tokens_of_their_own_are_read_side_by_side(spaces: Desk) -> None:
    def seconds(*flags: str) -> float:
        began = time.monotonic()
        assert spaces.run("plan", *flags).code == 0
        return time.monotonic() - began

    seconds()
    spaces.world.options.latency_ms = 150
    alone = max(seconds("--space", name) for name in SPACES)
    assert seconds() < 2 * alone


def test_the_outputs_of_a_job_count_all_spaces(spaces: Desk) -> None:
    spaces.environ["GITHUB_OUTPUT"] = str(spaces.folder / "outputs")
    spaces.run("plan", "--format", "json=plan.json")
    told = dict(line.split("=", 1) for line in Path(spaces.environ["GITHUB_OUTPUT"]).read_text().splitlines())
    assert (told["changes"], told["to_update"], told["exit_reason"]) == ("3", "3", "changes")
    assert told["digest"] == json.loads((spaces.folder / "plan.json").read_text())["digest"]


def test_guards_count_in_each_space_by_its_own_settings(spaces: Desk) -> None:
    spaces.write(
        "state/reconciler.yaml", "spaces: {mobile: {guards: {changes: 0}}, demo: {}, web-shop: {}}\n"
    )
    made = json.loads(spaces.run("plan", "--format", "json").out)
    failed = [{one["name"] for one in space["guards"] if not one["ok"]} for space in made["spaces"]]
    assert failed == [set(), {"changes"}, set()]
    assert (made["applyable"], made["exit_reason"]) == (False, "guard")


def test_two_names_of_one_space_are_refused(desk: Desk) -> None:
    (key,) = desk.world.spaces
    write_story(desk, "demo", FIRST)
    item = f"{{id: {FIRST + 1}, fields: {{priority: P3}}}}"
    desk.write("state/key.yaml", f"space: {key}\ntype: story\nitems: [{item}]\n")
    for name in ("PLUGIN_ID", "PLUGIN_SECRET", "USER_KEY"):
        for space in ("DEMO", key.upper()):
            desk.environ[f"MEEGLE_{name}__{space}"] = desk.environ[f"MEEGLE_{name}"]
    done = desk.run("plan")
    assert done.code == 1
    assert f"the files call one space both '{key}' and 'demo'" in done.err
    desk.write("state/reconciler.yaml", f"spaces: {{demo: {{project_key: {key}}}}}\n")
    assert desk.run("plan").code == 0
