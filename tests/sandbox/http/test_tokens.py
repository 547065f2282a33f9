"""The token endpoints: what is given, renewed, refused and ended."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import Options, demo_world
from tests.sandbox.api import ANA, BO, ITEM, Api, like

Json = Any


PUT = {"update_fields": [{"field_key": "field_3724e6", "field_value": 3}]}


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


def clocked(**switches: Json) -> tuple[Api, Clock]:
    clock, world = Clock(), demo_world(Options(**switches))
    world.clock = world.gate.clock = clock
    return Api(world=world), clock


@pytest.mark.parametrize("prefix", ["/open_api/authen", "/bff/v2/authen"])
@pytest.mark.parametrize(("kind", "start"), [(0, "p-"), (1, "v-"), ("1", "v-"), (None, "p-")])
def test_a_token_has_the_envelope_without_err_code(shared: Api, prefix: str, kind: Json, start: str) -> None:
    known = shared.world.credentials
    body = {"plugin_id": known.plugin_id, "plugin_secret": known.plugin_secret, "type": kind}
    told = shared.http.post(f"{prefix}/plugin_token", json=body).json()
    assert like(told, {"data": {"token": str, "expire_time": int}, "error": {"code": 0, "msg": "success"}})
    assert "err_code" not in told
    assert told["data"]["token"].startswith(start)


@pytest.mark.parametrize("body", [{}, {"plugin_id": "x", "plugin_secret": "y"}, {"plugin_id": 1}])
def test_a_wrong_secret_is_10204_in_a_good_answer(shared: Api, body: Json) -> None:
    answer = shared.http.post("/open_api/authen/plugin_token", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (200, 10204)


def test_the_same_token_is_given_until_it_expires_and_its_life_counts_down() -> None:
    # 2.2: "Within the validity period repeated calls return the same token"
    api, clock = clocked()
    known = api.world.credentials
    body = {"plugin_id": known.plugin_id, "plugin_secret": known.plugin_secret}

    def ask() -> Json:
        return api.http.post("/open_api/authen/plugin_token", json=body).json()["data"]

    first = ask()
    clock.now += 1763
    assert ask() == {"token": first["token"], "expire_time": 7200 - 1763}
    clock.now += 7200 - 1763
    assert ask()["token"] != first["token"]
    assert ask()["expire_time"] == 7200


def test_a_code_is_exchanged_once_for_a_user_token(api: Api) -> None:
    # 2.3
    code = api.world.gate.code(BO)
    body = {"code": code, "grant_type": "authorization_code"}
    path = "/open_api/authen/user_plugin_token"
    told = api.call("POST", path, body).json()
    user = {
        "token": str,
        "expire_time": int,
        "refresh_token": str,
        "refresh_token_expire_time": 1209600,
        "user_key": BO,
        "saas_tenant_key": str,
    }
    assert like(told, {"data": user, "error": {"code": 0}})
    assert told["data"]["token"].startswith("u-")
    again = api.call("POST", path, body)
    assert (again.status_code, again.json()["err_code"]) == (403, 10210)


@pytest.mark.parametrize("kind", [1, "1"])
def test_a_user_token_is_renewed_with_the_same_refresh_token(api: Api, kind: Json) -> None:
    body = {"code": api.world.gate.code(BO), "grant_type": "authorization_code"}
    first = api.call("POST", "/open_api/authen/user_plugin_token", body).json()["data"]
    again = {"refresh_token": first["refresh_token"], "type": kind}
    told = api.call("POST", "/open_api/authen/refresh_token", again).json()["data"]
    assert told["refresh_token"] == first["refresh_token"]
    assert told["token"] != first["token"]
    assert "user_key" not in told


def test_a_user_token_acts_without_a_user_key(api: Api) -> None:
    # 2.4: "not used with a user token"
    body = {"code": api.world.gate.code(BO), "grant_type": "authorization_code"}
    token = api.call("POST", "/open_api/authen/user_plugin_token", body).json()["data"]["token"]
    api.ok("PUT", ITEM, PUT, X_PLUGIN_TOKEN=token, X_USER_KEY=None)
    assert api.read()["updated_by"] == BO


def test_a_virtual_token_sees_only_collaborators(api: Api) -> None:
    # 2.1, 4.7
    token = api.token(1)
    assert api.ok("POST", "/open_api/user/query", {"user_keys": [ANA]}, X_PLUGIN_TOKEN=token)["data"]
    no = api.no("POST", "/open_api/user/query", {"user_keys": [BO]}, X_PLUGIN_TOKEN=token)
    assert no[:3] == (404, 30006, "User Not Found")
