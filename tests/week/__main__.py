"""Writes the table of the week into docs/recipes.md: `python -m tests.week`."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from tests.week.diary import COLUMNS, PAGE, TABLE, temporary, week


def stories() -> list[str]:
    """Return the modules of the week, in order."""
    return sorted(path.stem for path in Path(__file__).parent.glob("test_*.py") if path.stem != "test_table")


def table() -> str:
    """Live every story, and return the table."""
    rows = [COLUMNS, tuple("---" for _ in COLUMNS)]
    for name in stories():
        module = importlib.import_module(f"tests.week.{name}")
        with temporary() as folder, week(Path(folder)) as diary:
            module.story(diary)
            rows.append(diary.row(module.TITLE))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def write() -> None:
    text = PAGE.read_text(encoding="utf-8")
    old = re.compile(rf"(^## {TABLE}\n.*?)(?:^\|.*?\n)+", re.MULTILINE | re.DOTALL)
    PAGE.write_text(old.sub(lambda hit: hit[1] + table(), text, count=1), encoding="utf-8")


if __name__ == "__main__":
    write()
