"""Colour for a terminal, laid on lines that were made without: nothing of a plan is said by colour alone."""

from __future__ import annotations

import re
from functools import cache

from reconciler.language import _, language

OUTCOMES = ("conflict", "ignored", "rejected", "unknown", "blocked", "not attempted")
BOLD, DIM, RED, GREEN, YELLOW, MAGENTA = 1, 2, 31, 32, 33, 35

STYLES = (
    (r" +~(?= )", (), "", YELLOW),
    (
        r" +[-x](?= )",
        ("error: {failure}", "Guard '{name}' stops an apply: {excess}.", *OUTCOMES[:4]),
        "",
        RED,
    ),
    (r" +!(?= )", ("settings changed: {change}", *OUTCOMES[4:], "Stopped: {stopped}"), "", MAGENTA),
    (r" +[.](?= )", ("note: {note}", "Requests: {requests}, about {seconds} s at 15/s."), ".*", DIM),
    (
        r"[^\s:]+:[0-9]+:[0-9]+:",
        ("Plan: {parts}.{in_sync}", "Applied: {done}.", "Failed: {errors}, nothing was planned."),
        ".*",
        BOLD,
    ),
    (r"(?!)", ("By field: {fields}.",), ".*", BOLD),
    (r"(?!)", ("No changes. Live work items match the desired state.",), ".*", GREEN),
)
"""Beginnings of lines: signs, and messages to their first placeholder; what is coloured behind; the style.

The first that fits colours just what it matches.
"""


@cache
def patterns(spoken: str) -> tuple[tuple[re.Pattern[str], int], ...]:
    """Return the beginnings of lines in the language that is spoken."""
    del spoken
    return tuple(
        (re.compile("|".join([signs, *(f"{re.escape(head(one))}{rest}" for one in messages)])), style)
        for signs, messages, rest, style in STYLES
    )


def head(message: str) -> str:
    """Return a message to its first placeholder; of a word what a line makes of it."""
    shown = _(message) if " " in message and message not in OUTCOMES else f"{_(message)}{_(': ')}"
    return shown.partition("{")[0].rstrip()


def colored(text: str) -> str:
    """Return lines with the signs and words at their beginnings in colour."""
    known = patterns(language())
    return "\n".join(colored_line(line, known) for line in text.split("\n"))


def colored_line(line: str, known: tuple[tuple[re.Pattern[str], int], ...]) -> str:
    """Return one line likewise."""
    for pattern, style in known:
        if hit := pattern.match(line):
            return f"\x1b[{style}m{hit[0]}\x1b[0m{line[hit.end() :]}"
    return line
