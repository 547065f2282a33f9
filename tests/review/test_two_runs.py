"""Two runs of one plugin at the same time, such as two machines or two jobs: no write is lost in silence."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.apply.ports import Stop
from reconciler.model.outcomes import Report, word
from tests.road import Hasty, Memory, apply_to, calm_world, plan_of, words

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model import Plan
    from reconciler.sandbox import World
    from reconciler.sandbox.state.world import Made
    from tests.conftest import Desk

STORY = 6300012320
BO = "7310000000000000002"
FIRST_PRE_READ = 2
"""The query after the one at the start."""
ALONE = (
    "1 item: the operation records do not show whether somebody edited a field right before our write; "
    "the history in Meegle does"
)


def wanting(text: str) -> str:
    return f"space: demo\ntype: story\nitems:\n  - {{id: {STORY}, {text}}}\n"


def at_the_put(world: World, act: Callable[[], object]) -> None:
    """Let something happen once, when a PUT has been sent and is not carried out yet."""

    def call(made: Made) -> None:
        if made.method == "PUT":
            world.before_call = None
            act()

    world.before_call = call


def both(world: World, one: Plan, other: Plan) -> tuple[Report, Report]:
    """Apply one plan, and another one by another machine between the first one's read and its PUT."""
    inner: list[Report] = []
    at_the_put(world, lambda: inner.append(apply_to(world, other, stop=Stop(cut=Hasty()))))
    return apply_to(world, one, stop=Stop(cut=Hasty())), inner[0]


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("fields: {priority: P3}", "fields: {priority: P2}", "P2"),
        ("fields: {story_points: 7}", "fields: {story_points: 8}", "8"),
        ("fields: {ext_ref: mine}", "fields: {ext_ref: theirs}", '"theirs"'),
        ("fields: {due: 2030-01-01}", "fields: {due: 2030-01-02}", "2030-01-02"),
        ("fields: {watchers: [dana@example.com]}", "fields: {watchers: [bo@example.com]}", "bo@example.com"),
        ("roles: {RD: [dana@example.com]}", "roles: {RD: [bo@example.com]}", "bo@example.com"),
        ("roles: {RD: [dana@example.com]}", "roles: {PM: [dana@example.com]}", "dana@example.com"),
        (
            "fields: {priority: P3}, roles: {RD: [dana@example.com]}",
            "roles: {PM: [bo@example.com]}",
            "bo@example.com",
        ),
    ],
)
def test_a_write_of_another_run_of_ours_that_was_replaced_unread_is_a_conflict(
    one: str, other: str, told: str
) -> None:
    world = calm_world()
    outer, inner = both(world, plan_of(world, wanting(one)), plan_of(world, wanting(other)))
    assert words(inner) == {"applied": 1}
    (lost,) = [row.outcome for row in outer.rows if word(row.outcome) == "conflict"]
    assert getattr(lost, "reason", "").startswith(
        f"replaced what ana@example.com through this plugin wrote right before: {told}"
    )


def test_two_machines_that_apply_at_once_do_not_both_exit_0(desk: Desk, tmp_path: Path) -> None:
    """`reconciler apply --yes` on both; on c233f07 both said Applied, and one write was gone."""
    desk.stories(f"{{id: {STORY}, fields: {{story_points: 7}}}}")
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "state").mkdir(parents=True)
    text = (desk.folder / "state/stories.yaml").read_text(encoding="utf-8")
    (elsewhere / "state/stories.yaml").write_text(text.replace("7}", "8}"), encoding="utf-8")
    ended: list[int] = []

    def other_machine() -> None:
        command = [sys.executable, "-m", "reconciler", "apply", "--yes"]
        environ = {**os.environ, **desk.environ, "XDG_STATE_HOME": str(elsewhere / "user")}
        ended.append(subprocess.run(command, cwd=elsewhere, env=environ, check=False).returncode)

    at_the_put(desk.world, other_machine)
    done = desk.run("apply", "--yes")
    assert (ended, done.code) == ([0], 3)
    assert "replaced what ana@example.com through this plugin wrote right before: 8" in done.out
    assert [sent["field_3724e6"] for sent in desk.sent] == [8, 7]


def changed(world: World, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> None:
    """Change what the service tells of its operation records, from the first PUT on."""

    def call(made: Made) -> None:
        if made.path.endswith("/op_record/work_item/list"):
            for key, rows in world.records.items():
                world.records[key] = [new for row in rows if (new := change(row))]

    world.before_call = call


def one_content(row: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {**row, "record_contents": [{**one, **members} for one in row["record_contents"]]}


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        lambda row: {**row, "source_type": "", "source": ""},
        lambda row: one_content(row, old=["P1"], new=["P3"]),
        lambda row: one_content(row, old=["?", "?"]),
        lambda row: one_content(row, old=[], new=[]),
    ],
    ids=["missing or late", "not labelled as ours", "labels for ids", "several old ones", "no values"],
)
def test_a_record_that_says_nothing_proves_nothing_and_that_is_said_once(
    change: Callable[[dict[str, Any]], dict[str, Any] | None],
) -> None:
    world = calm_world()
    plan = plan_of(world, wanting("fields: {priority: P3}"))
    changed(world, change)
    report = apply_to(world, plan)
    assert words(report) == {"applied": 1}
    assert report.moved == (ALONE,)


def test_runs_one_after_the_other_within_a_second_accuse_nobody() -> None:
    """Records tell seconds: what was written before our reading must not look like what we replaced."""
    world = calm_world()
    for text in (
        "fields: {priority: P3}, roles: {RD: [dana@example.com]}",
        "fields: {priority: P2}, roles: {RD: [bo@example.com]}",
        "fields: {priority: P3}, roles: {PM: [dana@example.com]}",
        "fields: {watchers: {contains: [dana@example.com]}}, roles: {RD: [dana@example.com]}",
        "fields: {watchers: {excludes: [dana@example.com]}}, roles: {PM: [bo@example.com]}",
    ) * 2:
        report = apply_to(world, plan_of(world, wanting(text)), stop=Stop(cut=Hasty()))
        assert set(words(report)) <= {"applied", "already"}
        assert report.moved == ()


class Napping(Memory):
    """A journal; the machine sleeps while its first intent is written."""

    def __init__(self, nap: Callable[[], None]) -> None:
        super().__init__()
        self.nap = nap

    def write(self, event: str, **members: Any) -> None:
        super().write(event, **members)
        if event == "intent" and len(self.lines) == 1:
            self.nap()


@pytest.mark.parametrize("moment", ["the answer waits in the socket", "the intent is written"])
def test_a_machine_that_slept_trusts_no_read_from_before(
    moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CLOCK_MONOTONIC stands still while a Linux machine sleeps, so that an old read looks fresh."""
    world, asleep, queries = calm_world(), [0.0], []
    real = time.clock_gettime
    monkeypatch.setattr(
        time, "clock_gettime", lambda clock: real(clock) + asleep[0] * (clock == time.CLOCK_BOOTTIME)
    )
    plan = plan_of(world, wanting("fields: {story_points: 7}"))

    def nap() -> None:
        asleep[0] += 3600
        world.edit(STORY, "field_3724e6", 4242, by=BO)

    def call(made: Made) -> None:
        if made.path.endswith("/query"):
            queries.append(made)
            if len(queries) == FIRST_PRE_READ and moment == "the answer waits in the socket":
                nap()

    world.after_call = call
    journal = Napping(nap) if moment == "the intent is written" else Memory()
    report = apply_to(world, plan, journal=journal, stop=Stop(cut=Hasty()))
    assert words(report) == {"conflict": 1}
    assert world.writes == []
