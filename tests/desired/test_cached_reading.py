"""A reading from the cache is the reading of the files; a page counts only while its context is the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.desired.cache import Cache, content_digest, open_cache
from reconciler.desired.cached_reading import CachedReading
from reconciler.desired.offline_reading import read_by_pins
from reconciler.settings import Settings
from tests.desired.conftest import ITEM
from tests.desired.demo_pins import STORIES

FILE = "state/a.yaml"


@pytest.fixture
def cache(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cache]:
    """An empty cache of the folder."""
    with open_cache(tmp_path_factory.mktemp("user") / "cache", state.parent) as cache:
        yield cache


def page(cache: Cache, state: Path) -> tuple[str, bytes] | None:
    return cache.page(FILE, content_digest((state / "a.yaml").read_bytes()))


def reading(cache: Cache, state: Path) -> CachedReading:
    return CachedReading(state.parent, Settings(), [], home=None, cache=cache)


def test_a_second_reading_says_the_same_as_the_files(cache: Cache, state: Path) -> None:
    without, first, second = read_by_pins([]), read_by_pins([], cache), read_by_pins([], cache)
    assert page(cache, state) is not None
    for one in (first, second):
        assert one.outlines == without.outlines
        assert one.offline["demo"].items == without.offline["demo"].items
        assert one.offline["demo"].meanings["story", "field"] == {"priority": "priority"}


def test_a_page_counts_until_the_pins_change(cache: Cache, state: Path) -> None:
    read_by_pins([], cache)
    kept = page(cache, state)
    assert kept is not None
    before = reading(cache, state)
    assert before.take_kept(FILE, *kept)
    assert [one.ids for one in before.outlines] == [(6300012320,)]
    pins = state.parent / "schemas" / "demo" / "story.json"
    pins.write_text(pins.read_text() + "\n")
    after = reading(cache, state)
    assert not after.take_kept(FILE, *kept)
    assert after.outlines == []


def test_a_file_with_mistakes_is_not_kept(cache: Cache, state: Path) -> None:
    (state / "a.yaml").write_text(STORIES + ITEM.replace("P0", "P9"))
    for _ in range(2):
        assert [str(one.place) for one in read_by_pins([], cache).offline["demo"].wrong] == [
            "state/a.yaml:4:41"
        ]
    assert page(cache, state) is None


def test_with_changed_files_all_items_are_counted(cache: Cache, state: Path) -> None:
    (state / "b.yaml").write_text(STORIES + ITEM.replace("6300012320", "6300012321"))
    read_by_pins([], cache)
    (state / "b.yaml").write_text(STORIES + ITEM.replace("6300012320", "6300012321").replace("P0", "P1"))
    files = read_by_pins([], cache, {"state/b.yaml"})
    assert "state/b.yaml" in {one.file for one in files.outlines}
    assert files.named == {"demo": 2}


def test_a_file_that_names_an_item_of_a_changed_file_is_read_beside_it(
    cache: Cache, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.desired.cache.RACY", 0)  # a file may be trusted as soon as it is written
    (state / "c.yaml").write_text(STORIES + ITEM.replace("6300012320", "6300012321"))
    read_by_pins([], cache)
    (state / "b.yaml").write_text(STORIES + ITEM)
    files = read_by_pins([], cache, {"state/b.yaml"})
    assert sorted(one.file for one in files.outlines) == ["state/a.yaml", "state/b.yaml"]
    (twice,) = files.offline["demo"].wrong
    assert twice.what.startswith("Priority of this item ")
