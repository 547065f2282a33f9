"""The connection to the service that the environment names for a space."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from reconciler.errors import Mistake, ReconcilerError
from reconciler.meegle.http.connection import Connection, connection_from
from reconciler.meegle.http.token_file import unkept

if TYPE_CHECKING:
    from reconciler.model import RunSpaces


def connect(
    mistakes: Iterable[Mistake],
    report: Callable[[str], None],
    space: str = "",
    spaces: RunSpaces | None = None,
) -> Connection:
    """Read the environment.  An error about it lists the `mistakes` of the files, too.

    `space` may have variables of its own; `spaces`: those of the run, if it knows of others.  `report` is
    told if no token can be kept between runs.
    """
    try:
        connection = connection_for(space, spaces)
    except ReconcilerError as error:
        raise error.beside(mistakes) from None
    if reason := unkept(connection, os.environ):
        report(f"note: a token is asked for in each run, since none can be kept: {reason}")
    return connection


def connection_for(space: str, spaces: RunSpaces | None = None) -> Connection:
    """Read the variables of a space, else the plain ones; raises CannotRun."""
    own = space and any(name.startswith("MEEGLE_") and "__" in name for name in os.environ)
    if not own and (spaces is None or (len(spaces.chosen) == 1 and not spaces.new)):
        return connection_from(os.environ)
    from reconciler.meegle.space_variables import connection_of  # most runs have plain ones alone
    from reconciler.model import RunSpaces

    return connection_of(space, spaces or RunSpaces((space,), (space,)), os.environ)
