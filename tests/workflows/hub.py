"""A stand-in for GitHub: a bare repository, and the REST and GraphQL calls that we make.

It answers as GitHub does where that has surprised somebody: 409 for a deployment that waits for
checks, 403 for what a job's `permissions:` leave out, 65,536 characters of a text, `[bot]` in some
logins and not in others, and no workflow for a pull request that a workflow's token opened.
"""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from werkzeug.serving import make_server

GIT = shutil.which("git") or "git"
BOT = "github-actions[bot]"
LONGEST = 65_536
NAME = "acme/board"
WHO = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"]


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [GIT, *WHO, "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class Hub:
    """One repository and everything around it."""

    repo: Path
    comments: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    deployments: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[tuple[int, str]] = field(default_factory=list)
    minimized: list[str] = field(default_factory=list)
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)
    started: list[int] = field(default_factory=list)
    """Pull requests for which workflows were started."""
    calls: list[str] = field(default_factory=list)
    broken: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    """Answers to give next, by `METHOD path`: status and headers."""
    may_open_pulls: bool = True
    url: str = ""
    last: int = 0

    def number(self) -> int:
        self.last += 1
        return self.last

    # -- what people and runners do ------------------------------------------------------------------

    def token(self, permissions: Mapping[str, str]) -> str:
        """A job's token: valid for as long as the hub, for what the job's permissions name."""
        made = f"ghs_{len(self.tokens):036d}"
        self.tokens[made] = dict(permissions)
        return made

    def open_pull(self, branch: str, *, by: str = "ana", fork: bool = False) -> int:
        """A person opens a pull request, which starts workflows."""
        number = self.number()
        self.pulls.append(
            {
                "number": number,
                "state": "open",
                "head": {"ref": branch, "repo": {"full_name": "bo/board" if fork else NAME}},
                "base": {"ref": "main"},
                "user": {"login": by},
                "body": "",
                "title": branch,
            }
        )
        self.started.append(number)
        return number

    def merge_ref(self, number: int) -> str:
        """Make `refs/pull/N/merge` anew, as GitHub does when either side moves; the commit's hash."""
        branch = next(one["head"]["ref"] for one in self.pulls if one["number"] == number)
        main, head = (git(self.repo, "rev-parse", f"refs/heads/{one}") for one in ("main", branch))
        tree = git(self.repo, "merge-tree", "--write-tree", main, head).splitlines()[0]
        message = f"Merge {head} into {main}"
        made = git(self.repo, "commit-tree", tree, "-p", main, "-p", head, "-m", message)
        git(self.repo, "update-ref", f"refs/pull/{number}/merge", made)
        return made

    def environment_deployment(self, sha: str, environment: str) -> None:
        """What GitHub makes by itself for a job with `environment:`."""
        self.deployments.append(
            {
                "id": self.number(),
                "sha": sha,
                "task": "deploy",
                "payload": {},
                "environment": environment,
                "creator": {"login": BOT},
            }
        )

    # -- what a token may do -------------------------------------------------------------------------

    def allow(self, *needs: str) -> None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            raise Refused(401, "Bad credentials")
        granted = self.tokens[token]
        for need in needs:
            kind, _, level = need.partition(":")
            if granted.get(kind) == "write" or granted.get(kind) == level:
                return
        if needs:
            raise Refused(403, "Resource not accessible by integration")

    def comment(self, number: int, body: str, by: str) -> dict[str, Any]:
        made = {"id": self.number(), "issue": number, "body": body, "user": {"login": by}}
        made["node_id"] = f"IC_{made['id']}"
        self.comments.append(made)
        return made


def text_of(body: Mapping[str, Any]) -> str:
    text = str(body.get("body") or "")
    if not text or len(text) > LONGEST:
        raise Refused(422, f"Body is too long (maximum is {LONGEST} characters)" if text else "Body is blank")
    return text


BELOW = f"/repos/{NAME}"


def app_of(hub: Hub) -> Flask:
    """The calls, below one address."""
    app = Flask("hub")

    @app.before_request
    def before() -> Response | None:
        at = f"{request.method} {request.path.removeprefix(BELOW)}"
        hub.calls.append(at)
        if queue := hub.broken.get(at):
            status, headers = queue.pop(0)
            return Response('{"message": "made to fail"}', status, headers)
        return None

    @app.errorhandler(Refused)
    def refused(error: Refused) -> tuple[dict[str, str], int]:
        return {"message": str(error)}, error.status

    for routes in (who, comments, issues, commits, deployments, pulls):
        routes(app, hub)
    return app


def page(rows: list[dict[str, Any]]) -> Response:
    size, number = int(request.args.get("per_page", 30)), int(request.args.get("page", 1))
    return Response(json.dumps(rows[(number - 1) * size : number * size]), mimetype="application/json")


def who(app: Flask, hub: Hub) -> None:
    @app.get("/user")
    def user() -> dict[str, str]:
        raise Refused(403, "Resource not accessible by integration")

    @app.post("/graphql")
    def graphql() -> dict[str, Any]:
        hub.allow()
        asked = request.get_json(force=True)
        if "viewer" in asked["query"]:
            return {"data": {"viewer": {"login": BOT}}}
        node = asked["variables"]["id"]
        if node not in {one["node_id"] for one in hub.comments}:
            return {
                "data": None,
                "errors": [{"message": f"Could not resolve to a node with the id '{node}'"}],
            }
        hub.allow("pull-requests:write", "issues:write")
        hub.minimized.append(node)
        return {"data": {"minimizeComment": {"minimizedComment": {"isMinimized": True}}}}


def comments(app: Flask, hub: Hub) -> None:
    @app.get(f"{BELOW}/issues/<int:number>/comments")
    def list_comments(number: int) -> Response:
        hub.allow("pull-requests:read", "issues:read")
        return page([one for one in hub.comments if one["issue"] == number])

    @app.post(f"{BELOW}/issues/<int:number>/comments")
    def add_comment(number: int) -> tuple[dict[str, Any], int]:
        hub.allow("pull-requests:write", "issues:write")
        return hub.comment(number, text_of(request.get_json(force=True)), BOT), 201

    @app.patch(f"{BELOW}/issues/comments/<int:number>")
    def edit_comment(number: int) -> dict[str, Any]:
        hub.allow("pull-requests:write", "issues:write")
        one = next((one for one in hub.comments if one["id"] == number), None)
        if one is None:
            raise Refused(404, "Not Found")
        one["body"] = text_of(request.get_json(force=True))
        return one


def issues(app: Flask, hub: Hub) -> None:
    @app.get(f"{BELOW}/issues")
    def list_issues() -> Response:
        hub.allow("issues:read")
        as_issues = [{**one, "pull_request": {"url": "x"}} for one in hub.pulls]
        rows = [
            one for one in [*hub.issues, *as_issues] if request.args.get("state") in ("all", one["state"])
        ]
        return page(sorted(rows, key=lambda one: -one["number"]))

    @app.post(f"{BELOW}/issues")
    def add_issue() -> tuple[dict[str, Any], int]:
        hub.allow("issues:write")
        body = request.get_json(force=True)
        made = {
            "number": hub.number(),
            "title": body["title"],
            "body": text_of(body),
            "state": "open",
            "user": {"login": BOT},
        }
        hub.issues.append(made)
        return made, 201

    @app.patch(f"{BELOW}/issues/<int:number>")
    def edit_issue(number: int) -> dict[str, Any]:
        hub.allow("issues:write")
        one = next(one for one in hub.issues if one["number"] == number)
        body = request.get_json(force=True)
        text_of(body)
        one.update({key: body[key] for key in ("title", "body", "state") if key in body})
        return one


def commits(app: Flask, hub: Hub) -> None:
    @app.get(BELOW)
    def repository() -> dict[str, Any]:
        hub.allow()
        return {"full_name": NAME, "default_branch": "main"}

    @app.get(f"{BELOW}/compare/<path:range_>")
    def compare(range_: str) -> dict[str, Any]:
        hub.allow("contents:read")
        base, _, head = range_.partition("...")
        try:
            counts = git(hub.repo, "rev-list", "--left-right", "--count", f"{base}...{head}").split()
        except subprocess.CalledProcessError:
            raise Refused(404, "Not Found") from None
        words = {(False, False): "identical", (False, True): "ahead", (True, False): "behind"}
        return {"status": words.get((counts[0] != "0", counts[1] != "0"), "diverged"), "commits": []}


def deployments(app: Flask, hub: Hub) -> None:
    @app.get(f"{BELOW}/deployments")
    def list_deployments() -> Response:
        hub.allow("deployments:read")
        rows = [one for one in hub.deployments if request.args.get("task") in (None, one["task"])]
        return page(sorted(rows, key=lambda one: -one["id"]))

    @app.post(f"{BELOW}/deployments")
    def add_deployment() -> tuple[dict[str, Any], int]:
        hub.allow("deployments:write")
        body = request.get_json(force=True)
        if body.get("required_contexts") != []:
            raise Refused(409, "Conflict: Commit status checks failed for main.")
        if body.get("auto_merge") is not False:
            return {"message": "Auto-merged main into main on deployment."}, 202
        try:
            sha = git(hub.repo, "rev-parse", "--verify", f"{body['ref']}^{{commit}}")
        except subprocess.CalledProcessError:
            raise Refused(422, f"No ref found for: {body['ref']}") from None
        made = {
            "id": hub.number(),
            "sha": sha,
            "task": body.get("task", "deploy"),
            "payload": body.get("payload", {}),
            "environment": body.get("environment", "production"),
            "creator": {"login": BOT},
        }
        hub.deployments.append(made)
        return made, 201

    @app.post(f"{BELOW}/deployments/<int:number>/statuses")
    def add_status(number: int) -> tuple[dict[str, Any], int]:
        hub.allow("deployments:write")
        hub.statuses.append((number, request.get_json(force=True)["state"]))
        return {"id": hub.number()}, 201


def pulls(app: Flask, hub: Hub) -> None:
    @app.get(f"{BELOW}/pulls")
    def list_pulls() -> Response:
        hub.allow("pull-requests:read")
        head = request.args.get("head", "").partition(":")[2]
        return page([one for one in hub.pulls if one["state"] == "open" and head in ("", one["head"]["ref"])])

    @app.post(f"{BELOW}/pulls")
    def add_pull() -> tuple[dict[str, Any], int]:
        hub.allow("pull-requests:write")
        if not hub.may_open_pulls:
            raise Refused(403, "GitHub Actions is not permitted to create or approve pull requests.")
        body = request.get_json(force=True)
        text_of(body)
        if any(one["state"] == "open" and one["head"]["ref"] == body["head"] for one in hub.pulls):
            raise Refused(422, f"A pull request already exists for acme:{body['head']}.")
        made = {
            "number": hub.number(),
            "state": "open",
            "head": {"ref": body["head"], "repo": {"full_name": NAME}},
            "base": {"ref": body["base"]},
            "user": {"login": BOT},
            "title": body["title"],
            "body": body["body"],
        }
        hub.pulls.append(made)
        return made, 201

    @app.patch(f"{BELOW}/pulls/<int:number>")
    def edit_pull(number: int) -> dict[str, Any]:
        hub.allow("pull-requests:write")
        one = next(one for one in hub.pulls if one["number"] == number)
        one.update(request.get_json(force=True))
        return one


@contextmanager
def running(folder: Path) -> Iterator[Hub]:
    """A hub on a free loopback port, with an empty repository."""
    repo = folder / "hub.git"
    repo.mkdir()
    git(repo, "init", "-q", "--bare")
    git(repo, "config", "uploadpack.allowReachableSHA1InWant", "true")
    hub = Hub(repo)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app_of(hub), threaded=True)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
