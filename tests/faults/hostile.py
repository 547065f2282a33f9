"""A service whose answers are tampered with on their way out."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from werkzeug.wrappers import Response

from tests.conftest import Desk, desk_in

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

JSON: Final = "application/json"
Tamper = Callable[[Response], Response]


def body(raw: bytes, status: int = 200, **headers: str) -> Tamper:
    """Answer with these bytes instead."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Response(raw, status, named, content_type=JSON)


def changed(change: Callable[[Any], Any]) -> Tamper:
    """Answer with another JSON document made of the right one."""
    return lambda right: Response(json.dumps(change(json.loads(right.get_data()))), 200, content_type=JSON)


def with_members(**members: Any) -> Tamper:
    """Answer with other members at the top."""
    return changed(lambda document: {**document, **members})


def with_data(change: Callable[[Any], Any]) -> Tamper:
    """Answer with other data."""
    return changed(lambda document: {**document, "data": change(document.get("data"))})


ANSWERS: Final[Mapping[str, Tamper]] = {
    "empty": body(b""),
    "white space": body(b"  \n"),
    "a page": body(b"<!doctype html><h1>Bad Gateway</h1>"),
    "a list": body(b"[]"),
    "{}": body(b"{}"),
    "null": body(b"null"),
    "a number": body(b"0"),
    "no err_code": changed(lambda document: {"data": document.get("data")}),
    'err_code "0"': with_members(err_code="0"),
    "err_code null": with_members(err_code=None),
    "err_code false": with_members(err_code=False),
    "err_code 0.0": with_members(err_code=0.0),
    "codes that disagree": with_members(code=10429),
    "an inner code that disagrees": with_members(err={"code": 20006, "msg": "no"}),
    "NaN": body(b'{"err_code": 0, "data": NaN}'),
    "a member twice": body(b'{"err_code": 0, "err_code": 0, "data": []}'),
    "a number of 5,000 digits": body(b'{"err_code": 0, "data": [' + b"9" * 5000 + b"]}"),
    "1e999": body(b'{"err_code": 0, "data": [1e999]}'),
    "100,000 brackets": body(b"[" * 100_000),
    "a depth of 900": body(b'{"err_code": 0, "data": ' + b"[" * 900 + b"]" * 900 + b"}"),
    "300 MB of gzip": body(gzip.compress(bytes(300_000_000), 9), Content_Encoding="gzip"),
    "gzip that is none": body(b"hello", Content_Encoding="gzip"),
    "gzip twice": body(gzip.compress(gzip.compress(b"{}")), Content_Encoding="gzip, gzip"),
    "a strange coding": body(b"{}", Content_Encoding="br"),
    "cut in the middle": lambda right: Response(right.get_data()[:-7], 200, content_type=JSON),
    "a redirect": body(b"", 307, Location="http://127.0.0.1:9/elsewhere"),
    "a redirect with a good body": lambda right: Response(
        right.get_data(), 302, {"Location": "/open_api/x"}, content_type=JSON
    ),
    "invalid UTF-8": body(b'{"err_code": 0, "err_msg": "\xff"}'),
    "half a surrogate": with_members(err_msg="\ud800"),
    "UTF-16": lambda right: Response(right.get_data().decode().encode("utf-16"), 200, content_type=JSON),
    "204": body(b"", 204),
    "500 with a good body": lambda right: Response(right.get_data(), 500, content_type=JSON),
    "418": body(b"short and stout", 418),
    "data null": with_data(lambda _: None),
    "data {}": with_data(lambda _: {}),
    "data []": with_data(lambda _: []),
    "data a text": with_data(lambda _: "yes"),
    "data of nulls": with_data(lambda _: [None, None]),
    "data twice": with_data(lambda data: data * 2 if isinstance(data, list) else data),
    "data of another kind": with_data(lambda data: {"list": data} if isinstance(data, list) else [data]),
    "a code nobody knows": with_members(err_code=777, err_msg="::error::\x1b[31m<script>@team"),
    "no right code": with_members(err_code=10301, err_msg="Check Token Perm Failed"),
}
"""Whole answers that a service may give, by what is wrong with them."""


class Tampering:
    """A WSGI layer that spoils the answers of some calls.

    `asked` is the end of the paths that are hit; of these the calls `first`, … are, `times` of them.
    """

    def __init__(self, inner: WSGIApplication) -> None:
        self.inner = inner
        self.tamper: Tamper | None = None
        self.asked, self.method = "", ""
        self.left = 0
        self.hits = 0

    def arm(self, tamper: Tamper, asked: str = "", method: str = "", times: int = 1) -> None:
        """Spoil the next answers."""
        self.tamper, self.asked, self.method, self.left, self.hits = tamper, asked, method, times, 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as a WSGI app does."""
        meant = environ["PATH_INFO"].endswith(self.asked) and environ["REQUEST_METHOD"].startswith(
            self.method
        )
        if self.tamper is None or not meant or self.left <= 0:
            return self.inner(environ, start_response)
        self.left -= 1
        self.hits += 1
        right = Response.from_app(self.inner, environ, buffered=True)
        return self.tamper(right)(environ, start_response)


@dataclass(slots=True)
class Counter:
    """A desk, and the layer that spoils answers."""

    desk: Desk
    layer: Tampering


@contextmanager
def counter_in(folder: Path) -> Iterator[Counter]:
    """A desk whose service can be told to answer wrongly."""
    layers: list[Tampering] = []

    def around(app: WSGIApplication) -> WSGIApplication:
        layers.append(Tampering(app))
        return layers[0]

    with desk_in(folder, around) as desk:
        yield Counter(desk, layers[0])


def nodes(document: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every value inside a JSON document."""
    if isinstance(document, dict | list):
        for key in document if isinstance(document, dict) else range(len(document)):
            yield (*path, key)
            yield from nodes(document[key], (*path, key))


def replaced(document: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """Return the document with one value replaced."""
    if not path:
        return value
    copy: Any = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = replaced(document[path[0]], path[1:], value)
    return copy
