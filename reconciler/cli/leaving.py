"""How the process leaves at once, whatever is on the terminal."""

from __future__ import annotations

import os

CLEAN = b"\r\x1b[2K\x1b[?25h"
"""Back to the start of the line, empties it, and shows the cursor."""
DRAWN: list[bool] = []
"""Holds an element while a progress line is on the terminal."""


def leave(number: int) -> None:
    """Leave with the code of a signal, without waiting for any thread; no half line is left behind."""
    if DRAWN:
        os.write(2, CLEAN)
    os._exit(128 + number)
