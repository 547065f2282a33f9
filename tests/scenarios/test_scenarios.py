"""Each scenario is planned and applied on the sandbox, and must end in exactly its files.

`python -m tests.scenarios` writes the results anew; the difference is for people to read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.scenarios.scenario import folders, play

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Desk

LEAST = 30


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_a_scenario_ends_as_its_files_say(folder: Path, desk: Desk) -> None:
    results = play(folder, desk)
    assert len(results) >= len(("plan.txt", "apply.txt", "requests.json", "after.json"))
    for name, text in results.items():
        assert text == (folder / name).read_text(encoding="utf-8"), name


def test_scenarios_are_numbered_without_gaps_and_named_by_a_sentence() -> None:
    names = [folder.name for folder in folders()]
    assert len(names) >= LEAST
    assert [name.split("-", 1)[0] for name in names] == [f"{n:03}" for n in range(1, len(names) + 1)]
