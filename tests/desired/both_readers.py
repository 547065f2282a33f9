"""Reads a file by the line reader and by the full one, and holds them to the same answer."""

from __future__ import annotations

from functools import cache

from reconciler.desired.cached_file import page_of, page_of_lines, read_page, take
from reconciler.desired.claims import Desire
from reconciler.desired.file_reading import Reading, ReadLines
from reconciler.manifest.nodes import Document
from reconciler.schema.catalog import Catalog
from reconciler.schema.pins import Pins, read_pins
from reconciler.settings import Settings, find_settings, load_settings
from tests.desired.demo_pins import ROOT, demo_catalog

FILE = "state/a.yaml"


class WholeFiles(Reading):
    """A reading that knows no lines: every file is read by the full reader."""

    def take_lines(self, raw: bytes, file: str) -> ReadLines | None:  # noqa: ARG002 - as the one that it replaces
        """Read no file line by line."""
        return None


class Lines(Reading, kw_only=True):
    """A reading that remembers how many files it took line by line."""

    plain: int = 0

    def take_lines(self, raw: bytes, file: str) -> ReadLines | None:
        """Read a file line by line, and count it."""
        taken = super().take_lines(raw, file)
        self.plain += taken is not None
        return taken


@cache
def demo() -> tuple[Settings, Pins, Catalog, Catalog, Catalog]:
    """Return the settings and pins of the demo space, and a catalog for each reader."""
    settings, _ = load_settings(find_settings(ROOT / "state"), root=ROOT)
    return settings, read_pins(ROOT / "schemas" / "demo"), demo_catalog(), demo_catalog(), demo_catalog()


def read_by_both(*files: bytes) -> int:
    """Read files by either reader, hold both to the same, and return how many were read line by line.

    The pages of the cache that are made of them have to say the same, too.
    """
    settings, pins, one, other, third = demo()
    by_lines = Lines(ROOT, settings, [], {"demo": pins}, {"demo": Desire(one)})
    whole = WholeFiles(ROOT, settings, [], {"demo": pins}, {"demo": Desire(other)})
    kept: list[tuple[str, Document | ReadLines]] = []
    for number, raw in enumerate(files):
        read, full = (reading.take_bytes(raw, f"{FILE}{number}") for reading in (by_lines, whole))
        assert (read is None) == (full is None)
        assert isinstance(read, ReadLines) or read == full
        if read and by_lines.outlines[-1].space.text == "demo" and not by_lines.outlines[-1].rules:
            kept.append((f"{FILE}{number}", read))
    assert by_lines.mistakes == whole.mistakes
    assert by_lines.outlines == whole.outlines
    assert by_lines.unread == whole.unread
    assert by_lines.desires.keys() == whole.desires.keys()
    for space, desire in by_lines.desires.items():
        other_desire = whole.desires[space]
        assert desire.mistakes == other_desire.mistakes
        assert desire.items() == other_desire.items()
        assert [list(one.fields) for one in desire.items()] == [
            list(one.fields) for one in other_desire.items()
        ]
        assert desire.rules == other_desire.rules
        if not other_desire.mistakes and not whole.mistakes:
            assert desire.mentions == other_desire.mentions
            assert desire.names.meanings == other_desire.names.meanings
    if len(kept) == len(files):
        hold_pages(kept, by_lines.desires["demo"], Desire(third))
    return by_lines.plain


def hold_pages(kept: list[tuple[str, Document | ReadLines]], desire: Desire, cached: Desire) -> None:
    """Read files back from their pages, and hold what comes of them to what was read."""
    for file, read in kept:
        page = page_of(read, desire) if isinstance(read, Document) else page_of_lines(*read, desire)
        take(cached, read_page(page), file)
    assert cached.items() == desire.items()
    assert cached.mentions == desire.mentions
