"""What commands may cost in instructions, counted by valgrind beside what cannot be spared.

Both counts of a bound are taken on the same machine with the same interpreter, so that neither decides it.
A bound is a tenth above what was counted when it was set.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bench.work import world_of, write_state
from tests.conftest import without

if TYPE_CHECKING:
    from tests.conftest import Desk

ROOT = Path(__file__).parents[2]
VALGRIND = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
COLLECTED = re.compile(r"Collected : ([0-9]+)")
FEW, MANY = 200, 500


@pytest.fixture(autouse=True)
def valgrind() -> None:
    """Leave out these tests where there is no valgrind; continuous integration installs it."""
    if not shutil.which("valgrind"):
        without("valgrind is not installed")


def instructions(desk: Desk, *command: str) -> int:
    """Return how many instructions Python executes for a command, with its modules compiled."""
    environ = {**os.environ, **desk.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    python = (sys.executable, *command)
    for call in (python, (*VALGRIND, *python)):
        done = subprocess.run(
            call, cwd=desk.folder, env=environ, capture_output=True, text=True, timeout=300, check=True
        )
    counted = COLLECTED.search(done.stderr)
    assert counted
    return int(counted[1])


def with_items(desk: Desk, count: int) -> Desk:
    """Put so many stories into the space, and files that want them as they are."""
    for folder in ("state", "schemas"):
        shutil.rmtree(desk.folder / folder, ignore_errors=True)
    write_state(desk.folder, count)
    desk.world.items.update(world_of(count).items)
    return desk


def test_help_validate_and_a_small_plan_are_a_bounded_multiple_of_doing_nothing(desk: Desk) -> None:
    desk = with_items(desk, 1)
    nothing = instructions(desk, "-c", "pass")
    usage, check, small = (
        instructions(desk, "-m", "reconciler", one) for one in ("--help", "validate", "plan")
    )
    # 5.1, 11.1 and 20.3 times when they were set; nearly all of each is imports.
    assert usage < 5.6 * nothing
    assert check < 12.2 * nothing
    assert small < 22.3 * nothing


def test_an_item_of_a_plan_costs_a_bounded_multiple_of_what_reading_and_comparing_it_takes(
    desk: Desk,
) -> None:
    def of_an_item(*command: str) -> int:
        few, many = (instructions(with_items(desk, count), *command) for count in (FEW, MANY))
        return (many - few) // (MANY - FEW)

    ours, script = of_an_item("-m", "reconciler", "plan"), of_an_item("-m", "tests.bench.reference")
    assert ours < 0.65 * script, f"{ours} instructions beside {script}"
