"""The doors: what people, admins and tokens do while the service runs, and a sentence for each mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import demo_world
from reconciler.sandbox.http.doors import DOORS
from reconciler.sandbox.state.store import SqliteStore
from reconciler.sandbox.state.switches import Options
from tests.sandbox.api import BO, STORIES, STORY, Api

OPTION = {"type": "story", "field": "priority", "option": "P3"}


def knock(api: Api, door: str, body: Any = None, status: int = 200) -> Any:
    """Send an object; the answer's JSON, or its sentence."""
    answer = api.http.post(f"/_sandbox/{api.world.admin_token}/{door}", json={} if body is None else body)
    assert answer.status_code == status, answer.text
    return answer.json() if status == 200 else answer.text


def test_somebody_edits_in_words_or_in_values_of_the_api(api: Api) -> None:
    knock(api, "edit", {"id": str(STORY), "key": "Priority", "value": "P3", "by": "bo@example.com"})
    assert api.value("priority") == {"value": "option_3", "label": "P3"}
    assert api.world.item(STORY).updated_by == BO
    knock(api, "edit", {"id": STORY, "key": "roles.RD", "value": "Bo"})
    assert [one["owners"] for one in api.value("role_owners") if one["role"] == "rd"] == [[BO]]


def test_an_option_that_is_renamed_keeps_its_id_and_the_values(api: Api) -> None:
    knock(api, "edit", {"id": STORY, "key": "priority", "value": "P3"})
    assert knock(api, "rename-option", {**OPTION, "label": "Someday"}) == {
        "option": "option_3",
        "label": "Someday",
    }
    assert api.value("priority") == {"value": "option_3", "label": "Someday"}


def test_an_option_that_is_removed_is_gone_and_one_that_is_disabled_is_kept(api: Api) -> None:
    knock(api, "remove-option", OPTION)
    knock(api, "remove-option", {**OPTION, "option": "P2", "disable": True})
    kind = api.world.type_of(api.world.item(STORY))
    options = {one.label: one.disabled for one in kind.by_key["priority"].options}
    assert "P3" not in options
    assert options["P2"]
    assert api.refuse("priority", {"value": "option_3"}).code


def test_an_option_inside_a_tree_is_removed_alone(api: Api) -> None:
    knock(api, "remove-option", {"type": "story", "field": "Area", "option": "Payments / Cards"})
    told = knock(api, "edit", {"id": STORY, "key": "Area", "value": "Payments / Cards"}, 400)
    assert told.startswith("no option of Area 'Payments / Cards'; did you mean 'Payments / ")


def test_who_leaves_is_resigned_and_acts_no_more(api: Api) -> None:
    assert knock(api, "leave", {"person": "bo@example.com"}) == {"key": BO, "status": "resigned"}
    (row,) = api.ok("POST", "/open_api/user/query", {"emails": ["bo@example.com"]})["data"]
    assert row["status"] == "resigned"


def test_a_secret_that_is_rotated_gets_no_token_and_ends_those_that_there_are(api: Api) -> None:
    old = api.world.credentials
    made = knock(api, "rotate-secret")["secret"]
    assert made not in {old.plugin_secret, knock(api, "rotate-secret")["secret"]}
    assert knock(api, "rotate-secret", {"secret": "s3cret"}) == {"secret": "s3cret"}
    assert api.no("POST", f"{STORIES}/query", {"work_item_ids": [STORY]}).code == 10022
    for secret, code in ((old.plugin_secret, 10204), ("s3cret", 0)):
        body = {"plugin_id": old.plugin_id, "plugin_secret": secret}
        told = api.http.post("/open_api/authen/plugin_token", json=body).json()
        assert told["error"]["code"] == code


@pytest.mark.parametrize(
    ("door", "body", "told"),
    [
        ("edit", {}, "edit needs id, key, value; it takes id, key, value, by"),
        ("edit", {"id": STORY, "key": "name"}, "edit needs value; it takes id, key, value, by"),
        (
            "edit",
            {"id": STORY, "key": "name", "value": "x", "vlaue": 1},
            "edit takes id, key, value, by, not 'vlaue'",
        ),
        ("edit", {"id": 5, "key": "name", "value": "x"}, "no item '5'; there is '6300012300'"),
        ("edit", {"id": STORY, "key": "nmae", "value": "x"}, "no field of story 'nmae'; did you mean"),
        (
            "edit",
            {"id": STORY, "key": ["name"], "value": "x"},
            "no field of story \"['name']\"; did you mean 'name'?",
        ),
        ("edit", {"id": STORY, "key": "priority", "value": "P9"}, "no option of Priority 'P9'; there is"),
        (
            "edit",
            {"id": STORY, "key": "priority", "value": 5},
            "the space refuses it: field [priority] is illegal",
        ),
        ("edit", {"id": STORY, "key": "name", "value": "x", "by": "nobody"}, "no person 'nobody'; "),
        ("delete", {"id": "x"}, "no item 'x'; "),
        ("rename-option", {**OPTION, "label": " "}, "label is empty; an option needs a name"),
        ("rename-option", {**OPTION, "label": "P1"}, "Priority has an option 'P1' already"),
        ("rename-option", {**OPTION, "type": "tale", "label": "x"}, "no type 'tale'; there is"),
        ("remove-option", {**OPTION, "field": "nmae"}, "no field of story 'nmae'; "),
        ("leave", {"person": 5}, "no person '5'; there is"),
        ("rotate-secret", {"secret": "a b"}, "the secret holds what no header carries; "),
        ("expire-tokens", {"now": True}, "expire-tokens takes nothing, not 'now'"),
        ("code", {}, "code needs user_key; it takes user_key"),
        ("options", {"nothing": 1}, "no such switch: nothing; there are "),
        ("options", {"per_second": "x"}, "per_second: "),
        ("edit", [], "the body is no JSON object; send one such as {}"),
    ],
)
def test_every_mistake_gets_a_sentence(api: Api, door: str, body: Any, told: str) -> None:
    assert knock(api, door, body, 400).startswith(told)
    assert api.world.writes == []


def test_what_is_no_json_is_not_taken_for_nothing(api: Api) -> None:
    for data in (b"throttle=false", b"{", b"\xff", b"[" * 100_000):
        answer = api.http.post(f"/_sandbox/{api.world.admin_token}/options", content=data)
        assert (answer.status_code, answer.text) == (400, "the body is no JSON; send an object such as {}\n")


def test_a_door_that_is_not_there_is_told_to_who_has_the_token_alone(api: Api) -> None:
    assert knock(api, "opions", status=404).startswith("no door 'opions'; did you mean 'options'")
    assert api.http.post("/_sandbox/wrong/opions", json={}).text == ""


def test_a_database_keeps_what_the_doors_changed(api: Api, tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "sandbox.db")
    store.fill(api.world)
    api.world.store = store
    knock(api, "rename-option", {**OPTION, "label": "Someday"})
    knock(api, "leave", {"person": BO})
    again = store.read(Options())
    store.close()
    labels = [one.label for one in again.type_of(again.item(STORY)).by_key["priority"].options]
    assert "Someday" in labels
    assert again.people[BO].status == "resigned"


def test_every_door_stands_in_the_documentation() -> None:
    page = (Path(__file__).parents[3] / "docs/sandbox.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    for name, door in DOORS.items():
        (row,) = (line for line in rows if f"| `{name}` `{{" in line)
        for member in (*door.needed, *(f"{one}?" for one in door.allowed or ())):
            assert member in row.rpartition("| `")[2]
    assert demo_world().admin_token not in page
