"""Tell what the service stored otherwise than it was asked to, with the line that ends it.  Pure.

A value that cannot round-trip would be sent again by every apply.  Either the file says what the
service stores, or the settings leave the field alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from reconciler.adopt import Unwritable, file_word, written
from reconciler.catalog import Catalog
from reconciler.fields.base import Codec
from reconciler.manifest.writing import inline
from reconciler.model import Change, Ignored, Report, Row

Kind: TypeAlias = tuple[str, str, str]
"""Type key, change key, and what the service did."""


def advice(report: Report, catalog: Catalog) -> tuple[str, ...]:
    """Return a line for each field that the service normalised or dropped, in the order of the rows."""
    kinds: dict[Kind, list[Row]] = {}
    for row in report.rows:
        if isinstance(row.outcome, Ignored) and row.change and catalog.spec(row.ref.type_key, row.key):
            how = alteration(row.change, row.outcome, catalog.codec(row.ref.type_key, row.key))
            kinds.setdefault((row.ref.type_key, row.key, how), []).append(row)
    return tuple(line(kind, rows, catalog) for kind, rows in kinds.items())


def alteration(change: Change, outcome: Ignored, codec: Codec) -> str:
    """Say what became of a value, in words that a person may check."""
    if outcome.stored is None:
        return "not stored"
    sent, stored = change.after, codec.encode(outcome.stored.value)
    if isinstance(sent, str) and isinstance(stored, str):
        kept = {sent.strip(): "trimmed", sent.lower(): "lower-cased", sent.upper(): "upper-cased"}
        return f"stored {kept.get(stored, 'otherwise')}"
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (sent, stored))
    return "stored rounded" if numbers else "stored otherwise"


def line(kind: Kind, rows: list[Row], catalog: Catalog) -> str:
    """Return what was done to a field, in how many items, and what ends it."""
    type_key, key, how = kind
    spec = catalog.names(type_key)
    count = "" if len(rows) == 1 else f" in {len(rows)} items"
    told = f"{catalog.label(type_key, key)} of {spec.word} is {how}{count}"
    ways = [*in_files(rows[0], catalog), in_settings(type_key, key, catalog)]
    return f"{told}; " + ", or ".join(ways)


def in_files(row: Row, catalog: Catalog) -> Iterator[str]:
    """Yield the line of the file that says what the service stored, where a file can say it as simply."""
    if not isinstance(row.outcome, Ignored) or not row.change or row.change.is_rule:
        return
    if row.outcome.stored is None:
        return
    try:
        plain = written(row.ref, row.key, row.outcome.stored, catalog)
    except Unwritable:
        return
    word = word_of(row.ref.type_key, row.key, catalog)
    yield f"write at {row.change.place}: `{word}: {inline(plain, flow=False)}`"


def in_settings(type_key: str, key: str, catalog: Catalog) -> str:
    """Return the entry of the settings that leaves the field alone."""
    word, spec = word_of(type_key, key, catalog), catalog.names(type_key)
    entry = f"{{type: {inline(spec.word)}, field: {inline(word)}, why: the service keeps another value}}"
    return f"leave the field alone in `{catalog.space}` of the settings: `ignore: [{entry}]`"


def word_of(type_key: str, key: str, catalog: Catalog) -> str:
    """Return how files name a field."""
    spec = catalog.names(type_key)
    return file_word(spec.by_key[key], spec)
