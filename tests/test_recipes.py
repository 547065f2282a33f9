"""Every recipe runs as it stands in the documentation, against the sandbox."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from reconciler.sandbox import World
    from tests.conftest import Desk

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(
    r'^```(?P<kind>\w+)(?: title="(?P<file>[^"]+)")?\n(?P<text>.*?)^```$|^<!-- meanwhile: (?P<event>.+?) -->',
    re.MULTILINE | re.DOTALL,
)
BASH = shutil.which("bash") or ""
GIT = shutil.which("git") or ""


@dataclass(frozen=True, slots=True)
class Step:
    """A file to write, a script to run, lines that it printed, or something that happens in the space."""

    kind: str
    text: str
    file: str = ""


def recipes() -> dict[str, list[Step]]:
    """Return the steps of each chapter."""
    text = (ROOT / "docs/recipes.md").read_text(encoding="utf-8")
    chapters = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    found = {chapter.partition("\n")[0]: list(steps(chapter)) for chapter in chapters}
    assert any(found.values())
    return found


def steps(chapter: str) -> Iterator[Step]:
    for hit in BLOCK.finditer(chapter):
        if hit["event"]:
            yield Step("meanwhile", hit["event"])
        elif hit["file"]:
            yield Step("file", hit["text"], hit["file"])
        elif hit["kind"] in {"sh", "text"}:
            yield Step(hit["kind"], hit["text"])


def rename_p0(world: World) -> None:
    for kind in next(iter(world.spaces.values())).types:
        kind.by_key["priority"].options[0].label = "Urgent"


def lower(world: World) -> None:
    for item in (6300012361, 6300012362):
        world.edit(item, "priority", {"value": "option_2"}, by="7310000000000000002")


def edit_both(world: World) -> None:
    for item in (6300012376, 6300012377):
        world.edit(item, "priority", {"value": "option_2"}, by="7310000000000000002")


def rule(world: World) -> None:
    world.options.automations = [
        {"when": "priority", "set": {"priority": {"value": "option_0"}}, "by": "rule-99"}
    ]


MEANWHILE: dict[str, Callable[[World], None]] = {
    "P0 is renamed": rename_p0,
    "somebody lowers them in Meegle": lower,
    "somebody edits both by hand": edit_both,
    "a rule sets every priority to P0": rule,
}


def bash(desk: Desk, script: str) -> str:
    """Run a block with the command on the path; returns what it printed."""
    done = subprocess.run(
        [BASH, "-e", "-o", "pipefail", "-c", script],
        cwd=desk.folder,
        env={**os.environ, **desk.environ, "PATH": f"{desk.folder / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def home(desk: Desk) -> Desk:
    """A repository as `init` makes it, with its first commit and the command beside it."""
    program = desk.folder / "bin/reconciler"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m reconciler "$@"\n', encoding="utf-8"
    )
    program.chmod(0o755)
    assert desk.run("init", "--space", "demo", "--type", "story").code == 0
    me = ["-c", "init.defaultBranch=main"]
    subprocess.run([GIT, *me, "init", "-q"], cwd=desk.folder, check=True)
    for name, value in (("user.name", "Ana"), ("user.email", "ana@example.com")):
        subprocess.run([GIT, "config", name, value], cwd=desk.folder, check=True)
    bash(desk, "echo bin/ >> .gitignore; git add . && git commit -qm Begin")
    return desk


@pytest.mark.parametrize(
    "name", [name for name, some in recipes().items() if any(one.kind == "sh" for one in some)]
)
def test_a_recipe_does_what_it_says(home: Desk, name: str) -> None:
    said = ""
    for step in recipes()[name]:
        match step.kind:
            case "file":
                home.write(step.file, step.text)
            case "meanwhile":
                MEANWHILE[step.text](home.world)
            case "sh":
                said = bash(home, step.text)
            case _:
                missing = [line for line in step.text.splitlines() if line.strip() not in said]
                assert missing == [], said


def test_every_recipe_that_was_promised_is_there() -> None:
    assert list(recipes()) == [
        "Take over a type",
        "The dates of a sprint",
        "Read a long plan",
        "Owners by component",
        "Rules over many items",
        "Clean up tags",
        "A person leaves",
        "An admin renames an option",
        "Undo a bulk edit",
        "Somebody edits by hand",
        "A rule flips values back",
        "Roll over every week",
        "Keep the audit",
        "An audit of October",
        "Two teams, a folder each",
        "The week in a table",
        "What it does not do",
        "In your shell and your hooks",
    ]


def test_the_chinese_recipes_have_the_same_chapters_files_and_commands() -> None:
    english, chinese = (
        (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("recipes.md", "recipes.zh-CN.md")
    )
    blocks = re.compile(r"^```.*?^```$|^<!-- .*? -->$", re.MULTILINE | re.DOTALL)
    assert blocks.findall(chinese) == blocks.findall(english)
    chapters = re.findall(r"^#+ .*", blocks.sub("", chinese), flags=re.MULTILINE)
    assert len(chapters) == len(re.findall(r"^#+ ", blocks.sub("", english), flags=re.MULTILINE))
    assert all(re.search(r"[\u4e00-\u9fff]", chapter) for chapter in chapters)
    paragraphs = [one for one in re.split(r"\n\n+", blocks.sub("\n\n", chinese)) if one.strip()]
    assert all(re.search(r"[\u4e00-\u9fff]", one) for one in paragraphs)
