"""The pretend service as a WSGI app: the table of routes, admission, envelopes."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from reconciler.sandbox.calls import comments, metadata, people, search, writes
from reconciler.sandbox.calls import items as reads
from reconciler.sandbox.calls import workflow as flow
from reconciler.sandbox.http.admin import Admin
from reconciler.sandbox.http.admission import Rates, Token
from reconciler.sandbox.http.faults import Faults
from reconciler.sandbox.http.refusals import Refusal
from reconciler.sandbox.http.request import Call, Route, meet
from reconciler.sandbox.http.tokens import TOKEN_ROUTES
from reconciler.sandbox.state import zones
from reconciler.sandbox.state.world import Made, World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Json = Any
Object = dict[str, Json]
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
MINUTE, ONE, TEN = Rates(per_minute=True), Rates(per_second=1), Rates(per_second=10)
SPACE, ITEM = "/open_api/<project>", "/open_api/<project>/work_item/<type>"
FLOW: Final = f"{SPACE}/workflow/<type>/<id>"
STRANGER: Final = "no_user_info"

ROUTES: Final = (
    Route("POST", "/open_api/user/query", people.users, user=False),
    Route("POST", "/open_api/user/search", people.search_users),
    Route("POST", "/open_api/projects", people.projects),
    Route("POST", "/open_api/projects/detail", people.details),
    Route("GET", f"{SPACE}/business/all", people.businesses),
    Route("GET", f"{SPACE}/teams/all", people.teams),
    Route("POST", f"{SPACE}/user_groups/members/page", people.group_members),
    Route("GET", f"{SPACE}/work_item/all-types", metadata.all_types, stranger="user_not_exist"),
    Route("GET", f"{SPACE}/work_item/type/<type>", metadata.type_settings),
    Route("GET", f"{SPACE}/work_item/relation", metadata.relations),
    Route("POST", f"{SPACE}/field/all", metadata.field_all),
    Route("GET", f"{ITEM}/meta", metadata.meta),
    Route("POST", "/open_api/work_item/field/options", metadata.field_options),
    Route("GET", f"{SPACE}/flow_roles/<type>", metadata.flow_roles),
    Route("GET", f"{SPACE}/template_list/<type>", metadata.templates),
    Route("GET", f"{SPACE}/template_detail/<template>", metadata.template_detail),
    Route("POST", f"{ITEM}/query", reads.query),
    Route("POST", f"{SPACE}/work_item/filter", reads.filter_items, rates=MINUTE),
    Route("POST", "/open_api/work_items/filter_across_project", reads.filter_across, rates=MINUTE),
    Route("POST", f"{ITEM}/search/params", search.search_params, rates=MINUTE),
    Route("POST", "/open_api/view_search/universal_search", search.universal),
    Route("POST", "/open_api/compositive_search", search.compositive),
    Route("POST", f"{ITEM}/<id>/search_by_relation", search.by_relation, rates=TEN),
    Route("POST", "/open_api/op_record/work_item/list", reads.records),
    Route("POST", f"{ITEM}/<id>/workflow/query", flow.workflow),
    Route("POST", "/open_api/work_item/transition_required_info/get", flow.required_info),
    Route("GET", "/open_api/task_result", writes.task_result, user=False, rates=ONE),
    Route("POST", f"{SPACE}/work_item/create", writes.create, write=True),
    Route("PUT", f"{ITEM}/<id>", writes.update, write=True, stranger=STRANGER),
    Route("DELETE", f"{ITEM}/<id>", writes.delete, write=True),
    Route("PUT", f"{ITEM}/<id>/abort", writes.abort, write=True),
    Route("PUT", "/open_api/work_item/freeze", writes.freeze, write=True),
    Route("POST", "/open_api/work_item/batch_update", writes.batch_update, write=True, rates=ONE),
    Route(
        "POST", "/open_api/work_item/field_value/update_compound_field", writes.update_compound, write=True
    ),
    Route("POST", f"{ITEM}/<id>/comment/create", comments.add, write=True),
    Route("GET", f"{ITEM}/<id>/comments", comments.comments),
    Route("PUT", f"{ITEM}/<id>/comment/<comment>", comments.change, write=True),
    Route("DELETE", f"{ITEM}/<id>/comment/<comment>", comments.delete, write=True),
    Route("POST", f"{FLOW}/node/state_change", flow.state_change, write=True),
    Route("POST", f"{FLOW}/node/<node>/operate", flow.operate, write=True, stranger=STRANGER),
    Route("PUT", f"{FLOW}/node/<node>", flow.update_node, write=True, stranger=STRANGER),
)


def log_id() -> str:
    """Make a trace id as the service writes them: the time and a random tail (1.2)."""
    return time.strftime("%Y%m%d%H%M%S") + secrets.token_hex(9).upper()


def reply(status: int, body: Json, trace: str = "") -> Response:
    """Write a JSON answer with its trace id (1.3)."""
    data = body.get("data") if isinstance(body, dict) else None
    if isinstance(data, reads.Ready):
        text = f'{{"err_code":0,"err_msg":"","err":{{}},"data":[{",".join(data)}]}}'
    else:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, {"X-Tt-Logid": trace or log_id()}, content_type="application/json")


def refused(world: World, no: Refusal, *, token_call: bool = False) -> Response:
    """Answer a refusal in the envelope of 1.2; token endpoints say it in `error` too."""
    trace = log_id()
    body: Object = {
        "err_code": no.code,
        "err_msg": no.phrase,
        "err": {"code": no.code, "msg": no.detail, "log_id": trace},
    }
    if token_call:
        body |= {"data": {}, "error": {"code": no.code, "msg": no.phrase}}
    return reply(200 if world.options.status_always_200 else no.status, body, trace)


def _json() -> Json:
    return request.get_json(force=True, silent=True) if request.get_data() else {}


def _bound(body: Json) -> Object:
    if not isinstance(body, dict):
        raise Refusal("unbound", "the body is no JSON object")
    return body


def _admit(world: World, route: Route) -> tuple[Token, str]:
    """Let a call in: token, limiter, user, idempotency key, in this order; gives token and user."""
    headers, gate = request.headers, world.gate
    text, key = headers.get("X-PLUGIN-TOKEN"), headers.get("X-IDEM-UUID") if route.write else None
    endpoint = f"{route.method} {route.path}"
    if world.options.idem_at_once:
        gate.once(text or "", endpoint, key)
    token = gate.token(text)
    gate.limit(token.text, endpoint, route.rates)
    user = ""
    if route.user:
        user = gate.person(token, headers.get("X-USER-KEY"), world.people, route.stranger).key
    if not world.options.idem_at_once:
        gate.once(token.text, endpoint, key)
    return token, user


def _act(world: World, route: Route, path: dict[str, str], body: Json) -> Response:
    world.settle()
    token, user = _admit(world, route)
    strict = request.headers.get("x-auth-mode") == "1"
    call = Call(path, _bound(body), user, request.args.to_dict(), strict, token.text, token.space)
    if world.has_space(path.get("project", "")):
        meet(world, call, world.named_space(path["project"]))
    return reply(200, {"err_code": 0, "err_msg": "", "err": {}} | route.act(world, call))


def _view(world: World, route: Route) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        body = _json()
        made = Made(
            route.method,
            request.path,
            route.path,
            world.clock(),
            request.headers.get("X-USER-KEY", ""),
            request.headers.get("X-IDEM-UUID", ""),
            body,
            route.write,
        )
        if world.before_call:
            world.before_call(made)
        if world.options.latency_ms:
            world.sleep(world.options.latency_ms / 1000)
        with world.lock:
            zones.settle(world)
            try:
                answer = _act(world, route, path, body)
            except Refusal as no:
                answer, made.err_code = refused(world, no), no.code
            made.status = answer.status_code
            world.log(made)
        if world.after_call:
            world.after_call(made)
        return answer

    return view


def _token_view(world: World, grant: Callable[[World, Object, str | None], Object]) -> Callable[[], Response]:
    def view() -> Response:
        with world.lock:
            try:
                return reply(200, grant(world, _bound(_json()), request.headers.get("X-PLUGIN-TOKEN")))
            except Refusal as no:
                return refused(world, no, token_call=True)

    return view


def _no_endpoint(error: HTTPException) -> Response:
    """Answer calls of unknown endpoints, and errors of this program, in JSON, too."""
    status = error.code or 500
    if status >= 500:  # noqa: PLR2004 - HTTP's own number
        words = Refusal("busy")
        return reply(status, {"err_code": words.code, "err_msg": words.phrase, "err": {"msg": str(error)}})
    told = {"code": 9999, "msg": f"{request.method} {request.path}: {error.name}"}
    return reply(status, {"err_code": 9999, "err_msg": "Invalid Param", "err": told})


class OneSlash:
    """A WSGI app around a WSGI app: takes `//open_api` for `/open_api`.

    The Java SDK's own example has a base address that ends in a slash.
    """

    def __init__(self, inner: WSGIApplication) -> None:
        self.inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as a WSGI app does."""
        environ["PATH_INFO"] = "/" + environ["PATH_INFO"].lstrip("/")
        return self.inner(environ, start_response)


def create_app(world: World, *, write_log: Path | None = None) -> Flask:
    """Put the service over a world, for httpx.WSGITransport or a server."""
    world.write_log = write_log or world.write_log
    app = Flask(__name__, static_folder=None)

    @app.before_request
    def loopback_only() -> Response | None:
        host = request.host.rsplit(":", 1)[0]
        if host in LOOPBACK and not request.headers.get("Origin"):
            return None
        return reply(403, {"err_code": 9999, "err_msg": "foreign Host or Origin", "err": {}})

    app.register_error_handler(HTTPException, _no_endpoint)
    for route in ROUTES:
        name = f"{route.method} {route.path}".replace(".", "_")
        app.add_url_rule(route.path, name, _view(world, route), methods=[route.method])
    for name, grant in TOKEN_ROUTES.items():
        for prefix in ("/open_api/authen", "/bff/v2/authen"):
            app.add_url_rule(
                f"{prefix}/{name}", f"{prefix}/{name}", _token_view(world, grant), methods=["POST"]
            )
    app.wsgi_app = OneSlash(Admin(Faults(app.wsgi_app, world), world))  # type: ignore[method-assign] # Flask's way to wrap
    return app


__all__ = ["ROUTES", "create_app"]
