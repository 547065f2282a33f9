"""Tries one type: in which forms the space takes a value, and in which ways it empties the field.

Every verdict is what was read afterwards, not what the service answered (field-formats.md, section 21).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Any

from msgspec import Struct

from reconciler.doctor.probed_fields import Subject
from reconciler.doctor.scratch_item import Look, Scratch
from reconciler.fields.codec import DOCUMENTED
from reconciler.fields.values import UNREAD
from reconciler.meegle.http import endpoints as api
from reconciler.meegle.http.verdict import Refused, Verdict
from reconciler.meegle.rows import wire_values
from reconciler.model import ROLES
from reconciler.schema.profile import BATCH, CLEARS, DROPPED, EMPTIED, KEPT, Tried

ALTERATIONS: Mapping[str, Callable[[Any], Any]] = {
    "trim": str.strip,
    "newline": lambda text: text.rstrip("\n") + "\n",
    "upper": str.upper,
    "round": round,
    "reverse": lambda some: some[::-1],
}
"""Changes that storing may make to a value, by their names in reports."""


class Trials(Struct):
    """The trials of one item; `listed_after`: seconds until the list endpoint gave a written value."""

    item: Scratch
    listed_after: float = 0.0

    def trial(self, subject: Subject) -> Tried:
        """Try every form of a value, then every form of emptiness."""
        codec = subject.codec
        found = Tried(codec.spec.type, codec.spec.label, emptiness_name(codec.encode(codec.empty)))
        forms = codec.forms(subject.samples[0]) if len(subject.samples) > 1 else [DOCUMENTED]
        for form in forms:
            found.forms[form] = self.written(subject, form, found)
        if KEPT in found.forms.values():
            found.in_filter = self.is_in_filter(subject.key)
        if subject.key.startswith(ROLES) or DROPPED in found.forms[found.form]:
            return found
        for name, wire in CLEARS.items():
            pair = self.item.pair(subject.key, wire)
            found.clears[name] = self.cleared(subject, found, partial(self.item.put, [pair]))
        found.clears[BATCH] = self.cleared(subject, found, partial(self.item.batch_cleared, subject.key))
        return found

    def written(self, subject: Subject, form: str, found: Tried) -> str:
        """Write another value in one form, and return what became of it."""
        before = self.item.value(subject.key)
        sample = next(one for one in subject.samples if one != before)
        wire = subject.codec.forms(sample)[form]
        verdict = self.item.put([self.item.pair(subject.key, wire)])
        if isinstance(verdict, Refused):
            return f"refused ({verdict.code})"
        after = self.item.await_(lambda: self.item.value(subject.key), lambda value: value != before)
        if after == before:
            return DROPPED
        if after is UNREAD:
            return "altered (to a form that cannot be read)"
        how = alteration_name(wire, self.item.look().field(subject.key))
        if after != sample:
            return f"altered ({how or subject.codec.show(after)})"
        found.stored = found.stored or how
        return KEPT

    def cleared(self, subject: Subject, found: Tried, clear: Callable[[], Verdict]) -> str:
        """Empty the field in one way; if it is empty, give it a value first."""
        codec = subject.codec
        if self.item.value(subject.key) == codec.empty:
            self.item.put([self.item.pair(subject.key, codec.forms(subject.samples[0])[found.form])])
            self.item.await_(lambda: self.item.value(subject.key), lambda value: value != codec.empty)
        verdict = clear()
        if isinstance(verdict, Refused):
            return f"refused ({verdict.code})"
        if self.item.settled(subject.key, codec.empty) != codec.empty:
            return DROPPED
        found.reads_empty = form_read(self.item.look(), subject.key)
        return EMPTIED

    def is_in_filter(self, key: str) -> bool:
        """Return True if the list endpoint gives the value too, however long its index takes."""
        desired = self.item.value(key)
        member = "role_owners" if key.startswith(ROLES) else key

        def listed() -> Hashable:
            body = {
                "work_item_type_keys": [self.item.ref.type_key],
                "work_item_ids": [self.item.ref.id],
                "page_num": 1,
            }
            path = {"project_key": self.item.writer.space_key}
            rows = (
                self.item.writer.client.read(api.FILTER, path=path, body=body | {"page_size": 1}).get("data")
                or []
            )
            there = bool(rows) and member in wire_values(rows[0])
            seen = self.item.seen(rows[0], key) if there else None
            return seen.value if seen else None

        _, took = self.item.until(listed, lambda value: value == desired)
        self.listed_after = max(self.listed_after, took or 0.0)
        return took is not None


def alteration_name(sent: Any, read: Any) -> str:
    """Name what storing did to a value; empty if it did nothing, or nothing that has a name."""
    if sent == read:
        return ""
    for name, alter in ALTERATIONS.items():
        try:
            if alter(sent) == read:
                return name
        except (TypeError, AttributeError):
            continue
    return ""


def emptiness_name(wire: Any) -> str:
    """Return the name of a form of emptiness."""
    return next(
        (name for name, form in CLEARS.items() if form == wire and type(form) is type(wire)), "object"
    )


def form_read(look: Look, key: str) -> str:
    """Return the name of the form in which an empty value is read."""
    entries = look.row.get("fields")
    keys = [one.get("field_key") for one in entries] if isinstance(entries, list) else []
    wire = look.field(key)
    return (
        "missing" if key not in keys else "zero" if wire == 0 and wire is not None else emptiness_name(wire)
    )
