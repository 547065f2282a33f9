"""The JSON Schemas of our own formats: `schemas/` holds them as the models are now."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.adopt.published_schemas import publish, published

SCHEMAS = Path(__file__).parents[2] / "schemas"


@pytest.mark.parametrize("name", published())
def test_the_file_is_what_the_models_say(name: str) -> None:
    assert (SCHEMAS / name).read_text(encoding="utf-8") == published()[name]


def test_publishing_writes_each_file_and_no_other(tmp_path: Path) -> None:
    publish(tmp_path)
    assert {one.name: one.read_text(encoding="utf-8") for one in tmp_path.iterdir()} == published()
