"""A stand-in for GitLab: a bare repository behind smart HTTP, and the REST calls that we make.

It answers as docs.gitlab.com describes where that has surprised somebody: 401 for a wrong, expired or revoked
token (api/rest/authentication/); 403 `insufficient_scope` for a token without `api`; 401 or 403 for
CI_JOB_TOKEN, which may not write notes (ci/jobs/ci_job_token/); 404 for a project that a token may not see;
400 for a text of more than 1,000,000 characters (administration/instance_limits/); 403 for a note on a locked
discussion by somebody who is no member; pages that leave out what the token may not see, with the next one in
`Link` and `X-Next-Page`, or by keyset in `Link` alone (api/rest/#pagination); 429 with `Retry-After` and
`RateLimit-*` (security/rate_limits/); 301 to the new place of a project that has moved (api/rest/#redirects);
quick actions, carried out before a note is stored, so that a note of nothing else is a 202 with
`commands_changes` and no note (api/notes/); a protected branch that takes no push of a Developer and nothing
but a fast-forward (user/project/repository/branches/protected/).
"""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from werkzeug.serving import make_server

from tests.workflows.hub import GIT, git

NAME = "acme/board"
PROJECT = 42
LONGEST = 1_000_000
REPORTER, DEVELOPER, MAINTAINER = 20, 30, 40
HOOK = """#!/bin/sh
# Protected branches: the default one and those of records.
while read -r old new ref; do
    case "$ref" in
    refs/heads/main|refs/heads/reconciler/applied/*)
        if [ "${LAB_ROLE:-40}" -lt 40 ]; then
            echo "GitLab: You are not allowed to push code to protected branches on this project." >&2
            exit 1
        fi
        case "$old" in
        *[!0]*)
            if ! git merge-base --is-ancestor "$old" "$new"; then
                echo "GitLab: You are not allowed to force push code to a protected branch." >&2
                exit 1
            fi ;;
        esac ;;
    esac
done
"""
ACTION = re.compile(
    r"^[ \t]*/(merge|close|approve|assign|label|todo|unlabel|title|subscribe)\b.*$", re.MULTILINE
)
"""Quick actions, looked for as strictly as possible: in code, too."""


@dataclass(slots=True)
class Token:
    """An access token: whose it is, what it may do."""

    user: dict[str, Any]
    role: int = DEVELOPER
    scopes: frozenset[str] = frozenset({"api", "write_repository"})
    job: bool = False
    dead: bool = False
    member: bool = True


class Refused(Exception):
    def __init__(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers or {}


@dataclass(slots=True)
class Lab:
    """One project and everything around it."""

    repo: Path
    notes: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    tokens: dict[str, Token] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    """Quick actions that were carried out."""
    broken: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    locked: set[int] = field(default_factory=set)
    moved_to: str = ""
    keyset: bool = False
    public: bool = True
    url: str = ""
    last: int = 0

    def number(self) -> int:
        self.last += 1
        return self.last

    def user(self, name: str) -> dict[str, Any]:
        return self.users.setdefault(name, {"id": 1000 + len(self.users), "username": name})

    def token(self, name: str = "project_42_bot", **rights: Any) -> str:
        made = f"glpat-{len(self.tokens):020d}"
        self.tokens[made] = Token(self.user(name), **rights)
        return made

    def open_request(self, branch: str, *, by: str = "ana", fork: bool = False) -> int:
        """A person opens a merge request."""
        iid = self.number()
        self.requests.append(
            {
                "id": 10_000 + iid,
                "iid": iid,
                "state": "opened",
                "title": branch,
                "description": "",
                "source_branch": branch,
                "target_branch": "main",
                "source_project_id": 77 if fork else PROJECT,
                "author": self.user(by),
            }
        )
        return iid

    def note(self, iid: int, body: str, by: str, **more: Any) -> dict[str, Any]:
        made = {
            "id": self.number(),
            "iid": iid,
            "body": body,
            "author": self.user(by),
            "system": False,
            "hidden": False,
            **more,
        }
        self.notes.append(made)
        return made

    # -- who may -------------------------------------------------------------------------------------

    def caller(self, *scopes: str, role: int = REPORTER) -> Token:
        token = self.tokens.get(request.headers.get("private-token", ""))
        if token is None or token.dead:
            raise Refused(401, {"message": "401 Unauthorized"})
        if token.job:
            raise Refused(403, {"message": "403 Forbidden"})
        if not token.scopes & set(scopes or {"api", "read_api"}):
            raise Refused(
                403,
                {
                    "error": "insufficient_scope",
                    "error_description": "The request requires higher privileges than provided.",
                    "scope": "api",
                },
            )
        if not token.member:
            raise Refused(404, {"message": "404 Project Not Found"})
        if token.role < role:
            raise Refused(403, {"message": "403 Forbidden"})
        return token

    def text(self, told: dict[str, Any], name: str) -> str:
        """Take a text as GitLab does: within the limit, and with quick actions carried out."""
        text = str(told.get(name) or "")
        if len(text) > LONGEST:
            raise Refused(400, {"message": {"note": ["is too long (maximum is 1000000 characters)"]}})
        self.commands += [hit[0] for hit in ACTION.finditer(text)]
        return ACTION.sub("", text)


BELOW = f"/api/v4/projects/{PROJECT}"


def app_of(lab: Lab) -> Flask:
    app = Flask("lab")

    @app.before_request
    def before() -> Response | None:
        at = f"{request.method} {request.path.removeprefix(BELOW)}"
        lab.calls.append(at)
        if queue := lab.broken.get(at):
            status, headers = queue.pop(0)
            return Response('{"message": "made to fail"}', status, headers)
        if lab.moved_to and request.path.startswith(BELOW):
            where = {"location": f"{lab.url}/api/v4/projects/{lab.moved_to}"}
            return Response('{"message": "This resource has been moved permanently"}', 301, where)
        return None

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        return Response(json.dumps(error.body), error.status, error.headers, "application/json")

    @app.get("/api/v4/user")
    def user() -> dict[str, Any]:
        token = lab.tokens.get(request.headers.get("private-token", ""))
        if token is None or token.dead or token.job:
            raise Refused(401, {"message": "401 Unauthorized"})
        return token.user

    for routes in (notes, issues, merge_requests, repository):
        routes(app, lab)
    return app


def page(lab: Lab, rows: list[dict[str, Any]]) -> Response:
    """One page, less what the token may not see; `Link` says where the next one is."""
    size = min(100, int(request.args.get("per_page", 20)))
    if lab.keyset:
        after = int(request.args.get("id_after", 0))
        rest = [one for one in rows if one["id"] > after]
        following = {"id_after": str(rest[size - 1]["id"])} if len(rest) > size else None
        shown = rest[:size]
    else:
        number = int(request.args.get("page", 1))
        shown = rows[(number - 1) * size : number * size]
        following = {"page": str(number + 1)} if len(rows) > number * size else None
    headers = {"x-per-page": str(size)}
    if following:
        query = "&".join(f"{key}={value}" for key, value in {**request.args, **following}.items())
        first = f'<{lab.url}{request.path}?per_page={size}&page=1>; rel="first"'
        headers["link"] = f'<http://elsewhere.example{request.path}?{query}>; rel="next", {first}'
    headers["x-next-page"] = (following or {}).get("page", "")
    seen = [one for one in shown if not one.get("hidden")]
    return Response(json.dumps(seen), 200, headers, "application/json")


def one_of(rows: list[dict[str, Any]], key: str, number: int, what: str) -> dict[str, Any]:
    found = next((one for one in rows if one[key] == number), None)
    if found is None:
        raise Refused(404, {"message": f"404 {what} Not Found"})
    return found


def notes(app: Flask, lab: Lab) -> None:
    at = f"{BELOW}/merge_requests/<int:iid>/notes"

    @app.get(at)
    def list_notes(iid: int) -> Response:
        lab.caller()
        one_of(lab.requests, "iid", iid, "Not found")
        rows = [one for one in lab.notes if one["iid"] == iid]
        return page(lab, rows if request.args.get("sort") == "asc" else rows[::-1])

    def writer(iid: int) -> Token:
        token = lab.caller("api")
        one_of(lab.requests, "iid", iid, "Not found")
        if iid in lab.locked and token.role < DEVELOPER:
            raise Refused(403, {"message": "403 Forbidden"})
        return token

    @app.post(at)
    def add_note(iid: int) -> tuple[dict[str, Any], int]:
        token, told = writer(iid), request.get_json(force=True)
        body = lab.text(told, "body")
        if not told.get("body"):
            raise Refused(400, {"error": "body is missing"})
        if not body.strip():
            return {"commands_changes": {}, "summary": ["Merged this merge request."]}, 202
        return lab.note(iid, body, token.user["username"]), 201

    @app.put(f"{at}/<int:number>")
    def edit_note(iid: int, number: int) -> dict[str, Any]:
        token = writer(iid)
        one = one_of(lab.notes, "id", number, "Note")
        if one["author"] != token.user:
            raise Refused(403, {"message": "403 Forbidden"})
        one["body"] = lab.text(request.get_json(force=True), "body")
        return one


def issues(app: Flask, lab: Lab) -> None:
    @app.get(f"{BELOW}/issues")
    def list_issues() -> Response:
        lab.caller()
        author = request.args.get("author_id")
        rows = [one for one in lab.issues if author in (None, str(one["author"]["id"]))]
        return page(lab, rows)

    @app.post(f"{BELOW}/issues")
    def add_issue() -> tuple[dict[str, Any], int]:
        token, told = lab.caller("api"), request.get_json(force=True)
        number = lab.number()
        made = {
            "id": 20_000 + number,
            "iid": number,
            "title": told["title"],
            "description": lab.text(told, "description"),
            "state": "opened",
            "author": token.user,
        }
        lab.issues.append(made)
        return made, 201

    @app.put(f"{BELOW}/issues/<int:iid>")
    def edit_issue(iid: int) -> dict[str, Any]:
        lab.caller("api")
        one, told = one_of(lab.issues, "iid", iid, "Issue"), request.get_json(force=True)
        one.update({key: told[key] for key in ("title",) if key in told})
        if "description" in told:
            one["description"] = lab.text(told, "description")
        if event := told.get("state_event"):
            one["state"] = {"close": "closed", "reopen": "opened"}[event]
        return one


def merge_requests(app: Flask, lab: Lab) -> None:
    @app.get(f"{BELOW}/merge_requests")
    def list_requests() -> Response:
        lab.caller()
        asked = request.args
        rows = [
            one
            for one in lab.requests
            if asked.get("state") in (None, one["state"])
            and asked.get("source_branch") in (None, one["source_branch"])
            and asked.get("author_id") in (None, str(one["author"]["id"]))
        ]
        return page(lab, rows)

    @app.post(f"{BELOW}/merge_requests")
    def add_request() -> tuple[dict[str, Any], int]:
        token, told = lab.caller("api", role=DEVELOPER), request.get_json(force=True)
        branch = told["source_branch"]
        there = [one for one in lab.requests if (one["state"], one["source_branch"]) == ("opened", branch)]
        if there:
            told_so = f"Another open merge request already exists for this source branch: !{there[0]['iid']}"
            raise Refused(409, {"message": [told_so]})
        iid = lab.open_request(branch, by=token.user["username"])
        one = one_of(lab.requests, "iid", iid, "Not found")
        one.update(title=told["title"], description=lab.text(told, "description"))
        return one, 201

    @app.put(f"{BELOW}/merge_requests/<int:iid>")
    def edit_request(iid: int) -> dict[str, Any]:
        lab.caller("api", role=DEVELOPER)
        one, told = one_of(lab.requests, "iid", iid, "Not found"), request.get_json(force=True)
        if "description" in told:
            one["description"] = lab.text(told, "description")
        if told.get("state_event") == "close":
            one["state"] = "closed"
        return one


def repository(app: Flask, lab: Lab) -> None:
    @app.route(f"/{NAME}.git/<path:path>", methods=["GET", "POST"])
    def smart_http(path: str) -> Response:
        """Git's own program for smart HTTP, behind the token's rights."""
        kind, _, basic = request.headers.get("authorization", "").partition(" ")
        password = base64.b64decode(basic).decode().partition(":")[2] if kind.lower() == "basic" else ""
        token = lab.tokens.get(password)
        pushes = "receive-pack" in f"{path}{request.query_string.decode()}"
        if (token is None or token.dead) and (pushes or password or not lab.public):
            return Response("HTTP Basic: Access denied", 401, {"www-authenticate": 'Basic realm="GitLab"'})
        token = token or Token(lab.user("nobody"), role=0)
        if pushes and (token.job or "write_repository" not in token.scopes or token.role < DEVELOPER):
            return Response("You are not allowed to push code to this project.", 403)
        done = subprocess.run(
            [GIT, "http-backend"],
            input=request.get_data(),
            capture_output=True,
            check=True,
            env={
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(lab.repo),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": f"/{path}",
                "QUERY_STRING": request.query_string.decode(),
                "REQUEST_METHOD": request.method,
                "CONTENT_TYPE": request.headers.get("content-type", ""),
                "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
                "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
                "REMOTE_USER": token.user["username"],
                "REMOTE_ADDR": "127.0.0.1",
                "LAB_ROLE": str(token.role),
            },
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        return Response(body, int(headers.pop("Status", "200").split()[0]), headers)


@contextmanager
def running(folder: Path, layer: Callable[[Flask], Any] = lambda app: app) -> Iterator[Lab]:
    """A lab on a free loopback port, with an empty repository; `layer` may spoil its answers."""
    repo = folder / "lab.git"
    repo.mkdir()
    git(repo, "init", "-q", "--bare")
    git(repo, "config", "uploadpack.allowReachableSHA1InWant", "true")
    git(repo, "config", "http.receivepack", "true")
    hook = repo / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK)
    hook.chmod(0o755)
    lab = Lab(repo)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, layer(app_of(lab)), threaded=True)
    lab.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield lab
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
