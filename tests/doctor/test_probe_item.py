"""Probing the item that was named: refused before anything is written where it is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Desk


def test_an_item_that_is_not_there_is_told_before_anything_is_written(desk: Desk) -> None:
    done = desk.run("doctor", "--probe", "demo/story/6300099999", "--space", "demo")
    assert (done.code, done.err) == (
        1,
        "error: 6300099999 cannot be read; check the id, the type and who may see it\n",
    )
    assert desk.world.writes == []
