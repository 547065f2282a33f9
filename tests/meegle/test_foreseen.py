"""What a run asks ahead by settings and pins, and that it changes nothing but the time."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from reconciler.desired.workspace import open_workspace
from reconciler.errors import ReconcilerError
from reconciler.meegle.http import ahead
from reconciler.meegle.http.client import Client
from reconciler.meegle.reader import Reader
from reconciler.model import Plan
from reconciler.plan import planning
from reconciler.plan.selection import Selection
from tests.conftest import is_deep
from tests.faults.hostile import ANSWERS, Tampering
from tests.road import app_of, calm_world, connection_to

if TYPE_CHECKING:
    from reconciler.sandbox import World

ROOT = Path(__file__).parents[2]
ASKED = (
    *("projects/detail", "all-types", "field/all", "story/meta", "flow_roles/story"),
    *("business/all", "user/query", "story/query"),
)
CASES = [
    (name, asked)
    for number, name in enumerate(ANSWERS)
    for asked in (ASKED if is_deep() else [ASKED[number % len(ASKED)]])
]


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo state and its pins, in the folder of the run."""
    for folder in ("state", "schemas"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def planned(
    world: World, layer: Tampering | None = None, options: planning.PlanOptions = planning.EVERYTHING
) -> tuple[Plan | str, Counter[str]]:
    """Plan the folder of the run; return the plan or the error, and the questions that were asked."""
    workspace = open_workspace([], None)
    world.calls.clear()
    transport = httpx.WSGITransport(app=layer or app_of(world))
    with Client(connection_to(world), transport=transport, wait=lambda _: False) as client:
        reader = Reader(client, workspace.space, workspace.decisions, world.credentials.user_key)
        result: Plan | str
        try:
            result = planning.plan(workspace, reader, options)
        except ReconcilerError as error:
            result = f"{type(error).__name__} {error}"
    return result, Counter(json.dumps([one.method, one.path, one.body]) for one in world.calls)


def in_turn(monkeypatch: pytest.MonkeyPatch, world: World, *given: Any) -> tuple[Plan | str, Counter[str]]:
    """Plan with no thread that could ask ahead."""
    with monkeypatch.context() as patch:
        patch.setattr(ahead, "MOST", 0)
        return planned(world, *given)


def same(one: Plan | str, other: Plan | str) -> bool:
    """Whether two runs ended alike; a plan's time is when it was made."""
    if isinstance(one, Plan) and isinstance(other, Plan):
        return (one.updates, one.blocks, one.notes, one.metadata_digest, one.targets) == (
            other.updates,
            other.blocks,
            other.notes,
            other.metadata_digest,
            other.targets,
        )
    return one == other


@pytest.mark.usefixtures("demo")
def test_asking_ahead_asks_the_same_questions_and_plans_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    world = calm_world()
    (early, asked_ahead), (late, asked_in_turn) = planned(world), in_turn(monkeypatch, world)
    assert isinstance(early, Plan)
    assert len(early.updates) == 10
    assert same(early, late)
    assert asked_ahead == asked_in_turn


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    "selection",
    [Selection(only=("story",)), Selection(exclude=("issue",)), Selection(files=())],
    ids=["only", "exclude", "no file"],
)
def test_a_selection_asks_for_no_item_that_it_leaves_out(
    monkeypatch: pytest.MonkeyPatch, selection: Selection
) -> None:
    world, options = calm_world(), planning.PlanOptions(selection)
    early, late = planned(world, None, options), in_turn(monkeypatch, world, None, options)
    assert same(early[0], late[0])
    assert early[1] == late[1]


@pytest.mark.parametrize("change", ["field gone", "type gone", "locked role", "no key", "wrong key"])
def test_a_wrong_guess_is_asked_again_and_plans_the_same(
    demo: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    world = calm_world()
    space = next(iter(world.spaces.values()))
    story = space.type("story")
    assert story
    settings = demo / "state" / "reconciler.yaml"
    match change:
        case "field gone":
            story.fields = [one for one in story.fields if one.key != "priority"]
        case "type gone":
            space.types = [one for one in space.types if one.key != "issue"]
        case "locked role":
            for path in (demo / "schemas" / "demo").glob("*.json"):
                path.write_text(path.read_text().replace('"locked": true', '"locked": false'))
        case _:
            text = settings.read_text()
            key = "    project_key: 64a0c1f2e3b4d5a6c7e8f901\n"
            assert key in text
            settings.write_text(text.replace(key, "" if change == "no key" else key.replace("f901", "f902")))
    (early, _), (late, _) = planned(world), in_turn(monkeypatch, world)
    assert same(early, late)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(("name", "asked"), CASES)
def test_a_bad_answer_ends_a_run_alike_whatever_came_first(
    monkeypatch: pytest.MonkeyPatch, name: str, asked: str
) -> None:
    world = calm_world()
    layer = Tampering(app_of(world))
    ended: list[Plan | str] = []
    for run in (planned, lambda *given: in_turn(monkeypatch, *given)):
        layer.arm(ANSWERS[name], asked, times=1000)
        ended.append(run(world, layer)[0])
    early, late = ended
    assert same(early, late)


@pytest.mark.usefixtures("demo")
def test_two_bad_answers_end_a_run_by_the_one_whose_turn_is_first(monkeypatch: pytest.MonkeyPatch) -> None:
    world = calm_world()
    world.options.set(
        {
            "faults": [
                {"kind": "not_installed", "path": "*user/query"},
                {"kind": "quota", "path": "*/flow_roles/*", "delay_ms": 50},
            ]
        }
    )
    early, late = planned(world)[0], in_turn(monkeypatch, world)[0]
    assert "quota" in str(early)
    assert early == late
