"""`reconciler` and `python -m reconciler`."""

from __future__ import annotations

import gc
import os
import signal
import sys
import warnings
from types import FrameType

# Pydantic looks for plugins in every installed package: a tenth of what a small command costs, and whatever
# one found there would see the values of the files.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

# The variable is meant for other programs: a library's warning may be printed, and must not end a run.
if os.environ.get("PYTHONWARNINGS"):
    warnings.simplefilter("default")

from reconciler import cli
from reconciler.cli import leaving


def leave(number: int, frame: FrameType | None) -> None:
    """Leave at once: until an apply takes over, nothing is under way that could be lost."""
    del frame
    leaving.leave(number)


def main() -> None:
    """Run the command line and leave with its code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
    code = cli.main()
    gc.freeze()  # else the interpreter looks for circles among all values once more before it ends
    sys.exit(code)


if __name__ == "__main__":
    main()
