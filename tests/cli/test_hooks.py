"""What other tools call: the hooks of pre-commit, and the completion of shells."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from tests.conftest import Desk

ROOT = Path(__file__).parents[2]
BASH = shutil.which("bash") or ""


def hooks() -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")
    return told


def entry(name: str) -> list[str]:
    """Return the arguments that a hook gives the command."""
    (hook,) = [one for one in hooks() if one["id"] == name]
    program, *arguments = str(hook["entry"]).split()
    assert (program, hook["language"], hook["pass_filenames"]) == ("reconciler", "python", False)
    return arguments


def test_the_hooks_see_the_files_they_are_about() -> None:
    seen = {hook["id"]: re.compile(hook["files"]) for hook in hooks()}
    assert seen["reconciler-fmt"].search("state/demo/checkout.yaml")
    assert not seen["reconciler-fmt"].search("schemas/demo/story.json")
    assert seen["reconciler-validate"].search("schemas/demo/story.json")
    assert not seen["reconciler-validate"].search("docs/state.md")


def test_the_hook_of_fmt_lays_the_files_out(desk: Desk) -> None:
    desk.write(
        "state/a.yaml", "type: story\nspace: demo\nitems:\n  - {fields: {priority:   'P0'}, id: 6300012320}\n"
    )
    assert desk.run(*entry("reconciler-fmt")).code == 0
    assert (desk.folder / "state/a.yaml").read_text(encoding="utf-8").startswith("space: demo\ntype: story\n")


def test_the_hook_of_validate_fails_on_a_mistake(desk: Desk) -> None:
    desk.stories("{id: 6300012320, fields: {priority: P0}}")
    assert desk.run(*entry("reconciler-validate")).code == 0
    desk.stories("{id: x}")
    assert desk.run(*entry("reconciler-validate")).code == 1


def completed(*words: str) -> set[str]:
    """Ask for what may follow, as bash does."""
    asked = {
        "_RECONCILER_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-m", "reconciler"],
        env={**os.environ, **asked, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return {line.partition(",")[2] for line in done.stdout.splitlines()}


def test_commands_and_flags_are_completed() -> None:
    assert completed("reconciler", "pl") == {"plan"}
    assert completed("reconciler", "schema", "") == {"check", "pull"}
    assert {"--refresh", "--prune", "--search"} <= completed("reconciler", "pull", "--")


@pytest.mark.parametrize(
    ("shell", "says"),
    [("bash", "complete -o nosort -F"), ("zsh", "#compdef reconciler"), ("fish", "complete --no-files")],
)
def test_each_shell_gets_its_script(shell: str, says: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reconciler"],
        env={**os.environ, "_RECONCILER_COMPLETE": f"{shell}_source", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    assert says in done.stdout


def test_bash_takes_the_line_that_the_documentation_gives(tmp_path: Path) -> None:
    program = tmp_path / "reconciler"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m reconciler "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    text = (ROOT / "docs/recipes.md").read_text(encoding="utf-8")
    (line,) = re.findall(r'^eval "\$\(reconciler completion bash\)".*$', text, re.MULTILINE)
    done = subprocess.run(
        [BASH, "-c", f"{line}\ncomplete -p reconciler"],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith(" reconciler")
