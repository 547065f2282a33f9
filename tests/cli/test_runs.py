"""Journals of past applies: readable, checkable, and one apply at a time."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320


def test_a_run_can_be_listed_and_read(desk: Desk) -> None:
    assert desk.run("runs").out == "No runs yet.\n"
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3, story_points: 7}}}}")
    applied = desk.run("apply", "--yes")
    listed = desk.run("runs").out
    name, at, who, *_, done = re.split(" {2,}", listed.strip())
    assert re.fullmatch(r"[0-9-]{10} [0-9:]{8} Asia/Shanghai", at)
    assert (who, done) == ("Ana", "1 PUT, 2 applied")
    shown = desk.run("runs", name).out
    assert [line for line in shown.splitlines() if line != line.rstrip()] == []
    assert f"  ~ demo/story/{STORY}  Audit reports\n" in shown
    assert "      ~ Priority      P0 → P3   :4\n" in shown
    assert "      ~ Story points  5 → 7   :4\n" in shown
    (summary,) = [json.loads(line) for line in desk.run("runs", "--format", "json").out.splitlines()]
    assert (summary["puts"], summary["outcomes"], summary["stopped"]) == (1, {"applied": 2}, None)
    last = desk.run("runs", "verify").out.split()[-1]
    assert f"last hash {last}" in applied.err


def test_runs_of_one_second_are_listed_as_they_began(desk: Desk) -> None:
    began: list[str] = []
    for priority in ("P3", "P1", "P2", "P3", "P1"):
        desk.stories(f"{{id: {STORY}, fields: {{priority: {priority}}}}}")
        desk.run("apply", "--yes")
        began += {path.name for path in desk.folder.glob(".reconciler/runs/*")} - set(began)
    assert [line.split()[0] for line in desk.run("runs").out.splitlines()] == began


def test_the_writes_of_a_run_are_counted_with_their_plural(desk: Desk) -> None:
    desk.stories(*(f"{{id: {one}, fields: {{priority: P3}}}}" for one in (STORY, STORY + 1)))
    desk.run("apply", "--yes")
    assert desk.run("runs").out.endswith("  2 PUTs, 2 applied\n")


def test_a_journal_that_was_changed_is_told(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    desk.run("apply", "--yes")
    (path,) = desk.folder.glob(".reconciler/runs/*/journal.jsonl")
    path.write_bytes(path.read_bytes().replace(b"option_3", b"option_1"))
    done = desk.run("runs", "verify")
    assert done.code == 1
    assert "line 2 of journal.jsonl is damaged" in done.out
    assert desk.run("runs", "--journal", str(path)).code == 1
    assert desk.run("runs", "nonsense").code == 1


def test_the_audit_has_a_line_for_each_put_and_no_value(desk: Desk) -> None:
    desk.stories(
        f"{{id: {STORY}, fields: {{priority: P3, notes: a secret plan}}}}",
        f"{{id: {STORY + 1}, roles: {{RD: [dana@example.com]}}}}",
    )
    desk.environ |= {
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "acme/state",
        "GITHUB_RUN_ID": "7",
    }
    desk.run("apply", "--yes")
    (run,) = [path.name for path in desk.folder.glob(".reconciler/runs/*")]
    for flags in ([run], []):
        done = desk.run("runs", *flags, "--audit")
        lines = [json.loads(line) for line in done.out.splitlines()]
        assert {(one["id"], one["idem"]) for one in lines} == {
            (int(made.path.rpartition("/")[2]), made.idem) for made in desk.world.writes
        }
        assert {one["actor"] for one in lines} == {desk.environ["MEEGLE_USER_KEY"]}
        assert {one["run_url"] for one in lines} == {"https://github.com/acme/state/actions/runs/7"}
        assert {one["answer"] for one in lines} == {"accepted"}
        assert all(one["log_id"] for one in lines)
        assert "secret plan" not in done.out
    (story,) = (one for one in lines if one["id"] == STORY)
    assert [one["key"] for one in story["fields"]] == ["priority", "field_a1b2c4"]
    assert story["fields"][0]["after"] == hashlib.sha256(b'{"value":"option_3"}').hexdigest()
    (journal,) = desk.folder.glob(".reconciler/runs/*/journal.jsonl")
    assert story["chain"] in journal.read_text(encoding="utf-8")


def test_a_run_is_named_by_its_beginning_or_as_the_last(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    assert desk.run("apply", "--yes").code == 0
    (run,) = sorted(path.name for path in (desk.folder / ".reconciler/runs").iterdir())
    whole = desk.run("runs", run)
    assert whole.code == 0
    assert [desk.run("runs", word).out for word in (run[:12], "last")] == [whole.out, whole.out]
    assert desk.run("rollback", "last", "--yes").code == 0


@pytest.mark.parametrize("command", [("runs",), ("rollback", "--yes"), ("notify", "--print", "--run")])
def test_a_run_that_is_not_there_leads_to_the_list(desk: Desk, command: tuple[str, ...]) -> None:
    done = desk.run(*command, "x")
    assert (done.code, done.err) == (1, "error: no run 'x'; `reconciler runs` lists them\n")


def test_a_beginning_of_two_runs_names_neither(desk: Desk) -> None:
    for value in ("P3", "P2"):
        desk.stories(f"{{id: {STORY}, fields: {{priority: {value}}}}}")
        assert desk.run("apply", "--yes").code == 0
    assert desk.run("runs", "20").err == "error: 2 runs begin with '20'; write more of the id\n"
