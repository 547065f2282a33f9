"""Mends lines in memory so that reading goes on after a slip, and maps places back to the file."""

from __future__ import annotations

from msgspec import Struct, field

from reconciler.errors import Mistake, Place
from reconciler.manifest.likely_mistakes import Slip
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Node, Scalar

MOST_MENDED = 20
"""The most lines of one file that are mended; each costs a pass from its start."""


class Mending(Struct):
    """The lines of a file, some of them mended, and the way back from their places to the file's."""

    lines: list[str]
    moved: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """By line: pairs of a column of the mended text and the number of characters inserted after it."""

    slips: list[Mistake] = field(default_factory=list)

    def mend(self, slip: Slip) -> bool:
        """Replace a line by the probable meaning; False if that no longer helps."""
        line = self.lines[slip.line - 1]
        if line == slip.mended or len(self.slips) >= MOST_MENDED:
            return False
        self.slips.append(self.as_written(slip.mistake))
        same = next(
            (at for at, (old, new) in enumerate(zip(line, slip.mended, strict=False)) if old != new),
            len(line),
        )
        self.moved.setdefault(slip.line, []).append((same + 1, len(slip.mended) - len(line)))
        self.lines[slip.line - 1] = slip.mended
        return True

    def original(self, place: Place) -> Place:
        """Return the place in the file for a place in the mended text."""
        file, line, column = place
        for behind, count in reversed(self.moved.get(line, [])):
            if column > behind:
                column = max(behind, column - count)
        return Place(file, line, column)

    def as_written(self, mistake: Mistake) -> Mistake:
        """Return a mistake with its place in the file."""
        return Mistake(self.original(mistake.place), mistake.what, mistake.fix)

    def restored(self, node: Node) -> Node:
        """Return a node, and all nodes below it, with their places in the file."""
        if isinstance(node, Scalar):
            return node._replace(place=self.original(node.place))
        node.place = self.original(node.place)
        if isinstance(node, AuthoredList):
            node[:] = map(self.restored, node)
        if isinstance(node, AuthoredMap):
            for key, scalar in node.keys_at.items():
                node.keys_at[key] = scalar._replace(place=self.original(scalar.place))
            for key, value in node.items():
                node[key] = self.restored(value)
        return node
