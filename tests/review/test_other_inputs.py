"""Attacks by inputs that look harmless: an empty word, a file for editors, a name with a line break."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.workflows.hub import git

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
ELSEWHERE = "https://elsewhere.example"


def wants(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")


@pytest.mark.parametrize(
    "command",
    [
        ("plan", ""),
        ("validate", ""),
        ("fmt", ""),
        ("drift", ""),
        ("apply", "--yes", ""),
        ("apply", "--yes", "--require-commit", ""),
        ("plan", "--only", ""),
        ("rollback", "", "--yes"),
        ("record", ""),
    ],
    ids=" ".join,
)
def test_an_empty_word_of_a_job_s_variable_never_means_everything(
    desk: Desk, command: tuple[str, ...]
) -> None:
    wants(desk)
    done = desk.run(*command)
    assert done.code == 1, done.out
    assert "internal error" not in done.err
    assert desk.world.writes == []


@pytest.mark.parametrize("share", ["nan", "sNaN", "inf", "1e9999999%", "-1%", "101%", "%"])
def test_a_share_that_is_none_is_refused_in_plain_words(desk: Desk, share: str) -> None:
    wants(desk)
    done = desk.run("apply", "--yes", "--max-share", share)
    assert done.code == 1
    assert "Invalid value for '--max-share'" in done.err
    assert desk.world.writes == []


@pytest.mark.parametrize("epoch", ["9" * 12, "9" * 20, "9" * 5000], ids=len)
def test_a_second_beyond_the_calendar_is_told_by_its_variable(desk: Desk, epoch: str) -> None:
    wants(desk)
    for command in ("plan", "apply --yes", "plan --format json"):
        desk.environ["SOURCE_DATE_EPOCH"] = epoch
        done = desk.run(*command.split())
        assert done.code == 1
        assert "SOURCE_DATE_EPOCH is beyond the calendar" in done.err
    assert desk.world.writes == []


def test_folders_in_folders_without_end_are_told_at_their_place(desk: Desk) -> None:
    wants(desk)
    with contextlib.chdir(desk.folder / "state"):
        for _ in range(1500):
            Path("d").mkdir()
            os.chdir("d")
    for command in ("plan", "validate", "apply --yes"):
        done = desk.run(*command.split())
        assert done.code == 1
        assert "folders nested deeper than 64 levels; nest them less deep" in done.out + done.err
    assert desk.world.writes == []
    subprocess.run(["/bin/rm", "-r", desk.folder / "state"], check=True)  # deeper than Python's own goes


def test_a_demo_is_kept_in_a_folder_alone(desk: Desk) -> None:
    desk.write("file", "")
    for place in ("/dev/null", "file", "file/below", ""):
        done = desk.run("demo", "--keep", place)
        assert done.code == 1
        assert "internal error" not in done.err


def test_no_file_of_the_repository_says_where_credentials_go(desk: Desk) -> None:
    """Whoever opens a pull request could else have the secret sent to a place of theirs."""
    wants(desk)
    del desk.environ["MEEGLE_BASE_URL"]
    names = (".env", ".envrc", ".reconciler.env", "meegle.env", "state/.env", ".meegle", "reconciler.cfg")
    for name in names:
        desk.write(name, f"MEEGLE_BASE_URL={ELSEWHERE}\nMEEGLE_ALLOWED_HOSTS=elsewhere.example\n")
    desk.write("reconciler.toml", f'[tool.reconciler]\nbase_url = "{ELSEWHERE}"\n')
    desk.write("pyproject.toml", f'[tool.reconciler]\nbase_url = "{ELSEWHERE}"\n')
    done = desk.run("plan")
    assert done.code == 1
    assert "MEEGLE_BASE_URL is not set" in done.err
    assert desk.world.calls == []


def test_settings_that_say_where_credentials_go_are_refused(desk: Desk) -> None:
    wants(desk)
    for name in ("base_url", "host", "proxy", "MEEGLE_BASE_URL"):
        desk.write("state/reconciler.yaml", f"spaces: {{demo: {{{name}: {ELSEWHERE}}}}}\n")
        done = desk.run("apply", "--yes")
        assert done.code == 1
        assert "state/reconciler.yaml:1:" in done.err
    assert desk.world.writes == []


def test_files_for_editors_decide_nothing(desk: Desk) -> None:
    wants(desk)
    desk.run("schema", "pull")
    planned = desk.run("plan")
    for path in (desk.folder / "schemas/demo").glob("*.schema.json"):
        path.write_text('{"$ref": "file:///etc/passwd", "anyOf": [')
    desk.write("schemas/settings.schema.json", "\x00")
    desk.write(".vscode/settings.json", json.dumps({"yaml.schemas": {ELSEWHERE: "state/**"}}))
    desk.write(".editorconfig", "[*]\nindent_size = 8\n")
    assert desk.run("plan") == planned
    assert desk.run("validate").code == 0


def test_a_line_that_names_a_schema_elsewhere_fetches_nothing(desk: Desk) -> None:
    text = f"# yaml-language-server: $schema={ELSEWHERE}/x.json\nspace: demo\ntype: story\nitems:\n"
    desk.write("state/a.yaml", f"{text}  - {{id: {STORY}, fields: {{priority: P3}}}}\n")
    assert "P3" in desk.run("plan").out


def test_the_name_of_a_file_adds_no_output_to_a_job(desk: Desk, tmp_path: Path) -> None:
    wants(desk)
    outputs = tmp_path / "outputs"
    outputs.touch()
    desk.environ["GITHUB_OUTPUT"] = str(outputs)
    name = "a\nto_update=0\nexit_reason=no_changes\n.json"
    assert desk.run("plan", "--format", f"json={name}").code == 0
    pairs = [line.partition("=")[::2] for line in outputs.read_text(encoding="utf-8").splitlines()]
    assert len(pairs) == len(dict(pairs))
    assert (dict(pairs)["to_update"], dict(pairs)["exit_reason"]) == ("1", "changes")


@pytest.mark.parametrize(
    "event",
    ["", "[]", "7", '{"pull_request": 7}', '{"pull_request": {"number": "7/../../issues/1"}}', "[" * 100_000],
    ids=["nothing", "a list", "a number", "a number for an object", "a path", "brackets"],
)
def test_the_event_of_a_job_names_a_number_or_no_pull_request(desk: Desk, event: str) -> None:
    desk.write("event.json", event)
    desk.run("plan", "--out", "plan.json")
    desk.environ |= {
        "GITHUB_API_URL": desk.service.url,
        "GITHUB_REPOSITORY": "acme/board",
        "GITHUB_TOKEN": "t",
        "GITHUB_EVENT_PATH": "event.json",
    }
    wants(desk)
    desk.run("plan", "--out", "plan.json")
    done = desk.run("comment", "plan.json")
    assert done.code == 1
    assert "this job is about no pull request" in done.err


def test_a_variable_for_programs_in_general_decides_nothing(desk: Desk) -> None:
    wants(desk)
    planned = desk.run("plan")
    desk.environ |= {
        "HTTP_PROXY": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
        "NETRC": os.devnull,
        "COLUMNS": "10",
        "TERM": "dumb",
        "FORCE_COLOR": "1",
        "CLICOLOR_FORCE": "1",
        "PAGER": "false",
    }
    assert desk.run("plan") == planned


def test_a_field_that_the_settings_say_is_stored_otherwise_is_not_left_out_unseen(desk: Desk) -> None:
    """A change of the settings that hides a field stands first, and what it hides is counted for ever."""
    wants(desk)
    desk.write("state/reconciler.yaml", "spaces: {demo: {}}\n")
    git(desk.folder, "init", "-q")
    git(desk.folder, "add", "state")
    git(desk.folder, "commit", "-qm", "base")
    (shown,) = [line for line in desk.run("plan").out.splitlines() if "→" in line]
    name = shown.split()[1]
    entry = f"ignore: [{{type: story, field: {name.lower()}, why: quiet, stores: otherwise}}]"
    desk.write("state/reconciler.yaml", f"spaces:\n  demo:\n    {entry}\n")
    out = desk.run("plan", "--base", "HEAD").out
    assert "stores" in out[: out.index("No changes")]
    assert f"note: {name}: 1 differences left out, since the settings say" in desk.run("plan").out
