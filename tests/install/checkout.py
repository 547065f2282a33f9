"""A checkout of its own, for tests that install it."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("reconciler", "state", "schemas")
FILES = ("install.sh", "pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "Makefile")
LOCKS = ("requirements-run.lock", "requirements.lock")


def checkout_in(folder: Path) -> Path:
    """Copy what an installation reads; returns the folder."""
    folder.mkdir()
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in (*FILES, *LOCKS):
        shutil.copy2(ROOT / name, folder / name)
    return folder
