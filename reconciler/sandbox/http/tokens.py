"""The token endpoints (endpoints.md 2.2, 2.3): their envelope has `error`, and no `err_code` on success."""

from __future__ import annotations

from typing import Any, Final

from reconciler.sandbox.http.admission import REFRESH_LIFE_S, Token
from reconciler.sandbox.http.refusals import Refusal
from reconciler.sandbox.state.world import World

Json = Any
Object = dict[str, Json]


def _granted(data: Object) -> Object:
    return {"data": data, "error": {"code": 0, "msg": "success", "display_msg": {}}}


def plugin_token(world: World, body: Object, _header: str | None) -> Object:
    """Give the plugin's token; a wrong secret is `error.code` 10204 in a 2xx answer (1.3)."""
    asked = body.get("plugin_id"), body.get("plugin_secret")
    for space, known in {"": world.credentials, **world.own_plugins}.items():
        if asked == (known.plugin_id, known.plugin_secret):
            prefix = "v-" if str(body.get("type") or 0) == "1" else "p-"
            text, left = world.gate.plugin_token(prefix, space)
            return _granted({"token": text, "expire_time": left})
    return {"data": {}, "error": {"code": 10204, "msg": "plugin id or secret is wrong"}}


def user_plugin_token(world: World, body: Object, header: str | None) -> Object:
    """Exchange a code for a user token; each code is good once."""
    plugin = world.gate.token(header)
    if body.get("grant_type") != "authorization_code":
        raise Refusal("missing", "grant_type")
    user = world.gate.codes.pop(str(body.get("code") or ""), None)
    if user is None:
        raise Refusal("bad_code")
    token, refresh = world.gate.user_token(user, plugin.space)
    return _granted(_user_token(world, token, refresh) | {"user_key": user, "saas_tenant_key": "demo-tenant"})


def refresh_token(world: World, body: Object, header: str | None) -> Object:
    """Renew a user token; the refresh token stays the same."""
    plugin = world.gate.token(header)
    refresh = str(body.get("refresh_token") or "")
    if str(body.get("type")) != "1":
        raise Refusal("missing", "type")
    user = world.gate.refresh.get(refresh)
    if user is None:
        raise Refusal("token_info", "refresh_token is invalid")
    token, _ = world.gate.user_token(user, plugin.space)
    return _granted(_user_token(world, token, refresh))


def _user_token(world: World, token: Token, refresh: str) -> Object:
    return {
        "token": token.text,
        "expire_time": int(token.until - world.clock()),
        "refresh_token": refresh,
        "refresh_token_expire_time": REFRESH_LIFE_S,
    }


TOKEN_ROUTES: Final = {
    "plugin_token": plugin_token,
    "user_plugin_token": user_plugin_token,
    "refresh_token": refresh_token,
}
