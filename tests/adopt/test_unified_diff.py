"""The change of the files, as a patch, after which they want what a rollback writes."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Desk


STORY = 6300012320


def last_run(desk: Desk) -> str:
    return max(path.name for path in desk.folder.glob(".reconciler/runs/*"))


def test_prints_the_change_after_which_the_files_agree(desk: Desk) -> None:
    text = (
        "space: demo\ntype: story\nitems:\n"
        f"  - id: {STORY}   # ours\n    fields:\n      priority: P3  # urgent\n      story_points: 7\n"
    )
    desk.write("state/a.yaml", text)
    desk.run("apply", "--yes")
    done = desk.run("rollback", last_run(desk), "--yes", "--only", f"{STORY}.priority")
    patch = done.out.partition("This patch sets them to the live values:\n\n")[2]
    assert "-      priority: P3  # urgent\n+      priority: P0  # urgent\n" in patch
    assert "\n       story_points: 7\n" in patch
    subprocess.run(["/usr/bin/env", "patch", "-p1"], cwd=desk.folder, input=patch, text=True, check=True)
    assert (desk.folder / "state/a.yaml").read_text(encoding="utf-8") == text.replace("P3", "P0")
    planned = desk.run("plan", "--only", f"{STORY}.priority")
    assert planned.out == "No changes. Live work items match the desired state.\n"
