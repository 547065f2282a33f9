"""The README's commands run as they stand there, and the wheel runs without the repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.render.text import NO_CHANGES

ROOT = Path(__file__).parent.parent
TRACKED = (
    "README.md",
    "LICENSE",
    "Makefile",
    "pyproject.toml",
    "requirements.lock",
    "setup.py",
    "MANIFEST.in",
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the work tree without its history, with the tools that are installed here."""
    folder = tmp_path / "clone"
    folder.mkdir()
    for name in TRACKED:
        shutil.copy2(ROOT / name, folder)
    for name in ("reconciler", "state", "schemas"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / ".venv").mkdir()
    (folder / ".venv/bin").symlink_to(Path(sys.prefix, "bin"))
    (folder / ".venv/.installed").touch()
    return folder


def quick_start() -> list[str]:
    """Return the shell blocks of the chapter that begins with `Try it`."""
    chapter = re.split(r"^## ", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    (found,) = [one for one in chapter if one.startswith("Try it")]
    return re.findall(r"^```sh\n(.*?)^```", found, flags=re.MULTILINE | re.DOTALL)


def shell(script: str, folder: Path) -> str:
    """Run a block as an interactive shell would, on the package of the clone."""
    done = subprocess.run(
        ["/bin/bash", "-m", "-e", "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def blocks(file: str) -> list[str]:
    """Return the code of a README without what its comments say: languages differ in nothing else."""
    text = (ROOT / file).read_text(encoding="utf-8")
    every = re.findall(r"^```(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return [re.sub(r"[ \t]+# .*$", "", one, flags=re.MULTILINE) for one in every]


def words(file: str) -> list[str]:
    """Return every command, flag, file and address that stands in the prose of a README, sorted."""
    text = re.sub(
        r"^```.*?^```", "", (ROOT / file).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    found = set(re.findall(r"`([^`]+)`|\]\((?!README)([^)]+)\)", " ".join(text.split())))
    return sorted(one or other for one, other in found)


def test_the_chinese_readme_has_the_same_commands_and_names_the_same_things() -> None:
    assert blocks("README.zh-CN.md") == blocks("README.md")
    assert words("README.zh-CN.md") == words("README.md")
    chapters = [
        re.findall(r"^(#+) ", (ROOT / file).read_text(encoding="utf-8"), flags=re.MULTILINE)
        for file in ("README.md", "README.zh-CN.md")
    ]
    assert chapters[0] == chapters[1]


def test_the_quick_start_runs_word_for_word(clone: Path) -> None:
    demo, by_hand = quick_start()
    assert demo == "make demo\n"
    assert f"{NO_CHANGES}\n" in shell(demo, clone)
    said = shell(by_hand, clone)
    assert f"\n{NO_CHANGES}\n" in said
    assert said.count("Applied: ") == 1
    assert (
        len((clone / "writes.jsonl").read_text(encoding="utf-8").splitlines()) == said.count("  ~ demo/") / 2
    )


def test_the_demo_shows_a_change_of_every_type_that_the_readme_names(clone: Path) -> None:
    said = shell("make demo", clone)
    names = ("Name", "Description", "External reference", "Story points", "Needs QA", "PRD", "Due", "Cutover")
    more = ("Scale", "Priority", "Platform", "Tags", "Followers", "Reviewer", "RD", "PM", "Operator")
    rest = ("Area", "Markets", "Business line", "Schedule", "Parent", "Release", "Docs", "Hotline", "Contact")
    for name in (*names, *more, *rest, "Environments"):
        assert re.search(rf"^      [~-] {name} ", said, flags=re.MULTILINE), name


def test_the_wheel_carries_the_demo_and_runs_in_an_empty_folder(clone: Path, tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    wheels, installed, empty = tmp_path / "wheels", tmp_path / "installed", tmp_path / "empty"
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(wheels), str(clone)],
        check=True,
        capture_output=True,
    )
    (wheel,) = wheels.glob("meegle_reconciler-*.whl")
    subprocess.run(
        [*pip, "install", "--no-deps", "--no-index", "--target", str(installed), str(wheel)], check=True
    )
    empty.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "demo"],
        cwd=empty,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert NO_CHANGES in done.stdout
    assert list(empty.iterdir()) == []
    assert list(installed.glob("reconciler/render/templates/plan.html"))
    for folder in ("templates", "templates/workflows"):
        ours = {one.name for one in (ROOT / "reconciler" / folder).iterdir() if one.is_file()}
        assert {one.name for one in (installed / "reconciler" / folder).iterdir() if one.is_file()} == ours
