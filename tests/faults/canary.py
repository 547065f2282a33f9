"""Secrets that stand nowhere else in the world, and where to look for them."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

from werkzeug.wrappers import Request, Response

from reconciler.sandbox.http.admission import Credentials

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PLUGIN_SECRET = 'canary-secret-7f"3\\a/+%<&>=q9'
PROXY_PASSWORD = "canary-proxy-51c/Zk+%2e"
GITHUB_TOKEN = "ghp_canary0Zx81pQ2r5uV"
FORGE_TOKEN = "glpat-canary6Wq3mT9d2L"
WEBHOOK = "canary-hook-3f9a7c51e2d84b60"
LARK_SECRET = "canary-lark-Yp7vQ4n2"
CREDENTIALS = Credentials("MII_CANARY", PLUGIN_SECRET, "7310000000000000001")
HALF = 14
"""Characters of a secret's beginning that are a hit, too: more than a guess could make."""


def forms(secret: str) -> Iterator[bytes]:
    """Yield what a secret looks like in plain and in every coding that a program might put around it."""
    raw = secret.encode()
    yield raw[:HALF]
    yield quote(secret, safe="").encode()
    yield quote_plus(secret).encode()
    yield json.dumps(secret)[1:-1].encode()
    yield html.escape(secret).encode()
    yield repr(secret)[1:-1].encode()
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    for shift in range(3):
        # A text inside a longer one is coded at one of three places; its ends depend on its neighbours.
        inner = base64.b64encode(b"\0" * shift + raw)
        whole = inner[(0, 2, 3)[shift] : -4].rstrip(b"=")
        yield whole
        yield whole.replace(b"+", b"-").replace(b"/", b"_")


def leaks(secrets: Iterable[str], places: Iterable[tuple[str, bytes]]) -> list[str]:
    """Name the places where a secret stands, in whatever form."""
    wanted = {form: secret for secret in secrets for form in forms(secret)}
    return [
        f"{name} holds {secret!r} as {form!r}"
        for name, content in places
        for form, secret in wanted.items()
        if form in content
    ]


def files_under(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file with its name, which may hold a secret, too."""
    for path in sorted(folder.rglob("*")):
        yield f"the name {path.name}", str(path).encode()
        if path.is_file() and not path.is_symlink():
            yield str(path.relative_to(folder)), path.read_bytes()


class Echo:
    """A WSGI layer: a service that repeats what it was sent, wherever an answer has room for it.

    `how` names the kind of answer, `asked` the end of the paths that get it, `left` how many calls still do.
    """

    def __init__(self, inner: WSGIApplication) -> None:
        self.inner = inner
        self.how = self.asked = ""
        self.left = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as a WSGI app does."""
        if not self.left or not environ["PATH_INFO"].endswith(self.asked):
            return self.inner(environ, start_response)
        self.left -= 1
        return self.answer(Request(environ))(environ, start_response)

    def answer(self, request: Request) -> Response:
        """Say no, and repeat everything."""
        sent = [value for name, value in request.headers if name.lower().startswith(("x-", "proxy-"))]
        body = json.loads(request.get_data() or b"{}")
        sent += [value for value in body.values() if isinstance(value, str)] if isinstance(body, dict) else []
        told = " ".join(piece for one in sent for piece in (one, *map(bytes.decode, list(forms(one))[1:])))
        if self.how == "page":
            return Response(f"<html>{told}", 200, {"X-Tt-Logid": sent[0] if sent else ""})
        if self.how == "redirect":
            return Response("", 307, {"Location": f"http://127.0.0.1:9/?{quote(told)}"})
        long = "x" * 490 if self.how == "long" else ""
        answer: dict[str, Any] = {
            "err_code": 20006,
            "err_msg": long + told,
            "err": {"code": 20006, "msg": long + told, "log_id": sent[0] if sent else ""},
        }
        status = 500 if self.how == "down" else 400
        return Response(json.dumps(answer), status, content_type="application/json")
