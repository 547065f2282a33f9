"""The demo's repository, and what doctor reports of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Desk

GIT = shutil.which("git") or ""
ROOT = Path(__file__).parents[2]
TAIL = "-     write permission: not asked (doctor --probe ITEM)\n"


def git(desk: Desk, *arguments: str) -> None:
    me = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    subprocess.run([GIT, *me, *arguments], cwd=desk.folder, check=True, capture_output=True)


def told(desk: Desk) -> tuple[int, list[str]]:
    """Run the doctor; returns its code and every line that is not well."""
    done = desk.run("doctor")
    assert done.err == ""
    assert done.out.endswith(TAIL)
    assert desk.world.writes == []
    return done.code, [line for line in done.out.splitlines() if line[:5].strip() in {"wrong", "note"}]


def begin(desk: Desk) -> Desk:
    """Commit the demo's repository beside its space."""
    for name in ("state", "schemas"):
        shutil.copytree(ROOT / name, desk.folder / name)
    desk.write(".gitignore", ".reconciler/\n")
    git(desk, "init", "-q")
    git(desk, "add", ".")
    git(desk, "commit", "-qm", "Begin")
    desk.environ["MEEGLE_RATE"] = "15"
    return desk
