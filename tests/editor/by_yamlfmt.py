"""Files of desired state in the hands of yamlfmt (PyPI), a program on ruamel's round trip.

`TARGETS=yamlfmt make deep` installs it by `yamlfmt.lock` into an environment of its own, since it needs
an older ruamel.yaml than ours, and runs this file.  Another program, written in Go, has the same name.
"""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.conftest import without
from tests.editor.test_neighbours import ROOT, ran

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Desk

PROGRAM = ROOT / ".deep/yamlfmt/bin/yamlfmt"
HEAD = "space: demo\ntype: story\nitems:\n  - id: 6300012300\n    fields:\n"


@pytest.fixture(scope="module")
def yamlfmt() -> str:
    if not PROGRAM.exists():
        without("yamlfmt is not installed: TARGETS=yamlfmt make deep")
    return str(PROGRAM)


def rewritten(yamlfmt: str, path: Path) -> str:
    """Let the program write a file again, and return its text."""
    ran(path.parent, yamlfmt, "-w", path.name)
    return path.read_text(encoding="utf-8")


def planned(desk: Desk) -> str:
    """Return the digest of what a plan would change."""
    done = desk.run("plan", "--format", "json")
    assert done.code == 0, done.err
    return str(json.loads(done.out)["digest"])


def test_a_null_becomes_a_blank_that_is_refused_and_git_diff_is_named(desk: Desk, yamlfmt: str) -> None:
    desk.write("state/a.yaml", f"{HEAD}      priority: null\n      due: 2026-12-01\n")
    assert desk.run("validate").code == 0
    assert "priority:\n" in rewritten(yamlfmt, desk.folder / "state/a.yaml")
    refused = desk.run("validate")
    assert refused.code == 1
    assert "state/a.yaml:6:14: no value; write null to empty it" in refused.out
    assert "(`git diff` shows whether a formatter took a null away)" in refused.out


def test_a_null_between_braces_stays(desk: Desk, yamlfmt: str) -> None:
    desk.stories("{id: 6300012300, fields: {priority: null}}")
    before = planned(desk)
    assert "{priority: null}" in rewritten(yamlfmt, desk.folder / "state/stories.yaml")
    assert planned(desk) == before


def test_the_demo_state_means_the_same_but_for_its_nulls(desk: Desk, yamlfmt: str) -> None:
    for name in ("state", "schemas"):
        shutil.copytree(ROOT / name, desk.folder / name)
    before = planned(desk)
    files = sorted((desk.folder / "state/demo").glob("*.yaml"))
    texts = {path: rewritten(yamlfmt, path) for path in files}
    assert "docs: [https://wiki.example.com/docx/invoices]" in texts[desk.folder / "state/demo/invoices.yaml"]
    mistakes = desk.run("validate").out.splitlines()
    assert mistakes[-1] == "Invalid: 2 mistakes."
    assert [line for line in mistakes[:-1] if ": no value; " not in line] == []
    checkout = desk.folder / "state/demo/checkout.yaml"
    mended = re.sub(r"(?m)^( +(?:ext_ref|scale):)(?= *(?:#|$))", r"\1 null", texts[checkout])
    checkout.write_text(mended, encoding="utf-8")
    assert planned(desk) == before


@pytest.mark.parametrize("kind", ["story", "issue", "release"])
def test_what_pull_writes_keeps_its_values(desk: Desk, yamlfmt: str, kind: str) -> None:
    file = f"state/demo/{kind}.yaml"
    pulled = desk.run("pull", "--space", "demo", "--type", kind, "--into", file, "--fields", "all")
    assert pulled.code == 0, pulled.err
    before = (desk.folder / file).read_text(encoding="utf-8")
    assert rewritten(yamlfmt, desk.folder / file) != before
    assert desk.run("validate").code == 0
    assert desk.run("fmt").code == 0
    assert "No changes." in desk.run("plan").out
