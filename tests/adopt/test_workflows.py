"""The ready workflows: known by their seal under any name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.adopt.workflows import ready, seal_template, written_as

if TYPE_CHECKING:
    from tests.conftest import Desk


FLOWS = Path(".github/workflows")


def test_a_file_of_ours_is_known_by_its_seal_under_any_name_until_somebody_edits_it(desk: Desk) -> None:
    (desk.folder / FLOWS).mkdir(parents=True)
    text = ready()["plan.yml"]
    assert (written_as(text), written_as(text.replace("Plan", "PLAN"))) == ("plan.yml", None)
    older_seal = seal_template("plan.yml", text.replace("timeout-minutes: 30", "timeout-minutes: 29"))
    (desk.folder / FLOWS / "reconciler-plan.yml").write_text(older_seal, encoding="utf-8")
    assert "as an older version wrote it" in desk.run("init", "--check").out
    desk.run("init", "--upgrade")
    assert (desk.folder / FLOWS / "reconciler-plan.yml").read_text(encoding="utf-8") == text
