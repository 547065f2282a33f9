"""A client of the pretend service that speaks plain HTTP and knows nothing but the API pages."""

from __future__ import annotations

from typing import Any, NamedTuple

import httpx

from reconciler.sandbox import Options, World, create_app, demo_world

Json = Any
HEX = "64a0c1f2e3b4d5a6c7e8f901"
RELEASE = "67c7c0e46f6789d587d7ab5e"
ANA, BO, CHEN, DANA = (f"73100000000000000{n:02}" for n in range(1, 5))
RESIGNED, OUTSIDER = "7310000000000000010", "7310000000000000014"
STORY, ISSUE, SHIP = 6300012345, 6300013345, 6300014320
TERMINATED = 6300012311
STORIES = "/open_api/demo/work_item/story"
ITEM = f"{STORIES}/{STORY}"


class No(NamedTuple):
    """A refusal as a client sees it."""

    status: int
    code: int
    message: str
    detail: str


class Api:
    """A world of its own with a client before it; the limiter is off unless a test turns it on."""

    def __init__(self, options: Options | None = None, world: World | None = None) -> None:
        self.world = world or demo_world(options or Options(throttle=False))
        transport = httpx.WSGITransport(create_app(self.world))
        self.http = httpx.Client(transport=transport, base_url="http://127.0.0.1")
        self.headers = {"X-PLUGIN-TOKEN": self.token(), "X-USER-KEY": ANA}

    def token(self, kind: int = 0) -> str:
        known = self.world.credentials
        body = {"plugin_id": known.plugin_id, "plugin_secret": known.plugin_secret, "type": kind}
        return str(self.http.post("/open_api/authen/plugin_token", json=body).json()["data"]["token"])

    def call(self, method: str, path: str, body: Json = None, **headers: str | None) -> httpx.Response:
        """Make a call; a header given as None is left out."""
        told = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        sent = {name: value for name, value in told.items() if value is not None}
        return self.http.request(method, path, json=body, headers=sent)

    def ok(self, method: str, path: str, body: Json = None, **headers: str | None) -> Json:
        answer = self.call(method, path, body, **headers)
        told = answer.json()
        assert (answer.status_code, told["err_code"], told["err_msg"], told["err"]) == (200, 0, "", {}), told
        return told

    def no(self, method: str, path: str, body: Json = None, **headers: str | None) -> No:
        answer = self.call(method, path, body, **headers)
        told = answer.json()
        assert told["err_code"] != 0
        assert told["err"]["log_id"] == answer.headers["X-Tt-Logid"]
        return No(answer.status_code, told["err_code"], told["err_msg"], told["err"]["msg"])

    def put(self, key: str, value: Json, item: int = STORY, kind: str = "story", **headers: str) -> Json:
        pairs = [{"field_key": key, "field_value": value}]
        path = f"/open_api/demo/work_item/{kind}/{item}"
        return self.ok("PUT", path, {"update_fields": pairs}, **headers)

    def refuse(self, key: str, value: Json, item: int = STORY, kind: str = "story") -> No:
        pairs = [{"field_key": key, "field_value": value}]
        return self.no("PUT", f"/open_api/demo/work_item/{kind}/{item}", {"update_fields": pairs})

    def read(self, item: int = STORY, kind: str = "story", **body: Json) -> Json:
        path = f"/open_api/demo/work_item/{kind}/query"
        return self.ok("POST", path, {"work_item_ids": [item], **body})["data"][0]

    def value(self, key: str, item: int = STORY, kind: str = "story") -> Json:
        """A field as `query` gives it; "missing" where the entry is missing."""
        rows = self.read(item, kind)["fields"]
        return next((row["field_value"] for row in rows if row["field_key"] == key), "missing")


def like(value: Json, pattern: Json) -> bool:
    """Whether a JSON value has the shape of a pattern: types, {member: pattern}, [pattern], (one, of)."""
    if isinstance(pattern, tuple):
        return any(like(value, each) for each in pattern)
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            name in value and like(value[name], each) for name, each in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(like(each, pattern[0]) for each in value)
    if isinstance(pattern, type):
        return isinstance(value, pattern) and (pattern is bool or not isinstance(value, bool))
    return bool(value == pattern)
