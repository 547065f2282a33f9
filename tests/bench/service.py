"""The pretend service as a process of its own, which tells what was asked of it.

`python -m tests.bench.service COUNT [SPACE…]` prints one line of JSON with the variables that lead to it.
Then each line on stdin is a JSON object of switches to turn (`{}` turns none), answered by one line with
the calls since the last: `[[method, path, status, at], …]`.  It ends with its stdin.
"""

from __future__ import annotations

import gc
import json
import sys

from reconciler.sandbox import Running
from reconciler.sandbox.demo.more_spaces import exports
from tests.bench.work import world_of


def main() -> None:
    """Serve until stdin ends."""
    world = world_of(int(sys.argv[1]), sys.argv[2:])
    gc.freeze()
    with Running(world) as running:
        tell({"MEEGLE_BASE_URL": running.url, **dict(exports(world)), "MEEGLE_RATE": "0"})
        for line in sys.stdin:
            with world.lock:
                if switches := json.loads(line):
                    world.options.set(switches)
                tell([[made.method, made.path, made.status, made.at] for made in world.calls])
                world.calls.clear()


def tell(value: object) -> None:
    """Write one line, at once."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
