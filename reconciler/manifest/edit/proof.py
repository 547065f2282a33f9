"""The proof of an edit: the new bytes are read, and must mean what was desired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from reconciler.manifest.edit.commands import Drop, Edit, Members, Put, Rename
from reconciler.manifest.edit.spans import Way
from reconciler.manifest.edit.yaml_text import Plain, bare
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Node, Scalar
from reconciler.manifest.parsing import read_tree


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar as it was written: its text and whether it is plain."""

    text: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """A scalar that an edit wants, in whatever style."""

    value: Plain


Said: TypeAlias = Leaf | Wish | list["Said"] | dict[str, "Said"]
"""What a file says, without places and comments."""


def said(node: Node) -> Said:
    """Return what a tree says."""
    match node:
        case Scalar():
            return Leaf(node.text, node.plain)
        case AuthoredList():
            return [said(one) for one in node]
        case AuthoredMap():
            return {key: said(one) for key, one in node.items()}


def wish(value: Plain) -> Said:
    """Return what a value says once it is written."""
    match bare(value):
        case str() as text:
            return Wish(text)
        case Mapping() as some:
            return {key: wish(one) for key, one in some.items()}
        case list() | tuple() as some:
            return [wish(one) for one in some]
        case other:
            return Wish(other)


def changed(tree: Said, way: Way, edit: Edit) -> Said:
    """Carry an edit out on what a file says; lists and maps are changed in their place."""
    match edit, way:
        case Put(_, value), ():
            return wish(value)
        case Members(_, drop, add), () if isinstance(tree, list):
            tree[:] = [one for at, one in enumerate(tree) if at not in drop] + [wish(one) for one in add]
        case Rename(_, keys), () if isinstance(tree, dict):
            return {dict(keys).get(key, key): one for key, one in tree.items()}
        case Drop(), (int() as step,) if isinstance(tree, list):
            del tree[step]
        case Drop(), (str() as step,) if isinstance(tree, dict):
            del tree[step]
        case _, (int() as step, *rest) if isinstance(tree, list):
            tree[step] = changed(tree[step], tuple(rest), edit)
        case _, (str() as step, *rest):
            return below(tree, step, tuple(rest), edit)
    return tree


def below(tree: Said, step: str, rest: Way, edit: Edit) -> Said:
    """Carry an edit out below a key: one that is missing is made, one whose map is emptied goes."""
    some: Said = {"id": tree} if isinstance(tree, Leaf) else tree
    if not isinstance(some, dict):
        return some
    some[step] = changed(some.get(step, {}), rest, edit)
    if isinstance(edit, Drop) and some[step] == {}:
        del some[step]
    return some


def says_all(raw: bytes, desired: Said, file: str) -> bool:
    """Read the new bytes: whether they say what is wanted, and nothing else."""
    tree = read_tree(raw, file)
    return not tree.mistakes and tree.root is not None and agrees(desired, tree.root)


def agrees(desired: Said, node: Node) -> bool:
    """Whether a tree says what is wanted, to the last scalar."""
    match desired:
        case Leaf(text, plain):
            return isinstance(node, Scalar) and (node.text, node.plain) == (text, plain)
        case Wish(value):
            return isinstance(node, Scalar) and says(value, node.text, node.plain)
        case list():
            return (
                isinstance(node, AuthoredList)
                and len(node) == len(desired)
                and all(map(agrees, desired, node))
            )
        case dict():
            return (
                isinstance(node, AuthoredMap)
                and set(node) == set(desired)
                and all(agrees(one, node[key]) for key, one in desired.items())
            )


def says(value: Plain, text: str, plain: bool) -> bool:  # noqa: FBT001 - a scalar is a text and its style
    """Whether a scalar, in the eyes of every codec, is this value; line ends at a text's end do not count."""
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
            return plain and is_number(text, value)
        case _:
            return False


def is_number(text: str, value: float | Decimal) -> bool:
    """Whether a text is the digits of a number."""
    desired = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    try:
        return Decimal(text) == desired
    except ArithmeticError:
        return False
