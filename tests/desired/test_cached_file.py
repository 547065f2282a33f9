"""A page says what its file says: the same items, places, names and people, or nothing at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import msgpack
from msgspec.msgpack import Ext

from reconciler.desired.cached_file import Unfit, outline_of, page_of, page_of_lines, read_page, take
from reconciler.desired.claims import Desire
from reconciler.desired.line_reading import LineMeanings
from reconciler.manifest.loading import load, read_bytes
from reconciler.manifest.nodes import Document, Outline
from reconciler.manifest.plain_lines import plain_file
from reconciler.schema.catalog import Catalog
from reconciler.schema.pins import read_pins
from reconciler.settings import find_settings, load_settings
from tests.desired.demo_pins import STORIES
from tests.desired.test_line_reading import GOOD

ROOT = Path(__file__).parents[2]
STATE = ROOT / "state"
EVERY_FORM = """\
space: demo
type: story
defaults:
  fields: {platform: [iOS, "Android"]}
  roles: {PM: [ana]}
items:
  - 6300012320
  - id: 6300012321
    expect: {priority: P1}
    unmanaged: [platform]
    fields:
      notes: "a # b"
      watchers: {contains: [bo@example.com], excludes: [ana]}
      description: {markdown: "**now**"}
      env_rows: [{env: staging, ready: true, env_owner: ana@example.com}]
      planning_release: [6300014300, {name: "Web 8.1"}]
      area: [Payments, Cards]
      due: null
  - id: 6300012322
    fields: {platform: [], name: Checkout, needs_qa: true}
"""


def catalog() -> Catalog:
    settings, mistakes = load_settings(find_settings(STATE), root=ROOT)
    assert mistakes == []
    return read_pins(ROOT / "schemas" / "demo").catalog("demo", settings.space("demo"), settings.groups())


def every_document() -> list[Document]:
    documents = list(load([STATE], root=ROOT)[0].documents)
    made, mistakes = read_bytes(EVERY_FORM.encode(), "state/every.yaml")
    assert mistakes == []
    assert made
    return [*documents, made]


@pytest.mark.parametrize("document", every_document(), ids=lambda one: one.file)
def test_a_page_is_read_back_as_its_file_is(document: Document) -> None:
    read, again = Desire(catalog()), Desire(catalog())
    read.take(document)
    assert read.mistakes == []
    page = read_page(page_of(document, read))
    take(again, page, document.file)
    assert again.items() == read.items()
    assert again.mentions == read.mentions
    assert again.names.meanings == read.names.meanings
    outline = outline_of(page, document.file)
    assert outline.ids == tuple(entry.id for entry in document.items)
    assert (outline.space.place, outline.type.text) == (document.space.place, document.type.text)


@pytest.mark.parametrize(
    ("at", "changed"),
    [
        (0, None),
        (1, ["no such type", 1, 1]),
        (4, [[["no such field"], [1]]]),
        (4, [[["priority"], [1, 2]]]),
        (4, []),
        (5, []),
        (5, [Ext(4, msgpack.encode(["priority", {"z": []}]))] * 99),
        (5, [Ext(1, b"one")] * 99),
        (5, [Ext(2, b"2026-02-30")] * 99),
        (5, [Ext(9, b"")] * 99),
        (6, [[1]]),
        (6, 3),
        (6, [[7, 1, 1, -1, [0], []]]),
        (6, [[7, 1, 1, 0, [-1], []]]),
    ],
    ids=lambda one: str(one) if isinstance(one, int) else None,
)
def test_a_page_that_does_not_fit_adds_nothing(at: int, changed: Any) -> None:
    document, read = every_document()[0], Desire(catalog())
    read.take(document)
    page = msgpack.decode(page_of(document, read))
    page[at] = changed
    again = Desire(catalog())
    with pytest.raises(Unfit):
        take(again, read_page(msgpack.encode(page)), document.file)
    assert again.items() == ()


def test_what_is_no_page_is_not_read() -> None:
    for content in (b"", b"{}", msgpack.encode([]), b"\xc1", msgpack.encode({"items": []})):
        with pytest.raises(Unfit):
            read_page(content)


@pytest.mark.parametrize("line", GOOD)
def test_the_page_of_lines_is_read_back_as_its_file_is(line: str) -> None:
    text = f"{STORIES}  - id: 6300012320\n    fields:\n{line}\n    roles:\n      RD: [ana]\n  - 6300012321\n"
    plain = plain_file(text.encode(), "a.yaml")
    assert plain is not None
    read, again = Desire(catalog()), Desire(catalog())
    items = LineMeanings(read).take(plain)
    assert items is not None
    for item in items:
        read.join(item)
    page = read_page(page_of_lines(plain, items, read))
    take(again, page, "a.yaml")
    assert again.items() == read.items()
    assert again.mentions == read.mentions
    assert again.names.meanings == read.names.meanings
    assert outline_of(page, "a.yaml") == Outline("a.yaml", plain.space, plain.type, (6300012320, 6300012321))


def test_a_field_that_two_pages_speak_of_is_a_mistake_that_names_both_places() -> None:
    text = b"space: demo\ntype: story\nitems:\n  - id: 6300012320\n    fields: {priority: P0}\n"
    both = [read_bytes(text, f"state/{name}.yaml")[0] for name in "ab"]
    desire = Desire(catalog())
    for document in both:
        assert document
        take(desire, read_page(page_of(document, taken(document))), document.file)
    what = "state/b.yaml:5:14: Priority of this item stands at state/a.yaml:5:14 too"
    command = "reconciler move --fields priority --from state/b.yaml --into state/a.yaml"
    assert [str(one) for one in desire.mistakes] == [f"{what}; keep it in one place: `{command}`"]


def taken(document: Document) -> Desire:
    """Take one document in, so that its names are known."""
    desire = Desire(catalog())
    desire.take(document)
    return desire
