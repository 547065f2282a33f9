"""A journal begins with who applies, for which commit and pull request, and in which time zone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.apply.provenance import commit_words, job_actor, pull_number, pull_url, run_url
from tests.workflows.hub import git

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
GITHUB = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/state",
    "GITHUB_RUN_ID": "7",
}
GITLAB = {"GITLAB_CI": "true", "CI_PROJECT_URL": "https://gitlab.example.com/acme/state"}


def begin_of(desk: Desk) -> dict[str, Any]:
    """The first line of the newest journal."""
    path = max(desk.folder.glob(".reconciler/runs/*")) / "journal.jsonl"
    made: dict[str, Any] = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    return made


def test_an_apply_says_who_why_and_where(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    git(desk.folder, "init", "-q")
    git(desk.folder, "add", "-A")
    git(desk.folder, "commit", "-q", "-m", "Lower it (#12)", "--author", "Bo Chen <bo@example.com>")
    desk.environ |= {**GITHUB, "GITHUB_ACTOR": "octocat"}
    assert desk.run("apply", "--yes").code == 0
    begin = begin_of(desk)
    assert begin["user"] == {"key": "7310000000000000001", "name": "Ana", "email": "ana@example.com"}
    assert begin["actor"] == {"key": "octocat"}
    assert begin["author"] == {"name": "Bo Chen", "email": "bo@example.com"}
    assert (begin["pull"], begin["pull_url"]) == (12, "https://github.com/acme/state/pull/12")
    assert (begin["time_zone"], begin["space_name"]) == ("Asia/Shanghai", "demo")
    assert begin["types"]["story"] == "story"
    assert begin["run"] == max(path.name for path in desk.folder.glob(".reconciler/runs/*"))


def test_outside_of_git_and_ci_the_rest_is_null(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    assert desk.run("apply", "--yes").code == 0
    begin = begin_of(desk)
    unknown = ("actor", "author", "commit", "pull", "pull_url", "run_url")
    assert {name: begin[name] for name in unknown} == dict.fromkeys(unknown)


@pytest.mark.parametrize("kind", ["not_installed", "quota", "list", "page"])
def test_a_plugin_that_may_not_look_up_people_applies_all_the_same(desk: Desk, kind: str) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    desk.world.options.faults.append({"kind": kind, "path": "*/user/query"})
    assert desk.run("apply", "--yes").code == 0
    assert begin_of(desk)["user"] == {"key": "7310000000000000001"}


@pytest.mark.parametrize(
    ("environ", "actor"),
    [
        ({"GITHUB_ACTOR": "octocat"}, {"key": "octocat"}),
        ({"GITHUB_ACTOR": "bot", "GITHUB_TRIGGERING_ACTOR": "octocat"}, {"key": "octocat"}),
        (
            {"GITLAB_CI": "true", "GITLAB_USER_LOGIN": "bo", "GITLAB_USER_NAME": "Bo Chen"},
            {"key": "bo", "name": "Bo Chen"},
        ),
        ({"GITHUB_ACTOR": ""}, None),
        ({}, None),
    ],
)
def test_a_job_names_who_started_it(environ: Mapping[str, str], actor: dict[str, str] | None) -> None:
    assert job_actor(environ) == actor


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("Merge pull request #12 from acme/sprint\n\nThe sprint", 12),
        ("Lower priorities (#12)\n\n* one\n* two", 12),
        ("Merge branch 'sprint' into 'main'\n\nThe sprint\n\nSee merge request acme/state!12", 12),
        ("Merged in sprint (pull request #12)\n\nThe sprint", 12),
        ("!12 The sprint\nMerge pull request !12 from bo/sprint", 12),
        ("Lower priorities\n\nfollows #12 and (#13)", None),
        ("Fix #12", None),
        ("Lower priorities (#0)", None),
        ("", None),
    ],
)
def test_the_pull_request_is_the_one_that_the_merge_names(message: str, number: int | None) -> None:
    assert pull_number({}, message) == number


def test_a_job_of_a_pull_request_names_it_itself() -> None:
    assert pull_number({"GITHUB_REF": "refs/pull/9/merge"}, "Lower (#12)") == 9
    assert pull_number({"CI_MERGE_REQUEST_IID": "9"}, "") == 9
    assert pull_number({"CI_MERGE_REQUEST_IID": "x", "GITHUB_REF": "refs/heads/main"}, "") is None


def test_a_pull_request_is_found_by_its_address() -> None:
    assert pull_url(GITHUB, 12) == "https://github.com/acme/state/pull/12"
    assert pull_url(GITLAB, 12) == "https://gitlab.example.com/acme/state/-/merge_requests/12"
    assert (pull_url(GITHUB, None), pull_url({}, 12)) == (None, None)


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        (GITHUB, "https://github.com/acme/state/actions/runs/7"),
        (
            {"CI_JOB_URL": "https://gitlab.example.com/acme/state/-/jobs/9"},
            "https://gitlab.example.com/acme/state/-/jobs/9",
        ),
        ({**GITHUB, "GITHUB_RUN_ID": ""}, None),
        ({}, None),
    ],
)
def test_a_run_in_a_job_is_found_by_its_address(environ: dict[str, str], url: str | None) -> None:
    assert run_url(environ) == url


@pytest.mark.parametrize("commit", [None, "", "HEAD", "--all", "0" * 40])
def test_a_commit_that_git_does_not_know_has_no_author(tmp_path: Path, commit: str | None) -> None:
    git(tmp_path, "init", "-q")
    assert commit_words(tmp_path, commit) == (None, "")
