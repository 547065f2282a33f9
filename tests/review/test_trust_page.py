"""docs/trust.md: every row is whole and names a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TITLES = ["input", "who writes", "may decide", "must never", "guarded by", "attacked by"]
LEAST = 80
"""Rows that the page has at the least."""
TEST = re.compile(r"`(tests/[\w/.]+\.py)::(\w+)`")


def rows() -> list[list[str]]:
    lines = (ROOT / "docs/trust.md").read_text(encoding="utf-8").splitlines()
    tables = [line for line in lines if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in tables]
    found = [row for row in cells if row != TITLES and set(row[0]) != {"-"}]
    assert len(found) >= LEAST
    return found


def test_each_row_has_every_cell() -> None:
    for row in rows():
        assert len(row) == len(TITLES), row
        assert all(row), row


def test_each_row_names_a_test_that_exists() -> None:
    for row in rows():
        named = TEST.findall(row[-1])
        assert named, f"no test attacks {row[0]!r}"
        for path, test in named:
            assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), (path, test)
