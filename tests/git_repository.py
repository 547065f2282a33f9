"""Real git repositories for tests."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Desk

GIT = shutil.which("git") or "git"


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and return what it printed."""
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"]
    done = subprocess.run(
        [GIT, *who, "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(desk: Desk) -> str:
    """Commit `state/` and return the commit's name."""
    git(desk.folder, "add", "state")
    git(desk.folder, "commit", "-qm", "change")
    return git(desk.folder, "rev-parse", "HEAD")
