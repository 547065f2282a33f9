"""Cut the comment to the size that a forge accepts: whole rows, with a count of the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reconciler.language import _
from reconciler.render.markdown_text import Markdown


class Section:
    """A part of the text whose rows may be cut one by one from its end.

    `opening` and `closing` stand only where at least one row does; `counts` says of how many of
    the plan's rows each row speaks.  Rows are made when they are asked for: most of a long plan's
    never are.
    """

    def __init__(
        self,
        what: str,
        opening: str,
        make: Callable[[int], Markdown],
        counts: Sequence[int],
        closing: str = "\n",
    ) -> None:
        """Keep how the n-th row is made."""
        self.what = what
        self.opening = opening
        self.make = make
        self.counts = counts
        self.closing = closing
        self.made: list[Markdown] = []

    def row(self, n: int) -> Markdown:
        """Return the n-th row; rows are asked for in their order."""
        if n == len(self.made):
            self.made.append(self.make(n))
        return self.made[n]

    def fitting(self, room: int, measure: Callable[[str], int]) -> tuple[int, int]:
        """Return how many rows fit, and what room is left after them."""
        left = room - measure(self.opening) - measure(self.closing)
        for n in range(len(self.counts)):
            size = measure(self.row(n))
            if size > left:
                return n, left if n else room
            left -= size
        return len(self.counts), left

    def trimmed(self, fits: int) -> Markdown:
        """Return the first rows and a count of the others."""
        rows = "".join(self.row(n) for n in range(fits))
        body = f"{self.opening}{rows}{self.closing}" if fits else ""
        cut, behind = len(self.counts) - fits, sum(self.counts[fits:])
        more = _(" ({number} rows of the plan)", number=behind) if behind != cut else ""
        shown = _(
            "{cut} of {all} {what} not shown{more}.",
            cut=cut,
            all=len(self.counts),
            what=_(self.what),
            more=more,
        )
        return Markdown(f"{body}*{shown}*\n\n" if cut else body)


def filled(sections: list[Section], room: int, measure: Callable[[str], int]) -> list[int]:
    """Return how many rows of each section fit into the room, the first sections first."""
    kept: list[int] = []
    for section in sections:
        fits, room = section.fitting(room, measure)
        kept.append(fits)
    return kept
