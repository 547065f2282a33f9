"""What one machine carries: a plan of a million items, once, beside 100, 10,000 and 100,000.

`python -m tests.bench.million FOLDER` keeps the files and what was measured in FOLDER, and goes on from there
when it was interrupted.  It prints lines for docs/deep-runs.md.  Nothing is judged: the machine decides the
seconds.  The service has no limiter, and makes the items when they are asked for; it is not counted.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tests.bench.measure import REPOSITORY, Cost, cost_of, service
from tests.bench.report import circumstances
from tests.bench.rows import PLAN, WORK

COUNTS: Final = {100: 3, 10_000: 3, 100_000: 2, 1_000_000: 1}
"""How many items, and how many times they are planned."""
BASE, FROM = 100, 10_000
MAKERS: Final = (
    "tests/bench/work.py",
    *(f"reconciler/sandbox/demo/{one}.py" for one in ("content", "generate", "space")),
)
MEMORY, BEND = 2, 0.15
"""Goals: KB an item above the base, and how far an item may cost more or less CPU than one of 10,000."""


def main(folder: Path, counts: Mapping[int, int] = COUNTS) -> None:
    """Measure what is not measured yet, and print what is known."""
    measured = Measured(folder)
    for count, rounds in counts.items():
        while len(measured.of(count)) < rounds:
            measured.add(count, planned(files(folder, count), count))
    for line in told(measured, list(counts)):
        sys.stdout.write(f"counted: {line}\n")


class Measured:
    """The plans that were measured of this commit, kept in a file."""

    def __init__(self, folder: Path) -> None:
        """Read what is known of this commit."""
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / f"plans-{circumstances()['commit']}.json"
        self.plans: dict[str, list[dict[str, Any]]] = (
            json.loads(self.file.read_text()) if self.file.exists() else {}
        )

    def of(self, count: int) -> list[dict[str, Any]]:
        """Return the plans of so many items."""
        return self.plans.get(str(count), [])

    def add(self, count: int, plan: dict[str, Any]) -> None:
        """Keep one more plan."""
        self.plans.setdefault(str(count), []).append(plan)
        self.file.write_text(json.dumps(self.plans, indent=1))


def files(folder: Path, count: int) -> Path:
    """Return a folder with the files of so many items, made once."""
    made = hashlib.sha256(b"".join((REPOSITORY / one).read_bytes() for one in MAKERS)).hexdigest()
    place = folder / f"items-{count}"
    seal = place / "made"
    if not seal.exists() or seal.read_text() != made:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        cost_of((*WORK, str(place), str(count), "0"), place)
        seal.write_text(made)
    return place


def planned(folder: Path, count: int) -> dict[str, Any]:
    """Plan once; return what it cost and what it asked."""
    with service(count) as live:
        cost = cost_of(PLAN, folder, live.environ)
        calls = live.calls()
    if "No changes" not in cost.out:
        raise RuntimeError(f"a plan of files that agree finds changes: {cost.out[-500:]}")
    reads = sum(one.is_query for one in calls)
    return {"cpu": cost.cpu, "wall": cost.wall, "peak": cost.peak, "requests": len(calls), "reads": reads}


def told(measured: Measured, counts: Sequence[int]) -> list[str]:
    """Return a line for each number of items, and one that compares them."""
    plans = {count: middle(measured.of(count)) for count in counts}
    lines = [
        f"{count:,} items: {one.cpu:.1f} s CPU, {one.wall:.0f} s, {one.peak:.0f} MiB,"
        f" {asked(measured, count)}"
        for count, one in plans.items()
    ]
    base = plans[BASE]
    for count in (one for one in counts if one > FROM):
        more = plans[count].peak - base.peak
        memory = more * 1024 / (count - BASE)
        bend = each(plans, count) / each(plans, FROM)
        lines.append(
            f"an item of {count:,}: {bend:.2f} × the CPU of one of {FROM:,}"
            f" (goal {1 - BEND:.2f} to {1 + BEND:.2f}), {memory:.1f} KB above the base (goal ≤ {MEMORY})"
        )
    return lines


def asked(measured: Measured, count: int) -> str:
    """Return how many requests a plan made."""
    plan = measured.of(count)[-1]
    return f"{plan['requests']:,} requests, {plan['reads']:,} of them reads of items"


def each(plans: Mapping[int, Cost], count: int) -> float:
    """Return the CPU seconds of one item above the base."""
    return (plans[count].cpu - plans[BASE].cpu) / (count - BASE)


def middle(plans: Sequence[Mapping[str, Any]]) -> Cost:
    """Return the plan with the median CPU."""
    one = sorted(plans, key=lambda plan: plan["cpu"])[len(plans) // 2]
    return Cost(one["cpu"], one["wall"], one["peak"])


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
