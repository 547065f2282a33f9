"""The measured part of docs/performance.md, and its plots, from what was measured last of each row."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.measure import REPOSITORY
from tests.bench.plot import svg
from tests.bench.rows import Row

PAGE = REPOSITORY / "docs" / "performance.md"
KEPT = REPOSITORY / "docs" / "performance.json"
PICTURE = REPOSITORY / "docs" / "pictures" / "performance.svg"
BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"


def keep(rows: Iterable[Row]) -> dict[str, Any]:
    """Put rows over those that were measured before; each remembers its commit, day and machine."""
    kept: dict[str, Any] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    for row in rows:
        kept[str(row.number)] = {**asdict(row), **circumstances()}
    KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    return kept


def circumstances() -> dict[str, str]:
    """Return what was measured, when, and on what."""
    told = ["git", "rev-parse", "--short=12", "HEAD"]
    commit = subprocess.run(told, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    load = f"{os.cpu_count()} cores, {os.getloadavg()[1]:.0f} processes on them"
    machine = f"{load}, Python {platform.python_version()}"
    return {
        "commit": commit.stdout.strip(),
        "day": datetime.now(UTC).date().isoformat(),
        "machine": machine,
    }


def write(kept: dict[str, Any]) -> None:
    """Write the page's measured part and the plots; what people wrote around it stays."""
    panels = list(panels_of(kept))
    if panels:
        PICTURE.write_text(svg(panels))
    before, _, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}{table(kept)}{END}{after}")


def table(kept: dict[str, Any]) -> str:
    """Return the table of rows."""
    lines = ["| # | scenario | command | reached | met |", "| --- | --- | --- | --- | --- |"]
    for number in sorted(kept, key=int):
        row = kept[number]
        met = "yes" if all(row["met"]) else "no" if not any(row["met"]) else "in part"
        reached = "<br>".join(row["reached"])
        where = f"{reached}<br>{row['day']}, {row['commit']}, {row['machine']}"
        lines.append(f"| {number} | {row['scenario']} | `{row['command']}` | {where} | {met} |")
    return "\n".join(lines) + "\n"


def panels_of(kept: dict[str, Any]) -> Iterator[tuple[str, str, str, dict[str, list[list[float]]]]]:
    """Yield the plots for which there are points."""
    if "3" in kept:
        yield "CPU of a plan that finds nothing to do", "items or records", "seconds", kept["3"]["points"]
    if "6" in kept:
        yield "Apply: first PUT to last, beside the limit", "changes", "seconds", kept["6"]["points"]


def shown(path: Path) -> str:
    """Return a path from the repository on."""
    return path.relative_to(REPOSITORY).as_posix()
