"""The meaning of the names in the files: by the pins, and confirmed by the space.  Pure."""

# Why pins decide what a name means, and the space confirms it
#
# A file says `priority: P0`.  Which field and which option that is, somebody reviewed: the pins in
# `schemas/<space>/` hold the ids behind the names, and a pull request shows each change of them.  If live
# metadata decided, an administrator could swap two labels in the space, and the next apply would write
# another value, though nobody had changed a file.
#
# The space has the last word on whether a meaning still holds:
#
#   same      the id exists and bears the name: nothing to report
#   renamed   the id exists and bears another name: no difference, one note
#   gone      the id does not exist: the planner blocks the field; nothing else is affected
#   stolen    the name belongs to another id by now: a mistake until `reconciler schema pull`,
#             since author and space no longer mean the same by it
#
# Most plans need none of that work: if live metadata equals the pins for each type, and for each field that
# the files name, then the values that `validate` read offline are taken over as they are (`confirms`).

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

from reconciler.errors import Mistake, Place, UnknownName
from reconciler.fields import refusal
from reconciler.fields.spec import FieldSpec
from reconciler.fields.values import Desired, Rule, desired_value
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import TypeSpec, change_key, every_option, role_name, spec_of, strings

PULL = "review what changed with `reconciler schema check`, then run `reconciler schema pull`"
Meanings: TypeAlias = Mapping[tuple[str, str], Mapping[str, str]]
"""The change key behind each name that the files use, by (type key, `field` or `role`)."""


class Names:
    """The meanings of names by one catalog; each name and each field is judged once.

    `notes` collects the renames that were found on the way.
    """

    __slots__ = ("catalog", "meanings", "notes", "unchanged")

    def __init__(self, catalog: Catalog) -> None:
        """Begin with no name known."""
        self.catalog = catalog
        self.meanings: dict[tuple[str, str], dict[str, str]] = {}
        self.unchanged: dict[tuple[str, str], bool] = {}
        self.notes: dict[str, None] = {}

    def known(self, spec: TypeSpec, kind: str) -> dict[str, str]:
        """Return the keys behind the names of a type's fields or roles, as far as they were resolved."""
        return self.meanings.setdefault((spec.key, kind), {})

    def meant(
        self, name: str, spec: TypeSpec, kind: str, place: Place, mistakes: list[Mistake]
    ) -> str | None:
        """Return the change key behind a name; report a mistake and return None if there is none."""
        known = self.known(spec, kind)
        if name not in known:
            meaning = self.meaning(name, spec, kind, place)
            if isinstance(meaning, Mistake):
                mistakes.append(meaning)
                return None
            known[name] = meaning
        return known[name]

    def meaning(self, name: str, spec: TypeSpec, kind: str, at: Place) -> str | Mistake:
        """Return the change key behind a name, or the mistake if no field that can be managed has it."""
        hits = (spec.role_words if kind == "role" else spec.field_words).get(name, ())
        if len(hits) > 1:
            keys = " or ".join(one.alias or one.key for one in hits)
            return Mistake(at, f"'{name}' names {len(hits)} {kind}s of {spec.word}", f"write {keys}")
        bare = role_name(name)
        if not hits and bare in spec.role_words:
            fix = f"write {bare}" + ("" if kind == "role" else " under `roles:`")
            return Mistake(at, f"'{name}' is how other places name a role", fix)
        if not hits and name in (spec.field_words if kind == "role" else spec.role_words):
            other = "field" if kind == "role" else "role"
            return Mistake(at, f"'{name}' is a {other} of {spec.word}", f"write it under `{other}s:`")
        if not hits:
            specs = spec.roles if kind == "role" else spec.fields
            known = {word for one in specs if not refusal(one) for word in (one.alias or one.key, one.name)}
            return UnknownName(at, kind, name, spec.word, known)
        if reason := refusal(hits[0]):
            return Mistake(at, f"{hits[0].label} cannot be managed here", reason)
        if hits[0].locked:
            return Mistake(at, f"the members of {hits[0].label} are fixed by the space", "delete the line")
        if is_stolen(self.catalog, spec.key, hits[0], name):
            return Mistake(at, f"'{name}' now names another {kind} of the space", PULL)
        return change_key(hits[0])

    def is_steady(self, type_key: str, key: str) -> bool:
        """Return True if values of the field mean what they meant when it was pinned, if it was."""
        return type_key not in self.catalog.pinned or self.is_unchanged(type_key, key)

    def is_unchanged(self, type_key: str, key: str) -> bool:
        """Return True if the live metadata of a field equals the pinned one; compared once."""
        at = (type_key, key)
        if at not in self.unchanged:
            pinned = self.catalog.names(type_key).by_key.get(key)
            self.unchanged[at] = self.catalog.spec(type_key, key) == pinned
        return self.unchanged[at]

    def stolen_option(self, type_key: str, key: str, desired: Desired) -> str | None:
        """Return the pinned label of a desired option if another option bears it by now; note renames."""
        codec, live = self.catalog.codec(type_key, key, by_pins=True), self.catalog.spec(type_key, key)
        if live is None:
            return None
        if codec.spec.name != live.name:
            self.note(codec.spec.label, live.label)
        parts = (
            (desired.contains, desired.excludes)
            if isinstance(desired, Rule)
            else (desired_value(desired, codec.empty),)
        )
        return self.stolen_id(type_key, key, {text for part in parts for text in strings(codec.encode(part))})

    def stolen_id(self, type_key: str, key: str, ids: Collection[str]) -> str | None:
        """Return the pinned label of an option if another option bears it by now; note renames."""
        codec, live = self.catalog.codec(type_key, key, by_pins=True), self.catalog.spec(type_key, key)
        if live is None:
            return None
        now = {option.id: option.label for option in every_option(live)}
        for option in every_option(codec.spec):
            if option.id not in ids or now.get(option.id, option.label) == option.label:
                continue
            if option.label in now.values():
                return option.label
            self.note(f"{codec.spec.label} '{option.label}'", f"'{now[option.id]}'")
        return None

    def note(self, pinned: str, live: str) -> None:
        """Note that something pinned has another name in the space."""
        self.notes[f"{pinned} is now called {live}; `reconciler schema pull --rewrite` follows"] = None

    def confirms(self, words: Iterable[str], meanings: Meanings) -> bool:
        """Return True if live metadata matches the pins for every name the files use.

        Then an offline reading that left nothing open can be reused.  `words` are the files' words for types,
        `meanings` the names of fields and roles as the pins resolved them.
        """
        catalog = self.catalog
        return all(
            (kind := catalog.type_of(word)) is not None
            and kind is catalog.pinned.get(kind.key)
            and not is_stolen_type(catalog, kind, word)
            for word in words
        ) and all(
            self.is_unchanged(type_key, key)
            and not is_stolen(catalog, type_key, spec_of(catalog.names(type_key), key), name)
            for type_key, name, key in every_meaning(meanings)
        )


def every_meaning(meanings: Meanings) -> Iterator[tuple[str, str, str]]:
    """Yield the type key, the name and the change key of each resolved name."""
    for (type_key, _), names in meanings.items():
        for name, key in names.items():
            yield type_key, name, key


def is_stolen_type(catalog: Catalog, pinned: TypeSpec, word: str) -> bool:
    """Return True if a word that the pins give to one type belongs to another type in the space by now."""
    bearers = [one.key for one in catalog.types.values() if one.answers_to(word)]
    return bool(bearers) and pinned.key not in bearers


def is_stolen(catalog: Catalog, type_key: str, pinned: FieldSpec, word: str) -> bool:
    """Return True if a word that the pins give to one field belongs to another field in the space by now."""
    live = catalog.types.get(type_key)
    index = (live.role_words if pinned.type == "role" else live.field_words) if live else {}
    bearers = {one.key for one in index.get(word, ())}
    return bool(bearers) and pinned.key not in bearers
