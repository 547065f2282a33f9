"""The diary of one story."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.week.diary import Diary, week

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    """An empty repository beside the demo space."""
    with week(tmp_path) as diary:
        yield diary
