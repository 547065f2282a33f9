"""A space is found by its name or by its key, on a service that takes each for what it is alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.sandbox.state.model import Space

if TYPE_CHECKING:
    from tests.conftest import Desk

KEY = "64a0c1f2e3b4d5a6c7e8f901"
ITEM = "{id: 6300012345, fields: {priority: P0}}"
DETAIL = "/open_api/projects/detail"


def stories_of(desk: Desk, space: str) -> None:
    desk.write("state/stories.yaml", f"space: {space}\ntype: story\nitems:\n  - {ITEM}\n")


def asked_of(desk: Desk) -> list[dict[str, object]]:
    """The bodies of all calls for details of spaces, without the user."""
    bodies = [made.body for made in desk.world.calls if made.path == DETAIL]
    return [{key: value for key, value in body.items() if key != "user_key"} for body in bodies]


@pytest.mark.parametrize(
    ("space", "asked"), [("demo", {"simple_names": ["demo"]}), (KEY, {"project_keys": [KEY]})]
)
def test_a_name_is_asked_for_as_a_name_and_a_key_as_a_key(
    desk: Desk, space: str, asked: dict[str, object]
) -> None:
    stories_of(desk, space)
    assert desk.run("plan").code == 0
    assert asked_of(desk) == [asked]


@pytest.mark.parametrize("space", ["demo", KEY])
@pytest.mark.parametrize(
    "command",
    [("plan",), ("apply", "--yes"), ("pull", "--refresh"), ("schema", "pull"), ("doctor",)],
    ids=lambda words: words[0],
)
def test_every_command_finds_the_space_by_either(desk: Desk, space: str, command: tuple[str, ...]) -> None:
    stories_of(desk, space)
    done = desk.run(*command)
    assert (done.code, "no space" in done.err + done.out, "wrong" in done.out) == (0, False, False)


def test_the_key_of_the_settings_is_enough_by_itself(desk: Desk) -> None:
    stories_of(desk, "ours")
    desk.write("state/reconciler.yaml", f"spaces: {{ours: {{project_key: {KEY}}}}}\n")
    done = desk.run("plan")
    assert done.code == 0
    assert "the service calls the space 'demo', not 'ours'" in done.out
    assert asked_of(desk) == [{"project_keys": [KEY]}]
    assert f"ok    plugin: installed in ours ({KEY})\n" in desk.run("doctor").out


def test_the_key_of_the_settings_needs_no_permission_for_the_details_of_spaces(desk: Desk) -> None:
    stories_of(desk, "demo")
    desk.write("state/reconciler.yaml", f"spaces: {{demo: {{project_key: {KEY}}}}}\n")
    desk.world.options.set({"faults": [{"kind": "not_installed", "path": DETAIL}]})
    assert desk.run("plan").code == 0


def test_a_wrong_key_of_the_settings_is_named_where_the_files_name_the_space(desk: Desk) -> None:
    stories_of(desk, "demo")
    desk.write("state/reconciler.yaml", f"spaces: {{demo: {{project_key: {'0' * 24}}}}}\n")
    done = desk.run("plan")
    assert done.code == 1
    assert done.err == (
        f"state/stories.yaml:1:8: no space with the project_key '{'0' * 24}', "
        "which the settings give 'demo'; "
        "correct `project_key:`, or take it out and 'demo' is looked up by its name\n"
    )


def test_a_name_that_the_details_do_not_know_is_looked_for_among_all_visible_spaces(desk: Desk) -> None:
    """A key of another form than the usual one is found nowhere else."""
    for n in range(150):
        desk.world.spaces[f"{n:024x}"] = Space(f"{n:024x}", f"other-{n}", f"Other {n}")
    space = desk.world.spaces.pop(KEY)
    space.key = "space_1"
    desk.world.spaces["space_1"] = space
    stories_of(desk, "space_1")
    desk.run("plan")
    assert [len(next(iter(body.values()))) for body in asked_of(desk)] == [1, 100, 51]  # type: ignore[arg-type] # lists


def test_a_space_that_is_nowhere_is_said_where_the_files_name_it(desk: Desk) -> None:
    stories_of(desk, "dmeo")
    done = desk.run("plan")
    assert done.code == 1
    assert done.err.startswith("state/stories.yaml:1:8: no space 'dmeo' for this plugin; check `space:`")
    assert "wrong plugin: it is not installed in dmeo" in desk.run("doctor").out


def test_a_lenient_service_is_served_as_well(desk: Desk) -> None:
    desk.world.options.set({"projects_detail": "lenient"})
    stories_of(desk, "demo")
    assert desk.run("plan").code == 0


def test_an_unknown_space_that_resembles_one_of_the_settings_is_told_with_it(desk: Desk) -> None:
    desk.write("state/reconciler.yaml", "spaces: {demo: {time_zone: Asia/Shanghai}}\n")
    desk.write(
        "state/a.yaml", "space: dmo\ntype: story\nitems:\n  - {id: 6300012320, fields: {priority: P0}}\n"
    )
    done = desk.run("plan")
    assert done.err.startswith(
        "state/a.yaml:1:8: no space 'dmo' for this plugin; did you mean 'demo'? Else check"
    )
