"""The hidden way to the doors of `doors.py`, behind a random token, for tests and people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from werkzeug.wrappers import Request, Response

from reconciler.sandbox.http.doors import DOORS, door_named, enter

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from reconciler.sandbox.state.world import World

Object = dict[str, Any]
DOOR: Final = "/_sandbox/"


class Admin:
    """A WSGI app around a WSGI app: takes `/_sandbox/<token>/<door>`, passes the rest on."""

    def __init__(self, inner: WSGIApplication, world: World) -> None:
        self.inner, self.world = inner, world

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as a WSGI app does."""
        if not environ["PATH_INFO"].startswith(DOOR):
            return self.inner(environ, start_response)
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        token, _, name = request.path.removeprefix(DOOR).partition("/")
        foreign = request.host.rsplit(":", 1)[0] != "127.0.0.1" or "Origin" in request.headers
        if foreign or token != self.world.admin_token:
            return Response("", 404)
        try:
            door = door_named(name)
            body = object_of(request.get_data())
            with self.world.lock:
                told = enter(self.world, door, body)
        except (ValueError, TypeError) as wrong:
            return Response(f"{wrong}\n", 400 if name in DOORS else 404)
        return Response(json.dumps(told, ensure_ascii=False), content_type="application/json")


def object_of(data: bytes) -> Object:
    """Return the JSON object of a body; nothing is an empty one; raises ValueError with a sentence."""
    try:
        body = json.loads(data) if data.strip() else {}
    except (ValueError, RecursionError):
        raise ValueError("the body is no JSON; send an object such as {}") from None
    if not isinstance(body, dict):
        raise ValueError("the body is no JSON object; send one such as {}")
    return body
