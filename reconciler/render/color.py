"""Colour for a terminal, laid on lines that were made without: nothing of a plan is said by colour alone."""

from __future__ import annotations

import re

BOLD, DIM, RED, GREEN, YELLOW, MAGENTA = 1, 2, 31, 32, 33, 35

STYLES = (
    (re.compile(r" +~(?= )"), YELLOW),
    (re.compile(r" +[-x](?= )|error:|Guard '|(?:conflict|ignored|rejected|unknown): "), RED),
    (re.compile(r" +!(?= )|settings changed:|(?:blocked|not attempted): |Stopped:"), MAGENTA),
    (re.compile(r" +[.](?= )|note:.*|Requests: .*"), DIM),
    (re.compile(r"(?:Plan|Applied|Failed|By field|Next): .*|[^\s:]+:[0-9]+:[0-9]+:"), BOLD),
    (re.compile(r"No changes\..*"), GREEN),
)
"""Beginnings of lines and their style; the first that fits colours just what it matches."""


def colored(text: str) -> str:
    """Return lines with the signs and words at their beginnings in colour."""
    return "\n".join(map(colored_line, text.split("\n")))


def colored_line(line: str) -> str:
    """Return one line likewise."""
    for pattern, style in STYLES:
        if hit := pattern.match(line):
            return f"\x1b[{style}m{hit[0]}\x1b[0m{line[hit.end() :]}"
    return line
