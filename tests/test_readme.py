"""The README's commands run as they stand there, and the wheel runs without the repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.render.verdict import NO_CHANGES

ROOT = Path(__file__).parent.parent
TRACKED = (
    "README.md",
    "LICENSE",
    "Makefile",
    "pyproject.toml",
    "requirements.lock",
    "requirements-run.lock",
    ".gitignore",
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
    (folder / ".venv/.installed-run").touch()
    return folder


def quick_start() -> list[str]:
    """Return the shell blocks of the chapter that begins with `Try it`."""
    chapter = re.split(r"^## ", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    (found,) = [one for one in chapter if one.startswith("Try it")]
    return re.findall(r"^```sh\n(.*?)^```", found, flags=re.MULTILINE | re.DOTALL)


def shell(script: str, folder: Path, program: str = "/bin/bash") -> str:
    """Run a block in a shell that stops at the first error, on the package of the clone."""
    done = subprocess.run(
        [program, "-e", "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert not re.search(r"^(\S*sh|grep|kill|rm): ", done.stderr, flags=re.MULTILINE), done.stderr
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
    text = re.sub(r"docs/recipes(?:\.zh-CN)?\.md(?:#[^)\]]*)?", "docs/recipes.md", text)  # each has its own
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


@pytest.mark.parametrize("program", ["/bin/bash", "/bin/sh"])
def test_the_quick_start_runs_word_for_word(clone: Path, program: str) -> None:
    for words in ("init -q", "add -A", "-c user.name=t -c user.email=t@example.com commit -qm all"):
        subprocess.run(["/usr/bin/env", "git", *words.split()], cwd=clone, check=True)
    demo, by_hand = quick_start()
    assert demo == "make demo\n"
    assert f"{NO_CHANGES}\n" in shell(demo, clone)
    (clone / "sandbox.env").write_text("export MEEGLE_USER_KEY=of-an-earlier-time\n", encoding="utf-8")
    said = shell(by_hand, clone, program)
    assert shell("git status --porcelain", clone) == ""
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
    assert files_of(installed / "reconciler") >= files_of(ROOT / "reconciler")


def files_of(package: Path) -> set[str]:
    """Return every file of a package: modules, templates and other data."""
    found = (one for one in package.rglob("*") if one.is_file() and "__pycache__" not in one.parts)
    return {one.relative_to(package).as_posix() for one in found}
