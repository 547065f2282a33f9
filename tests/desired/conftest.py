"""A folder of state beside the pins of the demo space."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.desired.demo_pins import ROOT, STORIES

ITEM = "  - {id: 6300012320, fields: {priority: P0}}\n"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, with one story in `a.yaml`; its parent is the current folder."""
    shutil.copytree(ROOT / "schemas" / "demo", tmp_path / "schemas" / "demo")
    state = tmp_path / "state"
    state.mkdir()
    (state / "a.yaml").write_text(STORIES + ITEM)
    monkeypatch.chdir(tmp_path)
    return state
