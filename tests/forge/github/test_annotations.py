"""Annotations and the step summary: read by a runner that obeys what looks like a command."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from hypothesis import given

from reconciler.forge.github.annotations import LONGEST, SUMMARY, plan_annotations, step_summary
from reconciler.model import GuardResult, Plan, Why
from tests.render.plans import HOSTILE, block, hostile_plan, plan_with, plans, priority, saved, text, update


@dataclass
class Command:
    """What the runner understands of a line."""

    name: str
    properties: dict[str, str] = field(default_factory=dict)
    data: str = ""


def runner(line: str) -> Command | None:
    """Read a line as the runner does: `::name k=v,…::data` after blanks, or `##[name …]` anywhere."""
    hit = re.match(r"\s*::([^\s:]+)(?: (.*?))?::(.*)", line)
    if not hit:
        old = re.search(r"##\[([^\s\]]+)[^\]]*\]", line)
        return Command(old[1]) if old else None
    pairs = (pair.partition("=") for pair in (hit[2] or "").split(",") if pair)
    return Command(hit[1], {key.strip(): unescaped(value) for key, _, value in pairs}, unescaped(hit[3]))


def unescaped(text: str) -> str:
    for code, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, sign)
    return text


def commands(plan: Plan) -> list[Command]:
    made = [runner(line) for line in plan_annotations(plan).split("\n")[:-1]]
    assert None not in made
    return [one for one in made if one]


def test_the_worst_come_first() -> None:
    plan = plan_with(
        update(0, priority(why=Why.DRIFT), text("call", "", why=Why.CHANGED_HERE)),
        update(1, priority("P2", why=Why.CONFLICTING), priority("P4", why=Why.CHANGED_HERE)),
        blocks=[block(0)],
        guards=(GuardResult("clears", "0 fields", "1 fields", ok=False),),
    )
    found = commands(plan)
    assert [(one.name, one.properties["title"].split(":")[0]) for one in found] == [
        ("warning", "Blocked"),
        ("warning", "Guard clears stops an apply"),
        ("warning", "Conflicting"),
        ("warning", "Clears"),
        ("notice", "Drift"),
        ("notice", "Plan for demo"),
    ]
    assert found[0].properties["file"] == "state/demo/old.yaml"
    assert (found[0].properties["line"], found[0].properties["col"]) == ("4", "5")


def test_shows_ten_and_counts_the_others() -> None:
    plan = plan_with(*(update(n, text(f"{n}", "")) for n in range(31)))
    found = commands(plan)
    assert len(found) == 11
    assert found[-1].data.endswith("21 more changes need a look.")


def test_plain_changes_are_not_annotated() -> None:
    assert [one.properties["title"] for one in commands(plan_with(update(0, priority())))] == [
        "Plan for demo"
    ]


@pytest.mark.parametrize("payload", [*HOSTILE, "%" * 5_000, "支" * 5_000, "x," * 3_000, "\n" * 3_000])
def test_the_runner_hears_no_command_but_ours(payload: str) -> None:
    plan = hostile_plan(payload)
    said = commands(plan)
    assert said
    for one in said:
        assert one.name in {"error", "warning", "notice"}
        assert set(one.properties) <= {"file", "line", "col", "title"}
        assert one.properties.get("line", "3") == "3"
        assert "\n" not in one.data
    lines = plan_annotations(plan).split("\n")
    assert all(line.startswith(("::warning ", "::notice ", "")) and len(line) <= LONGEST for line in lines)
    assert all(line.count("::") == 2 and "##[" not in line for line in lines[:-1])


@given(plans)
def test_any_plan_gives_at_most_eleven_lines_within_the_limit(plan: Plan) -> None:
    found = commands(plan)
    assert 1 <= len(found) <= 11
    assert all(len(line) <= LONGEST for line in plan_annotations(plan).split("\n"))


@pytest.mark.parametrize("word", ["y" * 90, "支付" * 45])
def test_the_step_summary_stays_below_what_the_service_drops(word: str) -> None:
    plan = plan_with(*(update(n, text("x", f"{n} {word}")) for n in range(3_000)))
    made = saved(plan)
    summary = step_summary(plan, made)
    assert len(summary.encode()) <= SUMMARY < 1024 * 1024
    assert made.digest in summary
    assert "truncated=true" in summary


@pytest.mark.parametrize("payload", HOSTILE[::7])
def test_no_line_of_a_summary_is_a_command(payload: str) -> None:
    plan = hostile_plan(payload)
    assert all(runner(line) is None for line in step_summary(plan, saved(plan)).split("\n"))
