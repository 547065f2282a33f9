"""`compound_field`: rows of sub-fields. With a row key, unmanaged sub-fields keep their live values."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeAlias

from msgspec import Struct

from reconciler.errors import Mistake, Place, UnknownName, WrongShape, quoted
from reconciler.fields.codec import Codec, describe_node
from reconciler.fields.json_schema import Schema, map_schema
from reconciler.fields.pairs import values_by_key
from reconciler.fields.spec import Target
from reconciler.fields.unread import Unreadable, is_nothing
from reconciler.fields.values import EMPTY_LABEL, Desired, Overlay, Rule, Seen, Wrong, desired_value
from reconciler.manifest.editor_words import present
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Node, Scalar

Row: TypeAlias = tuple[tuple[str, Hashable], ...]
"""Pairs of sub-field key and canonical value, in the order of the sub-fields, without empty values."""

LOST = "lost: "
"""Prefix of a note: live rows hold data that a write would lose."""
DOUBLE = "double: "
"""Prefix of a note: several live rows have the same key."""


class RowOverlay(Struct, frozen=True):
    """The desired values of the row with one key, for each managed sub-field."""

    key: Hashable
    desired: tuple[tuple[str, Desired], ...]


class Rows(Struct, Overlay, frozen=True):
    """Desired rows by their key: sub-fields that are not managed keep their live values.

    `exact`: rows that the list does not name are deleted; otherwise they stay.  Live rows keep
    their order, new rows come last.
    """

    key: str
    rows: tuple[RowOverlay, ...]
    exact: bool
    empties: tuple[tuple[str, Hashable], ...]

    def of(self, live: Any) -> Hashable:
        """Overlay the live rows with the desired ones."""
        overlays = {row.key: row for row in self.rows}
        made: list[Row] = []
        for row in live:
            overlay = overlays.pop(dict(row).get(self.key), None)
            if overlay:
                made.append(self.laid(overlay, dict(row)))
            elif not self.exact:
                made.append(row)
        made += (self.laid(overlay, {}) for overlay in overlays.values())
        return tuple(made)

    def laid(self, overlay: RowOverlay, row: Mapping[str, Hashable]) -> Row:
        """Overlay one live row."""
        desired = dict(overlay.desired)
        values = {
            sub: desired_value(desired[sub], row.get(sub, empty)) if sub in desired else row.get(sub, empty)
            for sub, empty in self.empties
        }
        return tuple((sub, value) for (sub, empty) in self.empties if (value := values[sub]) != empty)


class CompoundCodec(Codec):
    """`compound_field`: a two-dimensional array, replaced whole (field-formats.md sections 8.4 and 10b)."""

    desired_shape = "a list of rows"
    example = "[{env: prod, when: 2026-12-01}], or {contains: [{…}]} if the rows have a key"
    cleared_by = "[]"
    compared = "row by row in their order, each sub-field as its own type; with a key, by the named rows"
    names_people = True
    names_items = True
    empty: Hashable = ()

    @cached_property
    def row_key(self) -> str:
        """The key of the sub-field that identifies a row; empty if there is none."""
        return next(
            (sub.spec.key for sub in self.parts.values() if sub.spec.answers_to(self.spec.row_key)), ""
        )

    @cached_property
    def empties(self) -> tuple[tuple[str, Hashable], ...]:
        """The empty value of each sub-field, in their order."""
        return tuple((key, part.empty) for key, part in self.parts.items())

    # -- from what is written ----------------------------------------------------------------

    def read(self, node: Node) -> Desired:
        """Read a list of rows, or `{contains: [rows]}` if the rows have a key."""
        if isinstance(node, AuthoredList):
            return self.keyed(node, exact=True) if self.row_key else self.plain(node)
        match node:
            case {"contains": AuthoredList() as rows, **others} if not others:
                if not self.row_key:
                    fix = f"set one as `key` of {self.spec.label} in the settings, or write all rows"
                    raise Wrong(
                        Mistake(node.place, "`contains` needs a sub-field that identifies a row", fix)
                    )
                return self.keyed(rows, exact=False)
        raise self.misshapen(node)

    def plain(self, nodes: AuthoredList) -> tuple[Row, ...]:
        """Read rows without a key, in their order."""
        wrong: list[Mistake] = []
        rows: list[Row] = []
        for node in nodes:
            desired = self.row(node, wrong)
            for sub, value in desired.items():
                if isinstance(value, Rule):
                    what = f"a rule for {self.parts[sub].spec.label} of a row without a key"
                    wrong.append(Mistake(node.place, what, "write its members as a list"))
            values = (
                (sub, desired_value(desired[sub], empty), empty)
                for sub, empty in self.empties
                if sub in desired
            )
            rows.append(tuple((sub, value) for sub, value, empty in values if value != empty))
            if desired and not rows[-1]:
                wrong.append(Mistake(node.place, f"an empty row in {self.spec.label}", "delete it"))
        if wrong:
            raise Wrong(*wrong)
        return tuple(rows)

    def keyed(self, nodes: AuthoredList, *, exact: bool) -> Rows:
        """Read rows with a key."""
        wrong: list[Mistake] = []
        rows: dict[Hashable, RowOverlay] = {}
        part = self.parts[self.row_key]
        for node in nodes:
            before = len(wrong)
            desired = self.row(node, wrong)
            key = desired_value(desired.get(self.row_key, part.empty), part.empty)
            if len(wrong) > before:
                continue
            if key == part.empty:
                what = f"a row of {self.spec.label} without {part.spec.label}"
                wrong.append(Mistake(node.place, what, "write it: it identifies the row"))
            elif key in rows:
                what = f"two rows of {self.spec.label} with {part.spec.label} {part.show(key)}"
                wrong.append(Mistake(node.place, what, "merge them"))
            rows[key] = RowOverlay(key, tuple(desired.items()))
        if not nodes and not exact:
            wrong.append(
                Mistake(nodes.place, f"a rule without rows for {self.spec.label}", "delete the line")
            )
        if wrong:
            raise Wrong(*wrong)
        return Rows(self.row_key, tuple(rows.values()), exact, self.empties)

    def row(self, node: Node, wrong: list[Mistake]) -> dict[str, Desired]:
        """Read one row: the desired values of its managed sub-fields."""
        desired: dict[str, Desired] = {}
        if not isinstance(node, AuthoredMap) or not node:
            few = ", ".join(f"{self.word(part)}: …" for part in list(self.parts.values())[:2])
            what = f"a row of {self.spec.label}"
            wrong.append(WrongShape(node.place, what, describe_node(node), "{" + few + "}"))
            return desired
        for name, value in node.items():
            at = node.keys_at[name].place
            part = self.part(name, at, wrong)
            if part is None:
                continue
            if part.spec.key in desired:
                wrong.append(Mistake(at, f"{part.spec.label} twice in one row", "name it once"))
                continue
            try:
                desired[part.spec.key] = part.parse(value)
            except Wrong as error:
                wrong += error.mistakes
        return desired

    def part(self, name: str, at: Place, wrong: list[Mistake]) -> Codec | None:
        """Find a sub-field by key, alias or unique name; adds a mistake if there is none."""
        hits = [part for part in self.parts.values() if part.spec.answers_to(name)]
        hits = [part for part in hits if name in (part.spec.key, part.spec.alias)] or hits
        if len(hits) == 1:
            return hits[0]
        if hits:
            keys = " or ".join(part.spec.key for part in hits)
            wrong.append(Mistake(at, f"{quoted(name)} matches {len(hits)} sub-fields", f"write {keys}"))
        elif any(sub.answers_to(name) for sub in self.spec.subfields):
            wrong.append(Mistake(at, f"{quoted(name)} of {self.spec.label} is calculated", "delete the line"))
        else:
            known = [self.word(part) for part in self.parts.values()]
            wrong.append(UnknownName(at, "sub-field", name, self.spec.label, known))
        return None

    def shapes(self) -> Iterator[Schema]:
        """Describe a list of rows; with a key, also a rule that keeps other rows."""
        cells = {word: part.schema() for part in self.parts.values() for word in self.words(part)}
        row = map_schema(cells)
        if self.row_key:
            words = self.words(self.parts[self.row_key])
            row |= {"anyOf": [present(word) for word in words]}
        yield {"type": "array", "items": row}
        if self.row_key:
            yield map_schema({"contains": {"type": "array", "items": row, "minItems": 1}})

    def words(self, part: Codec) -> Iterator[str]:
        """Yield every word that identifies exactly one sub-field."""
        spec = part.spec
        for word in dict.fromkeys((spec.alias, spec.name, spec.key)):
            if word and sum(other.spec.answers_to(word) for other in self.parts.values()) == 1:
                yield word

    def people_in(self, node: Node) -> Iterator[Scalar]:
        """Yield the scalars that may name people in any row."""
        for part, value in self.cells(node):
            yield from part.people_in(value)

    def targets_in(self, node: Node) -> Iterator[Target]:
        """Yield the work items that any row refers to by name."""
        for part, value in self.cells(node):
            yield from part.targets_in(value)

    def links(self, value: Any) -> Iterator[tuple[tuple[str, ...], int]]:
        """Yield the work items in all rows."""
        for row in value:
            for key, one in row:
                yield from self.parts[key].links(one)

    def cells(self, node: Node) -> Iterator[tuple[Codec, Node]]:
        """Yield every value of the authored rows with the codec of its sub-field."""
        rows = node.get("contains") if isinstance(node, AuthoredMap) else node
        for row in rows if isinstance(rows, AuthoredList) else ():
            for name, value in row.items() if isinstance(row, AuthoredMap) else ():
                for part in self.parts.values():
                    if part.spec.answers_to(name):
                        yield part, value

    # -- from and to the wire ----------------------------------------------------------------

    def decode(self, wire: Any) -> Seen:
        """Read the rows; a sub-field may be missing from a row, and empty rows are dropped."""
        if is_nothing(wire):
            return Seen(())
        if not isinstance(wire, list):
            raise Unreadable("rows", wire)
        notes: dict[str, None] = {}
        rows = [row for one in wire if (row := self.decode_row(one, notes))]
        keys = [key for row in rows if (key := dict(row).get(self.row_key)) is not None]
        notes.update(
            (f"{DOUBLE}{self.parts[self.row_key].show(key)}", None) for key in keys if keys.count(key) > 1
        )
        return Seen(tuple(rows), tuple(notes))

    def decode_row(self, wire: Any, notes: dict[str, None]) -> Row:
        """Read one row of field/value pairs."""
        if not isinstance(wire, list):
            raise Unreadable("a row of pairs", wire)
        values: dict[str, Hashable] = {}
        for key, value in values_by_key(wire).items():
            if key in self.parts:
                seen = decode_subvalue(self.parts[key], value)
                values[key] = seen.value
                notes.update((f"{LOST}{note} text", None) for note in seen.notes)
            elif not any(sub.key == key for sub in self.spec.subfields):
                notes[f"{LOST}{key}"] = None
        return tuple((key, values[key]) for key, empty in self.empties if values.get(key, empty) != empty)

    def encode(self, value: Any) -> Any:
        """Send all rows, without their empty values."""
        return [
            [{"field_key": key, "field_value": self.parts[key].encode(one)} for key, one in row]
            for row in value
        ]

    def show(self, value: Any) -> str:
        """Show each row's filled sub-fields by name."""
        rows = ("{" + ", ".join(self.shown(key, one) for key, one in row) + "}" for row in value)
        return ", ".join(rows) or EMPTY_LABEL

    def shown(self, key: str, value: Any) -> str:
        """Show one value of a row."""
        return f"{self.parts[key].spec.label}: {self.parts[key].show(value)}"

    def dump(self, value: Any) -> Any:
        """Write each row as a map of names."""
        return [{self.word(self.parts[key]): self.parts[key].dump(one) for key, one in row} for row in value]

    def word(self, part: Codec) -> str:
        """Return the alias of a sub-field, else its name if that is unique, else its key."""
        spec = part.spec
        named = [other for other in self.parts.values() if other.spec.answers_to(spec.name)]
        return spec.alias or (spec.name if len(named) == 1 else spec.key)

    def objection(self, live: Seen, after: Hashable) -> str | None:
        """Refuse values that a sub-field refuses, and a write that would lose unreadable live data."""
        for note in live.notes:
            if note.startswith(LOST):
                return f"the rows hold {note.removeprefix(LOST)}, which a write would lose"
            if note.startswith(DOUBLE) and after != self.empty:
                return f"several live rows are {note.removeprefix(DOUBLE)}, and the key should be unique"
        assert isinstance(live.value, tuple)  # noqa: S101 - the codec's own canonical form
        assert isinstance(after, tuple)  # noqa: S101 - see above
        held = {cell for row in live.value for cell in row}
        fresh = (cell for row in after for cell in row if cell not in held)
        reasons = (self.parts[key].objection(Seen(self.parts[key].empty), value) for key, value in fresh)
        return next((reason for reason in reasons if reason), None)


def decode_subvalue(part: Codec, wire: Any) -> Seen:
    """Read a sub-value, also one that is JSON in a string (section 10b)."""
    try:
        return part.decode(wire)
    except ValueError:
        if not isinstance(wire, str):
            raise
    try:
        return part.decode(json.loads(wire))
    except RecursionError:
        raise Unreadable(f"a value of {part.spec.label}", wire) from None
