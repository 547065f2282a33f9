"""The stage of the tests about runs that die."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Desk
from tests.crash.stage import Stage


@pytest.fixture
def stage(desk: Desk) -> Iterator[Stage]:
    """Eight items to be changed, and a process that forks runs."""
    stage = Stage.of(desk)
    yield stage
    stage.close()
