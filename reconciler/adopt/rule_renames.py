"""Follows renames of a space in rules: in conditions, and in the fields on which values rest.  Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from reconciler.desired.condition_parsing import CONDITION, moved, parts
from reconciler.fields.codec import Codec
from reconciler.fields.sets import SetCodec
from reconciler.fields.values import Wrong
from reconciler.manifest.edit.commands import Edit, Put
from reconciler.manifest.edit.spans import Way
from reconciler.manifest.nodes import AuthoredMap, AuthoredRule, Node, Scalar

Renamed = Callable[[str], str | None]
"""Returns what replaces the name of a field, with `roles.` before that of a role; None where nothing does."""
Codecs = Callable[[str], tuple[Codec, Codec] | None]
"""Returns the codecs of a field, by its name: by the old names and by the new ones; None without any."""
COMMA = re.compile("[,，、]")
RESTING = frozenset({"from", "after", "before"})
"""The keys of values whose own value is the name of a field."""


def rule_edits(at: int, rule: AuthoredRule, renamed: Renamed, codecs: Codecs) -> Iterator[Edit]:
    """Yield the edits of one rule, beside those of its fields' names and values."""
    for number, clause in enumerate(rule.where):
        for place, scalar in enumerate(clause):
            if text := condition_text(scalar, renamed, codecs):
                # A line of `where` is one condition, or a map with a list of them.
                way: Way = ("rules", at, "where", number)
                yield Put(way if rule.is_plain(number) else (*way, "any", place), text)
    for section, some in (("fields", rule.fields), ("roles", rule.roles)):
        for name, node in some.items():
            yield from base_edits(("rules", at, section, name), node, renamed)


def base_edits(way: Way, node: Node, renamed: Renamed) -> Iterator[Edit]:
    """Yield the edits of the names of fields on which a value rests."""
    for key, one in node.items() if isinstance(node, AuthoredMap) else ():
        if isinstance(one, Scalar):
            if key in RESTING and (word := renamed(one.text)):
                yield Put((*way, key), word)
        else:
            yield from base_edits((*way, key), one, renamed)


def condition_text(scalar: Scalar, renamed: Renamed, codecs: Codecs) -> str | None:
    """Return a condition by the new names; None if it needs no other."""
    hit = CONDITION.fullmatch(scalar.text.strip())
    if hit is None:
        return None
    name, how, value = hit["field"].strip(), hit["word"] or hit["sign"], hit["value"]
    found = codecs(name)
    if found and value:
        value = new_values(moved(scalar, 0, value), *found) or value
    text = " ".join(filter(None, (renamed(name) or name, how, value)))
    return text if text != " ".join(filter(None, (name, how, hit["value"]))) else None


def new_values(value: Scalar, old: Codec, new: Codec) -> str | None:
    """Return the values of a condition by the new labels; None if all of them mean what they meant."""
    labels: list[str] = []
    is_moved = False
    try:
        listed = list(parts(value))
    except Wrong:
        return None
    for one in listed:
        meant = read(old, one)
        same = meant is None or read(new, one) == meant
        is_moved = is_moved or not same
        label = one.text if same else shown(new, meant)
        labels.append(f'"{label}"' if COMMA.search(label) or not one.plain else label)
    return ", ".join(labels) if is_moved else None


def read(codec: Codec, scalar: Scalar) -> Any:
    """Return what a value means; None if it means nothing."""
    try:
        return codec.read_member(scalar)[0] if isinstance(codec, SetCodec) else codec.parse(scalar)
    except (Wrong, IndexError):
        return None


def shown(codec: Codec, value: Any) -> str:
    """Return a value's label."""
    return codec.show_member(value) if isinstance(codec, SetCodec) else codec.show(value)
