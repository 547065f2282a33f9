"""One text that is kept up to date: which of ours to write anew, and which are outdated.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

NAME = re.compile(r"space=\S* (id=\S+ )?")
EXACT = re.compile(r"(id|root)=\S+ ")
HEADING = re.compile(r"^### .*$", re.MULTILINE)
SEVERAL = re.compile(r" space=_several_ ")
"""What the markers of texts about several spaces have in common."""


class Text(Struct, frozen=True):
    """A comment or an issue of ours or somebody else's; `number` is what the API calls it by."""

    number: int
    node_id: str
    ours: bool
    body: str
    open: bool = True


class Found(Struct, frozen=True):
    """The text to write anew, if there is one, and those that it makes outdated."""

    current: Text | None
    outdated: tuple[Text, ...]


def find_comment(texts: Iterable[Text], body: str) -> Found:
    """Find by author and by the marker at position 0 what a new body replaces: the newest counts.

    A marker that somebody else wrote, or that is part of a quotation, does not count.  One that names no
    space is of files so broken that they named none; any later text outdates it.  The first version's
    markers spell spaces inexactly: such a text counts where its heading, too, is that of the body.  Where
    there is none about the same, one of a space goes on as that of several with it, and the other way round.
    """
    mine = sorted((one for one in texts if one.ours), key=lambda one: one.number)
    marker = marker_prefix(body)
    first, nameless = EXACT.sub("", marker), NAME.sub("space= ", marker)
    heading = hit[0] if (hit := HEADING.search(body)) else ""
    exact = [one for one in mine if marker_prefix(one.body) == marker]
    inexact = [
        one
        for one in mine
        if marker_prefix(one.body) == first and one not in exact and has_line(one.body, heading)
    ]
    same = [*inexact, *exact]
    older = [one for one in mine if marker_prefix(one.body) == nameless and one not in same]
    shared = [one for one in mine if one not in same and share_a_space(one.body, body)]
    ours = [*shared, *same]
    return Found(ours[-1] if ours else None, (*ours[:-1], *older))


def share_a_space(one: str, other: str) -> bool:
    """Return True if one of two texts is about a space, and the other one about several with it.

    A text about several spaces has the heading of each.
    """
    several, alone = sorted((one, other), key=lambda body: not is_of_several(body))
    places = {NAME.sub("space= ", marker_prefix(body)) for body in (one, other)}
    if len(places) > 1 or not is_of_several(several) or is_of_several(alone):
        return False
    heading = HEADING.search(alone)
    return heading is not None and has_line(several, heading[0])


def is_of_several(body: str) -> bool:
    """Return True if a text is about several spaces."""
    return SEVERAL.search(marker_prefix(body)) is not None


def has_line(body: str, line: str) -> bool:
    """Return True if a text holds a line."""
    return not line or line in body.splitlines()


def marker_prefix(body: str) -> str:
    """Return the part of a body's marker that is the same in every one about this space."""
    return body.partition(" digest=")[0] + " "
