"""Validation needs no network: it runs where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk

ROOT = Path(__file__).parent.parent.parent
UNSHARE = shutil.which("unshare")


def may_unshare() -> bool:
    """Whether this machine lets us make a network namespace."""
    if not UNSHARE:
        return False
    done = subprocess.run([UNSHARE, "-rn", "true"], check=False, capture_output=True)
    return done.returncode == 0


pytestmark = pytest.mark.skipif(
    not os.environ.get("RECONCILER_NO_SKIPS") and not may_unshare(),
    reason="this machine lets nobody make a network namespace",
)


def validate_without_network(folder: Path) -> subprocess.CompletedProcess[str]:
    assert UNSHARE
    return subprocess.run(
        [UNSHARE, "-rn", sys.executable, "-m", "reconciler", "validate"],
        cwd=folder,
        env={"PYTHONPATH": os.environ.get("PYTHONPATH", "")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_demo_s_state_is_valid_where_there_is_no_network() -> None:
    done = validate_without_network(ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Valid: ")


def test_planted_mistakes_are_found_where_there_is_no_network(tmp_path: Path) -> None:
    for name in ("state", "schemas"):
        shutil.copytree(ROOT / name, tmp_path / name)
    path = tmp_path / "state/demo/checkout.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("priority: P0", "priority: p0").replace("due: 2026-12-01", "due: tomorrow"),
        encoding="utf-8",
    )
    done = validate_without_network(tmp_path)
    assert done.returncode == 1
    assert "no option 'p0' on Priority; did you mean 'P0'?" in done.stdout
    assert "expected a day for Due, found 'tomorrow'" in done.stdout
    assert done.stdout.endswith("Invalid: 2 mistakes.\n")


@pytest.mark.parametrize(
    "command", ["validate", "plan", "apply --yes", "drift", "fmt", "schema check", "why 6300012320"]
)
def test_an_empty_folder_leads_to_init(desk: Desk, command: str) -> None:
    shutil.rmtree(desk.folder / "state", ignore_errors=True)
    done = desk.run(*command.split())
    assert done.code == 1
    assert "no such file or folder; run `reconciler init` to begin a repository here" in done.out + done.err
