"""What every forge does the same, held against a stand-in of each: texts, requests, records, failures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import CannotRun
from reconciler.forge.choice import forge_of, record_store
from reconciler.forge.git_push import written_tree
from reconciler.forge.rest import ForgeRefused, Unreachable
from reconciler.plan.last_applied import Record
from reconciler.plan.plan_json import UnappliedFile
from tests.forge import lab as gitlab
from tests.workflows import hub as github
from tests.workflows.hub import git

BODY = "<!-- reconciler:plan v1 space=demo digest=1 truncated=false -->\nplan"
OTHER = BODY.replace("demo", "demo2")
BRANCH = "reconciler/accept-demo"
APPLIED = "refs/heads/reconciler/applied/demo"


@dataclass(slots=True)
class ForgeCase:
    """A forge with one open request, and the environment of a job about it."""

    name: str
    stand_in: Any
    environ: dict[str, str]
    desk: Path
    number: int
    say: Callable[[str, str], dict[str, Any]]
    """Write a comment as somebody."""
    comments: Callable[[], list[str]]
    issues: Callable[[], list[tuple[bool, str]]]
    requests: Callable[[], list[tuple[bool, str]]]
    """The requests of our branch: whether each is open, and its text."""
    listed: str
    """The call that lists comments."""
    written: str
    edited: str
    refused: str
    """What a token without the right is answered."""
    me: str

    def comment(self, body: str) -> str:
        with forge_of(self.environ) as forge:
            return forge.write_comment(body)


GitHub, GitLab = "GitHub", "GitLab"


def on_github(folder: Path, hub: github.Hub) -> ForgeCase:
    granted = {"pull-requests": "write", "issues": "write", "deployments": "write", "contents": "write"}
    number = hub.open_pull("feature")
    environ = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": hub.url,
        "GITHUB_SERVER_URL": hub.url,
        "GITHUB_REPOSITORY": github.NAME,
        "GITHUB_TOKEN": hub.token(granted),
        "GITHUB_REF": f"refs/pull/{number}/merge",
        "GITHUB_REF_NAME": "main",
    }
    return ForgeCase(
        GitHub,
        hub,
        environ,
        folder / "desk",
        number,
        lambda body, by: hub.comment(number, body, by),
        lambda: [one["body"] for one in hub.comments if one["node_id"] not in hub.minimized],
        lambda: [(one["state"] == "open", one["body"]) for one in hub.issues],
        lambda: [(one["state"] == "open", one["body"]) for one in hub.pulls if one["head"]["ref"] == BRANCH],
        f"GET /issues/{number}/comments",
        f"POST /issues/{number}/comments",
        "PATCH /issues/comments/{}",
        "check the job's `permissions:`",
        "github-actions[bot]",
    )


def on_gitlab(folder: Path, lab: gitlab.Lab) -> ForgeCase:
    number = lab.open_request("feature")
    environ = {
        "GITLAB_CI": "true",
        "CI_API_V4_URL": f"{lab.url}/api/v4",
        "CI_PROJECT_ID": str(gitlab.PROJECT),
        "CI_PROJECT_URL": f"{lab.url}/{gitlab.NAME}",
        "CI_DEFAULT_BRANCH": "main",
        "CI_MERGE_REQUEST_IID": str(number),
        "RECONCILER_FORGE_TOKEN": lab.token(role=gitlab.MAINTAINER),
    }
    notes = f"/merge_requests/{number}/notes"
    return ForgeCase(
        GitLab,
        lab,
        environ,
        folder / "desk",
        number,
        lambda body, by: lab.note(number, body, by),
        lambda: [one["body"] for one in lab.notes if not one["body"].startswith("<details>")],
        lambda: [(one["state"] == "opened", one["description"]) for one in lab.issues],
        lambda: [
            (one["state"] == "opened", one["description"])
            for one in lab.requests
            if one["source_branch"] == BRANCH
        ],
        f"GET {notes}",
        f"POST {notes}",
        f"PUT {notes}/{{}}",
        "give RECONCILER_FORGE_TOKEN the scope `api`",
        "project_42_bot",
    )


FORGES: dict[str, tuple[Callable[[Path], AbstractContextManager[Any]], Callable[[Path, Any], ForgeCase]]] = {
    GitHub: (github.running, on_github),
    GitLab: (gitlab.running, on_gitlab),
}


@pytest.fixture(params=FORGES)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ForgeCase]:
    running, made = FORGES[request.param]
    with running(tmp_path) as stand_in:
        git(stand_in.repo, "symbolic-ref", "HEAD", "refs/heads/main")
        desk = tmp_path / "desk"
        git(tmp_path, "clone", "-q", str(stand_in.repo), str(desk))
        (desk / "state.txt").write_text("one\n")
        git(desk, "add", "-A")
        git(desk, "commit", "-q", "-m", "first")
        git(desk, "push", "-q", "origin", "HEAD:refs/heads/main")
        yield made(tmp_path, stand_in)


# -- the comment -----------------------------------------------------------------------------------


def test_the_comment_is_created_once_and_then_kept(stage: ForgeCase) -> None:
    second = BODY.replace("digest=1", "digest=2")
    assert [stage.comment(one) for one in (BODY, BODY, second, OTHER)] == [
        "created",
        "unchanged",
        "updated",
        "created",
    ]
    assert stage.comments() == [second, OTHER]


def test_a_marker_that_somebody_else_wrote_or_quoted_is_none(stage: ForgeCase) -> None:
    stage.say(BODY, "mallory")
    stage.say(f"> {BODY}", stage.me)
    assert stage.comment(BODY) == "created"
    assert stage.comments()[0] == BODY


def test_a_failure_that_named_no_space_is_folded_away_by_the_next_text(stage: ForgeCase) -> None:
    assert stage.comment(BODY.replace("demo", "")) == "created"
    assert stage.comment(BODY) == "created"
    assert stage.comments() == [BODY]
    assert stage.comment(BODY) == "unchanged"


def test_a_comment_is_found_behind_hundreds_of_others(stage: ForgeCase) -> None:
    for n in range(250):
        row = stage.say(f"word {n}", "ana")
        if stage.name == GitLab and n < 120:
            row["hidden"] = True  # a first page of nothing is not the last
    mine = stage.say(BODY, stage.me)
    assert stage.comment(f"{BODY} new") == "updated"
    assert mine["body"] == f"{BODY} new"


def test_a_comment_that_was_deleted_meanwhile_is_written_anew(stage: ForgeCase) -> None:
    mine = stage.say(BODY, stage.me)
    stage.stand_in.broken[stage.edited.format(mine["id"])] = [(404, {})]
    assert stage.comment(f"{BODY} new") == "created"


def test_a_job_about_no_request_is_told_so(stage: ForgeCase) -> None:
    stage.environ.pop("GITHUB_REF", None)
    stage.environ.pop("CI_MERGE_REQUEST_IID", None)
    with pytest.raises(CannotRun, match=r"this job is about no (pull|merge) request"):
        stage.comment(BODY)


def test_another_ci_system_may_set_the_variables_of_the_forge(stage: ForgeCase) -> None:
    del stage.environ["GITHUB_ACTIONS" if stage.name == GitHub else "GITLAB_CI"]
    assert stage.comment(BODY) == "created"
    assert record_store(stage.environ) is None


# -- failures --------------------------------------------------------------------------------------


def test_what_a_token_may_not_do_is_a_failure_with_the_right_that_is_missing(stage: ForgeCase) -> None:
    weak = (
        {"GITHUB_TOKEN": stage.stand_in.token({"pull-requests": "read"})}
        if stage.name == GitHub
        else {"RECONCILER_FORGE_TOKEN": stage.stand_in.token(scopes=frozenset({"read_api"}))}
    )
    stage.environ |= weak
    with pytest.raises(ForgeRefused) as refused:
        stage.comment(BODY)
    assert str(refused.value).startswith(f"{stage.name} refused to write a ")
    assert stage.refused in str(refused.value)
    assert next(iter(weak.values())) not in str(refused.value)


def test_a_wrong_token_is_told_by_the_forge_s_name(stage: ForgeCase) -> None:
    name = "GITHUB_TOKEN" if stage.name == GitHub else "RECONCILER_FORGE_TOKEN"
    stage.environ[name] = "nobody-s"
    with pytest.raises(ForgeRefused, match=f"{stage.name} refused to .*: 401"):
        stage.comment(BODY)
    stage.environ[name] = ""
    with pytest.raises(CannotRun, match=f"{name} is not set"):
        stage.comment(BODY)


def test_a_read_that_fails_for_a_while_is_asked_again_and_a_write_is_not(stage: ForgeCase) -> None:
    stage.stand_in.broken = {stage.listed: [(502, {}), (503, {})]}
    assert stage.comment(BODY) == "created"
    stage.stand_in.broken = {stage.written: [(502, {})]}
    with pytest.raises(ForgeRefused):
        stage.comment(OTHER)
    assert stage.stand_in.calls.count(stage.written) == 2


def test_a_limit_is_waited_for_where_it_is_short_and_is_a_failure_where_it_is_not(stage: ForgeCase) -> None:
    limit = {"ratelimit-limit": "60", "ratelimit-remaining": "0", "ratelimit-reset": "1"}
    stage.stand_in.broken = {stage.written: [(429, {"retry-after": "0", **limit})]}
    assert stage.comment(BODY) == "created"
    for long in ("3600", "soon", "\u00b2"):
        stage.stand_in.broken = {stage.written: [(429, {"retry-after": long})]}
        with pytest.raises(ForgeRefused, match="429"):
            stage.comment(OTHER)


def test_a_redirect_is_not_followed_with_the_token(stage: ForgeCase) -> None:
    elsewhere = {"location": f"{stage.stand_in.url}/elsewhere"}
    for status in (301, 302, 307, 308):
        stage.stand_in.broken = {stage.listed: [(status, elsewhere)]}
        with pytest.raises(ForgeRefused, match=str(status)):
            stage.comment(BODY)
    assert not [call for call in stage.stand_in.calls if "elsewhere" in call]


def test_a_forge_that_is_not_there_is_told(stage: ForgeCase) -> None:
    stage.environ |= {"GITHUB_API_URL": "http://127.0.0.1:9", "CI_API_V4_URL": "http://127.0.0.1:9/api/v4"}
    with pytest.raises(Unreachable, match=f"{stage.name} cannot be reached to list the (comments|notes)"):
        stage.comment(BODY)


@pytest.mark.parametrize("url", ["http://forge.example/api/v4", "https://user@forge.example", "ftp://x", ""])
def test_an_address_that_is_no_https_is_refused_before_anything_is_sent(stage: ForgeCase, url: str) -> None:
    name = "GITHUB_API_URL" if stage.name == GitHub else "CI_API_V4_URL"
    stage.environ[name] = url
    with pytest.raises(CannotRun, match=name):
        stage.comment(BODY)


# -- the issue and the request ---------------------------------------------------------------------


def test_one_issue_is_opened_updated_closed_and_opened_again(stage: ForgeCase) -> None:
    for body, pending, done in (
        (BODY, False, "not needed"),
        (BODY, True, "opened"),
        (BODY, True, "unchanged"),
        (f"{BODY} more", True, "updated"),
        (f"{BODY} none", False, "closed"),
        (BODY, False, "not needed"),
        (f"{BODY} again", True, "updated"),
    ):
        with forge_of(stage.environ) as forge:
            assert forge.write_issue("Drift", body, pending=pending) == done
    assert stage.issues() == [(True, f"{BODY} again")]


def test_one_request_is_kept_for_a_branch_and_closed_at_last(stage: ForgeCase) -> None:
    for body, done in (("a", "opened"), ("a", "unchanged"), ("b", "updated")):
        with forge_of(stage.environ) as forge:
            assert forge.write_request(BRANCH, "t", body) == done
    assert stage.requests() == [(True, "b")]
    with forge_of(stage.environ) as forge:
        assert [forge.close_request(BRANCH) for _ in range(2)] == ["closed", "not needed"]


def test_files_are_pushed_to_a_branch_of_their_own_once(stage: ForgeCase) -> None:
    (stage.desk / "state.txt").write_text("two\n")
    (stage.desk / "new.txt").write_text("new\n")
    (stage.desk / "other.txt").write_text("not asked for\n")
    assert written_tree(stage.desk, []) is None
    tree = written_tree(stage.desk, ["state.txt", "new.txt"])
    assert tree
    heads = []
    for _ in range(2):
        with forge_of(stage.environ) as forge:
            forge.push(stage.desk, tree, "Accept", BRANCH)
        heads.append(git(stage.stand_in.repo, "rev-parse", BRANCH))
    assert git(stage.stand_in.repo, "show", f"{BRANCH}:state.txt") == "two"
    assert git(stage.stand_in.repo, "ls-tree", "--name-only", BRANCH).split() == ["new.txt", "state.txt"]
    assert git(stage.desk, "status", "--porcelain").splitlines() == [
        "M state.txt",
        "?? new.txt",
        "?? other.txt",
    ]
    assert heads[0] == heads[1]


# -- the last applied commit -----------------------------------------------------------------------


def head(stage: ForgeCase) -> str:
    return git(stage.desk, "rev-parse", "HEAD")


def recorded(stage: ForgeCase, record: Record) -> str:
    records = record_store(stage.environ)
    assert records
    return records.make(stage.desk, record)


def newest(stage: ForgeCase) -> Record | None:
    records = record_store(stage.environ)
    assert records
    return records.newest(stage.desk, "demo", lambda _: None)


def test_a_record_goes_round_and_the_newest_one_counts(stage: ForgeCase) -> None:
    assert newest(stage) is None
    row = UnappliedFile(type="story", id=1, key="priority", commit=head(stage))
    first = Record(space="demo", commit=head(stage), journal="f" * 64, unapplied=[row])
    recorded(stage, first)
    assert newest(stage) == first
    git(stage.desk, "commit", "-q", "--allow-empty", "-m", "second")
    git(stage.desk, "push", "-q", "origin", "HEAD:refs/heads/main")
    second = Record(space="demo", commit=head(stage))
    recorded(stage, second)
    recorded(stage, Record(space="other", commit=head(stage)))
    assert newest(stage) == second


def test_a_record_of_a_commit_that_was_never_merged_is_not_believed(stage: ForgeCase) -> None:
    git(stage.desk, "commit", "-q", "--allow-empty", "-m", "mine")
    git(stage.desk, "push", "-q", "origin", "HEAD:refs/heads/mine")
    recorded(stage, Record(space="demo", commit=head(stage)))
    with pytest.raises(CannotRun, match="name the last applied commit by --applied"):
        newest(stage)


def test_a_record_that_cannot_be_read_is_never_taken_for_none(stage: ForgeCase) -> None:
    recorded(stage, Record(space="demo", commit=head(stage)))
    if stage.name == GitHub:
        stage.stand_in.deployments[-1]["payload"] = "of a newer version"
    else:
        git(stage.desk, "commit", "-q", "--allow-empty", "-m", "of a newer version")
        git(stage.stand_in.repo, "fetch", "-q", str(stage.desk), f"+HEAD:{APPLIED}")
    with pytest.raises(CannotRun, match="name the last applied commit by --applied"):
        newest(stage)


def test_no_token_stands_in_what_a_forge_says_of_itself(stage: ForgeCase) -> None:
    token = stage.environ.get("GITHUB_TOKEN") or stage.environ["RECONCILER_FORGE_TOKEN"]
    with forge_of(stage.environ) as forge:
        assert token not in repr(vars(forge))
