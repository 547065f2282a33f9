"""Compares a space with its pins and names the effect on the files.  Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct

from reconciler.fields import refusal
from reconciler.fields.spec import FieldSpec
from reconciler.schema.types import TypeSpec, every_spec, flat

Effect = Literal["blocks", "renamed", "new"]


class Difference(Struct, frozen=True):
    """One difference between pins and space; `blocks` where files that name it cannot be applied."""

    type: str
    what: str
    effect: Effect


def differences(pinned: Mapping[str, TypeSpec], live: Mapping[str, TypeSpec]) -> Iterator[Difference]:
    """Yield what changed, type by type in the order of the pins."""
    for key, old in pinned.items():
        new = live.get(key)
        if new is None:
            yield Difference(old.word, "the type is gone from the space", "blocks")
            continue
        yield from type_differences(old, new)


def type_differences(old: TypeSpec, new: TypeSpec) -> Iterator[Difference]:
    """Yield what changed of one type's fields and roles."""
    now = {(one.type == "role", one.key): one for one in every_spec(new)}
    for one in every_spec(old):
        live = now.pop((one.type == "role", one.key), None)
        for what, effect in field_differences(one, live):
            yield Difference(old.word, f"{display_kind(one)} {one.label}: {what}", effect)
    for one in now.values():
        yield Difference(old.word, f"{display_kind(one)} {one.label} is new", "new")


def field_differences(old: FieldSpec, new: FieldSpec | None) -> Iterator[tuple[str, Effect]]:
    """Yield what changed of one field or role."""
    if new is None:
        yield "is gone from the space", "blocks"
        return
    if old.type != new.type:
        yield f"is now of type {new.type}, and was {old.type}", "blocks"
        return
    if refusal(new) and not refusal(old):
        yield f"cannot be written any more: {refusal(new)}", "blocks"
    if new.locked and not old.locked:
        yield "its members are now fixed by the space", "blocks"
    if old.name != new.name:
        yield f"is now called {new.name}", "renamed"
    if old.alias != new.alias:
        yield f"its alias is now '{new.alias}', and was '{old.alias}'", "renamed"
    yield from option_differences(old, new)


def option_differences(old: FieldSpec, new: FieldSpec) -> Iterator[tuple[str, Effect]]:
    """Yield what changed of a field's options."""
    now = {option.id: option for option in flat(new.options)}
    for option in flat(old.options):
        live = now.pop(option.id, None)
        if live is None:
            yield f"option '{option.label}' was removed", "blocks"
            continue
        if live.disabled and not option.disabled:
            yield f"option '{option.label}' was disabled", "blocks"
        if live.label != option.label:
            yield f"option '{option.label}' is now called '{live.label}'", "renamed"
    for option in now.values():
        yield f"option '{option.label}' is new", "new"


def display_kind(spec: FieldSpec) -> str:
    """Return what people call it."""
    return "role" if spec.type == "role" else "field"
