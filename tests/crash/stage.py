"""A desk whose runs are forked from a warmed process, and die where they are told to."""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from reconciler.apply.journal import read_journal
from reconciler.sandbox.state.model import Item
from tests.conftest import Desk

ROOT: Final = Path(__file__).parents[2]
STORY: Final = 6300012320
ISSUE: Final = 6300013300
STORIES: Final = (
    f"{{id: {STORY}, fields: {{priority: P3, story_points: 7}}, roles: {{RD: [dana@example.com]}}}}",
    f"{{id: {STORY + 1}, fields: {{watchers: {{contains: [dana@example.com]}}}}}}",
    f"{{id: {STORY + 2}, fields: {{ext_ref: 'hello: no', due: null}}}}",
    f"{{id: {STORY + 3}, fields: {{platform: [Web, Desktop], due: 2030-01-01}}}}",
    f"{{id: {STORY + 4}, fields: {{name: '新 name', schedule: {{start: 2030-01-01, end: 2030-02-01}}}}}}",
    f"{{id: {STORY + 5}, fields: {{description: {{markdown: '**new** words'}}}}}}",
    f"{{id: {STORY + 6}, fields: {{area: Payments / Cards, planning_release: [6300014300]}}}}",
)
ISSUES: Final = (f"{{id: {ISSUE}, fields: {{severity: S1, found_in: '1.10'}}}}",)
ITEMS: Final = len(STORIES) + len(ISSUES)
APPLY_FILES: Final = ("apply", "--yes", "--max-share", "100%")
APPLY_PLAN: Final = ("apply", "plan.json")
IDLE: Final = 2
"""Sockets that a service without callers has: the listener and its trigger."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: a negative code is the signal's; `trace` is empty where it was killed from outside."""

    code: int
    out: str
    err: str
    steps: int
    trace: tuple[str, ...]
    calls: Mapping[str, int]


@dataclass(slots=True)
class Stage:
    """A world that is put back before each case, and runs that are forked."""

    desk: Desk
    process: subprocess.Popen[str]
    before: dict[int, Item] = field(default_factory=dict)
    runs: int = 0

    @classmethod
    def of(cls, desk: Desk) -> Self:
        """Write the eight items' desired state and warm a process up by planning it."""
        desk.stories(*STORIES)
        desk.stories(*ISSUES, file="state/issues.yaml", type_="issue")
        desk.environ["CI"] = "1"
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.forker"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        stage = cls(desk, process, {key: item.copy() for key, item in desk.world.items.items()})
        warm = {
            "folder": str(desk.folder),
            "environ": desk.environ,
            "arguments": ["plan", "--out", "plan.json"],
            "out": str(desk.folder / "warm"),
        }
        assert stage.ask(warm) == 0
        return stage

    def close(self) -> None:
        """End the warmed process."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def ask(self, order: Any) -> Any:
        """Give an order, and wait for its answer."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def reset(self) -> None:
        """Put the world and its switches back, forget its calls and take the journals away."""
        world = self.desk.world
        world.options.set({"latency_ms": 0, "faults": []})
        world.before_call = None
        with world.lock:
            world.items.clear()
            world.items.update({key: item.copy() for key, item in self.before.items()})
            world.records.clear()
            world.writes.clear()
            world.calls.clear()
        for folder in self.desk.folder.glob("**/.reconciler"):
            shutil.rmtree(folder)

    def run(self, *arguments: str, **how: Any) -> Ended:
        """Fork one run; `kill_at`, `fail`, `signal` with `after` as the forker takes them."""
        return self.together((self.desk.folder, arguments, how))[0]

    def together(self, *some: tuple[Path, tuple[str, ...], dict[str, Any]]) -> list[Ended]:
        """Fork runs that go on at the same time, each in a folder of its own."""
        orders: list[dict[str, Any]] = []
        for folder, arguments, how in some:
            self.runs += 1
            place = self.desk.folder / "runs"
            place.mkdir(exist_ok=True)
            names = {name: str(place / f"{len(orders)}.{name}") for name in ("out", "err", "told")}
            (place / f"{len(orders)}.told").unlink(missing_ok=True)
            order = {"folder": str(folder), "environ": self.desk.environ, "arguments": list(arguments)}
            orders.append({**order, **names, **how})
        codes = self.ask(orders)
        return [told(code, order) for code, order in zip(codes, orders, strict=True)]

    def settle(self) -> None:
        """Wait until the service has dealt with all that a dead process had sent.

        Connections are taken in turn: when one of our own is answered, all before it have been taken.
        """
        url = self.desk.service.url.removeprefix("http://")
        line = http.client.HTTPConnection(url, timeout=30)
        line.request("GET", "/")
        line.getresponse().read()
        line.close()
        until = time.monotonic() + 30
        while len(self.desk.service._open) > IDLE:
            assert time.monotonic() < until, "the service is still busy"
            time.sleep(0.0005)

    def live(self) -> dict[int, tuple[str, dict[str, Any]]]:
        """Return the values of all items."""
        return {key: (item.name, dict(item.values)) for key, item in self.desk.world.items.items()}

    def sent(self) -> list[tuple[int, str]]:
        """Return the writes that were carried out, as the item and the fields in JSON."""
        return [
            (int(made.path.rpartition("/")[2]), json.dumps(made.body["update_fields"], sort_keys=True))
            for made in self.desk.world.writes
            if made.method == "PUT" and not made.err_code
        ]

    def intents(self) -> list[dict[str, Any]]:
        """Return the intents of all journals; each must be whole but for a torn last line."""
        paths = self.desk.folder.glob("**/.reconciler/runs/*/journal.jsonl")
        return [one for path in paths for one in read_journal(path) if one["event"] == "intent"]

    def unrecorded(self, begin: int = 0) -> list[str]:
        """Return the writes, from one on, that no journal knows."""
        known = {one["idem"] for one in self.intents()}
        return [made.idem for made in self.desk.world.writes[begin:] if made.idem not in known]

    def cut_journals(self, chance: random.Random) -> None:
        """Cut every journal at a byte by chance."""
        for path in sorted(self.desk.folder.glob(".reconciler/runs/*/journal.jsonl")):
            with path.open("r+b") as file:
                file.truncate(chance.randint(0, path.stat().st_size))

    def lose_journals(self) -> None:
        """Take the journals away, as the disk of a CI runner goes with its job."""
        shutil.rmtree(self.desk.folder / ".reconciler", ignore_errors=True)


def told(code: int, order: Mapping[str, Any]) -> Ended:
    """Read what a run left behind."""
    file = Path(order["told"])
    words = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    out, err = (Path(order[name]).read_text(encoding="utf-8") for name in ("out", "err"))
    return Ended(code, out, err, words.get("steps", 0), tuple(words.get("trace", ())), words.get("calls", {}))
