"""One space as its metadata describes it: types, fields, people and items, found by key or by any name.

Pure: a catalog knows neither files nor network.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterable, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct, field

from reconciler.fields import codec_for, refusal
from reconciler.fields.codec import Codec
from reconciler.fields.spec import NO_ITEMS, FieldSpec, Items, People
from reconciler.fields.text import is_blank
from reconciler.schema.types import TypeSpec, every_option, spec_of, strings


class Catalog(Struct, frozen=True, dict=True):
    """The types of one space, and the people and items that the run knows.

    A catalog never changes: whoever learns more of the space makes a new one with `replace`.

    `types` holds live metadata, `pinned` the reviewed metadata that decides what a name means.  `clears`
    maps a field type to the wire form that empties it in this space, if the documented form does not;
    `forms` maps it to the name of the form in which the space takes a value.  `trims` are the types whose
    texts lose the blanks around them.
    """

    space_key: str
    space: str
    types: Mapping[str, TypeSpec]
    people: People = field(default_factory=People)
    items: Items = NO_ITEMS
    pinned: Mapping[str, TypeSpec] = field(default_factory=dict)
    clears: Mapping[str, Any] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    trims: frozenset[str] = frozenset()

    @cached_property
    def codecs(self) -> dict[tuple[str, str, bool], Codec]:
        """The codecs made so far by type, field and whether by pins.

        `replace` makes a catalog that has none yet, so a codec always knows the people and items of its own.
        """
        return {}

    def names(self, type_key: str) -> TypeSpec:
        """Return the metadata that resolves the names of a type: the pinned one, else the live one."""
        return self.pinned.get(type_key) or self.types[type_key]

    def type_of(self, word: str) -> TypeSpec | None:
        """Find the type that a file names by key, api_name or name: first among the pinned ones."""
        # A live type must not take over the name of a pinned one that comes later or is gone.
        known = {**self.pinned, **{key: one for key, one in self.types.items() if key not in self.pinned}}
        return known.get(word) or next((one for one in known.values() if one.answers_to(word)), None)

    def words(self) -> dict[str, str]:
        """Return the type key for each word that names a type."""
        known = [*(one for key, one in self.types.items() if key not in self.pinned), *self.pinned.values()]
        return {word: one.key for one in known for word in (one.key, one.name, one.api_name) if word}

    def spec(self, type_key: str, key: str) -> FieldSpec | None:
        """Return the live metadata of a field or (`roles/<id>`) of a role; None if the space lacks it."""
        return self.types[type_key].by_key.get(key) if type_key in self.types else None

    def codec(self, type_key: str, key: str, *, by_pins: bool = False) -> Codec:
        """Return the codec of a live field, or of a field as it is pinned; KeyError if there is none."""
        at = (type_key, key, by_pins)
        if at not in self.codecs:
            spec = spec_of(self.names(type_key), key) if by_pins else self.spec(type_key, key)
            if spec is None:
                raise KeyError(key)
            self.codecs[at] = codec_for(spec, self.people, self.items)
        return self.codecs[at]

    def encode(self, type_key: str, key: str, value: Hashable) -> Any:
        """Return the form in which a canonical value is sent to this space."""
        codec = self.codec(type_key, key)
        if value == codec.empty and codec.spec.type in self.clears:
            return self.clears[codec.spec.type]
        form = self.forms.get(codec.spec.type)
        return codec.forms(value)[form] if form else codec.encode(value)

    def empties(self, codec: Codec, value: Hashable) -> bool:
        """Return True if the field is empty once this space has stored the value."""
        if value == codec.empty:
            return True
        return codec.spec.type in self.trims and isinstance(value, str) and is_blank(value)

    def label(self, type_key: str, key: str) -> str:
        """Return a field's display name: the live one, or the pinned one if the field is gone."""
        return (self.spec(type_key, key) or spec_of(self.names(type_key), key)).label

    def fault(self, type_key: str, key: str) -> str | None:
        """Return why the space no longer lets a managed field be written; None if it does."""
        spec = self.spec(type_key, key)
        if spec is None:
            return "the field is gone from the space"
        pinned = self.names(type_key).by_key.get(key, spec)
        if pinned.type != spec.type:
            return f"the field is now of type {spec.type}, and was {pinned.type}"
        if reason := refusal(spec):
            return f"the field cannot be written any more: {reason}"
        return "its members are now fixed by the space" if spec.locked else None

    def digest(self, touched: Iterable[tuple[str, str, Any]]) -> str:
        """Return the SHA-256 of the metadata on which changes rest.

        `touched` are (type key, change key, wire values).  Of a field's options only the chosen ones
        count.  A field that is gone counts as null.
        """
        rows: dict[tuple[str, str], Any] = {}
        for type_key, key, wire in touched:
            spec = self.spec(type_key, key)
            row = rows.setdefault(
                (type_key, key), spec and [spec.name, spec.type, refusal(spec), spec.kind, {}]
            )
            if spec and row:
                named = set(strings(wire))
                row[-1].update(
                    {one.id: [one.label, one.disabled] for one in every_option(spec) if one.id in named}
                )
        text = json.dumps(sorted([*at, row] for at, row in rows.items()), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
