"""The workflows of an older repository: outdated actions are told, unedited files renewed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.adopt.workflows import ready

if TYPE_CHECKING:
    from tests.conftest import Desk


FLOWS = Path(".github/workflows")


GIT = shutil.which("git") or "git"


OLD = Path(__file__).parents[1] / "compat" / "c233f07" / "repository.bundle"


NEW = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"


def older(folder: Path) -> Path:
    """A repository with the three workflows of the first version, and one of an author's own."""
    clone = folder / ".git" / "older"
    subprocess.run([GIT, "clone", "-q", str(OLD), str(clone)], check=True)
    shutil.copytree(clone / FLOWS, folder / FLOWS)
    steps = "      - {uses: 'actions/checkout@v4'}\n      - uses: other/one@v1\n"
    own = f"on: push\njobs:\n  a: &a\n    steps:\n{steps}  b: *a\n"
    (folder / FLOWS / "own.yaml").write_text(own, encoding="utf-8")
    return folder / FLOWS


def test_outdated_actions_are_told_by_line_and_end_with_two(desk: Desk) -> None:
    older(desk.folder)
    done = desk.run("init", "--check")
    assert done.code == 2
    lines = done.out.splitlines()
    was = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683"
    assert lines[0] == f".github/workflows/apply.yml:27: {was} is outdated; write {NEW} # v7.0.1 (node24)"
    assert (
        f".github/workflows/own.yaml:5: actions/checkout@v4 is outdated; write {NEW} # v7.0.1 (node24)"
        in lines
    )
    assert sum("own.yaml" in line for line in lines) == 2
    assert ".github/workflows/own.yaml: not as `init` wrote it, so edit it yourself" in lines


def test_what_init_wrote_is_renewed_and_an_author_s_edit_is_kept(desk: Desk) -> None:
    flows = older(desk.folder)
    edited = (
        (flows / "plan.yml").read_text(encoding="utf-8").replace("timeout-minutes: 30", "timeout-minutes: 31")
    )
    (flows / "plan.yml").write_text(edited, encoding="utf-8")
    crlf = (flows / "drift.yml").read_bytes().replace(b"\n", b"\r\n")
    (flows / "drift.yml").write_bytes(crlf)
    done = desk.run("init", "--upgrade")
    assert done.code == 2
    assert done.out.splitlines()[:2] == [f"renewed {FLOWS}/apply.yml", f"renewed {FLOWS}/drift.yml"]
    assert {name: (flows / name).read_text(encoding="utf-8") for name in ("apply.yml", "drift.yml")} == {
        name: text for name, text in ready().items() if name != "plan.yml"
    }
    assert (flows / "plan.yml").read_text(encoding="utf-8") == edited


def test_a_new_repository_is_current_and_so_is_a_renewed_one(desk: Desk) -> None:
    older(desk.folder)
    (desk.folder / FLOWS / "own.yaml").unlink()
    assert desk.run("init", "--upgrade").code == 0
    done = desk.run("init", "--check")
    assert (done.code, done.out, done.err) == (0, "No outdated action in the workflows.\n", "")


def test_a_workflow_that_is_no_yaml_is_told(desk: Desk) -> None:
    (desk.folder / FLOWS).mkdir(parents=True)
    (desk.folder / FLOWS / "broken.yml").write_text("a: [\n", encoding="utf-8")
    done = desk.run("init", "--check")
    assert done.code == 1
    assert done.out.startswith(".github/workflows/broken.yml: cannot be read (")


def test_a_table_older_than_a_year_is_told(desk: Desk) -> None:
    desk.environ["SOURCE_DATE_EPOCH"] = "1798761600"
    assert desk.run("init", "--check").err == ""
    desk.environ["SOURCE_DATE_EPOCH"] = "1830297600"
    assert desk.run("init", "--check").err.startswith("the actions known here are those of ")
