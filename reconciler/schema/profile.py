"""Turns the findings of a probe into the reviewed profile of a space.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from reconciler.fields.codec import DOCUMENTED

KEPT, DROPPED, EMPTIED = "kept", "dropped", "empties"
BATCH = "batch_update"
CLEARS: dict[str, Any] = {"null": None, "text": "", "list": []}
"""The forms of emptiness that a space may take, by their name in the profile (field-formats.md 3.2)."""


class Tried(Struct):
    """One field type, by one field of it: what became of each form of a value, and of each of emptiness.

    `documented` is the name of the documented form of emptiness, `reads_empty` how the space shows
    it, `stored` what storing does to a value that still counts as the same, `in_filter` whether the
    list endpoint gives the value.
    """

    type: str
    label: str
    documented: str
    forms: dict[str, str] = field(default_factory=dict)
    clears: dict[str, str] = field(default_factory=dict)
    reads_empty: str = ""
    stored: str = ""
    in_filter: bool | None = None

    @property
    def form(self) -> str:
        """The form to send: the documented one unless only another is kept."""
        return first(self.forms, KEPT, DOCUMENTED)

    @property
    def clear(self) -> str:
        """The form that empties: the documented one unless only another does; empty where a PUT cannot."""
        able = {name: became for name, became in self.clears.items() if name in CLEARS}
        return first(able, EMPTIED, self.documented) if EMPTIED in able.values() else ""

    def __str__(self) -> str:
        """Return the line for people."""
        forms = ", ".join(
            became if name == DOCUMENTED else f"{name} {became}" for name, became in self.forms.items()
        )
        clears = ", ".join(name for name, became in self.clears.items() if became == EMPTIED)
        others = "".join(f", {name} {became}" for name, became in self.clears.items() if became != EMPTIED)
        emptied = f"; emptied by {clears or 'nothing'}{others}" if self.clears else ""
        reads = f"; reads empty as {self.reads_empty}" if self.reads_empty else ""
        stored = f" (stored with {self.stored})" if self.stored else ""
        return f"{self.type} ({self.label}): {forms}{stored}{emptied}{reads}"


class Report(Struct):
    """Everything that a probe found; `left` are the fields that could not be put back.

    `facts` stand in the profile, `asked` in the report alone: what no apply needs to know.
    """

    tried: list[Tried] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


def trimmed(found: Mapping[str, Any]) -> frozenset[str]:
    """Return the field types whose texts a space stores without the blanks around them, as a probe found."""
    types = found.get("types")
    return frozenset(
        type_
        for type_, one in (types.items() if isinstance(types, dict) else ())
        if isinstance(one, dict) and any("trim" in str(one.get(name)) for name in ("stored", "forms"))
    )


def first(became: Mapping[str, str], good: str, usual: str) -> str:
    """Return the usual name where it did well or none did, else the first that did well."""
    able = [name for name, how in became.items() if how == good]
    return usual if usual in able or not able else able[0]


def profile_of(report: Report, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the profile: what to send where that is not the documented form, and all that was found.

    `before` is the profile there is: what it says of types that were not tried stays.
    """
    types = {one.type for one in report.tried}
    kept = {
        part: {name: form for name, form in before.get(part, {}).items() if name not in types}
        for part in ("clears", "forms")
    }
    clears = {one.type: one.clear for one in report.tried if one.clear not in {"", one.documented}}
    forms = {one.type: one.form for one in report.tried if one.form != DOCUMENTED}
    found = {
        "types": {
            one.type: {
                "field": one.label,
                "forms": one.forms,
                "clears": one.clears,
                "reads_empty": one.reads_empty,
                **({"stored": one.stored} if one.stored else {}),
                **({} if one.in_filter is None else {"in_filter": one.in_filter}),
            }
            for one in report.tried
        },
        **report.facts,
    }
    parts = {"clears": kept["clears"] | clears, "forms": kept["forms"] | forms, "found": found}
    return {name: part for name, part in parts.items() if part}
