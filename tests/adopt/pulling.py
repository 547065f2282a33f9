"""Pulls into one file of the demo space, and the proof that a plan of it is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Desk, Done

STORY = 6300012320
INTO = ("--space", "demo", "--into", "state/pulled.yaml")


def text_of(desk: Desk, file: str = "state/pulled.yaml") -> str:
    return (desk.folder / file).read_bytes().decode("utf-8")


def pulled(desk: Desk, *arguments: str) -> Done:
    """Pull, and see that the plan is empty and that nothing was written to the space."""
    done = desk.run("pull", *arguments, *INTO)
    assert done.code == 0, done.err
    assert "No changes." in desk.run("plan").out
    assert desk.world.writes == []
    return done
