"""The secrets of single spaces in the ready workflows: lines below those of the plain ones.  Pure.

A GitHub step sees the secrets alone that its `env` names, so a space with credentials of its own needs three
lines in each step that has the plain ones.  Jobs of GitLab see the variables as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from reconciler.adopt.workflows import seal_template, sealed_files
from reconciler.meegle.space_variables import USUAL, variable_of

PLAIN: Final = re.compile(rf"(?:^ +(?:{'|'.join(USUAL)}): \$\{{\{{ secrets\..*\n)+", re.MULTILINE)
"""The lines of a step that hand on the plain secrets."""
OWN: Final = re.compile(rf"^ +(?:{'|'.join(USUAL)})__(?P<ending>[A-Z0-9_]+): ", re.MULTILINE)
"""A line that hands on a secret of one space."""
NAME: Final = re.compile(rf"\b(?:{'|'.join(USUAL)})\b")


def endings_of(spaces: Iterable[str]) -> tuple[str, ...]:
    """Return how the names of the spaces' variables end, each once."""
    return tuple(dict.fromkeys(variable_of("", one).removeprefix("__") for one in spaces if one))


def endings_in(text: str) -> tuple[str, ...]:
    """Return the endings of the spaces whose secrets a workflow hands on."""
    return tuple(dict.fromkeys(OWN.findall(text)))


def with_secrets(text: str, endings: Sequence[str]) -> str:
    """Return a workflow that hands on the secrets of the spaces beside the plain ones."""

    def lines(plain: re.Match[str]) -> str:
        return "".join((plain[0], *(NAME.sub(rf"\g<0>__{one}", plain[0]) for one in endings)))

    return PLAIN.sub(lines, text)


def lacking(text: str, endings: Iterable[str]) -> list[str]:
    """Return the endings of the spaces whose secrets a workflow with the plain ones does not hand on."""
    known = endings_in(text)
    return [one for one in endings if one not in known] if PLAIN.search(text) else []


def ready_for(name: str, endings: Sequence[str]) -> str:
    """Return the ready file of a name, under its own seal, with the secrets of the spaces."""
    text = sealed_files()[name]
    made = with_secrets(text, endings)
    return text if made == text else seal_template(name, made)
