"""`accept` in a job's clone: what it refuses, and which files a request holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compat.make import job
from tests.conftest import Desk
from tests.git_repository import commit
from tests.several_spaces import FIRST, STEP, add_spaces, without_credentials, write_story
from tests.workflows.hub import Hub, git, running

SETTINGS = "spaces:\n  demo: {drift: {default: accept}}\n  mobile: {drift: {default: accept}}\n"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with running(tmp_path) as hub:
        yield hub


@pytest.fixture
def spaces(desk: Desk, hub: Hub) -> Desk:
    """Two spaces in a clone of the hub; a value of each moved since their commit was applied."""
    add_spaces(desk, "mobile")
    desk.write("state/reconciler.yaml", SETTINGS)
    for n, space in enumerate(("demo", "mobile")):
        desk.world.edit(FIRST + n * STEP, "priority", {"value": "option_0"})
        write_story(desk, space, FIRST + n * STEP, "{priority: P0}")
    git(desk.folder, "init", "-q")
    git(desk.folder, "remote", "add", "origin", str(hub.repo))
    commit(desk)
    git(desk.folder, "push", "-q", "origin", "HEAD:refs/heads/main")
    for n in range(2):
        desk.world.edit(FIRST + n * STEP, "priority", {"value": "option_3"})
    desk.environ |= job(hub, "refs/heads/main")
    assert desk.run("drift", "--applied", "HEAD", "--out", "drift.json").code == 0
    return desk


def branches(hub: Hub) -> list[str]:
    """The branches of the open requests."""
    return [one["head"]["ref"] for one in hub.pulls if one["state"] == "open"]


def test_a_request_holds_the_files_with_accepted_values_and_nothing_else_that_changed(
    spaces: Desk, hub: Hub
) -> None:
    spaces.write("state/reconciler.yaml", f"people: {{}}\n{SETTINGS}")
    done = spaces.run("accept", "drift.json")
    assert (done.code, done.err) == (0, "")
    for space in ("demo", "mobile"):
        branch = f"reconciler/accept-{space}"
        assert git(hub.repo, "diff", "--name-only", "main", branch) == f"state/{space}.yaml"
        assert "priority: P3" in git(hub.repo, "show", f"{branch}:state/{space}.yaml")
    assert git(spaces.folder, "diff", "--cached", "--name-only") == ""


def test_a_second_run_in_the_same_folder_keeps_the_requests(spaces: Desk, hub: Hub) -> None:
    spaces.run("accept", "drift.json")
    assert spaces.run("accept", "drift.json").code == 0
    assert branches(hub) == ["reconciler/accept-demo", "reconciler/accept-mobile"]


def test_space_narrows_and_one_that_the_report_lacks_is_refused(spaces: Desk, hub: Hub) -> None:
    done = spaces.run("accept", "drift.json", "--space", "mobile")
    assert done.out.endswith("\nPull request opened.\n")
    assert branches(hub) == ["reconciler/accept-mobile"]
    done = spaces.run("accept", "drift.json", "--space", "web-shop")
    assert (done.code, done.err) == (1, "error: the plan has no space 'web-shop'; there is demo, mobile\n")


def test_the_report_of_a_space_that_failed_leaves_its_request_as_it_is(spaces: Desk, hub: Hub) -> None:
    assert spaces.run("accept", "drift.json").code == 0
    git(spaces.folder, "checkout", "-q", "--", "state")
    spaces.environ["MEEGLE_PLUGIN_SECRET__MOBILE"] = "0" * 32
    assert spaces.run("drift", "--applied", "HEAD", "--out", "failed.json").code == 1
    done = spaces.run("accept", "failed.json")
    assert done.code == 1
    said = "error: the space mobile: this plan cannot be used: the run that made it failed; "
    assert done.err.splitlines()[-1].startswith(said)
    assert branches(hub) == ["reconciler/accept-demo", "reconciler/accept-mobile"]
    assert spaces.run("accept", "failed.json", "--space", "mobile").code == 1
    assert branches(hub) == ["reconciler/accept-demo", "reconciler/accept-mobile"]


def test_the_plain_credentials_open_one_of_several_spaces_alone(spaces: Desk, hub: Hub) -> None:
    without_credentials(spaces, "mobile")
    calls = len(spaces.world.calls)
    done = spaces.run("accept", "drift.json")
    assert done.code == 1
    for name, word in (("demo", "DEMO"), ("mobile", "MOBILE")):
        assert f"error: the space {name}: the space '{name}' has no credentials of its own" in done.err
        assert f"MEEGLE_PLUGIN_ID__{word}" in done.err
    assert len(spaces.world.calls) == calls
    assert hub.pulls == []
