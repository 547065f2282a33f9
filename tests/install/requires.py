"""What each locked package asks for, written to `requires.json` by `make lock` so that tests need no index.

`python -m tests.install.requires` asks the index by a dry run of each lock.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements-run.lock", "requirements.lock", "requirements-deep.lock")
WRITTEN = Path(__file__).with_name("requires.json")
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[(?P<extras>[^\]]+)\])?==(?P<version>\S+)", re.MULTILINE)
EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a lock."""

    name: str
    version: str
    extras: frozenset[str]


def pins_of(lock: str) -> Iterator[Pin]:
    """Yield what a lock names."""
    for found in PIN.finditer((ROOT / lock).read_text(encoding="utf-8")):
        yield Pin(found["name"], found["version"], frozenset((found["extras"] or "").split(",")) - {""})


def reported(lock: str) -> Iterator[dict[str, Any]]:
    """Yield the metadata of every package that a lock installs."""
    pip = [sys.executable, "-I", "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    asked = ["--dry-run", "--ignore-installed", "--report", "-", "--require-hashes", "--requirement", lock]
    done = subprocess.run([*pip, *asked], cwd=ROOT, check=True, capture_output=True)
    for one in json.loads(done.stdout)["install"]:
        yield one["metadata"]


def asked_for(metadata: dict[str, Any], extras: frozenset[str]) -> list[str]:
    """Return what a package requires, without what only extras that no lock names would add."""
    return sorted(one for one in metadata.get("requires_dist") or [] if set(EXTRA.findall(one)) <= extras)


def main() -> None:
    """Write what all locks ask for."""
    extras: dict[str, frozenset[str]] = {}
    for pin in (pin for lock in LOCKS for pin in pins_of(lock)):
        extras[pin.name] = extras.get(pin.name, frozenset()) | pin.extras
    known = {
        name: asked_for(metadata, extras.get(name, frozenset()))
        for lock in LOCKS
        for metadata in reported(lock)
        for name in [re.sub(r"[-_.]+", "-", metadata["name"]).lower()]
    }
    WRITTEN.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
