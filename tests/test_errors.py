"""The tree of errors that the head of `errors.py` draws is the tree that there is."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import reconciler
from reconciler import errors

TOLD_APART = ("reconciler.sandbox", "reconciler.__main__")
"""What is a world of its own, and what would run."""


def package_of(kind: type) -> str:
    """The package of a class below `reconciler`, of one on the ground its module."""
    _, first, *rest = kind.__module__.split(".")
    return "/".join([first, *rest[:-1]])


def lines(kind: type[object], depth: int = 0) -> Iterator[str]:
    """A class and those below it, each with its package where that is another one."""
    package = package_of(kind)
    name = f"{'  ' * depth}{kind.__name__}"
    yield name if package == "errors" else f"{name:<24}{package}"
    for below in sorted(kind.__subclasses__(), key=order):
        if below.__module__.startswith("reconciler."):
            yield from lines(below, depth + 1)


def order(kind: type[object]) -> tuple[bool, str, str]:
    """Those of `errors.py` first, then by package and name."""
    return package_of(kind) != "errors", package_of(kind), kind.__name__


def test_the_head_of_the_errors_draws_every_error_of_every_package() -> None:
    for one in pkgutil.walk_packages(reconciler.__path__, "reconciler."):
        if not one.name.startswith(TOLD_APART):
            importlib.import_module(one.name)
    tree = "\n".join(
        f"    {line}" for root in (errors.ReconcilerError, errors.Mistake) for line in lines(root)
    )
    assert tree in str(errors.__doc__), tree
