"""Faults of the answer: a layer around the app, so that the app itself knows none of them.

A row of the `faults` switch is `{kind, method?, path?, nth?, times?, …}`. `path` is a shell pattern on the
path, `nth` the first matching call that is hit (1 unless said), `times` how many are hit (all unless said):

| kind | what the client sees | is the call carried out? |
| --- | --- | --- |
| `lost` | 504, no body | yes |
| `gateway` | 502 and a page | no |
| `page` | 200 and a page instead of JSON | yes |
| `content_type` | the right body as text/plain | yes |
| `garbage` | 200 and bytes that are no JSON | yes |
| `cut` | the first half of the body | yes |
| `empty` | 200 and no body | yes |
| `list` | 200 and a JSON list | yes |
| `no_code` | 200 and an object without err_code | yes |
| `throttle` | 429 with 10429; `retry_after` in seconds | no |
| `bare_429` | 429 without a body | no |
| `busy`, `busy_after` | 50006 "try again later" | no, yes |
| `db`, `db_after` | 50006 "fail to read/write db" | no, yes |
| `quota` | 1000051942: the plan's quota is used up | no |
| `not_installed` | 10301 | no |
| `gateway_code`, `file_code` | 500 with `{code, msg}`, with `{code, message}`: other layers' words | no |
| `moving` | 50006 "The current workflow is in transition" | no |
| `seen` | 10430 | yes |
| `expired` | 10022 | no |
| `redirect` | 307 to `to` | no |
| `slow`, `slow_after` | the right answer, `delay_ms` later | yes |
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from werkzeug.wrappers import Request, Response

from reconciler.sandbox.http.refusals import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from reconciler.sandbox.state.world import World

Object = dict[str, Any]
PAGE: Final = "<!doctype html><title>Bad Gateway</title><h1>502 Bad Gateway</h1>"


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind. `after`: the call is carried out first; `make` turns the right answer into the wrong one."""

    after: bool
    make: Callable[[Response, Object], Response]


def _json(status: int, body: object) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


def _refusal(name: str) -> Callable[[Response, Object], Response]:
    def make(_right: Response, rule: Object) -> Response:
        no = Refusal(name)
        told = {"code": no.code, "msg": no.detail, "log_id": "20260101000000FA017"}
        answer = _json(no.status, {"err_code": no.code, "err_msg": no.phrase, "err": told})
        if "retry_after" in rule:
            answer.headers["Retry-After"] = str(rule["retry_after"])
        return answer

    return make


def _with_type(right: Response, kind: str) -> Response:
    right.content_type = kind
    return right


def _half(right: Response) -> Response:
    body = right.get_data()
    return Response(body[: len(body) // 2], right.status_code, content_type="application/json")


FAULTS: Final = {
    "lost": Fault(after=True, make=lambda _r, _rule: Response(b"", 504)),
    "gateway": Fault(after=False, make=lambda _r, _rule: Response(PAGE, 502, content_type="text/html")),
    "page": Fault(after=True, make=lambda _r, _rule: Response(PAGE, 200, content_type="text/html")),
    "content_type": Fault(after=True, make=lambda right, _rule: _with_type(right, "text/plain")),
    "garbage": Fault(
        after=True,
        make=lambda _r, _rule: Response(b"\xff\x00{err_code", 200, content_type="application/json"),
    ),
    "cut": Fault(after=True, make=lambda right, _rule: _half(right)),
    "empty": Fault(after=True, make=lambda _r, _rule: Response(b"", 200, content_type="application/json")),
    "list": Fault(after=True, make=lambda _r, _rule: _json(200, [])),
    "no_code": Fault(after=True, make=lambda _r, _rule: _json(200, {"data": {}})),
    "throttle": Fault(after=False, make=_refusal("throttled")),
    "bare_429": Fault(after=False, make=lambda _r, _rule: Response(b"", 429)),
    "busy": Fault(after=False, make=_refusal("busy")),
    "busy_after": Fault(after=True, make=_refusal("busy")),
    "db": Fault(after=False, make=_refusal("db")),
    "db_after": Fault(after=True, make=_refusal("db")),
    "quota": Fault(after=False, make=_refusal("quota")),
    "not_installed": Fault(after=False, make=_refusal("token_permission")),
    "gateway_code": Fault(
        after=False, make=lambda _r, _rule: _json(500, {"code": 1_000_050_255, "msg": "project not found"})
    ),
    "file_code": Fault(
        after=False, make=lambda _r, _rule: _json(500, {"code": 1_000_050_262, "message": "upload failed"})
    ),
    "moving": Fault(after=False, make=_refusal("moving")),
    "seen": Fault(after=True, make=_refusal("repeated")),
    "expired": Fault(after=False, make=_refusal("bad_token")),
    "redirect": Fault(
        after=False, make=lambda _r, rule: Response(b"", 307, {"Location": str(rule.get("to", "/"))})
    ),
    "slow": Fault(after=True, make=lambda right, _rule: right),
    "slow_after": Fault(after=True, make=lambda right, _rule: right),
}


class Counter:
    """Tells which rule hits a call; counts the calls that each rule has matched."""

    def __init__(self) -> None:
        self._met: dict[int, tuple[Object, int]] = {}

    def hit(self, rules: Iterable[Object], method: str, path: str) -> Object | None:
        """Find the first rule that hits this call."""
        for rule in rules:
            if rule.get("method", method) != method or not fnmatchcase(path, rule.get("path", "*")):
                continue
            count = self._met.get(id(rule), (rule, 0))[1] + 1
            self._met[id(rule)] = (rule, count)
            first = int(rule.get("nth", 1))
            if first <= count and ("times" not in rule or count < first + int(rule["times"])):
                return rule
        return None


class Faults:
    """A WSGI app around a WSGI app."""

    def __init__(self, inner: WSGIApplication, world: World) -> None:
        self.inner, self.world, self.counter = inner, world, Counter()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as a WSGI app does."""
        rules = self.world.options.faults
        rule = None
        if rules:
            with self.world.lock:
                rule = self.counter.hit(rules, environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if rule is None:
            return self.inner(environ, start_response)
        fault, delay = FAULTS[rule["kind"]], float(rule.get("delay_ms", 0)) / 1000
        if rule["kind"] == "slow":
            self.world.sleep(delay)
        right = Response.from_app(self.inner, environ, buffered=True) if fault.after else Response()
        if rule["kind"] == "slow_after":
            self.world.sleep(delay)
        if not fault.after:
            Request(environ).get_data()
        return fault.make(right, rule)(environ, start_response)
