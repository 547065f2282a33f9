"""The whole road of a user against a service that follows the pages word for word.

Every switch of the sandbox is at the form that the pages document: strict `projects/detail`, whole
numbers where the SDKs have them, its clock, and its throttle at 15 a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from reconciler.sandbox import Options
from reconciler.sandbox.demo.space import PROJECT as KEY
from tests.conftest import desk_in

if TYPE_CHECKING:
    from tests.conftest import Desk

NAME = "demo"
SPACES = pytest.mark.parametrize("space", [NAME, KEY])
OTHER = {NAME: KEY, KEY: NAME}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a service as documented, and our own pace as it is by default."""
    with desk_in(tmp_path) as desk:
        desk.world.options.throttle = True
        del desk.environ["MEEGLE_RATE"]
        yield desk


def test_every_switch_is_at_the_documented_form(desk: Desk) -> None:
    documented = Options()
    for one in fields(Options):
        assert getattr(desk.world.options, one.name) == getattr(documented, one.name), one.name
    assert documented.projects_detail == "strict"
    assert (documented.per_second, documented.per_minute, documented.token_life_s) == (15, 450, 7200)


def test_whole_numbers_stand_where_the_sdks_have_them(desk: Desk) -> None:
    known = desk.world.credentials
    with httpx.Client(base_url=desk.service.url) as client:
        body = {"plugin_id": known.plugin_id, "plugin_secret": known.plugin_secret}
        token = client.post("/open_api/authen/plugin_token", json=body).json()["data"]["token"]
        client.headers.update({"X-PLUGIN-TOKEN": token, "X-USER-KEY": known.user_key})
        roles = client.get(f"/open_api/{KEY}/flow_roles/story").json()["data"]
        meta = client.get(f"/open_api/{KEY}/work_item/story/meta").json()["data"]
    assert {type(one["is_required"]) for one in (*roles, *meta)} == {int}
    assert {type(one["is_visibility"]) for one in meta} == {int}


def done(desk: Desk, *words: str) -> str:
    """Run a command that is to end well; returns what it says."""
    ended = desk.run(*words)
    assert ended.code == 0, ended.err + ended.out
    return ended.out


@SPACES
def test_a_user_goes_the_whole_road_by_the_name_and_by_the_key(desk: Desk, space: str) -> None:
    home = f"state/{space}/story.yaml"
    done(desk, "init", "--space", space, "--type", "story", "--type", "issue")
    assert f"project_key: {KEY}\n" in (desk.folder / "state/reconciler.yaml").read_text()
    done(desk, "validate")
    health = done(desk, "doctor")
    assert f"ok    plugin: installed in {space} ({KEY})" in health
    assert "wrong" not in health
    done(desk, "schema", "pull")
    assert "No changes." in done(desk, "plan")
    done(desk, "pull", f"{space}/story/6300012345", "--into", home)
    done(desk, "pull", "--type", "issue", "--into", f"state/{space}/issue.yaml")
    assert "No changes." in done(desk, "plan")
    text = (desk.folder / home).read_text()
    (desk.folder / home).write_text(text.replace("priority: P1", "priority: P0"))
    assert f"~ {space}/story/6300012345" in done(desk, "plan")
    assert "Applied: 1 item (1 field).\n" in done(desk, "apply", "--yes")
    assert desk.sent == [{"priority": {"value": "option_0"}}]
    assert "No changes." in done(desk, "plan")
    desk.world.item(6300012345).values["priority"] = {"value": "option_2"}
    done(desk, "pull", "--refresh")
    assert "priority: P2" in (desk.folder / home).read_text()
    assert "No changes." in done(desk, "drift")


@SPACES
def test_an_item_is_adopted_by_the_other_name_of_the_space_than_the_files_have(
    desk: Desk, space: str
) -> None:
    done(desk, "init", "--space", space, "--type", "story")
    new = f"state/{space}/more.yaml"
    done(desk, "pull", f"{OTHER[space]}/story/6300012345", "--into", new)
    assert (desk.folder / new).read_text().count(f"\nspace: {space}\n") == 1
    assert "No changes." in done(desk, "plan")


@SPACES
def test_an_item_is_adopted_by_the_other_name_where_no_settings_say_the_key(desk: Desk, space: str) -> None:
    desk.write("state/a.yaml", f"space: {space}\ntype: story\nitems:\n  - {{id: 6300012346}}\n")
    done(desk, "pull", f"{OTHER[space]}/story/6300012345", "--into", "state/b.yaml")
    assert (desk.folder / "state/b.yaml").read_text().startswith(f"space: {space}\n")
    assert "No changes." in done(desk, "plan")
