"""Which space a name means: a key, a simple name, or one of those that the acting user may open.

A key is asked for as a key and a name as a name.  One wrong entry in `project_keys` refuses the
whole call (1000052063), and a simple name is one (endpoints.md 4.2 and 14).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from reconciler.errors import CannotRun, quoted
from reconciler.meegle.http import endpoints as api
from reconciler.meegle.http.ahead import Question
from reconciler.meegle.http.client import Client
from reconciler.meegle.http.failures import ApiRefusal, StopCode

KEY = re.compile(r"[0-9a-f]{24}")
"""A project_key as the service makes them (endpoints.md 4)."""
WRONG_SPACE = frozenset({1000052062, 1000052063, 30005, 30016})
NOT_PERMITTED = 10301
MOST = 100
"""Spaces that one `projects/detail` takes (endpoints.md 4.2)."""


class UnknownSpace(CannotRun):
    """A space that the plugin does not see."""

    def __init__(self, name: str) -> None:
        """Make the message."""
        super().__init__(
            f"no space {quoted(name)} for this plugin",
            "check `space:` in the files, and that the plugin is installed in the space",
        )


class WrongKey(CannotRun):
    """A `project_key` of the settings that no visible space has."""

    def __init__(self, key: str, name: str) -> None:
        """Make the message."""
        super().__init__(
            f"no space with the project_key {quoted(key)}, which the settings give {quoted(name)}",
            f"correct `project_key:`, or take it out and {quoted(name)} is looked up by its name",
        )


class Found(Struct, frozen=True):
    """A space: its key, and its simple name as far as the service says it."""

    key: str
    name: str


def find_space(client: Client, name: str, user_key: str, project_key: str | None = None) -> Found:
    """Return the space that files name; the settings' `project_key` decides alone where there is one.

    Raises UnknownSpace, WrongKey, or what `Client.read` raises.
    """
    key = project_key or (name if KEY.fullmatch(name) else "")
    try:
        found = names_in(client, first_question(name, user_key, project_key))
    except StopCode as stop:
        # The permission for `projects/detail` is one of its own: with the key at hand nothing is missing.
        if not project_key or stop.code != NOT_PERMITTED:
            raise
        return Found(project_key, name)
    return choose_space(found, key, name) or among(openable(client, user_key), key, name)


def choose_space(found: Mapping[str, str], key: str, name: str) -> Found | None:
    """Return the space of a key, else that of a name."""
    if key:
        return Found(key, found[key]) if key in found else None
    return next((Found(one, simple) for one, simple in found.items() if name in {one, simple}), None)


def among(seen: Mapping[str, str], key: str, name: str) -> Found:
    """Return the space among all that are visible; raises UnknownSpace or WrongKey."""
    if space := choose_space(seen, key, name):
        return space
    raise WrongKey(key, name) if key and key != name else UnknownSpace(name)


def first_question(name: str, user_key: str, project_key: str | None = None) -> Question:
    """Return the question by which `find_space` begins."""
    key = project_key or (name if KEY.fullmatch(name) else "")
    return details(user_key, keys=[key]) if key else details(user_key, names=[name])


def details(user_key: str, *, keys: Sequence[str] = (), names: Sequence[str] = ()) -> Question:
    """Return the question about spaces by their keys or by their simple names."""
    asked = {"project_keys": list(keys), "simple_names": list(names)}
    body = {"user_key": user_key, **{member: words for member, words in asked.items() if words}}
    return Question(api.PROJECTS_DETAIL, body=body)


def names_in(client: Client, question: Question) -> dict[str, str]:
    """Return the simple names of spaces by their keys; none where the service refuses one of them."""
    try:
        found = client.ask(question).get("data") or {}
    except ApiRefusal as refusal:
        if refusal.code not in WRONG_SPACE:
            raise
        return {}
    return {str(key): str(one.get("simple_name") or key) for key, one in found.items()}


def openable(client: Client, user_key: str) -> dict[str, str]:
    """Return the simple names, by key, of the spaces that the user may open and the plugin is in."""
    keys = [str(key) for key in client.read(api.PROJECTS, body={"user_key": user_key}).get("data") or []]
    names: dict[str, str] = {}
    for start in range(0, len(keys), MOST):
        names |= names_in(client, details(user_key, keys=keys[start : start + MOST]))
    return {key: names.get(key, key) for key in keys}
