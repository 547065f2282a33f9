"""Help in another language than English: each text is translated as it is laid out, in columns by width."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import click

from reconciler.cli.streams import on_stdout
from reconciler.language import _, told, told_whole
from reconciler.render.width import columns, padded

EXTRA = re.compile(r"(.*?)(?:  \[(.*)\])?", re.DOTALL)
"""An option's help, and what click adds to it: a default, or that it is required."""
AS_IT_IS = "\b\n"
"""What click has before lines that are not wrapped."""
CUT = "..."
"""How click ends a text that is too long for a list."""
GAP = 2
MOST = 30
"""Columns of the widest name that has its text on the same line."""
UNIT = re.compile(r"[ -~]+ ?|.", re.DOTALL)
"""What a line is not broken inside of: a Latin word, or one sign."""


class SpokenHelp(click.HelpFormatter):
    """Lays help out in the language of stdout."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how the command is called."""
        with on_stdout():
            super().write_usage(prog, args, _("Usage: ") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        with on_stdout():
            self.write(f"{'':>{self.current_indent}}{told(heading)}{_(': ').rstrip()}\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        with on_stdout():
            for n, part in enumerate(text.split("\n\n")):
                self.write("\n" if n else "")
                indent = " " * self.current_indent
                if part.startswith(AS_IT_IS):
                    heading, *lines = part.removeprefix(AS_IT_IS).split("\n")
                    self.write("".join(f"{indent}{line}\n" for line in (told(heading), *lines)))
                    continue
                for line in wrapped(told(" ".join(part.split())), self.width - self.current_indent):
                    self.write(f"{indent}{line}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = MOST, col_spacing: int = GAP) -> None:
        """Write names with their texts, in two columns."""
        with on_stdout():
            listed = list(rows)
            widest = max(columns(name) for name, __ in listed)
            first = min(widest, col_max) + col_spacing
            indent = " " * self.current_indent
            for name, text in listed:
                lines = list(wrapped(spoken(text), max(20, self.width - first - self.current_indent))) or [""]
                head = padded(name, first)
                if columns(name) > col_max:
                    self.write(f"{indent}{name}\n")
                    head = " " * first
                self.write(f"{indent}{head}{lines[0]}".rstrip() + "\n")
                for line in lines[1:]:
                    self.write(f"{indent}{' ' * first}{line}\n")


def spoken(text: str) -> str:
    """Translate an option's help, and the parts of what click adds to it."""
    if text.endswith(CUT):
        return told_whole(text.removesuffix(CUT))
    hit = EXTRA.fullmatch(text)
    help_text, extra = (hit[1], hit[2]) if hit else (text, None)
    if not extra:
        return told(help_text)
    parts = _("; ").join(told(part) for part in extra.split("; "))
    return f"{told(help_text)}  [{parts}]".strip()


def wrapped(text: str, width: int) -> Iterator[str]:
    """Yield lines of at most a width, broken between words, or between signs that are wide."""
    line, taken = "", 0
    for unit in UNIT.findall(text):
        for word in re.findall(r"\S+\s*|\s+", unit):
            size = columns(word.rstrip())
            if line and taken + size > width and not word.startswith(("，", "。", "；", "：", "、", "）")):
                yield line.rstrip()
                line, taken = "", 0
            line += word
            taken += columns(word)
    if line:
        yield line.rstrip()
