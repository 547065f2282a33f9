"""The proof of an edit: the new bytes are read, and must mean what was desired."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from msgspec import Struct

from reconciler.manifest.edit.commands import Drop, Edit, Members, Put, Rename
from reconciler.manifest.edit.spans import Way
from reconciler.manifest.edit.yaml_text import Copied, Plain, without_note
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Node, Scalar
from reconciler.manifest.parsing import read_tree

# How an edit is proved.
#
# Cutting text is full of traps: a value may turn into a comment, a quote may swallow the next line,
# a flow map may lose its comma.  So nothing rests on the cutting.  Two ways lead from the old file to
# a tree, and they share no code:
#
#     old bytes ──cut and join──▶ new bytes ──the loader──▶ tree
#     old bytes ──the loader────▶ values ──`edit_values`──────▶ desired values
#
# The edit is carried out on plain values, where it is trivial, and `matches` compares the new tree
# with them.  An untouched scalar must keep its text and its style (`OldScalar`), since a codec may
# read `"1"` and `1` differently.  A new scalar may have any style, as long as every codec reads the
# same value (`NewScalar`).  Where the two ways differ, or the new bytes have any mistake, the edit
# raises CannotEdit and nothing is written: a file that people must edit by hand is better than a
# wrong one.  Comments are outside of the proof; tests hold that they survive.


class OldScalar(Struct, frozen=True):
    """A scalar that no edit touches: the new file must have its very text and style."""

    text: str
    plain: bool


class NewScalar(Struct, frozen=True):
    """A scalar that an edit writes: the new file must have its value, in any style."""

    value: Plain


Content: TypeAlias = OldScalar | NewScalar | list["Content"] | dict[str, "Content"]
"""The values of a file, without places and comments."""


def content_of(node: Node) -> Content:
    """Return the values of a tree."""
    match node:
        case Scalar():
            return OldScalar(node.text, node.plain)
        case AuthoredList():
            return [content_of(one) for one in node]
        case AuthoredMap():
            return {key: content_of(one) for key, one in node.items()}


def new_content(value: Plain) -> Content:
    """Return the values that a file has after a value is written."""
    match without_note(value):
        case Copied(node):
            return content_of(node)
        case str() as text:
            return NewScalar(text)
        case Mapping() as some:
            return {key: new_content(one) for key, one in some.items()}
        case list() | tuple() as some:
            return [new_content(one) for one in some]
        case other:
            return NewScalar(other)


def edit_values(tree: Content, way: Way, edit: Edit) -> Content:
    """Carry out an edit on a file's values; lists and maps are changed in place."""
    match edit, way:
        case Put(_, value), ():
            return new_content(value)
        case Members(_, drop, add), () if isinstance(tree, list):
            tree[:] = [one for at, one in enumerate(tree) if at not in drop] + [
                new_content(one) for one in add
            ]
        case Rename(_, keys), () if isinstance(tree, dict):
            return {dict(keys).get(key, key): one for key, one in tree.items()}
        case Drop(), (int() as step,) if isinstance(tree, list):
            del tree[step]
        case Drop(), (str() as step,) if isinstance(tree, dict):
            del tree[step]
        case _, (int() as step, *rest) if isinstance(tree, list):
            tree[step] = edit_values(tree[step], tuple(rest), edit)
        case _, (str() as step, *rest):
            return edit_below(tree, step, tuple(rest), edit)
    return tree


def edit_below(tree: Content, step: str, rest: Way, edit: Edit) -> Content:
    """Carry out an edit below a key; a missing key is made, a key whose map is left empty is deleted."""
    some: Content = {"id": tree} if isinstance(tree, OldScalar) else tree
    if not isinstance(some, dict):
        return some
    some[step] = edit_values(some.get(step, {}), rest, edit)
    if isinstance(edit, Drop) and some[step] == {}:
        del some[step]
    return some


def reads_as(raw: bytes, desired: Content, file: str) -> bool:
    """Read the new bytes, and return whether they have the desired values and no others."""
    tree = read_tree(raw, file)
    return not tree.mistakes and tree.root is not None and matches(desired, tree.root)


def matches(desired: Content, node: Node) -> bool:
    """Return whether a tree has the desired values, to the last scalar."""
    match desired:
        case OldScalar(text, plain):
            return isinstance(node, Scalar) and (node.text, node.plain) == (text, plain)
        case NewScalar(value):
            return isinstance(node, Scalar) and is_form_of(value, node.text, node.plain)
        case list():
            return (
                isinstance(node, AuthoredList)
                and len(node) == len(desired)
                and all(map(matches, desired, node))
            )
        case dict():
            return (
                isinstance(node, AuthoredMap)
                and set(node) == set(desired)
                and all(matches(one, node[key]) for key, one in desired.items())
            )


def is_form_of(value: Plain, text: str, plain: bool) -> bool:  # noqa: FBT001 - a scalar is a text and its style
    """Return whether every codec reads a scalar as this value; line ends at a text's end do not count."""
    match value:
        case None:
            return plain and text == "null"
        case bool():
            return plain and text == str(value).lower()
        case str():
            same = text == value or text.rstrip("\n") == value.rstrip("\n")
            return same and not (plain and text == "null")
        case date():
            return text == value.isoformat()
        case int() | float() | Decimal():
            return plain and equals_number(text, value)
        case _:
            return False


def equals_number(text: str, value: float | Decimal) -> bool:
    """Return whether a text is this number."""
    desired = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    try:
        return Decimal(text) == desired
    except ArithmeticError:
        return False
