"""Attacks by answers of GitHub that no page describes, or that never end: told, and never half believed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from tests.compat.make import job
from tests.conftest import Desk, Done
from tests.faults.hostile import Tamper, Tampering, body
from tests.workflows.hub import Hub, app_of, git

STORY = 6300012320


@dataclass(slots=True)
class Office:
    """A desk whose repository is on a hub, the hub, and the layer that spoils its answers."""

    desk: Desk
    hub: Hub
    layer: Tampering

    def run(self, *arguments: str) -> Done:
        """Run a command as a job of the pull request; whatever comes, it is no error of our own."""
        self.desk.environ |= job(self.hub, "refs/pull/1/merge")
        done = self.desk.run(*arguments)
        for text in (done.out, done.err):
            assert "internal error" not in text, text
            assert "Traceback" not in text
            assert "\x1b" not in text
            assert "\n::error" not in text
        return done


@pytest.fixture
def office(desk: Desk, tmp_path: Path) -> Iterator[Office]:
    """A plan of one commit, which the hub has."""
    repo = tmp_path / "hub.git"
    git(tmp_path, "init", "-q", "--bare", str(repo))
    hub = Hub(repo)
    layer = Tampering(app_of(hub))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, layer, threaded=True)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        desk.folder = tmp_path / "board"
        git(tmp_path, "init", "-q", str(desk.folder))
        git(desk.folder, "remote", "add", "origin", str(repo))
        desk.stories(f"{{id: {STORY}, fields: {{priority: P0}}}}")
        git(desk.folder, "add", "state")
        git(desk.folder, "commit", "-q", "-m", "Begin")
        git(desk.folder, "push", "-q", "origin", "HEAD:main")
        desk.run("plan", "--out", "plan.json")
        yield Office(desk, hub, layer)
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


ANSWERS: dict[str, Tamper] = {
    "nothing": body(b""),
    "a page": body(b"<h1>Bad Gateway</h1>"),
    "null": body(b"null"),
    "a text": body(b'"::error::\\u001b[31m"'),
    "100,000 brackets": body(b"[" * 100_000),
    "rows that are none": body(b'[null, 7, "x", [], {}]'),
    "ids that are none": body(b'[{"id": "x", "number": null, "body": 7, "user": [], "state": {}, "sha": 1}]'),
    "an object": body(b'{"id": "x", "number": "x", "data": {"viewer": 7}}'),
    "an object without an id": body(b'{"data": null, "message": "::error::\\u001b[31m"}'),
    "a failure that speaks": body(b'{"message": "\\n::error::\\u001b[31m"}', 422),
}
COMMANDS = ("comment plan.json", "comment plan.json --issue", "record plan.json", "record --fetch")
PATHS = ("graphql", "/comments", "/issues", "/deployments", "/statuses")


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_whatever_the_forge_answers_no_command_breaks_and_no_text_steers_a_runner(
    office: Office, answer: Tamper
) -> None:
    for command in COMMANDS:
        for path in PATHS:
            office.layer.arm(answer, path, times=50)
            office.run(*command.split())


def test_an_answer_of_the_forge_that_is_too_large_is_left(office: Office) -> None:
    office.layer.arm(body(b'[{"id": 1, "number": 1}]'.ljust(17_000_000)), "/deployments", method="POST")
    assert office.run("record", "plan.json").code == 1
    assert office.layer.hits == 1


def test_a_list_that_cannot_be_read_is_not_taken_for_an_empty_one(office: Office) -> None:
    """Else a second comment would be written, or the record of an older commit believed."""
    office.run("comment", "plan.json")
    (comment,) = office.hub.comments
    for rows in (b'[{"id": "x"}]', b"[7]", b'{"rows": []}', b"", b"null"):
        office.layer.arm(body(rows), "/comments", method="GET", times=50)
        assert office.run("comment", "plan.json").code == 1
    assert office.hub.comments == [comment]
