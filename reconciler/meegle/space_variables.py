"""The variables of one space: `MEEGLE_PLUGIN_ID__SPACE` and so on, else the plain ones.  Pure.

Credentials are one identity: a space that has any of its own takes all of them from its own variables.  The
plain ones count for the space that alone has none.  So no space, which a pull request can name at will, is
opened with credentials that nobody gave to it while others have theirs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace as with_fields
from itertools import groupby
from typing import Final

from msgspec.structs import replace

from reconciler.errors import CannotRun, counted, quoted
from reconciler.meegle.http.connection import IDENTITY, Connection, connection_from
from reconciler.meegle.http.failures import BadEnvironment
from reconciler.model import RunSpaces

USUAL: Final = IDENTITY[:3]
"""The three of them that a message asks for; a person's own token is the exception."""
BESIDE: Final = ("MEEGLE_BASE_URL", "MEEGLE_TOKEN_TYPE", "MEEGLE_AUTH_MODE", "MEEGLE_RATE", "MEEGLE_PROXY")
"""Variables that a space may set otherwise, one by one; `MEEGLE_ALLOWED_HOSTS` is one for all."""


def variable_of(name: str, space: str) -> str:
    """Return the name of a space's own variable: upper-cased, every other sign is `_`."""
    return f"{name}{suffix_of(space)}"


def suffix_of(space: str) -> str:
    """Return what ends the names of a space's own variables."""
    return f"__{re.sub('[^A-Z0-9]', '_', space.upper())}"


def has_own(space: str, environ: Mapping[str, str]) -> bool:
    """Return True if a space has credentials of its own."""
    return any(environ.get(variable_of(name, space)) for name in IDENTITY)


def connection_of(space: str, spaces: RunSpaces, environ: Mapping[str, str]) -> Connection:
    """Return how to reach a space and as whom; raises CannotRun, BadEnvironment with every problem."""
    refuse_one_name(space, spaces, environ)
    own = has_own(space, environ)
    if own and space in spaces.new:
        refuse_given(space, spaces)
    if not own and (why := why_not_plain(space, spaces, environ)):
        names = [variable_of(name, space) for name in USUAL]
        fix = f"set {', '.join(names[:-1])} and {names[-1]}"
        raise CannotRun(f"the space {quoted(space)} has no credentials of its own: {why}", fix)
    taken = {name: variable_of(name, space) for name in IDENTITY} if own else {}
    taken |= {name: made for name in BESIDE if environ.get(made := variable_of(name, space))}
    try:
        reached = connection_from({**environ, **{name: environ.get(one, "") for name, one in taken.items()}})
        return with_fields(reached, suffix=suffix_of(space)) if own else reached
    except BadEnvironment as error:
        raise BadEnvironment(
            replace(one, variable=taken[one.variable], fix=one.fix.replace(one.variable, taken[one.variable]))
            if one.variable in taken
            else one
            for one in error.problems
        ) from None


def why_not_plain(space: str, spaces: RunSpaces, environ: Mapping[str, str]) -> str | None:
    """Return why the plain variables do not count for a space without its own; None if they do."""
    if space in spaces.new:
        return "the base does not name it, and the plain variables are not for a space that is new"
    lacking = without_own(spaces.chosen, spaces.new, environ)
    if len(lacking) <= 1:
        return None
    some = ", ".join(lacking)
    return (
        f"the plain variables are for one space alone, and {counted(len(lacking), 'space')} have none: {some}"
    )


def without_own(chosen: Iterable[str], new: Collection[str], environ: Mapping[str, str]) -> list[str]:
    """Return the spaces that the plain variables may be meant for."""
    return [one for one in chosen if one not in new and not has_own(one, environ)]


def refuse_one_name(space: str, spaces: RunSpaces, environ: Mapping[str, str]) -> None:
    """Refuse spaces whose variables have one name: nobody can tell whose credentials those are.

    A run of one space whose variables are not set need not know.
    """
    if len(spaces.chosen) == 1 and not has_own(space, environ):
        return
    name = variable_of(USUAL[0], space)
    same = sorted(one for one in {*spaces.named, space} if variable_of(USUAL[0], one) == name)
    if len(same) > 1:
        raise CannotRun(
            f"the spaces {' and '.join(map(quoted, same))} would both take {name}",
            "give one of them another name in the settings (`spaces:` with `project_key:`) and in its files",
        )


def refuse_given(space: str, spaces: RunSpaces) -> None:
    """Refuse a new space whose variables are those of a space of the base, by its name or a similar one."""
    name = variable_of(USUAL[0], space)
    if given := sorted(one for one in spaces.called if variable_of(USUAL[0], one) == name):
        raise CannotRun(
            f"{name} is for another space, which the base calls {quoted(given[0])}",
            "give the new one another name in the settings (`spaces:` with `project_key:`) and in its files",
        )


def lanes(connections: Iterable[tuple[int, Connection]]) -> list[list[int]]:
    """Return the numbers of the connections that share a token: the service counts them together."""
    ordered = sorted(connections, key=lambda one: (token_of(one[1]), one[0]))
    found = [[number for number, _ in some] for _, some in groupby(ordered, key=lambda one: token_of(one[1]))]
    return sorted(found)


def token_of(connection: Connection) -> tuple[str, str, str, bool]:
    """Return what a token belongs to: all who ask with the same of it share one limit."""
    return connection.host, connection.plugin_id, connection.user_token, connection.virtual
