"""A plan in several formats: to stdout and to files, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.plan.plan_file import load_plan

if TYPE_CHECKING:
    from tests.conftest import Desk


CHANGE = "{id: 6300012300, fields: {priority: P3, story_points: 5}}"


def test_formats_go_to_files_side_by_side(desk: Desk) -> None:
    desk.stories(CHANGE)
    done = desk.run("plan", "--format", "text", "--format", "json=plan.json")
    assert "Priority" in done.out
    assert load_plan((desk.folder / "plan.json").read_text(encoding="utf-8")).named == 1
    refused = desk.run("plan", "--format", "text", "--format", "json")
    assert (refused.code, refused.out) == (1, "")


def test_every_format_can_be_written_in_one_run(desk: Desk) -> None:
    desk.stories(CHANGE, "{id: 999, fields: {priority: P0}}")
    desk.environ["GITHUB_STEP_SUMMARY"] = str(desk.folder / "summary.md")
    done = desk.run(
        "plan",
        "--format",
        "github",
        *(f"--format={name}=plan.{name}" for name in ("text", "markdown", "html", "json")),
    )
    assert done.code == 0
    assert done.out.startswith("::")
    text, markdown, page = (
        (desk.folder / f"plan.{name}").read_text(encoding="utf-8") for name in ("text", "markdown", "html")
    )
    verdict = next(line for line in text.splitlines() if line.startswith("Plan: "))
    assert verdict in done.out
    assert markdown.startswith("<!-- reconciler:")
    assert "1 blocked" in markdown
    assert "default-src 'none'" in page
    assert "1 blocked" in (desk.folder / "summary.md").read_text(encoding="utf-8")
    assert desk.run("show", "plan.json", "--format", "markdown").out == markdown
