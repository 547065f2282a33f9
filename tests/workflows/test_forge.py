"""The calls to GitHub one by one: what is found, what is written, and what a failure looks like."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.errors import CannotRun
from reconciler.forge.github.comments import write_comment, write_issue
from reconciler.forge.github.deployments import make_record, newest_record
from reconciler.forge.github.job import Job, job_from
from reconciler.forge.github.pulls import close_pull, write_pull
from reconciler.forge.github.rest import GitHub
from reconciler.forge.rest import ForgeRefused, Unreachable
from reconciler.plan.last_applied import Record
from reconciler.plan.plan_json import UnappliedFile
from tests.workflows.hub import NAME, Hub, git, running

BODY = "<!-- reconciler:plan v1 space=demo digest=1 truncated=false -->\nplan"
OTHER = BODY.replace("demo", "demo2")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with running(tmp_path) as hub:
        yield hub


def job(hub: Hub, pull: int | None = 7, **permissions: str) -> Job:
    granted = {key.replace("_", "-"): level for key, level in permissions.items()}
    return Job(hub.url, f"{hub.url}/graphql", hub.url, NAME, hub.token(granted), pull, "main")


def commented(hub: Hub, body: str) -> str:
    with GitHub(job(hub, pull_requests="write")) as github:
        return write_comment(github, body)


def test_the_comment_is_created_once_and_then_kept(hub: Hub) -> None:
    assert commented(hub, BODY) == "created"
    assert commented(hub, BODY) == "unchanged"
    assert commented(hub, BODY.replace("digest=1", "digest=2")) == "updated"
    assert commented(hub, OTHER) == "created"
    assert [one["body"] for one in hub.comments] == [BODY.replace("digest=1", "digest=2"), OTHER]


def test_a_marker_that_somebody_else_wrote_or_quoted_is_none(hub: Hub) -> None:
    hub.comment(7, BODY, "mallory")
    hub.comment(7, f"> {BODY}", "github-actions[bot]")
    hub.comment(8, BODY, "github-actions[bot]")
    assert commented(hub, BODY) == "created"


def test_a_failure_that_named_no_space_is_folded_away_by_the_next_text(hub: Hub) -> None:
    assert commented(hub, BODY.replace("demo", "")) == "created"
    assert hub.minimized == []
    assert commented(hub, BODY) == "created"
    assert hub.minimized == [hub.comments[0]["node_id"]]


def test_a_comment_is_found_behind_hundreds_of_others(hub: Hub) -> None:
    for n in range(250):
        hub.comment(7, f"word {n}", "ana")
    mine = hub.comment(7, BODY, "github-actions[bot]")
    assert commented(hub, BODY.replace("plan\n", "new")) == "unchanged"
    assert commented(hub, f"{BODY} new") == "updated"
    assert mine["body"] == f"{BODY} new"


def test_a_comment_that_was_deleted_meanwhile_is_written_anew(hub: Hub) -> None:
    commented(hub, BODY)
    hub.broken[f"PATCH /issues/comments/{hub.comments[0]['id']}"] = [(404, {})]
    assert commented(hub, f"{BODY} new") == "created"


def test_what_a_job_may_not_do_is_a_failure_with_the_way_out(hub: Hub) -> None:
    with GitHub(job(hub, pull_requests="read")) as github, pytest.raises(ForgeRefused) as refused:
        write_comment(github, BODY)
    assert str(refused.value) == (
        'GitHub refused to write a comment: 403 "Resource not accessible by integration"; '
        "check the job's `permissions:`"
    )


def test_a_read_that_fails_for_a_while_is_asked_again_and_a_write_is_not(hub: Hub) -> None:
    listed, written = "GET /issues/7/comments", "POST /issues/7/comments"
    hub.broken = {listed: [(502, {}), (503, {})]}
    assert commented(hub, BODY) == "created"
    hub.broken = {written: [(502, {})]}
    with pytest.raises(ForgeRefused):
        commented(hub, OTHER)
    assert hub.calls.count(written) == 2
    hub.broken = {written: [(403, {"retry-after": "0"})]}
    assert commented(hub, OTHER) == "created"


@pytest.mark.parametrize("wish", ["3600", "soon", "\u00b2"])
def test_a_limit_that_lasts_too_long_or_for_no_time_is_a_failure(hub: Hub, wish: str) -> None:
    hub.broken = {"GET /issues/7/comments": [(403, {"retry-after": wish})]}
    with pytest.raises(ForgeRefused):
        commented(hub, BODY)


def test_a_hub_that_is_not_there_is_told(hub: Hub) -> None:
    gone = Job("http://127.0.0.1:9", "http://127.0.0.1:9/graphql", "", NAME, "t", 7)
    with GitHub(gone) as github, pytest.raises(Unreachable, match="cannot be reached to list the comments"):
        write_comment(github, BODY)
    assert hub.calls == []


def test_a_redirect_is_not_followed_with_the_token(hub: Hub) -> None:
    hub.broken = {"GET /issues/7/comments": [(307, {"location": f"{hub.url}/elsewhere"})]}
    with pytest.raises(ForgeRefused, match="307"):
        commented(hub, BODY)
    assert "GET /elsewhere" not in hub.calls


def test_one_issue_is_opened_updated_closed_and_opened_again(hub: Hub) -> None:
    hub.open_pull("feature")
    for body, pending, done in (
        (BODY, False, "not needed"),
        (BODY, True, "opened"),
        (BODY, True, "unchanged"),
        (f"{BODY} more", True, "updated"),
        (f"{BODY} none", False, "closed"),
        (BODY, False, "not needed"),
        (f"{BODY} again", True, "updated"),
    ):
        with GitHub(job(hub, issues="write")) as github:
            assert write_issue(github, "Drift", body, pending=pending) == done
    assert [(one["state"], one["body"]) for one in hub.issues] == [("open", f"{BODY} again")]


def test_a_record_goes_round_and_deployments_of_other_kinds_do_not_count(hub: Hub, tmp_path: Path) -> None:
    sha = commit(hub, tmp_path)
    row = UnappliedFile(type="story", id=1, key="priority", commit=None)
    record = Record(space="demo", commit=sha, journal="f" * 64, unapplied=[row])
    with GitHub(job(hub, deployments="write", contents="read")) as github:
        assert newest_record(github, "demo") is None
        make_record(github, Record(space="demo", commit=sha))
        make_record(github, record)
        make_record(github, Record(space="other", commit=sha))
        hub.environment_deployment(sha, "meegle")
        assert newest_record(github, "demo") == record
    assert [state for _, state in hub.statuses] == ["success", "failure", "success"]


def test_a_commit_that_the_hub_does_not_know_cannot_be_recorded(hub: Hub) -> None:
    with GitHub(job(hub, deployments="write")) as github, pytest.raises(ForgeRefused, match="No ref found"):
        make_record(github, Record(space="demo", commit="0" * 40))


def commit(hub: Hub, folder: Path) -> str:
    desk = folder / "desk"
    desk.mkdir()
    git(desk, "init", "-q")
    git(desk, "commit", "-q", "--allow-empty", "-m", "first")
    git(desk, "push", "-q", str(hub.repo), "HEAD:refs/heads/main")
    return git(desk, "rev-parse", "HEAD")


def test_one_pull_request_is_kept_for_a_branch(hub: Hub) -> None:
    hub.open_pull("accept", by="mallory")
    hub.pulls[0]["state"] = "closed"
    for body, done in (("a", "opened"), ("a", "unchanged"), ("b", "updated")):
        with GitHub(job(hub, pull_requests="write")) as github:
            assert write_pull(github, "accept", "main", "t", body) == done
    with GitHub(job(hub, pull_requests="write")) as github:
        assert close_pull(github, "accept") == "closed"
        assert close_pull(github, "accept") == "not needed"


GOOD = {
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": NAME,
    "GITHUB_TOKEN": "ghs_secretsecret",
    "GITHUB_REF": "refs/pull/12/merge",
}


def test_a_job_is_read_from_its_variables_and_the_token_is_on_no_command_line() -> None:
    job = job_from(GOOD)
    assert (job.pull, job.owner, job.graphql) == (12, "acme", "https://api.github.com/graphql")
    assert "ghs_" not in repr(job)
    assert list(job.git_config()) == ["http.https://github.com/.extraheader"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_API_URL", "http://api.github.com"),
        ("GITHUB_API_URL", "https://user@evil.example"),
        ("GITHUB_TOKEN", ""),
        ("GITHUB_TOKEN", "ghs_secret\n"),
        ("GITHUB_REPOSITORY", "acme/../other"),
    ],
)
def test_a_variable_that_is_not_usable_is_named_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(CannotRun, match=name) as refused:
        job_from({**GOOD, name: value})
    assert not value or value not in str(refused.value)
