"""Work item types: their fields, roles and options, found by key or by any name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from msgspec import Struct

from reconciler.fields.spec import FieldSpec, Option
from reconciler.model import ROLES

ROLE_REF = "roles."
"""The beginning of a role's name where fields and roles are named side by side, as in a REF."""
PEOPLE_TYPES = frozenset({"user", "multi_user", "role"})
BUSINESS = "business"
"""The type of fields whose options are the space's business lines."""
NAME = FieldSpec(key="name", name="Name", type="text", alias="name")
"""The item's name is a property on reading and a field on writing (field-formats.md A6)."""


class TypeSpec(Struct, frozen=True, omit_defaults=True, dict=True):
    """One work item type: its names, fields and roles, found by key or by any name."""

    key: str
    name: str
    api_name: str
    fields: tuple[FieldSpec, ...]
    roles: tuple[FieldSpec, ...]

    @property
    def word(self) -> str:
        """The type's shortest lasting name, as files write it."""
        return self.api_name or self.key

    @cached_property
    def by_key(self) -> dict[str, FieldSpec]:
        """Every field and role by the key that changes use for it."""
        return {change_key(one): one for one in every_spec(self)}

    @cached_property
    def field_words(self) -> dict[str, tuple[FieldSpec, ...]]:
        """The fields that each word means."""
        return types_by_word(self.fields)

    @cached_property
    def role_words(self) -> dict[str, tuple[FieldSpec, ...]]:
        """The roles that each word means."""
        return types_by_word(self.roles)

    def meant(self, word: str) -> tuple[FieldSpec, ...]:
        """Return the fields and roles that a word of a list means; `roles.RD` means the role RD alone."""
        hits = self.field_words.get(word, ()) + self.role_words.get(word, ())
        return hits or self.role_words.get(role_name(word), ())

    def section_and_name(self, word: str) -> tuple[str, str]:
        """Return whether a word means a `field` or a `role`, and its name in a section of that kind."""
        name = role_name(word) or word
        is_role = word not in self.field_words and (name != word or name in self.role_words)
        return ("role", name) if is_role else ("field", word)

    def answers_to(self, word: str) -> bool:
        """Return True if people may mean this type by `word`."""
        return word in (self.key, self.api_name, self.name)


def role_name(word: str) -> str:
    """Return the name in a role's REF, `roles.RD`; empty if the word is of another form."""
    return word.removeprefix(ROLE_REF) if word.startswith(ROLE_REF) else ""


def strings(wire: Any) -> Iterator[str]:
    """Yield every text in a wire value."""
    if isinstance(wire, str):
        yield wire
    elif isinstance(wire, dict | list):
        for one in wire.values() if isinstance(wire, dict) else wire:
            yield from strings(one)


def flat(options: Iterable[Option]) -> Iterator[Option]:
    """Yield options and those below them."""
    for option in options:
        yield option
        yield from flat(option.children)


def every_option(spec: FieldSpec) -> Iterator[Option]:
    """Yield the options of a field and of its sub-fields."""
    yield from flat(spec.options)
    for sub in spec.subfields:
        yield from every_option(sub)


def change_key(spec: FieldSpec) -> str:
    """Return the key that changes use for a field or a role."""
    return ROLES + spec.key if spec.type == "role" else spec.key


def every_spec(spec: TypeSpec) -> tuple[FieldSpec, ...]:
    """Return the fields and the roles of a type."""
    return spec.fields + spec.roles


def spec_of(spec: TypeSpec, key: str) -> FieldSpec:
    """Return the field or role that a change's key names."""
    return spec.by_key[key]


def types_by_word(specs: tuple[FieldSpec, ...]) -> dict[str, tuple[FieldSpec, ...]]:
    """Return what each word means: a key, else an alias, else a display name (which several may bear)."""
    found: dict[str, tuple[FieldSpec, ...]] = {}
    for attribute in ("key", "alias", "name"):
        bearers: dict[str, list[FieldSpec]] = {}
        for spec in specs:
            bearers.setdefault(getattr(spec, attribute), []).append(spec)
        found = {**{word: tuple(some) for word, some in bearers.items() if word}, **found}
    return found


def find_named(specs: tuple[FieldSpec, ...], word: str) -> tuple[FieldSpec, ...]:
    """Find by key, else by alias, else by display name."""
    return types_by_word(specs).get(word, ())
