"""The ready workflows over a repository of two spaces, each with a plugin and secrets of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.adopt.space_secrets import ready_for
from reconciler.adopt.workflows import ready
from reconciler.meegle.space_variables import USUAL, variable_of
from reconciler.sandbox.demo.more_spaces import STEP, add_space, own_plugin
from tests.workflows.conftest import DUE, MAY, POINTS, STORY
from tests.workflows.hub import git

if TYPE_CHECKING:
    from tests.workflows.conftest import Team
    from tests.workflows.runner import Run

MOBILE = STORY + STEP
APPLIED = {"plan": "success", "apply": "success", "record": "success"}
SETTINGS = "    guards: {{share: 100%}}\n    drift: {}\n"


def settings(team: Team, drift: str = "{default: report}") -> None:
    """Write the settings of both spaces, with one policy for drift."""
    text = SETTINGS.format(drift)
    team.write("state/reconciler.yaml", f"spaces:\n  demo:\n{text}  mobile:\n{text}")


def mobile(team: Team, fields: str) -> None:
    """Write the file of the second space."""
    items = f"items:\n  - {{id: {MOBILE}, fields: {{{fields}}}}}\n"
    team.write("state/mobile/a.yaml", f"space: mobile\ntype: story\n{items}")


@pytest.fixture
def two(team: Team) -> Team:
    """A team of two spaces: no plugin is shared, and the workflows hand on the secrets of both."""
    add_space(team.world, "mobile")
    for space in ("demo", "mobile"):
        known = own_plugin(team.world, space)
        values = zip(USUAL, (known.plugin_id, known.plugin_secret, known.user_key), strict=True)
        team.runner.secrets |= {variable_of(name, space): one for name, one in values}
    for name in USUAL:
        del team.runner.secrets[name]
    team.runner.flows = team.runner.folder / "flows"
    team.runner.flows.mkdir()
    for name in ready():
        (team.runner.flows / name).write_text(ready_for(name, ("DEMO", "MOBILE")), encoding="utf-8")
    settings(team)
    mobile(team, "priority: P0, story_points: 5")
    team.world.edit(MOBILE, POINTS, 5)
    team.commit()
    return team


def live(team: Team, key: str) -> tuple[Any, Any]:
    """What is live in the story of each space."""
    return team.value(key), team.value(key, MOBILE)


def both_in(text: str) -> bool:
    """Whether a text shows the story of each space."""
    return f"demo/story/{STORY}" in text and f"mobile/story/{MOBILE}" in text


def newest(team: Team) -> dict[str, tuple[str, Any]]:
    """The commit and the rows left behind of the newest record of each space."""
    return {
        space: (some[-1]["sha"], some[-1]["payload"]["unapplied"]) for space, some in records(team).items()
    }


def at_head(team: Team) -> dict[str, tuple[str, Any]]:
    """What `newest` gives where both spaces are at the default branch."""
    head = git(team.desk, "rev-parse", "main")
    return {"demo": (head, []), "mobile": (head, [])}


def records(team: Team) -> dict[str, list[dict[str, Any]]]:
    """The records of each space."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in team.hub.deployments:
        kind, _, space = one["task"].partition(":")
        if kind == "reconciler":
            found.setdefault(space, []).append(one)
    return found


def proposed(team: Team) -> tuple[int, Run]:
    """A pull request that changes a story of each space, and its run."""
    team.story("priority: P3, story_points: 5, due: 2026-04-21")
    mobile(team, "priority: P2, story_points: 5")
    team.commit("feature")
    number = team.hub.open_pull("feature")
    return number, team.runner.pull_request(number)


def spoilt(team: Team) -> str:
    """Give the second space a wrong secret; returns the right one."""
    name = variable_of("MEEGLE_PLUGIN_SECRET", "mobile")
    right, team.runner.secrets[name] = team.runner.secrets[name], "0" * 32
    return right


def test_one_comment_shows_both_spaces_and_a_merge_applies_and_records_both(two: Team) -> None:
    two.settle()
    assert {space: len(some) for space, some in records(two).items()} == {"demo": 1, "mobile": 1}
    number, run = proposed(two)
    assert run.results == {"plan": "success", "comment": "success"}, run.log()
    (comment,) = two.hub.comments
    assert comment["issue"] == number
    assert "### Plan for `demo`, `mobile`" in comment["body"]
    assert "**2 spaces. Plan: 2 items to update (2 fields)" in comment["body"]
    assert both_in(comment["body"])
    assert two.world.writes == []
    two.merge("feature")
    run = two.runner.push()
    assert run.results == APPLIED, run.log()
    assert live(two, "priority") == ({"value": "option_3"}, {"value": "option_2"})
    assert newest(two) == at_head(two)
    journals = [some[-1]["payload"]["journal"] for some in records(two).values()]
    assert all(f"last hash {one}\n" in run.jobs["apply"].summary for one in journals)
    assert len(set(journals)) == 2
    again = two.runner.push()
    assert again.results == {"plan": "success", "apply": "skipped", "record": "success"}


def test_the_comment_and_the_issue_of_one_space_go_on_as_those_of_both(
    two: Team,
) -> None:
    git(two.desk, "rm", "-q", "-r", "state/mobile")
    two.commit()
    two.runner.push()
    two.move(POINTS, 8)
    two.runner.schedule()
    assert [one["title"] for one in two.hub.issues] == ["Drift in demo"]
    two.story("priority: P3, story_points: 5, due: 2026-04-21")
    two.commit("feature")
    number = two.hub.open_pull("feature")
    two.runner.pull_request(number)
    assert "mobile" not in two.hub.comments[0]["body"]
    mobile(two, "priority: P2, story_points: 5")
    two.commit("feature")
    assert two.runner.pull_request(number).results["comment"] == "success"
    (comment,) = two.hub.comments
    assert both_in(comment["body"])
    assert two.hub.minimized == []
    two.merge("feature")
    two.runner.push()
    two.runner.schedule()
    assert [(one["title"], one["state"]) for one in two.hub.issues] == [("Drift in demo, mobile", "open")]


def test_a_change_of_one_space_sends_nothing_to_the_other_and_records_both(two: Team) -> None:
    two.settle()
    mobile(two, "priority: P2, story_points: 5")
    two.commit()
    run = two.runner.push()
    assert run.results == APPLIED, run.log()
    assert {made.path.split("/")[-1] for made in two.world.writes} == {str(MOBILE)}
    assert newest(two) == at_head(two)


def test_nothing_is_applied_while_the_plan_of_one_space_fails_and_comment_and_exit_say_so(two: Team) -> None:
    two.settle()
    right = spoilt(two)
    number, run = proposed(two)
    assert run.results == {"plan": "failure", "comment": "success"}, run.log()
    assert run.jobs["plan"].codes["Plan"] == 1
    (comment,) = two.hub.comments
    assert "**1 of 2 spaces failed (`mobile`). Plan: 1 item to update (1 field)" in comment["body"]
    assert "MEEGLE" in comment["body"]
    two.merge("feature")
    run = two.runner.push()
    assert run.results == {"plan": "failure", "apply": "skipped", "record": "skipped"}
    assert "error: the space mobile was not planned" in run.log()
    assert two.world.writes == []
    assert {space: len(some) for space, some in records(two).items()} == {"demo": 1, "mobile": 1}
    two.runner.secrets[variable_of("MEEGLE_PLUGIN_SECRET", "mobile")] = right
    assert two.runner.pull_request(number).results["comment"] == "success"
    assert "failed" not in two.hub.comments[0]["body"]
    assert two.runner.push().results == APPLIED
    assert len(two.hub.comments) == 1


def test_a_secret_that_goes_wrong_before_the_apply_keeps_every_space_from_being_written(two: Team) -> None:
    two.settle()

    def rotate(job: str, _: Run) -> None:
        if job == "apply":
            spoilt(two)

    two.runner.before_job = rotate
    proposed(two)
    two.merge("feature")
    run = two.runner.push()
    assert run.results == {"plan": "success", "apply": "failure", "record": "skipped"}, run.log()
    assert run.jobs["apply"].codes["Apply"] == 1
    assert two.world.writes == []


def test_a_guard_of_one_space_refuses_both(two: Team) -> None:
    text = SETTINGS.format("{default: report}")
    strict = text.replace("share: 100%", "changes: 0")
    two.write("state/reconciler.yaml", f"spaces:\n  demo:\n{text}  mobile:\n{strict}")
    two.commit()
    two.settle()
    proposed(two)
    two.merge("feature")
    run = two.runner.push()
    assert run.results == {"plan": "success", "apply": "failure", "record": "skipped"}, run.log()
    assert run.jobs["apply"].codes["Apply"] == 4
    assert two.world.writes == []


def test_an_apply_that_ends_in_one_space_alone_is_ended_by_the_next_merge(two: Team) -> None:
    two.settle()
    first = records(two)["mobile"][-1]["sha"]
    proposed(two)
    two.merge("feature")
    two.world.options.faults = [{"kind": "quota", "method": "PUT", "nth": 2}]
    run = two.runner.push()
    assert run.results["apply"] == "failure", run.log()
    assert newest(two) == {**at_head(two), "mobile": (first, [])}
    two.world.options.faults = []
    run = two.runner.push()
    assert run.results == APPLIED, run.log()
    assert live(two, "priority") == ({"value": "option_3"}, {"value": "option_2"})
    assert newest(two) == at_head(two)


def test_one_issue_names_the_drift_of_both_spaces_and_is_closed_when_it_is_gone(two: Team) -> None:
    two.settle()
    two.move(POINTS, 8)
    two.move(POINTS, 9, MOBILE)
    run = two.runner.schedule()
    assert (run.results["drift"], run.results["issue"]) == ("success", "success"), run.log()
    (issue,) = two.hub.issues
    assert issue["title"] == "Drift in demo, mobile"
    assert both_in(issue["body"])
    two.move(POINTS, 5)
    two.runner.schedule()
    assert issue["state"] == "open"
    two.move(POINTS, 5, MOBILE)
    two.runner.schedule()
    assert (issue["state"], len(two.hub.issues)) == ("closed", 1)
    assert two.world.writes == []


def test_the_clock_heals_both_spaces_and_neither_where_one_fails(two: Team) -> None:
    settings(two, "{default: heal}")
    two.commit()
    two.settle()
    two.move(POINTS, 8)
    two.move(POINTS, 9, MOBILE)
    right = spoilt(two)
    run = two.runner.schedule()
    assert run.results == {
        **dict.fromkeys(("accept", "heal"), "skipped"),
        "drift": "failure",
        "issue": "success",
    }
    assert "1 of 2 spaces failed (`mobile`)" in two.hub.issues[0]["body"]
    assert two.world.writes == []
    two.runner.secrets[variable_of("MEEGLE_PLUGIN_SECRET", "mobile")] = right
    run = two.runner.schedule()
    assert run.results["heal"] == "success", run.log()
    assert (two.value(POINTS), two.value(POINTS, MOBILE)) == (5, 5)


def requests(team: Team) -> dict[str, tuple[str, str]]:
    """The state and the text of each request that accepts live values, by its branch."""
    return {one["head"]["ref"]: (one["state"], one["body"]) for one in team.hub.pulls}


def changed_files(team: Team, space: str) -> list[str]:
    """The files that the request of a space changes."""
    return git(team.hub.repo, "diff", "--name-only", "main", f"reconciler/accept-{space}").split()


def accepting(team: Team) -> None:
    """Settle with the policy `accept` in both spaces; then somebody moves a value in each."""
    settings(team, "{default: accept}")
    team.commit()
    team.settle()
    team.move(DUE, MAY)
    team.move(POINTS, 9, MOBILE)


def test_the_clock_accepts_by_one_pull_request_a_space_with_its_files_alone(two: Team) -> None:
    accepting(two)
    for _ in range(2):
        run = two.runner.schedule()
        assert run.results["accept"] == "success", run.log()
    made = requests(two)
    assert list(made) == ["reconciler/accept-demo", "reconciler/accept-mobile"]
    for space, pull in zip(("demo", "mobile"), two.hub.pulls, strict=True):
        assert pull["title"] == f"Accept live values of {space}"
        assert changed_files(two, space) == [f"state/{space}/a.yaml"]
        assert f"{space}: Pull request " in run.jobs["accept"].log
    (_, demo), (_, other) = made.values()
    assert "2026-05-19" in demo
    assert "2026-05-19" not in other
    assert "mobile/story/" in other
    two.merge("reconciler/accept-demo")
    two.merge("reconciler/accept-mobile")
    assert two.runner.push().results == {"plan": "success", "apply": "skipped", "record": "success"}
    assert newest(two) == at_head(two)
    assert two.world.writes == []


def test_a_request_is_closed_when_nothing_of_its_space_is_left_to_accept(two: Team) -> None:
    accepting(two)
    two.runner.schedule()
    two.move(POINTS, 5, MOBILE)
    run = two.runner.schedule()
    assert run.results["accept"] == "success", run.log()
    assert [state for state, _ in requests(two).values()] == ["open", "closed"]


def test_accept_is_narrowed_to_one_space(two: Team) -> None:
    accepting(two)

    def narrow(job: str, _: Run) -> None:
        if job == "accept":
            two.runner.variables["RECONCILER_SPACE"] = "mobile"

    two.runner.before_job = narrow
    assert two.runner.schedule().results["accept"] == "success"
    assert list(requests(two)) == ["reconciler/accept-mobile"]


def test_a_space_whose_values_cannot_be_accepted_keeps_no_other_from_its_request(two: Team) -> None:
    accepting(two)

    def rotate(job: str, _: Run) -> None:
        if job == "accept":
            spoilt(two)

    two.runner.before_job = rotate
    run = two.runner.schedule()
    assert run.results["accept"] == "failure"
    assert run.jobs["accept"].codes["Keep the pull request up to date"] == 1
    assert "error: the space mobile: " in run.jobs["accept"].log
    assert list(requests(two)) == ["reconciler/accept-demo"]


def test_a_variable_narrows_all_jobs_to_one_space(two: Team) -> None:
    two.runner.variables["RECONCILER_SPACE"] = "mobile"
    two.settle()
    _, run = proposed(two)
    assert run.results["comment"] == "success", run.log()
    assert "### Plan for `mobile`" in two.hub.comments[0]["body"]
    two.merge("feature")
    assert two.runner.push().results == APPLIED
    assert set(records(two)) == {"mobile"}
    assert two.value("priority", MOBILE) == {"value": "option_2"}
    assert two.value("priority") == {"value": "option_0"}


def test_without_any_secret_both_spaces_are_checked_offline(two: Team) -> None:
    two.settle()
    calls = len(two.world.calls)
    two.runner.secrets = {}
    _, run = proposed(two)
    assert run.results == {"plan": "success", "comment": "skipped"}, run.log()
    assert "checked offline" in run.jobs["plan"].summary
    assert len(two.world.calls) == calls
