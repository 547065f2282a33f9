"""The stage of the tests about runs that die."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import desk_in
from tests.crash.stage import Stage


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Eight items to be changed, and a process that forks runs: one for all tests, as it takes seconds."""
    with desk_in(tmp_path_factory.mktemp("stage")) as desk:
        stage = Stage.of(desk)
        yield stage
        stage.close()


@pytest.fixture
def stage(opened: Stage) -> Iterator[Stage]:
    """The stage as it was at the beginning; what a test had sent is dealt with before the next one."""
    opened.reset()
    yield opened
    opened.settle()
