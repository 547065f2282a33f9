"""`comment`, `notify`, `record` and others on a plan of several spaces."""

from __future__ import annotations

import json

import pytest

from reconciler.manifest.safe_write import write as write_file
from tests.conftest import Desk
from tests.git_repository import commit, git
from tests.several_spaces import FIRST, STEP, three_spaces, without_credentials, write_story

REFS = [f"refs/reconciler/applied/{name}" for name in ("demo", "mobile", "web-shop")]


@pytest.fixture
def spaces(desk: Desk) -> Desk:
    three_spaces(desk)
    git(desk.folder, "init", "-q")
    commit(desk)
    assert desk.run("plan", "--out", "plan.json").code == 0
    return desk


def test_one_comment_shows_all_spaces(spaces: Desk) -> None:
    text = spaces.run("comment", "plan.json", "--print").out
    assert text.startswith("<!-- reconciler:plan v1 space=_several_ ")
    assert "**3 spaces. Plan: 3 items to update (3 fields).**" in text
    for name in ("demo", "mobile", "web-shop"):
        assert f"### Plan for `{name}`" in text
    spaces.run("plan", "--out", "less.json", "--space", "demo", "--space", "mobile")
    less = spaces.run("comment", "less.json", "--print").out
    marker = text.partition(" digest=")[0]
    assert less.partition(" digest=")[0] == marker  # the same comment is kept up to date


def test_one_issue_is_about_the_drift_of_all_spaces(spaces: Desk) -> None:
    text = spaces.run("comment", "plan.json", "--issue", "--print").out
    assert text.startswith("<!-- reconciler:drift v1 space=_several_ ")
    assert "`web-shop/story/" in text


def test_one_card_shows_all_spaces(spaces: Desk) -> None:
    card = json.loads(spaces.run("notify", "plan.json", "--print").out)
    assert card["header"]["title"]["content"] == "Plan for demo, mobile, web-shop"
    assert card["header"]["template"] == "blue"
    texts = [one["text"]["content"] for one in card["elements"]]
    assert texts[0] == "3 spaces. Plan: 3 items to update (3 fields)."
    assert [one for one in texts if one.startswith("**Space ")] == [
        "**Space demo**",
        "**Space mobile**",
        "**Space web-shop**",
    ]
    assert json.loads(spaces.run("notify", "--drift", "plan.json", "--print").out)["header"]


def test_a_failed_space_makes_the_card_red(spaces: Desk) -> None:
    spaces.environ["MEEGLE_PLUGIN_SECRET__MOBILE"] = "0" * 32
    assert spaces.run("plan", "--out", "plan.json").code == 1
    card = json.loads(spaces.run("notify", "plan.json", "--print").out)
    assert card["header"]["template"] == "red"
    assert "1 of 3 spaces failed (mobile)" in json.dumps(card)


def test_a_record_is_made_of_each_space_by_its_journal(spaces: Desk) -> None:
    assert spaces.run("apply", "plan.json").code == 0
    done = spaces.run("record", "plan.json")
    assert done.code == 0
    sha = git(spaces.folder, "rev-parse", "HEAD")
    assert done.out == "".join(f"{ref} is {sha[:12]}; 0 rows are not at it.\n" for ref in REFS)
    fetched = spaces.run("record", "--fetch")
    assert fetched.out.split() == REFS
    assert spaces.run("record", "--fetch", "--space", "mobile").out.split() == REFS[1:2]
    made = json.loads(spaces.run("plan", "--applied", fetched.out, "--format", "json").out)
    assert [one["base"]["applied"] for one in made["spaces"]] == [sha] * 3


def test_the_refs_that_fetch_gives_to_a_job_are_what_applied_takes(spaces: Desk) -> None:
    spaces.run("apply", "plan.json", "--space", "demo", "--space", "mobile")
    assert spaces.run("record", "plan.json", "--space", "demo", "--space", "mobile").code == 0
    spaces.environ["GITHUB_OUTPUT"] = str(spaces.folder / "outputs")
    spaces.run("record", "--fetch")
    given = dict(line.split("=", 1) for line in (spaces.folder / "outputs").read_text().splitlines())
    assert given["applied"] == " ".join(REFS[:2])
    made = json.loads(spaces.run("plan", "--applied", given["applied"], "--format", "json").out)
    assert [bool(one["base"]["applied"]) for one in made["spaces"]] == [True, True, False]


def test_before_the_first_record_what_fetch_gives_to_applied_is_empty(spaces: Desk) -> None:
    found = spaces.run("record", "--fetch")
    assert (found.code, found.out, found.err) == (0, "", "no last applied commit is known\n")
    assert spaces.run("plan", "--applied", found.out.strip()).code == 0


def test_a_space_that_was_not_applied_keeps_its_record_and_the_others_get_theirs(spaces: Desk) -> None:
    spaces.run("apply", "plan.json", "--space", "demo")
    done = spaces.run("record", "plan.json")
    assert done.code == 1
    assert done.out.startswith(f"{REFS[0]} is ")
    assert [line.partition(": ")[0:1] for line in done.err.splitlines()] == [("error",), ("error",)]
    assert "the space mobile: nothing recorded" in done.err
    assert git(spaces.folder, "for-each-ref", "--format=%(refname)", "refs/reconciler") == REFS[0]


def test_a_space_that_could_not_be_planned_is_not_recorded_and_told_so(spaces: Desk) -> None:
    spaces.environ["MEEGLE_PLUGIN_SECRET__MOBILE"] = "0" * 32
    assert spaces.run("plan", "--out", "plan.json").code == 1
    spaces.run("apply", "plan.json", "--space", "demo", "--space", "web-shop")
    done = spaces.run("record", "plan.json")
    assert (done.code, len(done.out.splitlines())) == (1, 2)
    said = "error: the space mobile: nothing recorded: the run that made the plan failed; the last record "
    assert done.err.startswith(said)


@pytest.mark.parametrize("view", ["text", "github", "junit", "codequality"])
def test_why_a_space_failed_is_told_in_chinese_in_every_view(spaces: Desk, view: str) -> None:
    spaces.write("state/reconciler.yaml", "locale: zh-CN\n")
    without_credentials(spaces, "mobile")
    shown = spaces.run("plan", "--format", view)
    assert shown.code == 1
    assert "空间 'mobile' 没有自己的凭证：" in shown.out


def test_commands_of_one_space_refuse_files_of_several_with_what_to_do(spaces: Desk) -> None:
    for words in (("why", str(FIRST)), ("rules",)):
        done = spaces.run(*words)
        assert (done.code, done.err) == (
            1,
            "error: the files name 3 spaces: demo, mobile, web-shop; choose one with --space\n",
        )
    assert spaces.run("why", str(FIRST + STEP), "--space", "mobile").code == 0


def test_what_drift_advises_is_said_once_and_works_as_it_stands(spaces: Desk) -> None:
    assert spaces.run("apply", "plan.json").code == 0
    for n in range(3):
        spaces.world.edit(FIRST + n * STEP, "priority", {"value": "option_0"})
    said = spaces.run("drift", "--applied", "HEAD").err.splitlines()
    assert len(set(said)) == len(said)
    commands = [line.partition(":  reconciler ")[2] for line in said if ":  reconciler pull " in line]
    refs = [f"{name}/story/{FIRST + n * STEP}" for n, name in enumerate(("demo", "mobile", "web-shop"))]
    assert commands == [f"pull --refresh --only {ref}" for ref in refs]
    for command, ref in zip(commands, refs, strict=True):
        assert spaces.run(*command.split()).out.endswith("Refreshed 1 value in 1 file.\n")
        assert spaces.run("why", ref).out.startswith(f"{ref}  ")
    assert spaces.run("drift", "--applied", "HEAD", "--detailed-exitcode").code == 0


def test_items_of_two_spaces_or_of_one_that_no_file_names_choose_none(spaces: Desk) -> None:
    both = ("--only", f"demo/story/{FIRST}", "--only", f"mobile/story/{FIRST + STEP}")
    for words in (("pull", "--refresh", *both), ("why", f"other/story/{FIRST}")):
        done = spaces.run(*words)
        assert (done.code, done.err) == (
            1,
            "error: the files name 3 spaces: demo, mobile, web-shop; choose one with --space\n",
        )


def test_every_view_of_a_saved_plan_is_narrowed_by_name(spaces: Desk) -> None:
    spaces.environ["RECONCILER_SPACE"] = "elsewhere"  # what a saved plan holds is not for it to say
    for words in (["show"], ["comment", "--print"], ["notify", "--print"]):
        command = [words[0], "plan.json", *words[1:]]
        two = spaces.run(*command, "--space", "demo", "--space", "mobile")
        assert (two.code, "mobile" in two.out, "web-shop" in two.out) == (0, True, False), command
        assert "3 spaces" in spaces.run(*command).out
        none = spaces.run(*command, "--space", "nowhere")
        assert none.err == "error: the plan has no space 'nowhere'; there is demo, mobile, web-shop\n"


@pytest.mark.parametrize("command", ["apply", "record", "show"])
def test_a_plan_of_one_space_is_not_taken_for_that_of_another(spaces: Desk, command: str) -> None:
    spaces.run("plan", "--out", "demo.json", "--space", "demo")
    done = spaces.run(command, "demo.json", "--space", "mobile")
    assert (done.code, done.err) == (1, "error: the plan has no space 'mobile'; there is demo\n")
    assert spaces.world.writes == []
    spaces.environ["RECONCILER_SPACE"] = "mobile"
    assert spaces.run("show", "demo.json").code == 0
    assert spaces.run("apply", "demo.json").code == 0
    assert spaces.run("apply", "demo.json", "--space", "mobile", "--space", "demo").code == 0


def test_a_check_is_narrowed_by_name(spaces: Desk) -> None:
    spaces.write("state/web-shop.yaml", "space: web-shop\ntype: story\nitems:\n  - {id: 0}\n")
    assert spaces.run("schema", "pull", "--space", "demo").code == 0
    write_story(spaces, "demo", FIRST, "{priorty: P3}")
    both = spaces.run("validate").out
    assert ("state/demo.yaml:4:" in both, "state/web-shop.yaml:4:" in both) == (True, True)
    mobile = spaces.run("validate", "--space", "mobile")
    assert (mobile.code, mobile.out) == (0, "Valid: 1 item in 1 file.\n")
    demo = spaces.run("validate", "--space", "demo")
    assert (demo.code, "state/demo.yaml:4:" in demo.out) == (1, True)
    none = spaces.run("validate", "--space", "moblie")
    there = "there is demo, mobile, web-shop"
    assert (none.code, none.err) == (1, f"error: no file names the space 'moblie'; {there}\n")


def test_a_past_run_of_one_of_the_spaces_is_put_back(spaces: Desk) -> None:
    assert spaces.run("apply", "plan.json").code == 0
    run = next(line for line in spaces.run("runs").out.splitlines() if "mobile" in line).split()[0]
    assert spaces.run("rollback", run, "--yes").code == 0
    out = spaces.run("plan").out
    assert out.endswith("3 spaces. Plan: 1 item to update (1 field). 2 items in sync.\n")
    assert f"mobile/story/{FIRST + STEP}" in out


def test_validate_reads_all_spaces(spaces: Desk) -> None:
    assert spaces.run("validate").code == 0
    write_story(spaces, "mobile", FIRST + STEP, "{priority: }")
    write_file(spaces.folder / "state/web-shop.yaml", "space: web-shop\ntype: story\nitems: [{id: x}]\n")
    done = spaces.run("validate")
    assert done.code == 1
    assert "state/mobile.yaml:4:" in done.out + done.err
    assert "state/web-shop.yaml:3:" in done.out + done.err


def test_the_pins_of_all_spaces_are_compared(spaces: Desk) -> None:
    for name in ("demo", "mobile", "web-shop"):
        assert spaces.run("schema", "pull", "--space", name).code == 0
    assert spaces.run("schema", "check").out == "The pins match the space.\n"
    shop = next(one for one in spaces.world.spaces.values() if one.simple_name == "web-shop")
    story = next(one for one in shop.types if one.api_name == "story")
    next(one for one in story.fields if one.key == "priority").name = "Urgency"
    done = spaces.run("schema", "check", "--detailed-exitcode")
    assert done.code == 2
    assert done.out.startswith("web-shop/story: ")
    assert done.out.endswith("\n1 difference.\n")
    assert spaces.run("schema", "check", "--space", "demo").out == "The pins match the space.\n"


def test_a_space_that_fails_keeps_the_pins_of_no_other_from_being_compared(spaces: Desk) -> None:
    assert spaces.run("schema", "pull", "--space", "demo").code == 0
    spaces.environ["MEEGLE_PLUGIN_SECRET__MOBILE"] = "0" * 32
    demo = next(one for one in spaces.world.spaces.values() if one.simple_name == "demo")
    story = next(one for one in demo.types if one.api_name == "story")
    next(one for one in story.fields if one.key == "priority").name = "Urgency"
    done = spaces.run("schema", "check", "--detailed-exitcode")
    assert done.code == 1
    assert (done.out.startswith("demo/story: "), done.out.endswith("\n1 difference.\n")) == (True, True)
    assert "error: the space mobile: the plugin id or its secret is wrong" in done.err
    assert "note: the space web-shop has no pins; `reconciler schema pull` makes them" in done.err
    assert spaces.run("schema", "check", "--space", "mobile").out == ""
