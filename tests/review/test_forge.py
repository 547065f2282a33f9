"""What a forge answers, and who else may write there: comments, issues, records, runs that wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from reconciler.errors import CannotRun
from reconciler.forge.github.comments import write_comment, write_issue
from reconciler.forge.github.deployments import Deployments, make_record, newest_record
from reconciler.forge.github.job import Job
from reconciler.forge.github.rest import GitHub
from reconciler.model import Plan
from reconciler.plan.last_applied import Record
from reconciler.plan.plan_file import plan_file
from reconciler.plan.plan_json import UnappliedFile
from reconciler.render.markdown import plan_markdown
from tests.conftest import Desk
from tests.workflows.hub import BOT, NAME, Hub, git, running

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with running(tmp_path) as hub:
        yield hub


def opened(hub: Hub) -> GitHub:
    granted = {"pull-requests": "write", "issues": "write", "deployments": "write", "contents": "read"}
    return GitHub(Job(hub.url, f"{hub.url}/graphql", hub.url, NAME, hub.token(granted), 7, "main"))


def body(space: str, folder: str = "", roots: tuple[str, ...] = ()) -> str:
    plan = Plan("h", space, "64a0", {}, (), (), in_sync=0, named=0)
    return plan_markdown(plan, plan_file(plan, AT, folder=folder, roots=roots))


def commented(hub: Hub, text: str) -> str:
    with opened(hub) as github:
        return write_comment(github, text)


PLACES = [
    ("a-b", "", ()),
    ("a_b", "", ()),
    ("a.b", "", ()),
    ("中文", "", ()),
    ("文中", "", ()),
    ("a_b", "teams/a/", ()),
    ("a_b", "teams/b/", ()),
    ("a_b", "", ("other",)),
    ("a_b", "", ("other", "state")),
]


def test_each_space_and_each_place_of_files_has_a_comment_and_an_issue_of_its_own(hub: Hub) -> None:
    """On c233f07 `a-b` and `a_b`, and two folders of one repository, wrote over each other's text."""
    texts = [body(space, folder, roots) for space, folder, roots in PLACES]
    assert [commented(hub, text) for text in texts] == ["created"] * len(texts)
    assert [commented(hub, text) for text in texts] == ["unchanged"] * len(texts)
    with opened(hub) as github:
        for text in texts:
            assert write_issue(github, "Drift", text, pending=True) == "opened"
        for text in texts:
            assert write_issue(github, "Drift", text, pending=True) == "unchanged"


def test_a_plan_of_other_files_of_the_same_state_has_the_same_comment(desk: Desk) -> None:
    """A job may name the changed files alone, others each time."""
    desk.stories("{id: 6300012320, fields: {priority: P3}}")
    desk.stories("{id: 6300012321, fields: {priority: P3}}", file="state/b.yaml")
    desk.stories("{id: 6300012322, fields: {priority: P3}}", file="other/c.yaml")
    markers = []
    for paths in ([], ["state"], ["state/b.yaml"], ["state/stories.yaml", "state/b.yaml"], ["other"]):
        done = desk.run("plan", "--format", "markdown", *paths)
        markers.append(done.out.partition(" digest=")[0])
    assert len(set(markers[:4])) == 1
    assert markers[4] != markers[0]


@pytest.mark.parametrize(("space", "done"), [("a-b", "updated"), ("a_b", "created")])
def test_a_comment_of_the_first_version_is_found_by_the_space_that_it_is_about(
    hub: Hub, space: str, done: str
) -> None:
    head, _, rest = body("a-b").partition("\n")
    assert " id=" in head
    hub.comment(7, f"<!-- reconciler:plan v1 space=a_b digest=1 truncated=false -->\n{rest}", BOT)
    assert commented(hub, body(space)) == done


def test_a_comment_is_written_before_an_older_one_is_folded_and_a_failed_fold_is_a_note(hub: Hub) -> None:
    """On c233f07 the fold came first: where it failed there was no comment at all."""
    for _ in range(2):
        hub.comment(7, body("demo"), BOT)
    with opened(hub) as github:
        assert github.login
        hub.broken["POST /graphql"] = [(403, {})]
        said = write_comment(github, f"{body('demo')}new")
    assert said.startswith("updated; an older one could not be folded away: GitHub refused to fold")
    assert hub.comments[-1]["body"].endswith("new")


def commit(desk: Path, text: str) -> str:
    (desk / "file").write_text(text, encoding="utf-8")
    git(desk, "add", "-A")
    git(desk, "commit", "-q", "-m", text)
    return git(desk, "rev-parse", "HEAD")


def test_a_record_of_a_commit_that_was_never_merged_is_left_out(hub: Hub, tmp_path: Path) -> None:
    """Any workflow of a branch may be granted `deployments: write`, and speaks with the name of all jobs."""
    desk = tmp_path / "desk"
    git(tmp_path, "init", "-q", str(desk))
    merged = commit(desk, "merged")
    git(desk, "push", "-q", str(hub.repo), "HEAD:refs/heads/main")
    forged = commit(desk, "guards: {changes: 100000}")
    git(desk, "push", "-q", str(hub.repo), "HEAD:refs/heads/mallory")
    said: list[str] = []
    with opened(hub) as github:
        make_record(github, Record(space="demo", commit=forged))
        with pytest.raises(CannotRun, match="no record of demo names commits of main alone"):
            newest_record(github, "demo")
        make_record(github, Record(space="demo", commit=merged))
        make_record(github, Record(space="demo", commit=forged))
        found = newest_record(github, "demo", said.append)
    assert found is not None
    assert found.commit == merged
    assert [line.partition(": ")[2] for line in said] == ["it names a commit that is not on main"]


def test_a_later_record_counts_unless_its_commit_was_never_merged(hub: Hub, tmp_path: Path) -> None:
    """A job with `deployments: write` alone, as in the first version, cannot tell, and is not to go back."""
    desk = tmp_path / "desk"
    git(tmp_path, "init", "-q", str(desk))
    first, later = commit(desk, "first"), commit(desk, "later")
    git(desk, "push", "-q", str(hub.repo), "HEAD:refs/heads/main")
    forged = commit(desk, "forged")
    git(desk, "push", "-q", str(hub.repo), "HEAD:refs/heads/mallory")

    def latest(*known: str, **more: str) -> tuple[str | None, list[str]]:
        said: list[str] = []
        environ = {
            "GITHUB_API_URL": hub.url,
            "GITHUB_REPOSITORY": NAME,
            "GITHUB_TOKEN": hub.token({"deployments": "write", **more}),
        }
        found = Deployments(environ).latest(tmp_path, "demo", known, said.append)
        return found.commit if found else None, [line.partition(": ")[2] for line in said]

    unsure = ["the job has no `contents: read` to compare commits"]
    assert latest(first) == (None, [])
    with opened(hub) as github:
        make_record(github, Record(space="demo", commit=forged))
        assert latest(first) == (forged, unsure)
        assert latest(first, contents="read") == (None, [])
        row = UnappliedFile(type="story", id=1, key="priority", commit=forged)
        make_record(github, Record(space="demo", commit=first, unapplied=[row]))
        assert latest(first) == (first, [])
        make_record(github, Record(space="demo", commit=later))
        assert latest(first, later) == (later, [])
        assert latest(first) == (later, unsure)
        make_record(github, Record(space="demo", commit=forged))
        assert latest(first, contents="read") == (later, [])


def test_a_record_that_cannot_be_read_is_never_taken_for_none(hub: Hub, tmp_path: Path) -> None:
    """A newer version may have written it; without any record every difference would be planned."""
    desk = tmp_path / "desk"
    git(tmp_path, "init", "-q", str(desk))
    sha = commit(desk, "merged")
    git(desk, "push", "-q", str(hub.repo), "HEAD:refs/heads/main")
    with opened(hub) as github:
        make_record(github, Record(space="demo", commit=sha))
        for payload in ("", "{}", 7, None, {**hub.deployments[0]["payload"], "format_version": "2.0"}):
            hub.deployments[0]["payload"] = payload
            with pytest.raises(CannotRun, match="name the last applied commit by --applied"):
                newest_record(github, "demo")


def test_a_list_that_is_longer_than_what_is_read_is_told(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comment or the record that is looked for may be in the rest."""
    monkeypatch.setattr("reconciler.forge.github.rest.PAGE", 2)
    monkeypatch.setattr("reconciler.forge.github.rest.MOST_PAGES", 2)
    with opened(hub) as github:
        for count in range(3):
            github.call("write", "POST", "/issues/7/comments", {"body": str(count)})
        assert len(list(github.pages("list the comments", "/issues/7/comments"))) == 3
        github.call("write", "POST", "/issues/7/comments", {"body": "3"})
        with pytest.raises(CannotRun, match="asked to list the comments, is a list of 4 rows and maybe more"):
            list(github.pages("list the comments", "/issues/7/comments"))


def test_a_heal_and_an_apply_wait_for_each_other_and_neither_is_dropped() -> None:
    """Of two runs that wait in one group GitHub drops the older one, unless the group has a queue."""
    folder = ROOT / "reconciler/templates/workflows"
    apply, drift = (YAML(typ="safe").load(folder / f"{name}.yml") for name in ("apply", "drift"))
    waiting = [apply["concurrency"], drift["jobs"]["heal"]["concurrency"]]
    group = "reconciler-apply-${{ vars.RECONCILER_SPACE }}"
    assert waiting == [{"group": group, "cancel-in-progress": False, "queue": "max"}] * 2


@pytest.mark.parametrize("command", [("plan", "--format", "github"), ("validate", "--format", "github")])
def test_annotations_name_files_from_the_root_of_the_repository(
    desk: Desk, command: tuple[str, ...], tmp_path: Path
) -> None:
    """GitHub shows an annotation at a line only where it knows the file: `working-directory: teams/a`."""
    git(tmp_path, "init", "-q", ".")
    desk.folder = tmp_path / "teams/a"
    desk.stories("{id: 0123, fields: {priority: P3}}")
    done = desk.run(*command)
    assert "::error file=teams/a/state/stories.yaml,line=4" in done.out
