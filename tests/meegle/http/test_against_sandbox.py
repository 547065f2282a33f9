"""The client against the pretend service, over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.meegle.http.client import Client
from reconciler.meegle.http.connection import Connection, connection_from
from reconciler.meegle.http.endpoints import ALL_TYPES, FIELD_ALL, FILTER, FLOW_ROLES, META, QUERY, USER_QUERY
from reconciler.meegle.http.failures import ApiRefusal, StopCode
from reconciler.meegle.http.verdict import Accepted, Ambiguous, NotWritten, Refused, Verdict
from reconciler.sandbox import Running, demo_world

DEMO = {"project_key": "demo"}
STORY = {"project_key": "demo", "type_key": "story"}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "writes.jsonl"


@pytest.fixture
def service(log: Path) -> Iterator[Running]:
    with Running(demo_world(), write_log=log) as running:
        yield running


def connected_to(service: Running, **environ: str) -> Connection:
    known = service.world.credentials
    return connection_from(
        {
            "MEEGLE_BASE_URL": service.url,
            "MEEGLE_PLUGIN_ID": known.plugin_id,
            "MEEGLE_PLUGIN_SECRET": known.plugin_secret,
            "MEEGLE_USER_KEY": known.user_key,
        }
        | environ
    )


def stories(client: Client) -> list[dict[str, Any]]:
    listed = client.read(FILTER, path=DEMO, body={"work_item_type_keys": ["story"], "page_size": 50})
    items: list[dict[str, Any]] = listed["data"]
    return items


def rename(client: Client, item_id: int, name: str, idem: str) -> Verdict:
    return client.update(
        project_key="demo",
        type_key="story",
        item_id=item_id,
        update_fields=[{"field_key": "name", "field_value": name}],
        idem=idem,
        permit=client.permit(),
    )


def name_of(client: Client, item_id: int) -> object:
    return client.read(QUERY, path=STORY, body={"work_item_ids": [item_id]})["data"][0]["name"]


def test_the_metadata_and_the_items_of_a_space_are_read_and_nothing_is_written(
    service: Running, log: Path
) -> None:
    with Client(connected_to(service)) as client:
        assert "story" in {each["type_key"] for each in client.read(ALL_TYPES, path=DEMO)["data"]}
        assert client.read(FIELD_ALL, path=DEMO, body={"work_item_type_key": "story"})["data"]
        assert client.read(META, path=STORY)["data"]
        assert client.read(FLOW_ROLES, path=STORY)["data"]
        user = service.world.credentials.user_key
        assert client.read(USER_QUERY, body={"user_keys": [user]})["data"][0]["user_key"] == user
        ids = [item["id"] for item in stories(client)]
        assert len(client.read(QUERY, path=STORY, body={"work_item_ids": ids[:50]})["data"]) == len(ids[:50])
    assert not log.exists() or log.read_text() == ""


def test_a_put_is_stored_and_its_key_is_in_the_services_own_log(service: Running, log: Path) -> None:
    with Client(connected_to(service), writes=True) as client:
        item_id = stories(client)[0]["id"]
        assert isinstance(rename(client, item_id, "A new name", "key-1"), Accepted)
        assert name_of(client, item_id) == "A new name"
    [line] = [json.loads(line) for line in log.read_text().splitlines()]
    assert (line["method"], line["idem"], line["status"], line["err_code"]) == ("PUT", "key-1", 200, 0)
    assert line["body"] == {"update_fields": [{"field_key": "name", "field_value": "A new name"}]}


def test_a_key_seen_before_is_ambiguous_and_an_unknown_item_refused(service: Running) -> None:
    with Client(connected_to(service), writes=True) as client:
        item_id = stories(client)[0]["id"]
        assert isinstance(rename(client, item_id, "One", "key-1"), Accepted)
        again = rename(client, item_id, "Two", "key-1")
        assert isinstance(again, Ambiguous)
        assert (again.code, again.repeatable) == (10430, False)
        missing = rename(client, 999_999_999, "Three", "key-3")
        assert isinstance(missing, Refused)
        assert missing.code == 30005


def test_what_is_wrong_with_the_credentials_is_said(service: Running) -> None:
    client = Client(connected_to(service, MEEGLE_PLUGIN_SECRET="wrong"))
    with client, pytest.raises(StopCode, match="the plugin id or its secret is wrong"):
        client.read(ALL_TYPES, path=DEMO)
    client = Client(connected_to(service, MEEGLE_USER_KEY="nobody"))
    with client, pytest.raises((StopCode, ApiRefusal), match="user"):
        client.read(ALL_TYPES, path=DEMO)


def test_four_threads_of_puts_are_never_throttled(service: Running, log: Path) -> None:
    service.world.options.latency_ms = 100
    with Client(connected_to(service), writes=True) as client:
        ids = [item["id"] for item in stories(client)][:32]
        assert len(ids) == 32

        def write(mine: list[int]) -> None:
            for item_id in mine:
                assert isinstance(rename(client, item_id, f"Name {item_id}", f"key-{item_id}"), Accepted)

        threads = [threading.Thread(target=write, args=(ids[n::4],)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (client.counts.puts, client.counts.retries) == (32, 0)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["status"] for line in lines] == [200] * 32


def test_a_token_that_ends_early_is_renewed_at_every_call(service: Running) -> None:
    with Client(connected_to(service), writes=True) as client:
        item_id = stories(client)[0]["id"]
        for number in range(5):
            service.world.gate.expire_tokens()
            assert name_of(client, item_id)
            service.world.gate.expire_tokens()
            refused = rename(client, item_id, f"Name {number}", f"first-{number}")
            assert isinstance(refused, NotWritten)
            assert refused.kind == "token"
            assert isinstance(rename(client, item_id, f"Name {number}", f"second-{number}"), Accepted)
            assert name_of(client, item_id) == f"Name {number}"
