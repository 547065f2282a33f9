"""`reconciler move`: a sprint after the adoption, roles, defaults, and what a plan shows before and after."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk

SPRINT = """\
space: demo
type: story
defaults:
  fields:
    due: 2026-12-11
    schedule: {start: 2026-11-30, end: 2026-12-11}
items:
  - 6300012331
  - 6300012332
  - id: 6300012333   # waits for the bank
    fields: {due: 2026-12-18}
"""


@pytest.fixture
def adopted(desk: Desk) -> Desk:
    """A project in which `story.yaml` manages the usual fields of every story."""
    assert desk.run("init", "--space", "demo", "--type", "story").code == 0
    assert desk.run("pull", "--type", "story", "--into", "state/demo/story.yaml").code == 0
    return desk


def rows(desk: Desk) -> list[tuple[str, list[tuple[str, object, object]]]]:
    """Return the changes of a plan, without their places."""
    made = json.loads(desk.run("plan", "--format", "json").out)
    return [
        (one["address"], sorted((row["key"], row["before"], row["after"]) for row in one["fields"]))
        for one in made["resource_changes"]
    ]


def test_the_mistake_names_the_command_that_ends_it(adopted: Desk) -> None:
    adopted.write("state/demo/sprint.yaml", SPRINT)
    told = adopted.run("validate").out
    command = "reconciler move --fields due --from state/demo/story.yaml --into state/demo/sprint.yaml"
    assert f"keep it in one place: `{command}`" in told
    assert adopted.run(*command.split()[1:]).code == 0
    done = adopted.run(*command.replace("due", "schedule").split()[1:])
    assert done.out.startswith(
        "Moved Schedule of 3 items from state/demo/story.yaml into state/demo/sprint.yaml.\n"
        "  state/demo/story.yaml:"
    )
    assert "60 other items of state/demo/story.yaml keep theirs" in done.err
    assert "Plan: 3 items to update (6 fields)" in adopted.run("plan").out
    assert (adopted.folder / "state/demo/sprint.yaml").read_text() == SPRINT


@pytest.mark.parametrize("words", ["roles.RD", "priority,due", "roles.RD,schedule,tags"])
@pytest.mark.parametrize("more", [[], ["--defaults"], ["--only", "6300012331", "--only", "6300012340"]])
def test_a_plan_is_the_same_before_and_after(adopted: Desk, words: str, more: list[str]) -> None:
    adopted.world.edit(6300012331, "priority", {"value": "option_0"}, by="7310000000000000002")
    before = rows(adopted)
    assert len(before) == 1
    done = adopted.run(
        "move", "--fields", words, "--from", "state/demo/story.yaml", "--into", "state/demo/new.yaml", *more
    )
    assert done.code == 0, done
    assert rows(adopted) == before
    assert adopted.run("fmt", "--check").code == 0
    assert adopted.sent == []


def test_two_files_are_needed_or_defaults(adopted: Desk) -> None:
    same = ["--from", "state/demo/story.yaml", "--into", "state/demo/story.yaml"]
    assert adopted.run("move", "--fields", "priority", *same).code == 1
    done = adopted.run("move", "--fields", "priority", *same, "--defaults")
    assert done.code == 0
    assert done.out.startswith("Moved Priority of ")
    assert "into the defaults of state/demo/story.yaml." in done.out
    assert adopted.run("plan").out.startswith("No changes.")
    assert adopted.run("move", "--fields", "due").code == 1


def test_of_many_values_that_give_way_the_first_are_listed(adopted: Desk) -> None:
    ids = "".join(f"  - {one}\n" for one in range(6300012331, 6300012341))
    adopted.write("state/demo/all.yaml", f"{SPRINT.split('items', maxsplit=1)[0]}items:\n{ids}")
    done = adopted.run(
        "move", "--fields", "schedule", "--from", "state/demo/story.yaml", "--into", "state/demo/all.yaml"
    )
    assert done.out.count(" gave way to ") == 5
    assert done.out.endswith("  … and 3 values more that gave way\n")
