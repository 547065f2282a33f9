"""The page about windows, teams and spaces: its settings are read as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

from reconciler.settings import read_settings
from tests.settings.test_settings import errors

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(
    r"^```yaml\n(spaces:.*?)^```$", (ROOT / "docs/teams.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)


def test_the_settings_of_the_page_are_read_as_they_stand_there() -> None:
    assert BLOCKS
    for block in BLOCKS:
        assert read_settings(block.encode(), "s.yaml")[1] == []
        assert list(errors("settings.schema.json", block)) == []
