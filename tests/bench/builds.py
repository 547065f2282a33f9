"""This build beside an older one: `BASE=c233f07 make bench`.

Both are installed as users install them, each from a commit, and run in turn in every round.  Instructions
are counted where valgrind is installed; they do not depend on who else uses the machine.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.bench.measure import REPOSITORY, Spread, cost_of, service

OLD_PIP = "pip==24.0"
"""An older lock names no extras, which a newer pip refuses to hold against its hashes."""
COLLECTED = re.compile(r"Collected : ([0-9]+)")
VALGRIND = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
FORMATS = "--format text --format json=p.json --format markdown=p.md --format html=p.html"
PULL = "pull --type story --into state/p.yaml --split 200 --fields all"
MANY = 10_000
DEMO = 0
"""No generated items: the state of the repository on the demo space."""


class Comparison(NamedTuple):
    """A command and its target: how much of the older build's cost it may take.

    `cost`: `instructions`, `wall`, `cpu` or `memory` (the peak).  `beside`: another command of this build is
    the measure instead.
    `items` are generated, the first of them `changed`; `latency` in milliseconds a call.
    """

    row: int
    what: str
    command: str
    cost: str
    target: float
    items: int = DEMO
    changed: int = 0
    latency: int = 0
    beside: str = ""


COMPARISONS = (
    Comparison(1, "plan of 11 items", "plan", "instructions", 0.60),
    Comparison(1, "plan of 300 items", "plan", "instructions", 0.60, 300),
    Comparison(2, "validate", "validate", "instructions", 0.60),
    Comparison(2, "--help", "--help", "instructions", 0.90),
    Comparison(3, "plan of 11 items, 200 ms a call", "plan", "wall", 0.40, latency=200),
    Comparison(3, "apply of 10 items, 200 ms a call", "apply --yes", "wall", 0.50, latency=200),
    Comparison(4, "plan --base beside plan, 10,000", "plan --base HEAD", "cpu", 1.08, MANY, beside="plan"),
    Comparison(4, "drift beside plan, 10,000", "drift --applied HEAD", "cpu", 1.10, MANY, beside="plan"),
    Comparison(4, "plan --base beside plan, 10,000", "plan --base HEAD", "memory", 1.05, MANY, beside="plan"),
    Comparison(4, "drift beside plan, 10,000", "drift --applied HEAD", "memory", 1.05, MANY, beside="plan"),
    Comparison(5, "plan of 10,000 items", "plan", "cpu", 0.75, MANY),
    Comparison(8, "plan of 100,000 items", "plan", "memory", 0.60, 100_000),
    Comparison(8, "drift of 100,000 items", "drift --applied HEAD", "memory", 0.45, 100_000),
    Comparison(7, "pull of 1,079 items, all fields", PULL, "cpu", 0.40, 1_000),
    Comparison(9, "plan of 1,000 changes, all formats", f"plan {FORMATS}", "cpu", 0.70, 1_000, 1_000),
)  # fmt: skip


class Build(NamedTuple):
    """An installed build: the folder of its environment, and of the tree that it was made of."""

    environment: Path
    tree: Path

    @property
    def python(self) -> str:
        """The interpreter that imports this build."""
        return str(self.environment / "bin" / "python")


def installed(commit: str, base: Path) -> Build:
    """Install a commit of this repository as a user would."""
    build = Build(base / f"environment-{commit}", base / f"tree-{commit}")
    build.tree.mkdir()
    archive = ("git", "archive", commit)
    packed = subprocess.run(archive, cwd=REPOSITORY, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", str(build.tree)], input=packed, check=True)  # noqa: S607
    subprocess.run([sys.executable, "-m", "venv", str(build.environment)], check=True)
    subprocess.run([build.python, "-m", "pip", "install", "--quiet", OLD_PIP], check=True)
    subprocess.run(["sh", str(build.tree / "install.sh"), str(build.environment)], check=True)  # noqa: S607
    subprocess.run(
        [build.python, "-I", "-m", "compileall", "-qq", str(build.environment / "lib")], check=False
    )
    return build


def folder_for(one: Comparison, build: Build, base: Path) -> Path:
    """Make the folder of a run: the demo state, or generated items, under git."""
    folder = Path(tempfile.mkdtemp(dir=base))
    if one.items == DEMO:
        for name in ("state", "schemas"):
            shutil.copytree(build.tree / name, folder / name)
    else:
        work = (sys.executable, "-m", "tests.bench.work", str(folder), str(one.items), str(one.changed))
        cost_of(work, folder)
    if one.command.startswith("pull"):
        for path in (one for one in (folder / "state").iterdir() if one.is_dir()):
            shutil.rmtree(path)
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for step in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "State")):
        subprocess.run(["git", *who, *step], cwd=folder, check=True)  # noqa: S607
    return folder


def measured(one: Comparison, command: str, build: Build, base: Path) -> float:
    """Run a command of a build once, in a folder and a space of its own."""
    folder = folder_for(one, build, base)
    with service(one.items) as running:
        # The first version asks for a space by key and name at once, which a strict service refuses.
        running.calls(projects_detail="lenient", latency_ms=one.latency)
        environ = {**running.environ, "CI": "1", "PYTHONPATH": "", "PYTHONHASHSEED": "0"}
        run = (build.python, "-m", "reconciler", *command.split())
        if one.cost == "instructions":
            cost_of(run, folder, environ)
            said = cost_of((*VALGRIND, *run), folder, environ).out
            counted = COLLECTED.search(said)
            assert counted, said
            return float(counted[1])
        cost = cost_of(run, folder, environ)
    return {"wall": cost.wall, "cpu": cost.cpu, "memory": cost.peak}[one.cost]


def compared(one: Comparison, new: Build, old: Build, base: Path, rounds: int) -> Spread:
    """Run both sides in turn; return the cost of this build as a multiple of the other side."""

    def other() -> float:
        if one.beside:
            return measured(one, one.beside, new, base)
        return measured(one, one.command, old, base)

    # Two counts of one command differ by less than 1 in 50,000: one round says all.
    times = 1 if one.cost == "instructions" else rounds
    return Spread.of([measured(one, one.command, new, base) / other() for _ in range(times)])


def rows(base_commit: str, rounds: int, builds: Mapping[str, Build] | None = None) -> Iterator[str]:
    """Yield a line of the table for each comparison as it is measured."""
    yield "| row | scenario | cost | target | reached: median (least to most) | met |"
    yield "| --- | --- | --- | --- | --- | --- |"
    with scratch() as base:
        old, new = (
            (builds["old"], builds["new"])
            if builds
            else (installed(base_commit, base), installed("HEAD", base))
        )
        for one in COMPARISONS:
            if one.cost == "instructions" and not shutil.which("valgrind"):
                continue
            spread = compared(one, new, old, base, rounds)
            met = "yes" if spread.middle <= one.target else "no"
            yield f"| {one.row} | {one.what} | {one.cost} | ≤ {one.target:.2f} × | {spread} × | {met} |"


@contextmanager
def scratch() -> Iterator[Path]:
    """Make a folder to measure in, and clear it away."""
    with tempfile.TemporaryDirectory(prefix="reconciler-builds-") as folder:
        yield Path(folder)


def main() -> int:
    """Compare with the commit that BASE names, ROUNDS rounds each (5), and print the table."""
    for line in rows(os.environ["BASE"], int(os.environ.get("ROUNDS") or 5)):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    return 0
