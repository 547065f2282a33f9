"""Saved plans: told from desired state, and bound to their place, their commit and their age."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.apply.saved_plan import is_plan, read_plans, refuse_other_target, refuse_stale
from reconciler.errors import CannotRun
from reconciler.plan.plan_file import BadPlan, dumps
from tests.git_repository import commit, git
from tests.render.plans import NOON, plan_with, priority, saved, update

if TYPE_CHECKING:
    from tests.conftest import Desk


STORY = 6300012320


def test_a_saved_plan_can_be_bound_to_its_commit_and_its_age(repo: Desk) -> None:
    repo.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    first = git(repo.folder, "rev-parse", "HEAD")
    sha = commit(repo)
    repo.run("plan", "--out", "plan.json")
    for flags, said in (
        (["--require-commit", first], f"it was made of {sha}, and '{first}' is required"),
        (["--require-commit", sha[:3]], "is required"),
        (["--max-age", "0s"], "at most 0 s are allowed"),
    ):
        repo.environ["SOURCE_DATE_EPOCH"] = "4000000000"
        done = repo.run("apply", "plan.json", *flags)
        assert done.code == 1
        assert said in done.err
    del repo.environ["SOURCE_DATE_EPOCH"]
    repo.stories(f"{{id: {STORY}, fields: {{priority: P2}}}}")
    repo.run("plan", "--out", "dirty.json")
    assert "differ from their commit" in repo.run("apply", "dirty.json", "--require-commit", sha).err
    assert repo.world.writes == []
    assert repo.run("apply", "plan.json", "--require-commit", sha, "--max-age", "10m").code == 0


def test_a_saved_plan_is_refused_where_the_limits_of_its_base_cannot_be_read(
    repo: Desk, tmp_path: Path
) -> None:
    repo.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    commit(repo)
    repo.run("plan", "--base", "HEAD~1", "--out", "plan.json")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repo.folder}", str(shallow))
    shutil.copy(repo.folder / "plan.json", shallow)
    repo.folder = shallow
    done = repo.run("apply", "plan.json")
    assert (done.code, "in this shallow clone; fetch it" in done.err) == (1, True)
    assert repo.world.writes == []


PLAN = dumps(saved(plan_with(update(1, priority()))))


@pytest.mark.parametrize(
    ("name", "text", "is_one"),
    [
        ("plan.json", PLAN, True),
        ("plan", PLAN, True),
        ("plan.json", "{damaged", True),
        ("plan.yaml", PLAN, True),
        ("stories.yaml", "space: demo\ntype: story\nitems: []\n", False),
        ("stories.yaml", '{"space": "demo", "type": "story", "items": []}', False),
        ("stories.yml", "{damaged", False),
    ],
)
def test_a_plan_is_told_from_desired_state_under_any_name(
    tmp_path: Path,
    name: str,
    text: str,
    is_one: bool,  # noqa: FBT001 - a row of the table
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert is_plan([tmp_path / name]) is is_one


def test_a_folder_or_several_paths_are_no_plan(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(PLAN, encoding="utf-8")
    assert not is_plan([tmp_path])
    assert not is_plan([tmp_path / "plan.json"] * 2)
    assert not is_plan([])


def test_a_plan_that_is_not_there_is_told_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match=r"cannot read .*plan\.json"):
        read_plans(tmp_path / "plan.json")


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ({"host": "other.example.com"}, "it was made for project.feishu.cn"),
        ({"space_key": "another"}, "and demo is now another"),
        ({"metadata_digest": "moved"}, "has changed in the space"),
    ],
)
def test_a_plan_is_refused_in_any_other_place(place: dict[str, str], said: str) -> None:
    plan = plan_with(update(1, priority()))
    here = {"host": plan.host, "space_key": plan.space_key, "metadata_digest": plan.metadata_digest}
    refuse_other_target(plan, **here)
    with pytest.raises(BadPlan, match=said):
        refuse_other_target(plan, **(here | place))


def test_a_plan_from_the_future_is_as_stale_as_an_old_one() -> None:
    made = saved(plan_with())
    refuse_stale(made, NOON + timedelta(seconds=60), commit="a" * 7, max_age=60)
    for moment in (NOON + timedelta(seconds=61), NOON - timedelta(seconds=1)):
        with pytest.raises(BadPlan, match="at most 60 s are allowed"):
            refuse_stale(made, moment, commit=None, max_age=60)


def test_a_commit_is_named_by_seven_digits_at_least() -> None:
    made = saved(plan_with())
    for commit_name in ("a" * 6, "", "b" * 40):
        with pytest.raises(BadPlan, match="is required"):
            refuse_stale(made, NOON, commit=commit_name, max_age=None)
