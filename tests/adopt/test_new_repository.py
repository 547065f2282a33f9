"""A new repository: what it proposes by live values, and what it leaves as it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.adopt.workflows import ready

if TYPE_CHECKING:
    from tests.conftest import Desk


TYPES = ("--type", "story", "--type", "Issue", "--type", "release")


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_dates_that_hold_times_of_the_day_are_proposed_as_moments(desk: Desk) -> None:
    desk.run("init", "--space", "demo", "--type", "story", "--type", "issue")
    settings = (desk.folder / "state/reconciler.yaml").read_text(encoding="utf-8")
    assert (
        "\n    fields:\n      story: {cutover: {kind: moment}}\n      issue: {cutover: {kind: moment}}\n"
        in settings
    )
    assert "\n      cutover: 20" in (desk.folder / "state/demo/story.yaml").read_text(encoding="utf-8")
    assert "No changes." in desk.run("plan").out


def test_where_all_dates_are_days_nothing_is_proposed(desk: Desk) -> None:
    kind = next(iter(desk.world.spaces.values())).types[0]
    cutover = next(one.key for one in kind.fields if one.alias == "cutover")
    for item in desk.world.items.values():
        item.values.pop(cutover, None)
    desk.run("init", "--space", "demo", "--type", "story")
    settings = (desk.folder / "state/reconciler.yaml").read_text(encoding="utf-8")
    assert "\n    fields:\n" not in settings
    assert desk.run("validate").code == 0


def test_what_is_there_already_keeps_every_byte(desk: Desk) -> None:
    mine = {"README.md": "# ours\n", ".gitignore": "*.pyc\n", "state/reconciler.yaml": "people: {}\n"}
    mine["state/demo/story.yaml"] = (
        "space: demo\ntype: story\nitems: [{id: 6300012301, fields: {priority: P0}}]\n"
    )
    for name, text in mine.items():
        desk.write(name, text)
    done = desk.run("init", "--space", "demo", *TYPES)
    assert done.code == 0
    assert {name: (desk.folder / name).read_text(encoding="utf-8") for name in mine} == mine
    assert [line.partition(" ")[2] for line in done.err.splitlines() if line.startswith("kept")] == [
        f"{name}, which is there already" for name in ("state/reconciler.yaml", "README.md", ".gitignore")
    ]
    assert files_in(desk.folder / "state/demo") == ["issue.yaml", "release.yaml", "story.yaml"]


@pytest.mark.parametrize("kinds", [("story",), ("issue", "story"), ("story", "Issue", "release")])
def test_a_schema_pull_right_after_init_changes_no_file(desk: Desk, kinds: tuple[str, ...]) -> None:
    chosen = [word for kind in kinds for word in ("--type", kind)]
    assert desk.run("init", "--space", "demo", *chosen).code == 0
    before = {name: (desk.folder / name).read_bytes() for name in files_in(desk.folder)}
    assert b'"dana@example.com"' in before["schemas/demo/story.schema.json"]
    pulled = desk.run("schema", "pull")
    assert (pulled.code, "wrote" in pulled.out + pulled.err) == (0, False)
    assert {name: (desk.folder / name).read_bytes() for name in files_in(desk.folder)} == before


def test_a_schema_of_an_author_stays_when_people_are_pinned(desk: Desk) -> None:
    desk.write("schemas/demo/story.schema.json", "{}\n")
    done = desk.run("init", "--space", "demo", *TYPES)
    assert done.err.count("kept schemas/demo/story.schema.json, which is there already") == 1
    assert (desk.folder / "schemas/demo/story.schema.json").read_text(encoding="utf-8") == "{}\n"
    assert (desk.folder / "schemas/demo/people.json").is_file()


def test_credentials_are_checked_before_anything_is_written(desk: Desk) -> None:
    desk.environ["MEEGLE_PLUGIN_SECRET"] = "0" * 32
    done = desk.run("init", "--space", "demo", "--type", "story")
    assert done.code == 1
    assert "MEEGLE_PLUGIN_SECRET" in done.err
    assert files_in(desk.folder) == []


FLOWS = Path(".github/workflows")


def test_a_workflow_of_somebody_else_stays_and_ours_is_written_beside_it(desk: Desk) -> None:
    (desk.folder / FLOWS).mkdir(parents=True)
    (desk.folder / FLOWS / "plan.yml").write_text("on: push\njobs: {}\n", encoding="utf-8")
    (desk.folder / FLOWS / "apply.yml").write_text("on: push # runs reconciler\n", encoding="utf-8")
    done = desk.run("init", "--space", "demo", "--type", "story")
    assert (desk.folder / FLOWS / "plan.yml").read_text(encoding="utf-8") == "on: push\njobs: {}\n"
    assert (desk.folder / FLOWS / "reconciler-plan.yml").read_text(encoding="utf-8") == ready()["plan.yml"]
    assert "wrote .github/workflows/reconciler-plan.yml\n" in done.out
    beside = (
        ".github/workflows/plan.yml is not of reconciler and stays; ours is reconciler-plan.yml beside it"
    )
    assert beside in done.err.splitlines()
    assert "kept .github/workflows/apply.yml, which is there already" in done.err.splitlines()
    assert not (desk.folder / FLOWS / "reconciler-apply.yml").exists()
