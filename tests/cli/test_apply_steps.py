"""The steps that commands which write share: ask, send, report, and the exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk


STORY = 6300012320


def test_asks_for_consent_where_nobody_can_answer(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    process = desk.start("apply")
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    told = "pass --yes, or apply a plan saved by `reconciler plan --out`"
    assert err == f"error: no terminal to ask for confirmation; {told}\n"
    assert desk.world.writes == []


@pytest.mark.parametrize(
    ("flags", "environ", "reason", "code"),
    [
        (["--max-changes", "0"], {}, "guard", 4),
        (["--only", "6300012321"], {}, "no_changes", 0),
        ([], {"MEEGLE_PLUGIN_SECRET": "wrong"}, "error", 1),
        (["--deadline", "0s"], {}, "stopped", 1),
        ([], {}, "rows", 3),
    ],
)
def test_the_json_form_ends_in_a_summary_however_the_run_ends(
    desk: Desk, flags: list[str], environ: dict[str, str], reason: str, code: int
) -> None:
    desk.environ |= environ
    desk.stories(
        f"{{id: {STORY}, fields: {{priority: P3}}}}",
        f"{{id: {STORY + 1}, fields: {{name: Ship it}}}}",
        "{id: 999, fields: {priority: P0}}",
    )
    desk.world.item(STORY + 1).name = "Ship it"
    done = desk.run("apply", "--yes", "--format", "json", *flags)
    assert done.code == code
    last = json.loads(done.out.splitlines()[-1])
    assert (last["event"], last["exit_reason"]) == ("summary", reason)


def test_a_deadline_ends_the_run_with_1(desk: Desk) -> None:
    desk.environ["MEEGLE_RATE"] = "5"
    desk.stories(*[f"{{id: {STORY + n}, fields: {{story_points: 99}}}}" for n in range(40)])
    done = desk.run("apply", "--yes", "--max-share", "100%", "--deadline", "2s")
    assert done.code == 1
    assert "Stopped: the deadline passed" in done.out
    assert 0 < len(desk.sent) < 40
