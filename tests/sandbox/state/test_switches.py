"""The switches: open questions of the pages (13) and faults of the answer; seeds and snapshots."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from reconciler.sandbox import Options, World, demo_world, load_options
from reconciler.sandbox.demo.generate import BadCount, generate
from reconciler.sandbox.demo.seeds import BadSeed, read_seed, schema, write_seed
from reconciler.sandbox.http.faults import FAULTS as KINDS
from reconciler.sandbox.http.serving import open_world, snapshot
from reconciler.sandbox.state.switches import WORDS
from reconciler.sandbox.state.values import NORMALISERS
from tests.sandbox.api import ANA, BO, HEX, ITEM, STORIES, STORY, Api

Json = Any
ROOT = Path(__file__).parents[3]
PUT = {"update_fields": [{"field_key": "priority", "field_value": {"value": "option_3"}}]}


def world_of(**switches: Json) -> Api:
    return Api(Options(throttle=False, **switches))


# -- values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "key", "sent", "read"),
    [
        ("trim", "field_a1b2c3", "  x ", "x"),
        ("newline", "description", "x", "x\n"),
        ("round", "field_3724e6", 2.6, 3),
        ("upper", "field_a1b2c3", "abc", "ABC"),
        ("lower", "field_a1b2c3", "Abc", "abc"),
        ("reverse", "watchers", [ANA, BO], [BO, ANA]),
    ],
)
@pytest.mark.parametrize("by", ["key", "type"])
def test_a_normaliser_changes_what_is_stored(how: str, key: str, sent: Json, read: Json, by: str) -> None:
    kinds = {
        "field_a1b2c3": "text",
        "description": "multi_text",
        "field_3724e6": "number",
        "watchers": "multi_user",
    }
    api = world_of(normalise={key if by == "key" else kinds[key]: how})
    api.put(key, sent)
    assert api.value(key) == read


@pytest.mark.parametrize(
    ("kind", "form", "read"),
    [
        ("text", "null", None),
        ("text", "missing", "missing"),
        ("multi_user", "list", []),
        ("number", "zero", 0),
        ("select", "object", {"value": None}),
        ("date", "zero", 0),
    ],
)
def test_the_form_of_empty_is_a_switch_of_each_type(kind: str, form: str, read: Json) -> None:
    keys = {
        "text": "field_a1b2c3",
        "multi_user": "watchers",
        "number": "field_3724e6",
        "select": "priority",
        "date": "field_2fbca6",
    }
    api = world_of(empty_forms={kind: form})
    api.put(keys[kind], None)
    assert api.value(keys[kind]) == read


@pytest.mark.parametrize(("accepted", "cleared"), [(["null"], True), (["list", "text"], False)])
def test_which_form_clears_is_a_switch_and_others_are_dropped(accepted: list[str], cleared: bool) -> None:  # noqa: FBT001 - a row of the table
    api = world_of(clear_by={"number": accepted})
    api.put("field_3724e6", None)
    assert (api.value("field_3724e6") is None) is cleared


def test_emptying_a_required_field_may_be_refused() -> None:
    # 13.6
    api = world_of(required_clear="refuse")
    no = api.refuse("field_31e0b8", "", 6300013300, "issue")
    assert no[:2] == (400, 20038)


@pytest.mark.parametrize(
    "rule",
    [{"field": "priority"}, {"type": "story"}, {"user": ANA}, {"item": str(STORY), "field": "priority"}],
)
def test_a_write_may_be_dropped_in_silence(rule: dict[str, str]) -> None:
    api = world_of(drops=[rule])
    before = api.value("priority")
    api.put("priority", {"value": "option_3"})
    assert api.value("priority") == before


def test_a_late_write_keeps_what_others_wrote_meanwhile() -> None:
    api = world_of(late_writes_ms=5000)
    now = api.world.clock()
    api.world.clock = lambda: now
    api.put("priority", {"value": "option_3"})
    api.world.edit(STORY, "field_3724e6", 42, by=BO)
    assert api.value("priority")["value"] == "option_1"
    api.world.clock = lambda: now + 6
    assert api.value("priority")["value"] == "option_3"
    assert api.value("field_3724e6") == 42


def test_reads_may_lag_behind_writes() -> None:
    api = world_of(stale_reads_ms=5000)
    now = api.world.clock()
    api.world.clock = lambda: now
    api.put("priority", {"value": "option_3"})
    assert api.value("priority")["value"] == "option_1"
    api.world.clock = lambda: now + 6
    assert api.value("priority")["value"] == "option_3"


def test_an_unknown_switch_is_no_silent_default(tmp_path: Path) -> None:
    file = tmp_path / "options.yaml"
    file.write_text("per_secnd: 3\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no such switch: per_secnd"):
        load_options(file)
    file.write_text("per_second: 3\nclear_by: {number: [list]}\n", encoding="utf-8")
    assert load_options(file) == Options(per_second=3, clear_by={"number": ["list"]})


@pytest.mark.parametrize(
    ("switches", "told"),
    [
        ({"unknown_ids": "skip"}, "unknown_ids: no such word: skip; there are refuse, omit"),
        ({"normalise": {"text": "title"}}, "normalise: no such word: title"),
        ({"faults": [{"kind": "lots"}]}, "faults: no such word: lots"),
        ({"connection_faults": [{"times": 1}]}, "connection_faults: no such word: None"),
        ({"throttle": "perhaps"}, "throttle: Input should be a valid boolean"),
        ({"per_second": "many"}, "per_second: Input should be a valid integer"),
    ],
)
def test_a_word_that_a_switch_does_not_know_is_told(switches: Json, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Options().set(switches)


def test_every_fault_that_may_be_said_is_there() -> None:
    assert set(WORDS["faults"]) == set(KINDS)
    assert {row[0] for row in FAULTS} | {"garbage"} == set(KINDS)
    assert set(WORDS["normalise"]) == set(NORMALISERS)


ROW = re.compile(r"^\| `(\w+)` \| `([^`]*)`(?:, `([^`]*)`)? \| (.+) \|$", re.MULTILINE)


def test_every_switch_has_a_line_that_says_its_default_its_words_and_why_it_is_one() -> None:
    rows = ROW.findall((ROOT / "docs/sandbox.md").read_text(encoding="utf-8"))
    told = {name: YAML(typ="safe").load(default) for name, default, _, _ in rows}
    wanted = asdict(Options())
    words = {name for name, value in wanted.items() if isinstance(value, str)}
    assert told | {name: str(told[name] or "null") for name in words} == wanted
    assert {name: (default, other) for name, default, other, _ in rows if name in words} == {
        name: WORDS[name] for name in words
    }


# -- faults of the answer ---------------------------------------------------------------------------------

FAULTS = [
    ("lost", 504, "", True),
    ("gateway", 502, "<!doctype", False),
    ("page", 200, "<!doctype", True),
    ("content_type", 200, '{"err_code":0', True),
    ("cut", 200, '{"err_code":0', True),
    ("empty", 200, "", True),
    ("list", 200, "[]", True),
    ("no_code", 200, '{"data"', True),
    ("throttle", 429, '{"err_code": 10429', False),
    ("bare_429", 429, "", False),
    ("busy", 500, '{"err_code": 50006', False),
    ("busy_after", 500, '{"err_code": 50006', True),
    ("db", 500, '{"err_code": 50006', False),
    ("db_after", 500, '{"err_code": 50006', True),
    ("quota", 400, '{"err_code": 1000051942', False),
    ("not_installed", 401, '{"err_code": 10301', False),
    ("moving", 500, '{"err_code": 50006', False),
    ("seen", 429, '{"err_code": 10430', True),
    ("expired", 401, '{"err_code": 10022', False),
    ("redirect", 307, "", False),
    ("slow", 200, '{"err_code":0', True),
    ("slow_after", 200, '{"err_code":0', True),
    ("gateway_code", 500, '{"code": 1000050255, "msg": ', False),
    ("file_code", 500, '{"code": 1000050262, "message": ', False),
]


@pytest.mark.parametrize(("kind", "status", "start", "stored"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_fault_of_the_answer_is_a_layer_around_the_service(
    kind: str,
    status: int,
    start: str,
    stored: bool,  # noqa: FBT001 - a row of the table
) -> None:
    api = world_of(faults=[{"kind": kind, "method": "PUT", "path": f"*/{STORY}"}])
    answer = api.call("PUT", ITEM, PUT)
    assert (answer.status_code, answer.text[: len(start)]) == (status, start)
    assert (api.value("priority")["value"] == "option_3") is stored


def test_garbage_is_no_json() -> None:
    api = world_of(faults=[{"kind": "garbage", "path": "*/query"}])
    with pytest.raises(ValueError, match=r"codec can't decode|Expecting"):
        api.call("POST", f"{STORIES}/query", {"work_item_ids": [STORY]}).json()


def test_a_throttled_answer_may_say_how_long() -> None:
    api = world_of(faults=[{"kind": "throttle", "retry_after": 7, "path": "*/query"}])
    answer = api.call("POST", f"{STORIES}/query", {"work_item_ids": [STORY]})
    assert answer.headers["Retry-After"] == "7"


def test_a_fault_hits_the_nth_calls_that_it_names() -> None:
    api = world_of(faults=[{"kind": "busy", "path": "*/query", "nth": 2, "times": 2}])
    codes = [
        api.call("POST", f"{STORIES}/query", {"work_item_ids": [STORY]}).json()["err_code"] for _ in range(5)
    ]
    assert codes == [0, 50006, 50006, 0, 0]


# -- the hidden door --------------------------------------------------------------------------------------


def test_switches_are_turned_behind_a_random_token(api: Api) -> None:
    door = f"/_sandbox/{api.world.admin_token}"
    told = api.http.post(f"{door}/options", json={"put_data": False}).json()
    assert told["put_data"] is False
    assert "data" not in api.put("priority", {"value": "option_3"})
    assert api.http.post(f"{door}/options", json={"nothing": 1}).status_code == 400
    edit = {"id": STORY, "key": "field_3724e6", "value": 33, "by": BO}
    assert api.http.post(f"{door}/edit", json=edit).status_code == 200
    assert api.value("field_3724e6") == 33
    assert api.http.get(f"{door}/writes").json()[0]["method"] == "PUT"
    assert api.http.post(f"{door}/expire-tokens").status_code == 200
    assert api.no("POST", f"{STORIES}/query", {"work_item_ids": [STORY]}).code == 10022


@pytest.mark.parametrize("path", ["/_sandbox/wrong/options", "/_sandbox//options", "/_sandbox/{}/nothing"])
def test_the_door_is_shut_to_others(api: Api, path: str) -> None:
    assert api.http.post(path.format(api.world.admin_token), json={}).status_code == 404


def test_every_call_that_would_change_state_is_logged_refused_ones_too(tmp_path: Path) -> None:
    world = demo_world(Options(throttle=False))
    world.write_log = tmp_path / "writes.jsonl"
    api = Api(world=world)
    api.read()
    api.ok("PUT", ITEM, PUT, X_IDEM_UUID="k1")
    api.refuse("priority", "P1")
    api.no("DELETE", f"{STORIES}/1")
    rows = [json.loads(line) for line in world.write_log.read_text(encoding="utf-8").splitlines()]
    assert [(row["method"], row["status"], row["err_code"]) for row in rows] == [
        ("PUT", 200, 0),
        ("PUT", 400, 20006),
        ("DELETE", 404, 30005),
    ]
    assert set(rows[0]) == {"at", "method", "path", "user_key", "idem", "body", "status", "err_code"}
    assert (rows[0]["path"], rows[0]["user_key"], rows[0]["idem"], rows[0]["body"]) == (ITEM, ANA, "k1", PUT)


# -- seeds and snapshots ----------------------------------------------------------------------------------


def _same(one: World, other: World) -> bool:
    return (one.spaces, one.people, one.items, one.records) == (
        other.spaces,
        other.people,
        other.items,
        other.records,
    )


def test_a_snapshot_is_loaded_as_the_same_space(tmp_path: Path) -> None:
    world = demo_world()
    world.edit(STORY, "field_a1b2c3", "1.10 'quoted' 多行\nno", by=BO)
    world.edit(STORY, "field_a1b2c4", "\x85 \u2028 \x7f \U0001f600\nitems:\n- {", by=BO)
    file = tmp_path / "space.yaml"
    text = write_seed(world, world.items.values())
    file.write_text(text, encoding="utf-8")
    assert _same(read_seed(file), world)
    by_yaml = YAML(typ="safe").load(text)
    assert by_yaml["items"][0]["id"] == 6300012300
    item = next(each for each in by_yaml["items"] if each["id"] == STORY)
    assert item["values"] == world.item(STORY).values


def test_a_snapshot_fits_its_published_schema(tmp_path: Path) -> None:
    published = json.loads((ROOT / "schemas/snapshot.schema.json").read_text(encoding="utf-8"))
    assert published == schema()
    world = demo_world()
    text = write_seed(world, [world.item(STORY), world.item(6300013300)])
    file = tmp_path / "space.yaml"
    file.write_text(text, encoding="utf-8")
    jsonschema.Draft202012Validator(published).validate(YAML(typ="safe").load(text))


def test_e_mails_are_hidden_but_for_the_people_that_state_names(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "a.yaml").write_text("people: {ana: ANA@example.com}\n", encoding="utf-8")
    file = tmp_path / "space.yaml"
    assert snapshot(file, state=state, only=["6300012320"]) == 0
    text = file.read_text(encoding="utf-8")
    assert "ana@example.com" in text
    assert "bo@example.com" not in text
    assert snapshot(file, state=state, only=["6300012320"], keep_emails=True) == 0
    assert "bo@example.com" in file.read_text(encoding="utf-8")


def test_addresses_inside_texts_are_hidden_too() -> None:
    world = demo_world()
    world.edit(STORY, "description", "Ask carol@example.org, not ana@example.com.")
    text = write_seed(world, [world.item(STORY)], named=["ana@example.com"])
    assert "carol@example.org" not in text
    assert "not ana@example.com" in text


def test_a_snapshot_holds_a_selection(tmp_path: Path) -> None:
    file = tmp_path / "space.yaml"
    assert snapshot(file, only=["release", "6300012301"], state=None) == 0
    items = read_seed(file).items
    assert len(items) == 51
    assert 6300012301 in items


def test_a_seed_may_be_json_and_may_turn_switches(tmp_path: Path) -> None:
    file = tmp_path / "seed.json"
    seed = {
        "people": [{"key": "1", "email": "a@example.com", "name": "A"}],
        "spaces": [
            {
                "key": HEX,
                "simple_name": "tiny",
                "name": "Tiny",
                "types": [
                    {
                        "key": "story",
                        "name": "Story",
                        "api_name": "story",
                        "fields": [{"key": "name", "name": "Name", "type": "text"}],
                    }
                ],
            }
        ],
        "items": [{"id": 1, "type_key": "story", "name": "One"}],
        "switches": {"per_second": 3},
    }
    file.write_text(json.dumps(seed), encoding="utf-8")
    world = read_seed(file)
    assert (world.item(1).name, world.item(1).project, world.options.per_second) == ("One", HEX, 3)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("people: [", "while parsing"),
        ("people: []\nspaces: []\ncolour: red\n", "colour: Extra inputs are not permitted"),
        ("people: [{key: '1', email: a, nam: x}]\nspaces: []\n", "people.0.nam"),
        ("people: []\nspaces: []\nformat_version: 2\n", "format_version"),
        ("[]", "valid dictionary"),
        (
            (
                "people: []\nspaces: [{key: a, simple_name: a, name: a}]\n"
                "items: [{id: 1, type_key: x, name: y}]\n"
            ),
            "no type x",
        ),
        ("people: []\nspaces: []\nswitches: {zz: 1}\n", "no such switch: zz"),
        ("people: []\nspaces: []\nitems: [{id: 1, type_key: x, name: y}]\n", "no type x"),
    ],
)
def test_a_slip_in_a_seed_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "seed.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadSeed, match=told):
        read_seed(file)


def test_generated_items_are_the_same_each_time_and_pass_their_own_checks() -> None:
    first, second = demo_world(), demo_world()
    for world in (first, second):
        assert generate(world, ["story=60", "Release=3"]) == 63
    assert _same(first, second)
    api = Api(world=first)
    first.options.throttle = False
    item = api.read(6400000007)
    skipped = {"template", "aborted", "deleted", "multi_attachment", "field_656741"}
    computed = {f.key for f in first.type_of(first.item(6400000007)).fields if f.computed}
    pairs = [
        {"field_key": row["field_key"], "field_value": row["field_value"]}
        for row in item["fields"]
        if row["field_key"] not in skipped | computed
    ]
    api.ok("PUT", f"{STORIES}/6400000007", {"update_fields": pairs})
    assert api.read(6400000007)["fields"] == item["fields"]


@pytest.mark.parametrize("wish", ["story", "story=0", "story=many", "nothing=3", "=3"])
def test_a_wish_that_says_no_type_and_number_is_refused(wish: str) -> None:
    with pytest.raises(BadCount, match="--generate"):
        generate(demo_world(), [wish])


def test_a_database_opens_again_with_every_change(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    world, store = open_world(file, None, ["issue=5"], Options(throttle=False))
    api = Api(world=world)
    api.put("priority", {"value": "option_3"})
    api.put("field_a1b2c3", "EXT-9")
    made = api.ok("POST", "/open_api/demo/work_item/create", {"work_item_type_key": "story", "name": "x"})
    api.ok("DELETE", f"{STORIES}/{STORY + 1}")
    comment = api.ok("POST", f"{ITEM}/comment/create", {"content": "kept"})["data"]
    assert store is not None
    store.close()
    again, store = open_world(file, None, [], Options())
    assert store is not None
    assert again.item(made["data"]).name == "x"
    assert [each["id"] for each in again.item(STORY).comments] == [comment]
    assert _same(again, world)
    store.close()


def test_two_services_do_not_share_a_database(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    _, store = open_world(file, None, [], Options())
    assert store is not None
    with pytest.raises(ValueError, match="locked"):
        open_world(file, None, [], Options())
    store.close()
