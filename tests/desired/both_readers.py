"""Reads a file by the line reader and by the full one, and holds them to the same answer."""

from __future__ import annotations

from functools import cache

from reconciler.desired.claims import Desire
from reconciler.desired.file_reading import Reading
from reconciler.manifest.nodes import Document
from reconciler.schema.catalog import Catalog
from reconciler.schema.pins import Pins, read_pins
from reconciler.settings import Settings, find_settings, load_settings
from tests.desired.demo_pins import ROOT, demo_catalog

FILE = "state/a.yaml"


class WholeFiles(Reading):
    """A reading that knows no lines: every file is read by the full reader."""

    def take_plain(self, raw: bytes, file: str) -> bool:  # noqa: ARG002 - as the one that it replaces
        """Read no file line by line."""
        return False


class Lines(Reading, kw_only=True):
    """A reading that remembers how many files it took line by line."""

    plain: int = 0

    def take_plain(self, raw: bytes, file: str) -> bool:
        """Read a file line by line, and count it."""
        taken = super().take_plain(raw, file)
        self.plain += taken
        return taken


@cache
def demo() -> tuple[Settings, Pins, Catalog, Catalog]:
    """Return the settings and pins of the demo space, and a catalog for either reader."""
    settings, _ = load_settings(find_settings(ROOT / "state"), root=ROOT)
    return settings, read_pins(ROOT / "schemas" / "demo"), demo_catalog(), demo_catalog()


def read_by_both(*files: bytes) -> int:
    """Read files by either reader, hold both to the same, and return how many were read line by line."""
    settings, pins, one, other = demo()
    by_lines = Lines(ROOT, settings, [], {"demo": pins}, {"demo": Desire(one)})
    whole = WholeFiles(ROOT, settings, [], {"demo": pins}, {"demo": Desire(other)})
    for number, raw in enumerate(files):
        documents: list[Document | None] = [
            reading.take_bytes(raw, f"{FILE}{number}") for reading in (by_lines, whole)
        ]
        assert documents[0] in (None, documents[1])
    assert by_lines.mistakes == whole.mistakes
    assert by_lines.outlines == whole.outlines
    assert by_lines.unread == whole.unread
    assert by_lines.desires.keys() == whole.desires.keys()
    for space, desire in by_lines.desires.items():
        full = whole.desires[space]
        assert desire.mistakes == full.mistakes
        assert desire.items() == full.items()
        assert [list(one.fields) for one in desire.items()] == [list(one.fields) for one in full.items()]
        assert desire.rules == full.rules
        if not full.mistakes and not whole.mistakes:
            assert desire.mentions == full.mentions
            assert desire.names.meanings == full.names.meanings
    return by_lines.plain
