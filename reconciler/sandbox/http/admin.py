"""The hidden door for tests and people: switches turned while the service runs, behind a random token."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from reconciler.sandbox.state.world import World

Object = dict[str, Any]
DOOR: Final = "/_sandbox/"


def _options(world: World, body: Object) -> object:
    """Set switches, and answer with all of them."""
    world.options.set(body)
    if world.pages is not None:
        world.pages.clear()
    return asdict(world.options)


def _expire(world: World, _body: Object) -> object:
    world.gate.expire_tokens()
    return {}


def _edit(world: World, body: Object) -> object:
    """Change a field as a person does in the page: `{id, key, value, by?}`."""
    world.edit(int(body["id"]), body["key"], body["value"], by=body.get("by", ""))
    return {}


def _delete(world: World, body: Object) -> object:
    world.delete(int(body["id"]), by=body.get("by", ""))
    return {}


def _code(world: World, body: Object) -> object:
    """Make an OAuth code for a user, as the front end would."""
    return {"code": world.gate.code(body["user_key"])}


def _writes(world: World, _body: Object) -> object:
    return [each.line() for each in world.writes]


ACTIONS: Final[Mapping[str, Callable[[World, Object], object]]] = {
    "options": _options,
    "expire-tokens": _expire,
    "edit": _edit,
    "delete": _delete,
    "code": _code,
    "writes": _writes,
}


class Admin:
    """A WSGI app around a WSGI app: takes `/_sandbox/<token>/<action>`, passes the rest on."""

    def __init__(self, inner: WSGIApplication, world: World) -> None:
        self.inner, self.world = inner, world

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as a WSGI app does."""
        if not environ["PATH_INFO"].startswith(DOOR):
            return self.inner(environ, start_response)
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        token, _, name = request.path.removeprefix(DOOR).partition("/")
        action = ACTIONS.get(name)
        foreign = request.host.rsplit(":", 1)[0] != "127.0.0.1" or "Origin" in request.headers
        if foreign or token != self.world.admin_token or action is None:
            return Response("", 404)
        body = request.get_json(force=True, silent=True) if request.get_data() else {}
        try:
            with self.world.lock:
                told = action(self.world, body if isinstance(body, dict) else {})
        except (ValueError, KeyError, TypeError) as wrong:
            return Response(f"{wrong}\n", 400)
        return Response(json.dumps(told, ensure_ascii=False), content_type="application/json")
