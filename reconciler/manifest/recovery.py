"""Lines that are mended in memory to read on behind a slip, and the way back to where things stand."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.errors import Mistake, Place
from reconciler.manifest.likely_mistakes import Slip
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Node, Scalar

MOST_MENDED = 20
"""Lines of one file that are mended; each costs a pass from its start."""


@dataclass(slots=True)
class Mending:
    """The lines of a file as they are read, some of them mended; places are told as written."""

    lines: list[str]
    moved: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """By line: behind which column of the mended text how many characters were put in."""

    slips: list[Mistake] = field(default_factory=list)

    def mend(self, slip: Slip) -> bool:
        """Put a line as it was probably meant in its place; False where that helps no more."""
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
        """Return where something stands in the file as written."""
        file, line, column = place
        for behind, count in reversed(self.moved.get(line, [])):
            if column > behind:
                column = max(behind, column - count)
        return Place(file, line, column)

    def as_written(self, mistake: Mistake) -> Mistake:
        """Return a mistake at its place in the file as written."""
        return Mistake(self.original(mistake.place), mistake.what, mistake.fix)

    def restored(self, node: Node) -> Node:
        """Return a node, and all below it, at their places in the file as written."""
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
