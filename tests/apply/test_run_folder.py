"""The folder of a run: new for each, and sorted as runs begin."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.apply.run_folder import new_run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_names_sort_as_runs_begin_and_no_two_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folders = [new_run() for _ in range(20)]
    assert len({one.name for one in folders}) == len(folders)
    assert {one.parent.as_posix() for one in folders} == {".reconciler/runs"}
    moments = [one.name[:-4] for one in folders]
    assert moments == sorted(moments)
    assert all(re.fullmatch(r"\d{8}T\d{6}Z-\d{6}[0-9a-f]{4}", one.name) for one in folders)
