"""A new repository is one command away: it plans at once, and nothing that was there is overwritten."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.adopt.starting_files import name_person
from reconciler.adopt.workflows import ready, seal_template, written_as
from reconciler.cli import COMMANDS

if TYPE_CHECKING:
    from tests.conftest import Desk

TYPES = ("--type", "story", "--type", "Issue", "--type", "release")


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_new_repository_validates_and_plans_empty_at_once(desk: Desk) -> None:
    done = desk.run("init", "--space", "demo", *TYPES)
    assert (done.code, done.err) == (0, "")
    assert desk.run("validate").out == "Valid: 3 items in 3 files.\n"
    assert "No changes." in desk.run("plan").out
    assert desk.run("fmt", "--check").code == 0
    assert desk.run("schema", "check", "--detailed-exitcode").code == 0
    assert desk.world.writes == []
    assert "  reconciler pull --type issue --into state/demo/issue.yaml\n" in done.out
    flows = [f".github/workflows/{name}" for name in ready()]
    pins = [
        f"schemas/demo/{kind}{end}.json" for kind in ("issue", "release", "story") for end in ("", ".schema")
    ]
    assert files_in(desk.folder) == sorted(
        [
            *(".gitignore", ".reconciler/.gitignore", ".vscode/settings.json", "README.md"),
            "schemas/settings.schema.json",
            *(*flows, *pins, "schemas/demo/people.json", "state/reconciler.yaml"),
            *(f"state/demo/{kind}.yaml" for kind in ("issue", "release", "story")),
        ]
    )


def test_the_readme_names_commands_files_and_variables_that_there_are(desk: Desk) -> None:
    desk.run("init", "--space", "demo", "--type", "story")
    text = (desk.folder / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"reconciler (\w+)", text)) - {"says"} <= set(COMMANDS)
    assert "reconciler pull --type story --into state/demo/story.yaml\n" in text
    for path in re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE):
        assert (desk.folder / path).exists() or path == ".reconciler/"
    used = "".join(ready().values())
    for name in re.findall(r"`((?:MEEGLE|RECONCILER)_\w+)`", text):
        assert f".{name}" in used


def test_the_line_that_it_ends_with_takes_over_the_rest_of_a_type(desk: Desk) -> None:
    desk.run("init", "--space", "demo", "--type", "story")
    done = desk.run("pull", "--type", "story", "--into", "state/demo/story.yaml")
    assert "; 1 item in the files already.\n" in done.out
    assert "No changes." in desk.run("plan").out


def test_the_settings_name_the_space_its_key_the_zone_and_the_acting_user(desk: Desk) -> None:
    desk.run("init", "--space", "demo", "--type", "story", "--time-zone", "Europe/Berlin")
    settings = (desk.folder / "state/reconciler.yaml").read_text(encoding="utf-8")
    assert "\npeople:\n  ana: ana@example.com\n" in settings
    assert "\n  demo:\n    project_key: 64a0c1f2e3b4d5a6c7e8f901\n" in settings
    assert "\n    time_zone: Europe/Berlin\n" in settings
    editor = json.loads((desk.folder / ".vscode/settings.json").read_text(encoding="utf-8"))
    assert editor["yaml.schemas"]["./schemas/demo/story.schema.json"] == ["state/demo/story*.yaml"]


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


def test_a_second_time_changes_nothing(desk: Desk) -> None:
    desk.run("init", "--space", "demo", *TYPES)
    before = {name: (desk.folder / name).read_bytes() for name in files_in(desk.folder)}
    done = desk.run("init", "--space", "demo", *TYPES)
    assert done.code == 0
    assert "wrote" not in done.out
    assert {name: (desk.folder / name).read_bytes() for name in files_in(desk.folder)} == before


def test_credentials_are_checked_before_anything_is_written(desk: Desk) -> None:
    desk.environ["MEEGLE_PLUGIN_SECRET"] = "0" * 32
    done = desk.run("init", "--space", "demo", "--type", "story")
    assert done.code == 1
    assert "MEEGLE_PLUGIN_SECRET" in done.err
    assert files_in(desk.folder) == []


def test_without_a_terminal_it_says_what_to_choose_from(desk: Desk) -> None:
    assert desk.run("init").err == "error: --space is not given; there is demo\n"
    types = desk.run("init", "--space", "demo").err
    assert types == "error: --type is not given; there is issue, release, story\n"
    wrong = desk.run("init", "--space", "demo", "--type", "storry")
    assert wrong.err == "error: no type 'storry' in demo; did you mean 'story'?\n"
    zone = desk.run("init", "--space", "demo", "--type", "story", "--time-zone", "Mars/Base")
    assert zone.err == "error: no time zone 'Mars/Base'; write an IANA name such as Asia/Shanghai\n"
    assert files_in(desk.folder) == []


def test_the_host_may_be_given_where_no_variable_names_it(desk: Desk) -> None:
    host = desk.environ.pop("MEEGLE_BASE_URL")
    done = desk.run("init", "--host", host, "--space", "demo", "--type", "story")
    assert (done.code, done.err) == (0, "")
    assert f"  export MEEGLE_BASE_URL={host}\n" in done.out
    assert not any(host in (desk.folder / name).read_text(encoding="utf-8") for name in files_in(desk.folder))
    strange = desk.run("init", "--host", "https://example.com", "--space", "demo", "--type", "story")
    assert "names a host that is not on the list" in strange.err


def test_at_a_terminal_it_asks_for_what_is_not_given(desk: Desk) -> None:
    ours, theirs = pty.openpty()
    asking = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "init"],
        cwd=desk.folder,
        env={**os.environ, **desk.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(theirs)
    os.write(ours, b"\nstory, issue\n")
    out, err = asking.communicate(timeout=60)
    os.close(ours)
    assert asking.returncode == 0, err
    assert "The space [demo]: " in err
    assert "Its types, separated by commas" in err
    assert files_in(desk.folder / "state/demo") == ["issue.yaml", "story.yaml"]
    assert "wrote state/reconciler.yaml\n" in out


def test_a_person_without_a_plain_name_is_not_named() -> None:
    assert name_person("ana.lee+x@example.com") == ("ana", "ana.lee+x@example.com")
    assert name_person("1@example.com") is None
    assert name_person("") is None


# -- a repository that an older version began -----------------------------------------------------------

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


def test_a_file_of_ours_is_known_by_its_seal_under_any_name_until_somebody_edits_it(desk: Desk) -> None:
    (desk.folder / FLOWS).mkdir(parents=True)
    text = ready()["plan.yml"]
    assert (written_as(text), written_as(text.replace("Plan", "PLAN"))) == ("plan.yml", None)
    older_seal = seal_template("plan.yml", text.replace("timeout-minutes: 30", "timeout-minutes: 29"))
    (desk.folder / FLOWS / "reconciler-plan.yml").write_text(older_seal, encoding="utf-8")
    assert "as an older version wrote it" in desk.run("init", "--check").out
    desk.run("init", "--upgrade")
    assert (desk.folder / FLOWS / "reconciler-plan.yml").read_text(encoding="utf-8") == text


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


def test_what_runs_leave_is_never_committed_also_beside_a_gitignore_of_one_s_own(desk: Desk) -> None:
    desk.write(".gitignore", "*.pyc\n")
    subprocess.run([GIT, "init", "-q"], cwd=desk.folder, check=True)
    desk.run("init", "--space", "demo", "--type", "story")
    desk.write(".reconciler/runs/x/journal.jsonl", "{}\n")
    subprocess.run([GIT, "add", "-A"], cwd=desk.folder, check=True)
    added = subprocess.run([GIT, "ls-files"], cwd=desk.folder, check=True, capture_output=True, text=True)
    assert "state/demo/story.yaml" in added.stdout
    assert ".reconciler" not in added.stdout


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


def test_init_tells_what_is_outdated_in_a_repository_that_is_there(desk: Desk) -> None:
    older(desk.folder)
    done = desk.run("init", "--space", "demo", "--type", "story")
    assert done.code == 0
    assert ".github/workflows/apply.yml: as an older version wrote it" in done.err
