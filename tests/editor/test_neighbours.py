"""Formatters, linters and hooks beside us in one repository: each passes on what the others wrote."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from reconciler.manifest.edit.formatting import formatted, same_content
from tests.conftest import without
from tests.git_repository import commit, git

if TYPE_CHECKING:
    from tests.conftest import Desk

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BIN = Path(sys.executable).parent
PRETTIER = HERE / "node_modules/prettier/bin/prettier.cjs"
NODE = shutil.which("node")
FIXERS = ("trailing-whitespace-fixer", "end-of-file-fixer", "mixed-line-ending")
STATE = sorted((ROOT / "state/demo").glob("*.yaml"))
LARGE, LARGER = 2**53 + 1, 2**53 + 3
"""Ids that no double holds."""
READ = """
const text = require("fs").readFileSync(0, "utf8");
process.stdout.write(JSON.stringify(JSON.parse(text)));
"""
"""A program that reads JSON and writes it again."""


@pytest.fixture(scope="module")
def node() -> str:
    if not NODE:
        without("no node")
    return str(NODE)


@pytest.fixture(scope="module")
def prettier() -> list[str]:
    if not NODE or not PRETTIER.exists():
        without("no node, or prettier is not installed: npm ci --prefix tests/editor")
    return [str(NODE), str(PRETTIER)]


def ran(folder: Path, *command: str, text: bytes | None = None) -> bytes:
    """Run another program, which must be content; returns what it printed."""
    done = subprocess.run(command, cwd=folder, input=text, capture_output=True, check=False)
    assert done.returncode == 0, (command[:2], done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout


def hooks(prettier: list[str]) -> str:
    """Return a configuration of pre-commit with all programs as local hooks, ours as they are published."""
    ours = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    rows = [
        *((one["id"], f"{BIN}/{one['entry']}", one["files"], one["pass_filenames"]) for one in ours),
        *((name, f"{BIN}/{name}", r"\.(ya?ml|json|md)$", True) for name in FIXERS),
        ("check-yaml", f"{BIN}/check-yaml", r"\.ya?ml$", True),
        ("check-json", f"{BIN}/check-json", r"\.json$", True),
        ("yamllint", f"{BIN}/yamllint --strict", r"\.ya?ml$", True),
        ("prettier", f"{' '.join(prettier)} --write --ignore-unknown", "", True),
    ]
    written = "".join(
        f"      - id: {name}\n        name: {name}\n        entry: {entry}\n        language: system\n"
        f"        files: '{files}'\n        pass_filenames: {str(named).lower()}\n"
        for name, entry, files, named in rows
    )
    return f"repos:\n  - repo: local\n    hooks:\n{written}"


@pytest.mark.parametrize(("forge", "rounds"), [("github", 3), ("gitlab", 1)])
def test_in_a_new_repository_every_program_passes_on_what_the_others_wrote(
    desk: Desk, prettier: list[str], forge: str, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRE_COMMIT_HOME", str(desk.folder / ".git/pre-commit"))
    git(desk.folder, "init", "-q")
    made = desk.run("init", "--space", "demo", "--type", "story", "--type", "issue", "--forge", forge)
    assert made.code == 0, made.err
    for kind in ("story", "issue"):
        assert (
            desk.run("pull", "--type", kind, "--into", f"state/demo/{kind}.yaml", "--fields", "all").code == 0
        )
    assert desk.run("schema", "pull").code == 0
    desk.write(".pre-commit-config.yaml", hooks(prettier))
    ran(desk.folder, *prettier, "--write", ".pre-commit-config.yaml")
    git(desk.folder, "add", "-A")
    commit(desk)
    for round_ in range(rounds):
        ran(desk.folder, *prettier, "--write", ".")
        ran(desk.folder, str(BIN / "yamllint"), "--strict", ".")
        assert desk.run("fmt").out == "All files are formatted.\n"
        assert desk.run("validate").code == 0
        assert desk.run("pull", "--refresh").code == 0
        assert desk.run("schema", "pull").code == 0
        ran(desk.folder, str(BIN / "pre-commit"), "run", "--all-files")
        assert git(desk.folder, "status", "--porcelain") == "", round_
    assert desk.run("init", "--space", "demo", "--type", "story", "--forge", forge).code == 0
    assert git(desk.folder, "status", "--porcelain") == ""


def test_what_prettier_breaks_over_lines_has_one_layout_again(prettier: list[str]) -> None:
    for path in STATE:
        ours = formatted(path.read_bytes(), path.name)
        theirs = ran(ROOT, *prettier, "--stdin-filepath", "a.yaml", text=ours)
        assert same_content(ours, theirs, path.name)
        again = formatted(theirs, path.name)
        assert b" }" not in again
        assert words(again) == words(ours)


def test_after_fmt_prettier_keeps_texts_that_begin_with_blanks(prettier: list[str]) -> None:
    head = b"space: demo\ntype: story\nitems:\n- id: 1\n  fields:\n    notes:\n"
    authored = head + b"    - |2\n        code\n      flush\n    - last\n"
    ours = formatted(authored, "a.yaml")
    assert same_content(authored, ours, "a.yaml")
    theirs = ran(ROOT, *prettier, "--stdin-filepath", "a.yaml", text=ours)
    assert same_content(authored, theirs, "a.yaml")


def test_prettier_keeps_full_width_spaces_of_a_block(prettier: list[str]) -> None:
    head = "space: demo\ntype: story\nitems:\n  - id: 1\n    fields:\n      description: |\n"
    authored = f"{head}        \u3000\u3000one\u3000\n        \u3000\u3000two\n".encode()
    assert same_content(authored, formatted(authored, "a.yaml"), "a.yaml")
    theirs = ran(ROOT, *prettier, "--stdin-filepath", "a.yaml", text=formatted(authored, "a.yaml"))
    assert same_content(authored, theirs, "a.yaml")


def words(raw: bytes) -> list[bytes]:
    """Return a text without the blanks before comments, whose columns are the author's."""
    return [b" ".join(line.split()) for line in raw.splitlines()]


def test_files_of_an_author_stay(desk: Desk) -> None:
    for name in (".prettierignore", ".yamllint.yaml"):
        desk.write(name, "# mine\n")
    done = desk.run("init", "--space", "demo", "--type", "story")
    assert done.code == 0
    assert "kept .prettierignore, which is there already; add the lines `state/` and `schemas/`" in done.err
    assert "kept .yamllint.yaml, which is there already" in done.err
    assert not os.path.lexists(desk.folder / ".yamllint")
    for name in (".prettierignore", ".yamllint.yaml"):
        assert (desk.folder / name).read_text(encoding="utf-8") == "# mine\n"


def with_large_ids(desk: Desk) -> None:
    """Give two stories ids that no double holds, and let the first be the second's parent."""
    for old, new in ((6300012300, LARGE), (6300012301, LARGER)):
        item = desk.world.items.pop(old)
        item.id = new
        desk.world.items[new] = item


def test_node_rounds_the_ids_of_a_plan_and_reads_their_texts(desk: Desk, node: str) -> None:
    with_large_ids(desk)
    rows = f"parent_story: {LARGER}, planning_release: [6300014300]"
    desk.stories(f"{{id: {LARGE}, fields: {{{rows}}}}}")
    planned = desk.run("plan", "--out", "plan.json")
    assert planned.code == 0, planned.err
    saved = (desk.folder / "plan.json").read_bytes()
    (exact,) = json.loads(saved)["resource_changes"]
    assert (exact["id"], exact["fields"][0]["after"]) == (LARGE, LARGER)

    (rounded,) = json.loads(ran(desk.folder, node, "-e", READ, text=saved))["resource_changes"]
    assert rounded["id"] == 2**53
    assert rounded["id_text"] == str(LARGE)
    assert rounded["address"] == exact["address"]
    assert str(LARGE) in rounded["address"]
    parent, release = rounded["fields"]
    assert (parent["after"], parent["after_text"]) == (2**53 + 4, str(LARGER))
    assert (release["after"], release["after_text"]) == ([6300014300], ["6300014300"])


@pytest.mark.parametrize("large", [False, True])
def test_a_plan_that_node_wrote_again_is_taken_only_if_no_id_was_rounded(
    desk: Desk, node: str, *, large: bool
) -> None:
    if large:
        with_large_ids(desk)
    desk.stories(f"{{id: {LARGE if large else 6300012300}, fields: {{priority: P3, story_points: 5}}}}")
    assert desk.run("plan", "--out", "plan.json").code == 0
    again = ran(desk.folder, node, "-e", READ, text=(desk.folder / "plan.json").read_bytes())
    (desk.folder / "plan.json").write_bytes(again)
    done = desk.run("apply", "plan.json", "--yes")
    if large:
        assert done.code == 1
        assert "its seal is broken, so it was changed since it was written" in done.err
        assert desk.sent == []
    else:
        assert done.code == 0, done.err
        assert len(desk.sent) == 1
