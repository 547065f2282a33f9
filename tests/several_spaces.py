"""A desk whose service has several spaces, each with a plugin of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.meegle.space_variables import USUAL, variable_of
from reconciler.sandbox.demo.more_spaces import add_space, own_plugin

if TYPE_CHECKING:
    from tests.conftest import Desk

FIRST = 6300012300
"""The first story of the demo space; in the n-th further space its id is greater by n times STEP."""
STEP = 1_000_000


def add_spaces(desk: Desk, *names: str) -> None:
    """Add spaces beside `demo`, each with its own plugin, whose credentials the desk knows."""
    for name in names:
        add_space(desk.world, name)
        known = own_plugin(desk.world, name)
        values = (known.plugin_id, known.plugin_secret, known.user_key)
        desk.environ |= {variable_of(one, name): value for one, value in zip(USUAL, values, strict=True)}


def without_credentials(desk: Desk, space: str) -> None:
    """Take a space's own credentials away."""
    for name in USUAL:
        del desk.environ[variable_of(name, space)]


def write_story(desk: Desk, space: str, item: int, fields: str = "{priority: P3}") -> None:
    """Write the file of a space with one story."""
    desk.write(
        f"state/{space}.yaml", f"space: {space}\ntype: story\nitems:\n  - {{id: {item}, fields: {fields}}}\n"
    )


def three_spaces(desk: Desk) -> None:
    """Make three spaces, each with a file that changes the priority of its first story."""
    add_spaces(desk, "mobile", "web-shop")
    for n, space in enumerate(("demo", "mobile", "web-shop")):
        write_story(desk, space, FIRST + n * STEP)


def written(desk: Desk) -> list[tuple[Any, ...]]:
    """The write log: which item of which space got which fields."""
    return [
        (
            made.path.split("/")[2],
            int(made.path.rpartition("/")[2]),
            sorted(pair["field_key"] for pair in made.body["update_fields"]),
        )
        for made in desk.world.writes
        if isinstance(made.body, dict) and "update_fields" in made.body
    ]
