"""The connection to the service that the environment names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from reconciler.errors import Mistake, ReconcilerError
from reconciler.meegle.http.connection import Connection, connection_from
from reconciler.meegle.http.token_file import unkept


def connect(mistakes: Iterable[Mistake], report: Callable[[str], None]) -> Connection:
    """Read the environment.  An error about it lists the `mistakes` of the files, too.

    `report` is told if no token can be kept between runs.
    """
    try:
        connection = connection_from(os.environ)
    except ReconcilerError as error:
        raise error.beside(mistakes) from None
    if reason := unkept(connection, os.environ):
        report(f"note: a token is asked for in each run, since none can be kept: {reason}")
    return connection
