"""A name in the settings that means nothing is a mistake; what the pins do not hold is not judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.desired.unused_settings import meaningless
from reconciler.manifest.parsing import read_tree
from tests.desired.demo_pins import demo_catalog
from tests.git_repository import commit, git

if TYPE_CHECKING:
    from tests.conftest import Desk


def found(text: str, space: str = "demo") -> list[str]:
    tree = read_tree(text.encode(), "s.yaml")
    assert tree.mistakes == []
    assert tree.root is not None
    return [str(one) for one in meaningless(tree.root, {space: demo_catalog()})]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("drift: {story: {priorty: heal}}", "no field 'priorty' on story; did you mean 'priority'?"),
        ("drift: {stroy: {priority: heal}}", "no type 'stroy' on demo; did you mean 'story'?"),
        (
            "drift: {story: heal}",
            "a policy for all of story, which nothing reads; write {field: heal}, or `default`",
        ),
        ("fields: {story: {cutoverr: {kind: day}}}", "no field 'cutoverr' on story; did you mean 'cutover'?"),
        ("fields: {stroy: {cutover: {kind: day}}}", "no type 'stroy' on demo; did you mean 'story'?"),
        ("ignore: [{type: story, field: priorty}]", "no field 'priorty' on story; did you mean 'priority'?"),
        ("windows: [{deny: {}, types: [stroy]}]", "no type 'stroy' on demo; did you mean 'story'?"),
        ("windows: [{deny: {}, types: stroy}]", "no type 'stroy' on demo; did you mean 'story'?"),
        ("ignore: [{type: stroy, field: priority}]", "no type 'stroy' on demo; did you mean 'story'?"),
        ("drift: {story: {roles.RDD: heal}}", "no role 'RDD' on story; did you mean 'RD'?"),
        (
            "drift: {story: {Roles: heal}}",
            "Roles cannot be managed here: write the roles under `roles:`; delete it",
        ),
        (
            "ignore: [{type: story, field: roles.QA}]",
            "QA cannot be managed here: its members are fixed by the space; delete it",
        ),
        (
            "drift: {story: {due: heal}, Story: {}}",
            "the same type as at s.yaml:3:13; write both under one name",
        ),
        ("drift: {story: {due: heal, Due: report}}", "the same field as at s.yaml:3:21; name it once"),
        ("drift: {story: {RD: heal, roles.rd: report}}", "the same field as at s.yaml:3:21; name it once"),
        (
            "fields: {story: {due: {}}, Story: {}}",
            "the same type as at s.yaml:3:14; write both under one name",
        ),
        ("fields: {story: {RD: {kind: day}}}", "RD is a role, and facts are about fields; delete it"),
        (
            "fields: {story: {priority: {kind: moment}}}",
            "`kind` says nothing about Priority, which is a select; delete it",
        ),
        (
            "fields: {story: {due: {scale: 0.01}}}",
            "`scale` says nothing about Due, which is a date; delete it",
        ),
        (
            "fields: {story: {env_rows: {key: envv}}}",
            "no sub-field 'envv' on Environments; did you mean 'env'?",
        ),
    ],
)
def test_a_setting_for_a_name_that_means_nothing_is_a_mistake(text: str, message: str) -> None:
    (told,) = found(f"spaces:\n  demo:\n    {text}\n")
    assert told.startswith("s.yaml:3:")
    assert told.endswith(f": {message}")


@pytest.mark.parametrize(
    "text",
    [
        "drift: {default: heal, story: {priority: heal, PM: warn, roles.RD: heal, Notes: ask}}",
        "fields: {Story: {field_0e381c: {kind: day}}}",
        "ignore: [{type: story, field: RD}, {type: story, field: roles.RD}, {type: issue, field: steps}]",
    ],
)
def test_a_name_may_be_a_key_an_alias_or_a_shown_name_of_a_field_or_a_role(text: str) -> None:
    assert found(f"spaces:\n  demo:\n    {text}\n") == []


def test_a_space_without_pins_is_not_judged() -> None:
    slip = "spaces:\n  demo:\n    drift: {stroy: {priorty: heal}}\n"
    assert len(found(slip)) == 1
    assert found(slip, space="another") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "windows: [{deny: {}, types: [issue, stroy]}]",
            "3:41: no type 'stroy' on demo; did you mean 'story'?",
        ),
        (
            "protect: [{type: stroy, item: 6300012320}]",
            "3:22: no type 'stroy' on demo; did you mean 'story'?",
        ),
        ("protect: [{type: story, field: duee}]", "3:36: no field 'duee' on story; did you mean 'due'?"),
    ],
)
@pytest.mark.parametrize("command", [["plan"], ["apply", "--yes"]])
def test_what_would_keep_nothing_ends_a_run_without_pins_too(
    desk: Desk, text: str, message: str, command: list[str]
) -> None:
    desk.stories("{id: 6300012320, fields: {priority: P3}}")
    desk.write("state/reconciler.yaml", f"spaces:\n  demo:\n    {text}\n")
    done = desk.run(*command)
    assert (done.code, desk.sent) == (1, [])
    assert f"state/reconciler.yaml:{message}" in done.err


@pytest.mark.parametrize(
    ("named", "other", "more"),
    [
        ("demo", "64a0c1f2e3b4d5a6c7e8f901", ""),
        ("demo", "64a0c1f2e3b4d5a6c7e8f901", "  demo: {guards: {changes: 5}}\n"),
        ("64a0c1f2e3b4d5a6c7e8f901", "demo", ""),
    ],
)
@pytest.mark.parametrize("pinned", [False, True])
def test_settings_under_another_name_of_the_space_hold_nothing_and_end_a_run(
    desk: Desk, named: str, other: str, more: str, *, pinned: bool
) -> None:
    desk.stories("{id: 6300012320, fields: {priority: P3}}")
    file = desk.folder / "state" / "stories.yaml"
    file.write_text(file.read_text().replace("demo", named))
    if pinned:
        assert desk.run("schema", "pull").code == 0
    desk.write("state/reconciler.yaml", f"spaces:\n  {other}: {{windows: [{{deny: {{}}}}]}}\n{more}")
    done = desk.run("apply", "--yes")
    assert (done.code, desk.sent) == (1, [])
    told = f"{other} is the space that files call {named}, so nothing reads its settings"
    assert f"state/reconciler.yaml:2:3: {told}; write them under {named}" in done.err


def test_fields_of_types_that_no_file_names_are_not_known_without_pins(desk: Desk) -> None:
    desk.stories("{id: 6300012320, fields: {priority: P3}}")
    entries = "[{type: issue, field: severity}, {type: story, field: roles.RD}]"
    desk.write(
        "state/reconciler.yaml",
        f"spaces: {{demo: {{protect: {entries}, windows: [{{deny: {{}}, types: release}}]}}}}\n",
    )
    assert desk.run("plan").code == 0


def test_a_member_of_a_group_is_an_e_mail_a_user_key_or_a_name_of_the_map() -> None:
    known = "people: {ana: ana@example.com, key: '7310000000000000001', team: [ana, bo@example.com]}\n"
    assert found(known) == []
    assert found(known.replace("[ana,", "[anna,")) == [
        "s.yaml:1:67: no person 'anna' on people; did you mean 'ana'?"
    ]


def test_settings_that_mean_nothing_end_a_plan_too(desk: Desk) -> None:
    desk.stories("{id: 6300012320, fields: {priority: P3}}")
    assert desk.run("schema", "pull").code == 0
    desk.write("state/reconciler.yaml", "spaces:\n  demo:\n    drift: {story: {duee: heal}}\n")
    done = desk.run("plan")
    assert done.code == 1
    assert "reconciler.yaml:3:21: no field 'duee' on story; did you mean 'due'?" in done.err
    assert desk.world.writes == []


@pytest.mark.parametrize("name", ["RD", "roles.RD", "roles.rd"])
def test_a_role_s_drift_is_healed_by_its_name_or_its_ref(desk: Desk, name: str) -> None:
    git(desk.folder, "init", "-q")
    desk.stories("{id: 6300012320, roles: {RD: []}}")
    assert desk.run("schema", "pull").code == 0
    assert desk.run("apply", "--yes").code == 0
    commit(desk)
    desk.world.edit(6300012320, "role_owners", [{"role": "rd", "owners": ["7310000000000000002"]}])
    assert "drift: report" in desk.run("plan", "--base", "HEAD").out
    desk.write("state/reconciler.yaml", f"spaces:\n  demo:\n    drift: {{story: {{{name}: heal}}}}\n")
    assert "drift   :4" in desk.run("plan", "--base", "HEAD").out
