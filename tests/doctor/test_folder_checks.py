"""What doctor finds in the folder: its files, its pins, its repository."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk


GIT = shutil.which("git") or ""


ROOT = Path(__file__).parents[2]


TAIL = "-     write permission: not asked (doctor --probe ITEM)\n"


def git(desk: Desk, *arguments: str) -> None:
    me = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    subprocess.run([GIT, *me, *arguments], cwd=desk.folder, check=True, capture_output=True)


@pytest.fixture
def home(desk: Desk) -> Desk:
    """The demo's repository, committed, beside its space."""
    for name in ("state", "schemas"):
        shutil.copytree(ROOT / name, desk.folder / name)
    desk.write(".gitignore", ".reconciler/\n")
    git(desk, "init", "-q")
    git(desk, "add", ".")
    git(desk, "commit", "-qm", "Begin")
    desk.environ["MEEGLE_RATE"] = "15"
    return desk


def told(desk: Desk) -> tuple[int, list[str]]:
    """Run the doctor; returns its code and every line that is not well."""
    done = desk.run("doctor")
    assert done.err == ""
    assert done.out.endswith(TAIL)
    assert desk.world.writes == []
    return done.code, [line for line in done.out.splitlines() if line[:5].strip() in {"wrong", "note"}]


def test_without_files_it_looks_at_the_service_all_the_same(desk: Desk) -> None:
    code, lines = told(desk)
    assert code == 0
    assert [line.partition(":")[0] for line in lines] == ["note  pins", "note  files", "note  git"]


def test_mistakes_in_the_files_are_counted(home: Desk) -> None:
    home.write("state/demo/more.yaml", "space: demo\ntype: story\nitems: [{id: x}]\n")
    code, (line,) = told(home)
    assert (code, line) == (1, "wrong files: 1 mistake in the files; look at `reconciler validate`")
