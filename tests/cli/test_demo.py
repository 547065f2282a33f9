"""`demo`: the main job on the embedded sandbox, in a folder of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.cli.demo import FOLDERS, working_folder
from reconciler.errors import CannotRun

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Desk


def test_the_demo_plans_applies_and_plans_empty(desk: Desk) -> None:
    done = desk.run("demo")
    assert done.code == 0, done.out + done.err
    assert done.out.count("$ reconciler ") == 3
    assert "No changes." in done.out.rpartition("$ reconciler ")[2]


def test_without_a_folder_to_keep_nothing_is_left() -> None:
    with working_folder(None) as folder:
        assert {one.name for one in folder.iterdir()} == set(FOLDERS)
    assert not folder.exists()


def test_a_folder_to_keep_must_be_empty(tmp_path: Path) -> None:
    with working_folder(tmp_path / "new"):
        pass
    assert (tmp_path / "new/state").is_dir()
    with pytest.raises(CannotRun, match="is not empty"), working_folder(tmp_path / "new"):
        pass
