"""Several spaces in one sandbox, each with a plugin of its own where it is asked to have one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Options, World, demo_world
from reconciler.sandbox.demo.generate import BadCount, generate
from reconciler.sandbox.demo.more_spaces import BadSpace, add_space, exports, own_plugin
from reconciler.sandbox.demo.seeds import read_seed, write_seed
from reconciler.sandbox.http.app import ROUTES
from reconciler.sandbox.http.serving import open_world
from reconciler.sandbox.state.store import SqliteStore
from tests.sandbox.api import ANA, BO, HEX, ITEM, STORIES, STORY, Api

Json = Any
THERE = STORY + 1_000_000
"""The same story in the second space."""
CHANGE = {"update_fields": [{"field_key": "field_3724e6", "field_value": 13}]}
OUT = (401, 10301, "Check Token Perm Failed", "the plugin is not installed in project demo")


def two_spaces() -> World:
    world = demo_world(Options(throttle=False))
    add_space(world, "mobile")
    return world


def by(world: World, plugin: Any) -> Api:
    """A client of a plugin, which acts as the plugin's user."""
    api = Api(world=world)
    body = {"plugin_id": plugin.plugin_id, "plugin_secret": plugin.plugin_secret}
    told = api.http.post("/open_api/authen/plugin_token", json=body).json()
    api.headers = {"X-PLUGIN-TOKEN": told["data"]["token"], "X-USER-KEY": plugin.user_key}
    return api


# -- another space -----------------------------------------------------------------------------------


def test_another_space_has_the_same_types_and_items_of_its_own() -> None:
    world = two_spaces()
    mobile = next(one for one in world.spaces.values() if one.simple_name == "mobile")
    own = [item for item in world.items.values() if item.project == mobile.key]
    assert len(own) == len(world.items) / 2 == 200
    api = Api(world=world)
    there = api.ok("POST", "/open_api/mobile/work_item/story/query", {"work_item_ids": [THERE]})
    here = api.ok("POST", f"{STORIES}/query", {"work_item_ids": [STORY]})
    assert there["data"][0]["name"] == here["data"][0]["name"]
    assert there["data"][0]["simple_name"] == "mobile"
    assert api.no("POST", f"{STORIES}/query", {"work_item_ids": [THERE]})[:2] == (404, 30005)
    assert api.no("PUT", ITEM.replace(str(STORY), str(THERE)), CHANGE)[:2] == (400, 20014)


def test_a_relation_points_into_its_own_space() -> None:
    world = two_spaces()
    for item in world.items.values():
        pointed = item.values.get("field_7872c9"), *(item.values.get("planning_sprint") or ())
        assert {world.item(one).project for one in pointed if one} <= {item.project}


def test_a_change_of_one_space_leaves_the_other_one() -> None:
    world = two_spaces()
    Api(world=world).ok("PUT", f"/open_api/mobile/work_item/story/{THERE}", CHANGE)
    assert world.item(THERE).values["field_3724e6"] == 13
    assert world.item(STORY).values["field_3724e6"] != 13


def test_a_batch_leaves_the_items_of_another_space() -> None:
    world = two_spaces()
    body = {
        "project_key": "demo",
        "work_item_type_key": "story",
        "work_item_ids": [STORY, THERE],
        "update_mode": "UPDATE",
        "field_key": "field_3724e6",
        "after_field_value": 13,
    }
    Api(world=world).ok("POST", "/open_api/work_item/batch_update", body)
    assert world.item(STORY).values["field_3724e6"] == 13
    assert world.item(THERE).values["field_3724e6"] != 13


def test_generated_items_are_of_the_space_that_is_named() -> None:
    world = two_spaces()
    assert generate(world, ["story=3", "mobile/story=5"]) == 8
    made = [item for item in world.items.values() if item.id >= 6400000001]
    assert [world.spaces[item.project].simple_name for item in made] == ["demo"] * 3 + ["mobile"] * 5
    with pytest.raises(BadCount, match="no space web; there are demo, mobile"):
        generate(world, ["web/story=5"])


def test_a_third_space_keeps_its_ids_apart_and_a_snapshot_holds_all(tmp_path: Path) -> None:
    world = two_spaces()
    add_space(world, "web")
    assert len(world.items) == 600
    file = tmp_path / "seed.yaml"
    file.write_text(write_seed(world, world.items.values()), encoding="utf-8")
    again = read_seed(file)
    assert (again.spaces, again.items) == (world.spaces, world.items)
    add_space(again, "fourth")
    assert len(again.items) == 800


@pytest.mark.parametrize("name", ["demo", "mobile", HEX, "a b", "", "..", "x" * 65, "移动"])
def test_a_name_that_is_taken_or_is_none_is_refused(name: str) -> None:
    with pytest.raises(BadSpace, match="--space"):
        add_space(two_spaces(), name)


# -- plugins -----------------------------------------------------------------------------------------


def test_a_plugin_of_its_own_reaches_its_space_alone() -> None:
    world = two_spaces()
    own, shared = by(world, own_plugin(world, "mobile")), Api(world=world)
    assert own.headers["X-PLUGIN-TOKEN"] != shared.headers["X-PLUGIN-TOKEN"]
    own.ok("PUT", f"/open_api/mobile/work_item/story/{THERE}", CHANGE)
    shared.ok("PUT", ITEM, CHANGE)
    assert own.no("PUT", ITEM, CHANGE) == OUT
    assert shared.no("PUT", f"/open_api/mobile/work_item/story/{THERE}", CHANGE)[:2] == (401, 10301)
    assert [made.user_key for made in world.writes if not made.err_code] == [BO, ANA]
    sources = [world.records[one][-1]["source"] for one in (THERE, STORY)]
    plugins = [*world.own_plugins.values(), world.credentials]
    assert sources == [one.plugin_id for one in plugins]


@pytest.mark.parametrize(
    ("method", "path"), [(one.method, one.path) for one in ROUTES if "<project>" in one.path]
)
@pytest.mark.parametrize("space", ["demo", HEX])
def test_every_path_of_a_space_refuses_a_plugin_that_is_not_installed(
    apart: Api, method: str, path: str, space: str
) -> None:
    for name, value in {"project": space, "type": "story", "id": STORY, "node": "doing"}.items():
        path = path.replace(f"<{name}>", str(value))
    path = path.replace("<template>", "3047001").replace("<comment>", "1")
    body = {"content": "x", "user_group_type": "PROJECT_MEMBER"}
    if "user_groups" in path:
        code = {"code": apart.world.gate.code(ANA), "grant_type": "authorization_code"}
        told = apart.http.post("/open_api/authen/user_plugin_token", json=code, headers=apart.headers).json()
        assert apart.no(method, path, body, X_PLUGIN_TOKEN=told["data"]["token"]) == OUT
        return
    assert apart.no(method, path, body) == OUT


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/open_api/work_item/field/options", {"work_item_id": STORY, "field_key": "priority"}),
        ("/open_api/work_items/filter_across_project", {"simple_names": ["demo", "mobile"]}),
        ("/open_api/view_search/universal_search", {"project_key": "demo"}),
        ("/open_api/op_record/work_item/list", {"project_key": HEX, "work_item_ids": [STORY]}),
        ("/open_api/work_item/transition_required_info/get", {"work_item_id": STORY, "state_key": "doing"}),
        ("/open_api/work_item/batch_update", {"project_key": "demo"}),
        ("/open_api/user/search", {"query": "ana", "project_key": "demo"}),
        (
            "/open_api/work_item/field_value/update_compound_field",
            {"work_item_id": STORY, "project_key": "demo"},
        ),
    ],
)
def test_a_space_in_a_body_refuses_it_too(apart: Api, path: str, body: Json) -> None:
    assert apart.no("POST", path, {"work_item_type_key": "story", **body}) == OUT


def test_a_freeze_refuses_it_too(apart: Api) -> None:
    body = {"project_key": "demo", "work_item_id": STORY, "is_frozen": True}
    assert apart.no("PUT", "/open_api/work_item/freeze", body) == OUT


@pytest.fixture(scope="module")
def apart() -> Api:
    """A client of the second space's own plugin."""
    world = two_spaces()
    return by(world, own_plugin(world, "mobile"))


def test_lists_of_spaces_hold_those_that_have_the_plugin(apart: Api) -> None:
    mobile = next(iter(apart.world.own_plugins))
    assert apart.ok("POST", "/open_api/projects", {"user_key": ANA})["data"] == [mobile]
    body = {"user_key": ANA, "simple_names": ["demo", "mobile"]}
    assert list(apart.ok("POST", "/open_api/projects/detail", body)["data"]) == [mobile]
    body = {"user_key": ANA, "simple_names": ["demo"]}
    assert apart.no("POST", "/open_api/projects/detail", body)[:2] == (400, 1000052063)
    body = {"query": "Export", "query_type": "workitem"}
    hits = apart.ok("POST", "/open_api/compositive_search", body)["data"]
    assert {hit["ProjectKey"] for hit in hits} == {mobile}
    across = apart.ok("POST", "/open_api/work_items/filter_across_project", {"work_item_type_key": "story"})
    assert {row["project_key"] for row in across["data"]} == {mobile}


def test_each_token_has_fifteen_calls_a_second_of_its_own() -> None:
    world = two_spaces()
    own, shared = by(world, own_plugin(world, "mobile")), Api(world=world)
    world.options.throttle = True
    world.clock = world.gate.clock = lambda: 1_790_000_000.0
    for _ in range(15):
        own.ok("GET", "/open_api/mobile/work_item/all-types")
        shared.ok("GET", "/open_api/demo/work_item/all-types")
    for api, space in ((own, "mobile"), (shared, "demo")):
        assert api.no("GET", f"/open_api/{space}/work_item/all-types")[:2] == (429, 10429)


def test_spaces_that_share_a_token_share_its_calls() -> None:
    world = two_spaces()
    shared = Api(world=world)
    world.options.throttle = True
    world.clock = world.gate.clock = lambda: 1_790_000_000.0
    for n in range(15):
        shared.ok("GET", f"/open_api/{('demo', 'mobile')[n % 2]}/work_item/all-types")
    assert shared.no("GET", "/open_api/mobile/work_item/all-types").code == 10429


def test_a_user_token_reaches_the_spaces_of_the_plugin_that_asked_for_it(apart: Api) -> None:
    body = {"code": apart.world.gate.code(ANA), "grant_type": "authorization_code"}
    told = apart.http.post("/open_api/authen/user_plugin_token", json=body, headers=apart.headers).json()
    token = told["data"]["token"]
    apart.ok("GET", "/open_api/mobile/work_item/all-types", X_PLUGIN_TOKEN=token, X_USER_KEY=None)
    no = apart.no("GET", "/open_api/demo/work_item/all-types", X_PLUGIN_TOKEN=token, X_USER_KEY=None)
    assert no == OUT


# -- what is exported --------------------------------------------------------------------------------


def test_plain_names_lead_to_the_shared_plugin_and_go_when_every_space_has_its_own() -> None:
    world = two_spaces()
    add_space(world, "web-shop")
    plain = ["MEEGLE_PLUGIN_ID", "MEEGLE_PLUGIN_SECRET", "MEEGLE_USER_KEY"]
    assert [name for name, _ in exports(world)] == plain
    own_plugin(world, "web-shop")
    assert [name for name, _ in exports(world)] == [*plain, *(f"{one}__WEB_SHOP" for one in plain)]
    own_plugin(world, "demo")
    own_plugin(world, "mobile")
    ends = ("WEB_SHOP", "DEMO", "MOBILE")
    assert [name for name, _ in exports(world)] == [f"{one}__{end}" for end in ends for one in plain]
    assert len({value for _, value in exports(world)}) == 9


def test_two_spaces_that_would_get_the_same_names_are_refused() -> None:
    names = ("web-shop", "web_shop")
    with pytest.raises(BadSpace, match="its variables are those of web-shop"):
        open_world(None, None, (), Options(), spaces=names, own_plugins=names)
    with pytest.raises(BadSpace, match="no space web; there are demo"):
        open_world(None, None, (), Options(), own_plugins=["web"])


def test_a_database_keeps_the_spaces_and_adds_none(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"
    first, store = open_world(file, None, (), Options(), spaces=["mobile"], own_plugins=["mobile"])
    assert isinstance(store, SqliteStore)
    store.close()
    again, store = open_world(file, None, (), Options(), spaces=["mobile"], own_plugins=["mobile"])
    assert isinstance(store, SqliteStore)
    store.close()
    assert (again.spaces, again.own_plugins) == (first.spaces, first.own_plugins)
    with pytest.raises(BadSpace, match="no space web; there are demo, mobile"):
        open_world(file, None, (), Options(), spaces=["web"])


def test_the_process_prints_them_before_the_address_of_its_doors() -> None:
    more = ["--space", "mobile", "--own-plugin", "mobile", "--generate", "mobile/story=5"]
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler.sandbox", *more], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            lines = [process.stdout.readline().split("=", 1) for _ in range(8)]
        finally:
            process.kill()
    names = [name.removeprefix("export ") for name, _ in lines]
    assert names[0] == "MEEGLE_BASE_URL"
    assert names[4:] == [
        *(f"MEEGLE_{one}__MOBILE" for one in ("PLUGIN_ID", "PLUGIN_SECRET", "USER_KEY")),
        "RECONCILER_SANDBOX",
    ]
    assert lines[6][1].strip() == BO
