"""stdout is the result, stderr is talk.  A closed stdout changes no exit code."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, TextIO

import click

from reconciler.errors import CannotRun
from reconciler.language import ENGLISH, SETTLED, speaking, terminal_locale, told
from reconciler.render.safe import safe_json, safe_text

if TYPE_CHECKING:
    from pathlib import Path

ESCAPES = "reconciler-escapes"
"""The name of what becomes of signs that a terminal cannot encode."""
LOST: list[TextIO] = []
"""The stdout that took no more, such as a file on a full disk; the rest of what is said goes to stderr."""


def say(text: str) -> None:
    """Write a result, made of safe text, to stdout; nobody reading it is no failure.

    Raises CannotRun where it cannot be written: what nobody was shown is not done.
    """
    if sys.stdout is None:
        return
    if LOST and LOST[-1] is sys.stdout:
        tell(*text.splitlines())
        return
    try:
        sys.stdout.write(encodable_text(text, sys.stdout))
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        hush()
    except OSError as error:
        LOST[:] = [sys.stdout]
        hush()
        tell(*text.splitlines())
        raise CannotRun(
            f"cannot write to stdout ({error.strerror})", "make room, then run it again"
        ) from None


def say_text(text: str) -> None:
    """Write lines for people to stdout, in colour on a terminal."""
    if wants_color():
        from reconciler.render.color import colored

        text = colored(text)
    say(text)


def put(name: str, path: Path | None, view: str) -> None:
    """Write a view to its file or to stdout, where lines for people may have colour."""
    if path:
        from reconciler.manifest.safe_write import write

        write(path, view)
    elif name == "text":
        say_text(view)
    else:
        say(view)


def tell_written(formats: Iterable[tuple[str, Path | None]], saved: Path | None = None) -> None:
    """Name the files that were written where stdout is left empty, a `saved` plan among them."""
    files = [f"{path} ({name})" for name, path in formats if path]
    if files and all(path for _, path in formats):
        files[:0] = [f"{saved} (plan)"] if saved else []
        tell(f"written: {', '.join(files)}")


def wants_color() -> bool:
    """Whether stdout takes colour: as `--color` says, else on a terminal outside of CI without NO_COLOR."""
    context = click.get_current_context(silent=True)
    if context and context.color is not None:
        return context.color
    plain = os.environ.get("NO_COLOR") or os.environ.get("CI") or os.environ.get("TERM") == "dumb"
    return not plain and sys.stdout is not None and sys.stdout.isatty()


def encodable_text(text: str, stream: TextIO) -> str:
    """Return a text with escapes for what a stream cannot encode; they are valid in JSON, too."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, ESCAPES).decode(encoding)


def escapes(error: UnicodeError) -> tuple[str, int]:
    """Return the escapes of what cannot be encoded, as JSON writes them."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    from json import dumps

    return dumps(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error(ESCAPES, escapes)


def say_json(text: str) -> None:
    """Write JSON to stdout, in which nothing commands a terminal or a CI runner."""
    say(safe_json(text))


def hush() -> None:
    """Point stdout at nothing, so that what is still buffered cannot fail at the end."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)


def locale_of(stream: TextIO | None) -> str:
    """Return the language of a stream: that of the settings, else of a terminal, else English."""
    if SETTLED:
        return SETTLED[0]
    if stream is None or os.environ.get("CI") or not stream.isatty():
        return ENGLISH
    return terminal_locale(os.environ)


def on_stdout() -> AbstractContextManager[None]:
    """Make the text of a block for stdout, in its language."""
    return speaking(locale_of(sys.stdout))


def on_stderr() -> AbstractContextManager[None]:
    """Make the text of a block for stderr, in its language."""
    return speaking(locale_of(sys.stderr))


def say_told(text: str) -> None:
    """Write sentences to stdout, in its language, each line made safe."""
    with on_stdout():
        say("\n".join(safe_text(told(line)) for line in text.split("\n")))


def tell(*lines: str) -> None:
    """Write lines to stderr, in its language, made safe."""
    if sys.stderr is None:
        return
    try:
        with on_stderr():
            shown = "".join(f"{safe_text(told(line))}\n" for line in lines)
        sys.stderr.write(encodable_text(shown, sys.stderr))
        sys.stderr.flush()
    except OSError:
        return
