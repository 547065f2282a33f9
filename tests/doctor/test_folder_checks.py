"""What doctor finds in the folder: its files, its pins, its repository."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.doctor.demo_repository import begin, told

if TYPE_CHECKING:
    from tests.conftest import Desk


GIT = shutil.which("git") or ""


ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(desk: Desk) -> Desk:
    return begin(desk)


def test_without_files_it_looks_at_the_service_all_the_same(desk: Desk) -> None:
    code, lines = told(desk)
    assert code == 0
    assert [line.partition(":")[0] for line in lines] == ["note  pins", "note  files", "note  git"]


def test_mistakes_in_the_files_are_counted(home: Desk) -> None:
    home.write("state/demo/more.yaml", "space: demo\ntype: story\nitems: [{id: x}]\n")
    code, (line,) = told(home)
    assert (code, line) == (1, "wrong files: 1 mistake in the files; look at `reconciler validate`")
