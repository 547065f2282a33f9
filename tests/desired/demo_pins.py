"""The pins of the demo space, and files that are read by them."""

from __future__ import annotations

from pathlib import Path

from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import Document
from reconciler.schema.catalog import Catalog
from reconciler.schema.pins import read_pins
from reconciler.settings import find_settings, load_settings

ROOT = Path(__file__).parents[2]
STORIES = "space: demo\ntype: story\nitems:\n"


def demo_catalog() -> Catalog:
    settings, mistakes = load_settings(find_settings(ROOT / "state"), root=ROOT)
    assert mistakes == []
    return read_pins(ROOT / "schemas" / "demo").catalog("demo", settings.space("demo"), settings.groups())


def document(text: str, file: str = "a.yaml") -> Document:
    read, mistakes = read_bytes(text.encode(), file)
    assert mistakes == []
    assert read
    return read


def stories(*items: str, file: str = "a.yaml") -> Document:
    """Read a file of stories, each given as a flow map."""
    return document(STORIES + "".join(f"  - {item}\n" for item in items), file)
