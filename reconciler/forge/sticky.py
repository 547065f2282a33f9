"""One text that is kept up to date: which of ours to write anew, and which are outdated.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

NAME = re.compile(r"space=\S* ")


@dataclass(frozen=True, slots=True)
class Text:
    """A comment or an issue of ours or somebody else's; `number` is what the API calls it by."""

    number: int
    node_id: str
    ours: bool
    body: str
    open: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """The text to write anew, if there is one, and those that it makes outdated."""

    current: Text | None
    outdated: tuple[Text, ...]


def find(texts: Iterable[Text], marker: str) -> Found:
    """Find by author and by a marker at position 0: the newest counts.

    A marker that somebody else wrote, or that stands in a quotation, is none.  One that names no
    space is of files so broken that they named none; any later text outdates it.
    """
    mine = sorted((one for one in texts if one.ours), key=lambda one: one.number)
    same = [one for one in mine if one.body.startswith(marker)]
    nameless = NAME.sub("space= ", marker)
    older = [one for one in mine if one.body.startswith(nameless) and one not in same]
    return Found(same[-1] if same else None, (*same[:-1], *older))


def prefix(body: str) -> str:
    """Return the part of a body's marker that is the same in every one about this space."""
    return body.partition(" digest=")[0] + " "
