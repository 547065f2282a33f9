"""Facts about a whole space that updates of a scratch item show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.doctor.probing import ISSUE, TEXT, only, probed

if TYPE_CHECKING:
    from tests.conftest import Desk


@pytest.mark.parametrize(("switch", "told"), [("refuse", "refused (20038)"), ("accept", "accepted")])
def test_a_required_field_that_may_be_emptied_is_told_from_one_that_may_not(
    desk: Desk, switch: str, told: str
) -> None:
    desk.world.options.set({"required_clear": switch})
    done = probed(desk, f"demo/issue/{ISSUE}")
    assert f"required field emptied: {told}\n" in done.out


def test_a_role_that_moves_is_found_whatever_the_metadata_calls_it(desk: Desk) -> None:
    only(desk, TEXT)
    desk.world.options.set({"locked_role_member": "allow_delete"})
    assert "roles that an update of a field moves: QA\n" in probed(desk).out
