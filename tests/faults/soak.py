"""Plan and apply for a long time, under faults and among people: memory and open files must stay flat.

`python -m tests.faults.soak SECONDS` prints what it counted; exit code 1: something grew or got lost.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from reconciler.sandbox import Running, demo_world
from reconciler.sandbox.http.tcp_faults import Front
from tests.conftest import Desk
from tests.faults.test_line import FAULTS

STORY, ITEMS = 6300012320, 12
ANSWERS = ("lost", "gateway", "page", "garbage", "cut", "empty", "busy_after", "throttle", "expired", "seen")
WARM = 0.2
"""The part of the time after which nothing may grow any more."""
MOST_GROWTH = 24 * 1024
"""KiB: what an allocator may keep for itself."""


def resident() -> int:
    """Return the memory of this process in KiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def open_files() -> int:
    """Return how many files and sockets are open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def spoil(desk: Desk, random: Random) -> None:
    """Let one call of the next run go wrong, in its answer or on its line."""
    nth = random.randint(1, 12)
    kind = random.choice(ANSWERS)
    line = dict(random.choice(list(FAULTS.values())))
    rules = [{"kind": kind, "nth": nth, "times": 1}], [{**line, "nth": nth, "times": 1}]
    which = random.randrange(3)
    desk.world.options.faults = rules[0] if which == 1 else []
    desk.world.options.connection_faults = rules[1] if which == 2 else []


def soak(folder: Path, seconds: float) -> list[str]:
    """Go on for that long; return what went wrong."""
    random = Random(seconds)
    world = demo_world()
    world.options.throttle = False
    wrong: list[str] = []
    rounds, warm, first = 0, 0, (0, 0)
    with Running(world) as service, Front(service.url, world) as front:
        known = world.credentials
        desk = Desk(
            folder,
            service,
            {
                "MEEGLE_BASE_URL": front.url,
                "MEEGLE_PLUGIN_ID": known.plugin_id,
                "MEEGLE_PLUGIN_SECRET": known.plugin_secret,
                "MEEGLE_USER_KEY": known.user_key,
                "MEEGLE_RATE": "0",
            },
        )
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            rounds += 1
            points = [random.randint(1, 9999) for _ in range(ITEMS)]
            desk.stories(
                *(f"{{id: {STORY + n}, fields: {{story_points: {one}}}}}" for n, one in enumerate(points))
            )
            spoil(desk, random)
            codes = [desk.run("apply", "--yes", "--max-share", "100%").code]
            desk.world.options.faults, desk.world.options.connection_faults = [], []
            codes.append(desk.run("apply", "--yes", "--max-share", "100%").code)
            done = desk.run("plan")
            stored = [world.item(STORY + n).values["field_3724e6"] for n in range(ITEMS)]
            if codes[1] or stored != points or not done.out.startswith("No changes."):
                wrong.append(f"round {rounds}: exit codes {codes}, plan {done.out!r}")
            if codes[0] not in {0, 1, 3}:
                wrong.append(f"round {rounds}: exit code {codes[0]}")
            del world.calls[:], world.writes[:]
            world.records.clear()
            world.gate.forget_keys()
            if not warm and time.monotonic() > until - seconds * (1 - WARM):
                gc.collect()
                warm, first = rounds, (resident(), open_files())
    gc.collect()
    grown, files = resident() - first[0], open_files() - first[1]
    sys.stdout.write(
        f"counted: {rounds} rounds, {2 * rounds} applies; after round {warm} memory grew by {grown} KiB "
        f"and open files by {files}; {len(wrong)} rounds went wrong\n"
    )
    return wrong + [f"memory grew by {grown} KiB"] * (grown > MOST_GROWTH) + [f"{files} files"] * (files > 0)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="soak-") as place:
        failed = soak(Path(place), float(sys.argv[1]))
    sys.stdout.write("".join(f"FAILED {one}\n" for one in failed))
    sys.exit(1 if failed else 0)
