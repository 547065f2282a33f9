"""Attacks by answers of GitLab that no page describes: told, and never half believed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Desk, Done
from tests.faults.hostile import Tamper, Tampering, body
from tests.forge.lab import MAINTAINER, NAME, PROJECT, Lab, running
from tests.review.test_forge_answers import ANSWERS, STORY
from tests.workflows.hub import git

COMMANDS = ("comment plan.json", "comment plan.json --issue")
PATHS = ("/user", "/notes", "/issues")


@dataclass(slots=True)
class Office:
    """A desk whose repository is on a lab, the lab, and the layer that spoils its answers."""

    desk: Desk
    lab: Lab
    layer: Tampering

    def run(self, *arguments: str) -> Done:
        """Run a command as a job of the merge request; whatever comes, it is no error of our own."""
        done = self.desk.run(*arguments)
        for text in (done.out, done.err):
            assert "internal error" not in text, text
            assert "Traceback" not in text
            assert "\x1b" not in text
            assert "\n::error" not in text
        return done


@pytest.fixture
def office(desk: Desk, tmp_path: Path) -> Iterator[Office]:
    """A plan of one commit, which the lab has, and a merge request."""
    layers: list[Tampering] = []

    def spoiled(app: object) -> Tampering:
        layers.append(Tampering(app))  # type: ignore[arg-type] # a WSGI app, whichever framework made it
        return layers[0]

    with running(tmp_path, spoiled) as lab:
        desk.folder = tmp_path / "board"
        git(tmp_path, "init", "-q", str(desk.folder))
        git(desk.folder, "remote", "add", "origin", str(lab.repo))
        desk.stories(f"{{id: {STORY}, fields: {{priority: P0}}}}")
        git(desk.folder, "add", "state")
        git(desk.folder, "commit", "-q", "-m", "Begin")
        git(desk.folder, "push", "-q", "origin", "HEAD:main")
        desk.run("plan", "--out", "plan.json")
        desk.environ |= {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": f"{lab.url}/api/v4",
            "CI_PROJECT_ID": str(PROJECT),
            "CI_PROJECT_URL": f"{lab.url}/{NAME}",
            "CI_DEFAULT_BRANCH": "main",
            "CI_MERGE_REQUEST_IID": str(lab.open_request("feature")),
            "RECONCILER_FORGE_TOKEN": lab.token(role=MAINTAINER),
        }
        yield Office(desk, lab, layers[0])


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_whatever_gitlab_answers_no_command_breaks_and_no_text_steers_a_runner(
    office: Office, answer: Tamper
) -> None:
    for command in COMMANDS:
        for path in PATHS:
            office.layer.arm(answer, path, times=50)
            office.run(*command.split())


def test_a_list_of_notes_that_cannot_be_read_is_not_taken_for_an_empty_one(office: Office) -> None:
    """Else a second note would be written."""
    office.run("comment", "plan.json")
    (note,) = office.lab.notes
    for rows in (b'[{"id": "x"}]', b"[7]", b'{"rows": []}', b"", b"null"):
        office.layer.arm(body(rows), "/notes", method="GET", times=50)
        assert office.run("comment", "plan.json").code == 1
    assert office.lab.notes == [note]


def test_an_answer_of_gitlab_that_is_too_large_is_left(office: Office) -> None:
    office.layer.arm(body(b'[{"id": 1}]'.ljust(17_000_000)), "/notes", method="GET", times=50)
    assert office.run("comment", "plan.json").code == 1
    assert office.lab.notes == []


def test_the_printed_comment_is_the_one_that_is_written(office: Office) -> None:
    printed = office.run("comment", "plan.json", "--print")
    office.run("comment", "plan.json")
    assert printed.out == office.lab.notes[0]["body"]
    assert printed.out.startswith("<!-- reconciler:plan ")
    del office.desk.environ["GITLAB_CI"], office.desk.environ["CI_API_V4_URL"]
    assert office.run("comment", "plan.json").code == 1
    assert office.run("comment", "plan.json", "--print").out == printed.out
