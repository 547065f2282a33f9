"""What is released: the same bytes from the same commit, whoever builds it and wherever."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("reconciler", "state", "schemas")
FILES = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE")
ELSEWHERE = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "7", "HOME": "/nonexistent"}


def built(folder: Path, umask: int, **environ: str) -> dict[str, str]:
    """Build from a copy of the tree; return the SHA-256 of each file that came of it."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
        os.utime(folder / name)
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder / "dist"), str(folder)],
        env={**os.environ, "SOURCE_DATE_EPOCH": "1764000000", **environ},
        umask=umask,
        check=True,
        capture_output=True,
    )
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "dist").iterdir()}


def test_two_builds_are_the_same_to_the_byte_and_hold_the_demo(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "in another place"
    one.mkdir()
    other.mkdir()
    first = built(one, 0o022)
    assert len(first) == 2
    assert first == built(other, 0o077, **ELSEWHERE)
    (wheel,) = (one / "dist").glob("*.whl")
    (sdist,) = (one / "dist").glob("*.tar.gz")
    assert "reconciler/demo/state/demo/checkout.yaml" in zipfile.ZipFile(wheel).namelist()
    with tarfile.open(sdist) as archive:
        members = archive.getmembers()
    assert {(one.uid, one.uname, one.mtime) for one in members} == {(0, "", 1764000000)}
