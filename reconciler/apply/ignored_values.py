"""Advise on values that the service stored otherwise than it was asked to, or not at all.  Pure.

A value that cannot round-trip would be sent again by every apply.  Two lines end that, ready to paste:
one for the file, with the value that the service stores, or one for the settings, which ignores the field.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from reconciler.desired.written_values import Unwritable, file_word, write_value
from reconciler.fields.codec import Codec
from reconciler.manifest.edit.yaml_text import inline
from reconciler.model import Change
from reconciler.model.outcomes import Ignored, Report, Row
from reconciler.plan.stored_otherwise import made_of
from reconciler.schema.catalog import Catalog

Kind: TypeAlias = tuple[str, str, str]
"""Type key, change key, and what the service did."""


def advice(report: Report, catalog: Catalog) -> tuple[str, ...]:
    """Return a line for each field that the service normalised or dropped, in the order of the rows."""
    kinds: dict[Kind, list[Row]] = {}
    for row in report.rows:
        if isinstance(row.outcome, Ignored) and row.change and catalog.spec(row.ref.type_key, row.key):
            how = describe_alteration(row.change, row.outcome, catalog.codec(row.ref.type_key, row.key))
            kinds.setdefault((row.ref.type_key, row.key, how), []).append(row)
    return tuple(advice_line(kind, rows, catalog) for kind, rows in kinds.items())


def describe_alteration(change: Change, outcome: Ignored, codec: Codec) -> str:
    """Return what the service did to a value, in words that a person may check."""
    if outcome.stored is None:
        return "not stored"
    return f"stored {made_of(change.after, codec.encode(outcome.stored.value))}"


def advice_line(kind: Kind, rows: list[Row], catalog: Catalog) -> str:
    """Return the advice on one field: what the service did, in how many items, and the lines that end it."""
    type_key, key, how = kind
    spec = catalog.names(type_key)
    count = "" if len(rows) == 1 else f" in {len(rows)} items"
    done = f"{catalog.label(type_key, key)} of {spec.word} is {how}{count}"
    ways = [*in_files(rows[0], catalog), in_settings(kind, catalog)]
    return f"{done}; " + ", or ".join(ways)


def in_files(row: Row, catalog: Catalog) -> Iterator[str]:
    """Yield the line of the file that holds the stored value, where a file can write it as simply."""
    if not isinstance(row.outcome, Ignored) or not row.change or row.change.is_rule:
        return
    if row.outcome.stored is None:
        return
    try:
        plain = write_value(row.ref, row.key, row.outcome.stored, catalog)
    except Unwritable:
        return
    word = field_word(row.ref.type_key, row.key, catalog)
    yield f"write at {row.change.place}: `{word}: {inline(plain, flow=False)}`"


def in_settings(kind: Kind, catalog: Catalog) -> str:
    """Return the entry of the settings that ignores what the service makes of the field."""
    type_key, key, how = kind
    stores = how.removeprefix("stored ") if how != "not stored" else "otherwise"
    word, spec = field_word(type_key, key, catalog), catalog.names(type_key)
    why = "the service keeps another value"
    entry = f"{{type: {inline(spec.word)}, field: {inline(word)}, stores: {stores}, why: {why}}}"
    return f"leave the field alone in `{catalog.space}` of the settings: `ignore: [{entry}]`"


def field_word(type_key: str, key: str, catalog: Catalog) -> str:
    """Return how files name a field."""
    spec = catalog.names(type_key)
    return file_word(spec.by_key[key], spec)
