"""The rows of the table of targets: each runs its scenario and tells what was reached."""

from __future__ import annotations

import compileall
import json
import math
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import octo
from tests.bench.measure import RECONCILER, REPOSITORY, Call, Cost, Spread, cost_of, ratios, service

PLAN = (*RECONCILER, "plan")
REFERENCE = (sys.executable, "-m", "tests.bench.reference")
NOTHING = (sys.executable, "-c", "pass")
WORK = (sys.executable, "-m", "tests.bench.work")
RULED = (sys.executable, "-m", "tests.bench.ruled")
BATCH, RATE = 50, 15
AT_LIMIT = {"MEEGLE_RATE": str(RATE)}


@dataclass(slots=True)
class Row:
    """One row as it was measured: lines for people, whether each target was met, points for the plots."""

    number: int
    scenario: str
    command: str
    reached: list[str] = field(default_factory=list)
    met: list[bool] = field(default_factory=list)
    points: dict[str, list[list[float]]] = field(default_factory=dict)

    def judge(self, text: str, value: float, limit: float) -> None:
        """Add one measured number and its target, which it may not exceed."""
        self.reached.append(f"{text}; target ≤ {limit:g}")
        self.met.append(value <= limit)


@dataclass(slots=True)
class Folders:
    """Where rows are measured: folders and services by the number of items, each made when it is needed."""

    base: Path
    rounds: int
    made: set[Path] = field(default_factory=set)

    def folder(self, count: int, changed: int = 0, spaces: Sequence[str] = ()) -> Path:
        """Return a folder whose files want so many items, the first of them changed; without a cache.

        `spaces`: further spaces, of which the files want as many items.
        """
        folder = self.base / "-".join(("items", str(count), str(changed), *spaces))
        if folder not in self.made:
            folder.mkdir()
            cost_of((*WORK, str(folder), str(count), str(changed), *spaces), folder)
            self.made.add(folder)
        shutil.rmtree(folder / ".reconciler", ignore_errors=True)
        return folder

    def ruled(self, how: str, count: int) -> Path:
        """Return a folder that desires the same of so many items by `rules`, or by their `ids`."""
        folder = self.base / f"{how}-{count}"
        if folder not in self.made:
            folder.mkdir()
            cost_of((*RULED, how, str(folder), str(count)), folder)
            self.made.add(folder)
        return folder

    def zone(self, count: int) -> Path:
        """Return a folder for octoDNS with so many records."""
        folder = self.base / f"records-{count}"
        if folder not in self.made:
            folder.mkdir()
            octo.write_zone(folder, count)
            self.made.add(folder)
        return folder


def no_op(desk: Folders) -> Row:
    """Row 1: a plan of 10,000 items that all agree."""
    count = 10_000
    row = Row(1, "no-op plan, 10,000 items × 12 fields, over HTTP, no limiter", "reconciler plan")
    ours: list[Cost] = []
    reference: list[Cost] = []
    peers: list[Cost] = []
    folder, zone = desk.folder(count), desk.zone(count)
    with service(count) as live:
        for _ in range(desk.rounds):
            peers.append(cost_of(octo.SYNC, zone))
            reference.append(cost_of(REFERENCE, folder, live.environ))
            live.calls()
            ours.append(cost_of(PLAN, folder, live.environ))
            calls = live.calls()
    against = ratios(ours, peers)
    row.judge(f"{against} × octoDNS at 10,000 records", against.middle, 0.30)
    against = ratios(ours, reference)
    row.judge(f"{against} × the straight-line script", against.middle, 1.15)
    peak = max(one.peak for one in ours)
    row.judge(f"{peak:.0f} MiB", peak, 120)
    row.reached.append(
        f"CPU seconds: {Spread.of([one.cpu for one in ours])}; the script"
        f" {Spread.of([one.cpu for one in reference])}, {reference[0].peak:.0f} MiB; octoDNS"
        f" {Spread.of([one.cpu for one in peers])}, {peers[0].peak:.0f} MiB"
    )
    row.reached.append(f"{len(calls)} requests, {sum(one.is_query for one in calls)} of them reads of items")
    return row


def cached(desk: Folders) -> Row:
    """Row 2: the same once more, the files unchanged."""
    count = 10_000
    row = Row(2, "the same, files unchanged since the last run", "reconciler plan")
    cold: list[Cost] = []
    warm: list[Cost] = []
    peers: list[Cost] = []
    folder, zone = desk.folder(count), desk.zone(count)
    with service(count) as live:
        keeping = {**live.environ, "RECONCILER_CACHE": str(desk.base / "cache")}
        first = cost_of(PLAN, folder, keeping)
        for _ in range(desk.rounds):
            peers.append(cost_of(octo.SYNC, zone))
            warm.append(cost_of(PLAN, folder, keeping))
            cold.append(cost_of(PLAN, folder, live.environ))
    against = ratios(warm, peers)
    row.judge(f"{against} × octoDNS at 10,000 records", against.middle, 0.20)
    row.reached.append(
        f"{ratios(warm, cold)} × row 1, whose files are read line by line and take little time themselves"
    )
    row.reached.append(
        f"CPU seconds: {Spread.of([one.cpu for one in warm])}; {first.cpu:.2f} to fill the cache"
    )
    return row


def growth(desk: Folders) -> Row:
    """Row 3: from 1,000 to 100,000 items."""
    row = Row(3, "growth from 100 to 100,000 items", "reconciler plan")
    counts = (100, 1_000, 10_000, 100_000)
    costs: dict[int, list[Cost]] = {count: [] for count in counts}
    with ExitStack() as open_services:
        lives = {count: open_services.enter_context(service(count)) for count in counts}
        for _ in range(desk.rounds):
            for count in counts:
                costs[count].append(cost_of(PLAN, desk.folder(count), lives[count].environ))
    for count in counts:
        row.points.setdefault("reconciler plan", []).append([count, middle_of(costs[count])])
        if count <= 10_000:
            row.points.setdefault("octoDNS", []).append([count, cost_of(octo.SYNC, desk.zone(count)).cpu])
    bends = [
        ((most.cpu - base.cpu) / (100_000 - 100)) / ((some.cpu - base.cpu) / (10_000 - 100))
        for base, some, most in zip(costs[100], costs[10_000], costs[100_000], strict=True)
    ]
    bend = Spread.of(bends)
    row.judge(f"an item of 100,000 costs {bend} × one of 10,000", bend.middle, 1.15)
    peaks = {count: max(one.peak for one in some) for count, some in costs.items()}
    memory = (peaks[100_000] - peaks[100]) * 1024 / (100_000 - 100)
    row.judge(f"{memory:.1f} KB an item above the base", memory, 6)
    row.judge(f"{peaks[100_000]:.0f} MiB for 100,000", peaks[100_000], 250)
    row.reached.append(
        "; ".join(
            f"{count:,}: {middle_of(costs[count]):.2f} s CPU, {peaks[count]:.0f} MiB" for count in counts
        )
    )
    return row


def middle_of(costs: Sequence[Cost]) -> float:
    """Return the median of the CPU seconds."""
    return Spread.of([one.cpu for one in costs]).middle


def one_file(desk: Folders) -> Row:
    """Row 4: a pull request that changes one file of 2,000."""
    count = 100_000
    row = Row(4, "`plan --changed`, 1 file of 2,000, 100,000 items", "reconciler plan --changed --base HEAD")
    folder = desk.folder(count)
    commit(folder)
    with edited(folder), service(count) as live:
        command = (*PLAN, "--changed", "--base", "HEAD")
        keeping = {**live.environ, "RECONCILER_CACHE": str(desk.base / "index")}
        first = cost_of(command, folder, keeping)
        live.calls()
        warm: list[Cost] = []
        for _ in range(desk.rounds):
            warm.append(cost_of(command, folder, keeping))
            calls = live.calls()
    middle = Spread.of([one.cpu for one in warm])
    row.judge(f"{middle} s CPU with the index warm", middle.middle, 0.6)
    queries = sum(one.is_query for one in calls)
    row.judge(f"{queries} read of items", queries, 1)
    row.reached.append(f"{len(calls)} requests in all; {first.cpu:.1f} s CPU cold, with the index made")
    return row


def at_limit(desk: Folders) -> Row:
    """Row 5: reads under the limit."""
    count = 10_000
    row = Row(5, "reads of 10,000 items at 15 requests a second", "reconciler plan")
    with service(count) as live:
        live.calls(throttle=True)
        cost_of(PLAN, desk.folder(count), {**live.environ, **AT_LIMIT})
        judge_reads(row, live.calls(), count)
    return row


def judge_reads(row: Row, calls: Sequence[Call], count: int) -> None:
    """Judge the number of reads, how evenly they came, and that none was refused."""
    queries = [one for one in calls if one.is_query]
    desired = math.ceil(count / BATCH)
    row.judge(f"{len(queries)} reads", len(queries), desired)
    took = queries[-1].at - queries[0].at
    row.judge(
        f"{took:.2f} s from the first to the last, {took * RATE / desired:.3f} × n/15",
        took * RATE / desired,
        1.04,
    )
    refused = sum(one.status == 429 for one in calls)
    row.judge(f"{refused} times 429", refused, 0)


def applies(desk: Folders) -> Row:
    """Row 6: applies of up to 300 changes."""
    row = Row(6, "apply of 300 changes, 200 ms latency, limit 15/s, all checks on", "reconciler apply --yes")
    command = (*RECONCILER, "apply", "--yes")
    for count in (30, 100, 300):
        with service(300) as live:
            live.calls(throttle=True, latency_ms=200)
            cost = cost_of(command, desk.folder(count, count), {**live.environ, **AT_LIMIT})
            calls = live.calls()
        puts = [one for one in calls if one.method == "PUT"]
        took = puts[-1].at - puts[0].at
        row.points.setdefault("apply", []).append([count, took])
        row.points.setdefault("15 a second", []).append([count, count / RATE])
    row.judge(f"{len(puts)} PUTs for 300 items", len(puts), 300)
    row.judge(
        f"{took:.2f} s from the first PUT to the last, {took * RATE / 300:.3f} × 300/15",
        took * RATE / 300,
        1.06,
    )
    refused = sum(one.status == 429 for one in calls)
    row.judge(f"{refused} times 429", refused, 0)
    row.reached.append(
        f"{len(calls)} requests in all, {cost.wall:.1f} s from start to end, {cost.cpu:.2f} s CPU"
    )
    return row


def drift(desk: Folders) -> Row:
    """Row 7: a scheduled drift run."""
    count = 100_000
    row = Row(7, "drift run, 100,000 items at the limit", "reconciler drift --applied HEAD")
    folder = desk.folder(count)
    commit(folder)
    with service(count) as live:
        live.calls(throttle=True)
        cost = cost_of((*RECONCILER, "drift", "--applied", "HEAD"), folder, {**live.environ, **AT_LIMIT})
        calls = live.calls()
        judge_reads(row, calls, count)
    records = sum("op_record" in one.path for one in calls)
    row.judge(f"{records} questions for records, nothing drifted", records, 0)
    row.judge(f"{cost.peak:.0f} MiB", cost.peak, 350)
    row.reached.append(f"{cost.wall:.0f} s, {cost.cpu:.1f} s CPU")
    return row


def small(desk: Folders) -> Row:
    """Row 8: what it costs to start."""
    row = Row(8, "`--help`, `validate` of 1 file", "reconciler --help; reconciler validate")
    folder = desk.folder(1)
    costs: dict[str, list[Cost]] = {"nothing": [], "help": [], "validate": []}
    for _ in range(4 * desk.rounds):
        costs["nothing"].append(cost_of(NOTHING, folder))
        costs["help"].append(cost_of((*RECONCILER, "--help"), folder))
        costs["validate"].append(cost_of((*RECONCILER, "validate"), folder))
    for name, limit in (("help", 7), ("validate", 25)):
        against = ratios(costs[name], costs["nothing"])
        row.judge(f"{name}: {against} × the CPU of `python -c pass`", against.middle, limit)
    return row


def page(desk: Folders) -> Row:
    """Row 9: the page of 10,000 changes."""
    from tests.bench.page import seconds_to_open  # noqa: PLC0415 - the browser is wanted here alone

    count = 10_000
    row = Row(9, "HTML of 10,000 changes", "reconciler plan --format html=plan.html")
    folder = desk.folder(count, count)
    with service(count) as live:
        cost = cost_of((*PLAN, "--format", "html=plan.html"), folder, live.environ)
    size = (folder / "plan.html").stat().st_size / 1e6
    row.judge(f"{size:.2f} MB", size, 6)
    took = Spread.of([seconds_to_open(folder / "plan.html") for _ in range(desk.rounds)])
    row.judge(f"{took} s until it can be used in Chromium", took.middle, 2)
    row.reached.append(f"{cost.cpu:.1f} s CPU, {cost.peak:.0f} MiB for the plan and the page")
    return row


def rules(desk: Folders) -> Row:
    """Row 10: many items selected by rules, beside the same items listed by id."""
    count = 10_000
    row = Row(10, "20 rules over 10,000 items, beside the same items by id", "reconciler plan")
    folders = {how: desk.ruled(how, count) for how in ("rules", "ids")}
    costs: defaultdict[str, list[Cost]] = defaultdict(list)
    with service(count) as live:
        changes = {how: changes_of(folder, live.environ) for how, folder in folders.items()}
        if changes["rules"] != changes["ids"]:
            raise RuntimeError("the two plans say different things")
        for _ in range(desk.rounds):
            for how, folder in folders.items():
                live.calls()
                costs[how].append(cost_of(PLAN, folder, live.environ))
                if how == "rules":
                    calls = live.calls(filter_fields="builtin")
                    costs["long lists"].append(cost_of(PLAN, folder, live.environ))
                    live.calls(filter_fields="manual")
    against = ratios(costs["rules"], costs["ids"])
    row.judge(f"{against} × the CPU of the plan by id", against.middle, 1.3)
    row.reached.append(f"{len(changes['ids'])} changes, the same in both plans; all other items are in sync")
    row.reached.append(
        f"CPU seconds: {Spread.of([one.cpu for one in costs['rules']])},"
        f" by id {Spread.of([one.cpu for one in costs['ids']])}; {len(calls)} requests"
    )
    longer = ratios(costs["long lists"], costs["ids"])
    row.reached.append(f"{longer} × where lists hold all built-in fields (`filter_fields: builtin`)")
    return row


def changes_of(folder: Path, environ: Mapping[str, str]) -> dict[tuple[int, str], object]:
    """Return what the plan of a folder changes, by item and field: the values before and after."""
    cost_of((*PLAN, "--format", "json=plan.json"), folder, environ)
    plan = json.loads((folder / "plan.json").read_text())
    return {
        (item["id"], one["key"]): (one["before"], one["after"])
        for item in plan["resource_changes"]
        for one in item["fields"]
    }


def three_spaces(desk: Folders) -> Row:
    """Row 12: three spaces with a token each, read side by side."""
    count, more = 10_000, ("mobile", "web")
    row = Row(12, "three spaces, 10,000 items and a token each, 15 requests a second", "reconciler plan")
    folder = desk.folder(count, spaces=more)
    against: list[float] = []
    with service(count, more) as live:
        live.calls(throttle=True)
        environ = {**live.environ, **AT_LIMIT}
        for _ in range(desk.rounds):
            alone = [cost_of((*PLAN, "--space", name), folder, environ) for name in ("demo", *more)]
            live.calls()
            together = cost_of(PLAN, folder, environ)
            calls = live.calls()
            against.append(together.wall / max(one.wall for one in alone))
    spread = Spread.of(against)
    row.judge(f"{spread} × the slowest space alone", spread.middle, 1.10)
    queries = sum(one.is_query for one in calls)
    row.judge(f"{queries} reads", queries, 3 * math.ceil(count / BATCH))
    refused = sum(one.status == 429 for one in calls)
    row.judge(f"{refused} times 429", refused, 0)
    slowest = max(one.wall for one in alone)
    cost = f"{together.cpu:.1f} s CPU, {together.peak:.0f} MiB"
    row.reached.append(f"{together.wall:.1f} s together, {slowest:.1f} s alone; {cost}")
    return row


ROWS: Mapping[int, Callable[[Folders], Row]] = {
    1: no_op, 2: cached, 3: growth, 4: one_file, 5: at_limit, 6: applies, 7: drift, 8: small, 9: page,
    10: rules, 12: three_spaces,
}  # fmt: skip


@contextmanager
def desk(rounds: int) -> Iterator[Folders]:
    """Make a place to measure in, and clear it away."""
    for part in ("reconciler", "tests/bench"):
        # As pip does for a package that it installs, such as octoDNS.
        compileall.compile_dir(REPOSITORY / part, quiet=1)
    with tempfile.TemporaryDirectory(prefix="reconciler-bench-") as base:
        yield Folders(Path(base), rounds)


def commit(folder: Path) -> None:
    """Put a folder under git, once."""
    if (folder / ".git").exists():
        return
    me = ("-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "gc.auto=0")
    for step in (("init", "-q"), ("add", "state", "schemas"), ("commit", "-qm", "State")):
        subprocess.run(["git", *me, *step], cwd=folder, check=True, capture_output=True)  # noqa: S607


@contextmanager
def edited(folder: Path) -> Iterator[None]:
    """Change one value in one file, and put it back."""
    file = folder / "state" / "000" / "00007.yaml"
    before = file.read_text()
    file.write_text(before.replace("needs_qa: true", "needs_qa: false", 1))
    time.sleep(0.1)
    try:
        yield
    finally:
        file.write_text(before)
