from __future__ import annotations

import pytest

from tests.sandbox.bench import Bench


@pytest.fixture
def bench() -> Bench:
    """A world of the test's own."""
    return Bench()


@pytest.fixture(scope="module")
def shared() -> Bench:
    """One world for the calls of a module that change nothing."""
    return Bench()
