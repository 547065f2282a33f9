"""Measure rows and write docs/performance.md: `make bench`, or `make bench ROWS="1 2" ROUNDS=3`.

`BASE=COMMIT make bench` compares this commit with an older one instead (`builds.py`).
"""

from __future__ import annotations

import os
import sys
import time

from tests.bench import builds, report
from tests.bench.rows import ROWS, desk


def main() -> int:
    """Measure what ROWS names (all of them), ROUNDS rounds each (5); 1 where a target was missed."""
    if os.environ.get("BASE"):
        return builds.main()
    numbers = [int(word) for word in os.environ.get("ROWS", "").split()] or list(ROWS)
    rows = []
    with desk(int(os.environ.get("ROUNDS") or 5)) as place:
        for number in numbers:
            began = time.monotonic()
            row = ROWS[number](place)
            rows.append(row)
            told = "\n     ".join(row.reached)
            sys.stdout.write(f"{number:>3}  {row.scenario}\n     {told}\n")
            sys.stdout.write(
                f"     {'met' if all(row.met) else 'not met'}; {time.monotonic() - began:.0f} s\n"
            )
            sys.stdout.flush()
            report.write(report.keep([row]))
    sys.stdout.write(f"wrote {report.shown(report.PAGE)} and {report.shown(report.PICTURE)}\n")
    return 0 if all(all(row.met) for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
