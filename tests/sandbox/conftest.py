from __future__ import annotations

import pytest

from tests.sandbox.api import Api


@pytest.fixture
def api() -> Api:
    """A world of the test's own."""
    return Api()


@pytest.fixture(scope="module")
def shared() -> Api:
    """One world for the calls of a module that change nothing."""
    return Api()
