"""Killed at any step of the journal or of HTTP, or at any time: the same command ends as if nothing was.

Judged by the service's write log: no write that the plan lacks, none twice, none without an intent on disk.
"""

from __future__ import annotations

import json
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from tests.conftest import is_deep
from tests.crash.stage import APPLY_FILES, APPLY_PLAN, ITEMS, Ended, Stage

if TYPE_CHECKING:
    from reconciler.sandbox.state.world import Made

COMMANDS: Final = (APPLY_PLAN, APPLY_FILES)
KILLED: Final = -signal.SIGKILL
RANDOM: Final = 10_000 if is_deep() else 300
SHARDS: Final = 8 if is_deep() else 2
JOURNALS: Final[dict[str, Callable[[Stage, random.Random], None]]] = {
    "kept": lambda _stage, _chance: None,
    "cut": lambda stage, chance: stage.cut_journals(chance),
    "lost": lambda stage, _chance: stage.lose_journals(),
}


@dataclass(frozen=True, slots=True)
class Whole:
    """What an uncrashed run leaves and sends."""

    live: dict[int, tuple[str, dict[str, object]]]
    sent: list[tuple[int, str]]
    trace: tuple[str, ...]


def whole(stage: Stage, command: tuple[str, ...]) -> Whole:
    """Let a run end."""
    stage.reset()
    run = stage.run(*command)
    assert (run.code, len(stage.sent())) == (0, ITEMS), run.err
    return Whole(stage.live(), sorted(stage.sent()), run.trace)


def dies(stage: Stage, command: tuple[str, ...], how: dict[str, object], *, at_once: bool = False) -> bool:
    """Run a command that is killed; false where it ended before.  Every write that came has its intent."""
    before = len(stage.desk.world.writes)
    run = stage.run(*command, **how)
    assert run.code in (0, KILLED), run.err
    if not at_once:
        stage.settle()
        assert stage.unrecorded(before) == []
    return run.code == KILLED


def ends_well(stage: Stage, command: tuple[str, ...], good: Whole, *, twice: bool = False) -> Ended:
    """Run the command again; `twice`: a write that nobody saw answered may have been sent again."""
    run = stage.run(*command)
    stage.settle()
    assert run.code == 0, run.out + run.err
    assert stage.live() == good.live
    sent = sorted(stage.sent())
    assert sent == good.sent or (twice and set(sent) == set(good.sent) and max(Counter(sent).values()) <= 2)
    return run


@pytest.mark.parametrize(
    "command", COMMANDS if is_deep() else COMMANDS[:1], ids=lambda command: " ".join(command[:2])
)
@pytest.mark.parametrize("kept", JOURNALS, ids=[f"journals {word}" for word in JOURNALS])
def test_a_run_that_is_killed_at_any_step_is_ended_by_the_same_command(
    stage: Stage, command: tuple[str, ...], kept: str, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(kept)
    good = whole(stage, command)
    steps = len(good.trace) + 10
    turn = list(JOURNALS).index(kept)
    points = range(1, steps) if is_deep() else range(1 + turn, steps, len(JOURNALS))
    killed = 0
    for point in points:
        stage.reset()
        killed += dies(stage, command, {"kill_at": point})
        JOURNALS[kept](stage, chance)
        ends_well(stage, command, good)
    assert killed > len(points) - 20
    record_property("count", f"{killed} of {len(points)} steps of {' '.join(command)}, journals {kept}")


@pytest.mark.parametrize("shard", range(SHARDS), ids=lambda shard: f"kills-{shard // 2 + 1}-{shard % 2}")
def test_runs_that_are_killed_at_random_end_as_if_nothing_was(
    stage: Stage, shard: int, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(shard)
    commands = {command: whole(stage, command) for command in COMMANDS}
    kills: Counter[str] = Counter()
    longest = 0.5
    while kills.total() < RANDOM / SHARDS:
        command, kept = chance.choice(COMMANDS), chance.choice(list(JOURNALS))
        good = commands[command]
        stage.reset()
        for _ in range(chance.randint(1, 4)):
            kind = chance.choice(("step", "time"))
            how: dict[str, object] = (
                {"kill_at": chance.randint(1, len(good.trace))}
                if kind == "step"
                else {"signal": signal.SIGKILL, "after": chance.uniform(0, 0.8 * longest)}
            )
            kills[f"{kind}, journals {kept}"] += dies(stage, command, how)
            JOURNALS[kept](stage, chance)
        began = time.monotonic()
        ends_well(stage, command, good)
        longest = 0.9 * longest + 0.1 * (time.monotonic() - began)
    record_property("count", f"{kills.total()} random kills: {dict(sorted(kills.items()))}")


@pytest.mark.parametrize("seed", range(2), ids=lambda seed: f"seed{seed}")
def test_a_write_that_comes_in_late_is_repeated_at_most_once(
    stage: Stage, seed: int, record_property: Callable[[str, object], None]
) -> None:
    """What a dead run had sent is carried out while the next one goes on."""
    chance = random.Random(seed)
    good = whole(stage, APPLY_PLAN)
    sendings = [n for n, word in enumerate(good.trace, 1) if word == "sent" and put_before(good.trace[:n])]
    killed, doubled = 0, 0

    def late(made: Made) -> None:
        if made.method == "PUT" and chance.random() < 0.5:
            time.sleep(chance.uniform(0, 0.15))

    for _ in range(400 if is_deep() else 12):
        stage.reset()
        stage.desk.world.before_call = late
        killed += dies(stage, APPLY_PLAN, {"kill_at": chance.choice(sendings)}, at_once=True)
        ends_well(stage, APPLY_PLAN, good, twice=True)
        stage.desk.world.before_call = None
        doubled += len(stage.sent()) > ITEMS
    record_property("count", f"{killed} runs killed with a write under way, {doubled} writes repeated")


def put_before(trace: tuple[str, ...]) -> bool:
    """Whether the last request that began is a write."""
    return next((word for word in reversed(trace) if word.startswith("before ")), "").startswith("before PUT")


def test_an_intent_is_on_the_disk_before_its_write_leaves(stage: Stage) -> None:
    trace = whole(stage, APPLY_PLAN).trace
    seen: list[str] = []
    kept: list[str] = []
    puts = 0
    for word in trace:
        if word.startswith("line "):
            seen.append(word)
        if word == "synced":
            kept = list(seen)
        if word.startswith("before PUT"):
            puts += 1
            idem = next(
                line.partition(": ")[2] for line in word.splitlines() if line.lower().startswith("x-idem")
            )
            assert any(f'"idem":"{idem}"' in line and '"event":"intent"' in line for line in kept)
    assert puts == ITEMS


def fresh(stage: Stage, command: tuple[str, ...], after: int) -> None:
    """Start a process of its own, and kill it when it has made so many calls, and a little later."""
    before = len(stage.desk.world.calls)
    process = stage.desk.start(*command)
    until = time.monotonic() + 60
    while process.poll() is None and len(stage.desk.world.calls) < before + after:
        assert time.monotonic() < until
        time.sleep(0.001)
    process.kill()
    process.communicate()
    stage.settle()


def ends() -> Iterator[tuple[str, int]]:
    """Yield a dozen moments for processes of their own."""
    for n in range(12):
        yield list(JOURNALS)[n % 3], 3 + 2 * n


@pytest.mark.parametrize("part", range(2), ids=lambda part: f"part{part}")
def test_a_dozen_processes_of_their_own_behave_like_the_forked_ones(stage: Stage, part: int) -> None:
    chance = random.Random(part)
    good = whole(stage, APPLY_PLAN)
    mine = list(ends())[part::2]
    assert mine
    for kept, after in mine:
        stage.reset()
        fresh(stage, APPLY_PLAN, after)
        assert stage.unrecorded() == []
        JOURNALS[kept](stage, chance)
        ends_well(stage, APPLY_PLAN, good)
        assert {json.dumps(one) for one in stage.sent()} == {json.dumps(one) for one in good.sent}
