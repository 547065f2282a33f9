"""stdout is the result, stderr is talk.  A closed stdout changes no exit code."""

from __future__ import annotations

import os
import sys

from reconciler.render.safe import safe_json, safe_text


def say(text: str) -> None:
    """Write a result, made of safe text, to stdout; nobody reading it is no failure."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        hush()
    except UnicodeEncodeError:
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.flush()


def say_json(text: str) -> None:
    """Write JSON to stdout, in which nothing commands a terminal or a CI runner."""
    say(safe_json(text))


def hush() -> None:
    """Point stdout at nothing, so that what is still buffered cannot fail at the end."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)


def tell(*lines: str) -> None:
    """Write lines to stderr, made safe."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write("".join(f"{safe_text(line)}\n" for line in lines))
        sys.stderr.flush()
    except OSError:
        return
