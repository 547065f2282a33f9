"""What git knows of the desired state."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Commit:
    """The commit that is checked out, and whether the work tree differs from it."""

    sha: str
    dirty: bool


def head(root: Path) -> Commit | None:
    """Return what is checked out at `root`; None outside a git repository or without a commit."""
    sha = git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    if sha is None:
        return None
    return Commit(sha.strip(), bool(git(root, "status", "--porcelain", "--untracked-files=no")))


def git(root: Path, *arguments: str) -> str | None:
    """Run git; None where there is no git or it refuses."""
    program = shutil.which("git")
    if program is None:
        return None
    done = subprocess.run(  # noqa: S603 - a fixed program, arguments of ours
        [program, "-C", str(root), *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout if done.returncode == 0 else None
