"""`tests/` mirrors the package: a module's tests are found by the module's name.

A module without a test file of its name is tested by the files that its package has here.  The number of
such modules may fall and never grow: who adds a module adds its test file, too.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Final, NamedTuple

import pytest

ROOT = Path(__file__).parents[1]


class Elsewhere(NamedTuple):
    """How many modules of a package have no test file of their name, and which files test them."""

    most: int
    files: tuple[str, ...]


ELSEWHERE: Final = {
    "adopt": Elsewhere(
        1, ("adopt/test_entry_file.py", "adopt/test_pull.py")
    ),  # live_items.py: reads of pulls
    "apply": Elsewhere(1, ("apply/test_applier.py", "apply/test_run.py")),  # ports.py: protocols
    "cli": Elsewhere(
        7, ("cli", "forge/test_laws.py", "plan/test_failures.py", "scenarios", "test_readme.py")
    ),
    "desired": Elsewhere(1, ("desired/test_claims.py",)),  # items.py: values without behaviour
    "doctor": Elsewhere(
        1, ("doctor/test_probe.py", "doctor/test_form_trials.py")
    ),  # probed_fields.py: of whole probes
    "forge": Elsewhere(
        3, ("forge/test_laws.py", "forge/test_gitlab.py")
    ),  # protocol.py; the git of both forges
    "forge/github": Elsewhere(6, ("forge/test_laws.py", "workflows/test_forge.py")),
    "forge/gitlab": Elsewhere(7, ("forge/test_gitlab.py", "forge/test_laws.py")),
    "forge/lark": Elsewhere(4, ("forge/test_card.py",)),
    "manifest/edit": Elsewhere(1, ("manifest/edit/test_cutting.py", "manifest/edit/test_edits.py")),
    "plan": Elsewhere(1, ("cli/test_plan.py", "plan/test_planner.py")),  # selection.py: the REFs of commands
}


def packages() -> dict[str, list[str]]:
    """List the modules without a test file of their name, by their package."""
    found: dict[str, list[str]] = defaultdict(list)
    for module in sorted((ROOT / "reconciler").rglob("*.py")):
        inside = module.relative_to(ROOT / "reconciler")
        if module.stem.startswith("__") or "templates" in inside.parts:
            continue
        if not (ROOT / "tests" / inside.parent / f"test_{inside.name}").exists():
            found[inside.parent.as_posix()].append(inside.name)
    return dict(found)


def test_no_package_has_more_modules_without_a_test_file_than_are_known() -> None:
    known = {package: row.most for package, row in ELSEWHERE.items()}
    grown = {name: found for name, found in packages().items() if len(found) > known.get(name, 0)}
    assert grown == {}


@pytest.mark.parametrize("package", ELSEWHERE)
def test_the_files_that_test_the_other_modules_exist(package: str) -> None:
    row = ELSEWHERE[package]
    assert row.files
    for file in row.files:
        assert (ROOT / "tests" / file).exists(), file
