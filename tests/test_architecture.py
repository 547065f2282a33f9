"""docs/architecture.md names what is there: every function of the walks, and every part of the package."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from grimp import build_graph

import reconciler

PACKAGE = Path(reconciler.__file__).parent
PAGE = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
STEPS = sorted(set(re.findall(r"`([a-z_/]+\.py)::([A-Za-z_.]+)`", PAGE)))
MENTIONED = sorted(set(re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.py)`", PAGE)))


@cache
def names_in(file: str) -> frozenset[str]:
    """Return the functions and classes of a module, and the methods as `Class.method`."""
    return frozenset(named(ast.parse((PACKAGE / file).read_text(encoding="utf-8")), ""))


def named(node: ast.Module | ast.ClassDef, owner: str) -> Iterator[str]:
    for one in node.body:
        if isinstance(one, ast.FunctionDef | ast.ClassDef):
            yield f"{owner}{one.name}"
        if isinstance(one, ast.ClassDef):
            yield from named(one, f"{one.name}.")


def test_the_page_walks_from_the_file_to_the_put_and_back() -> None:
    assert len(STEPS) > 30
    assert {"manifest", "desired", "plan", "apply", "meegle", "render", "cli", "fields"} == {
        file.partition("/")[0] for file, _ in STEPS
    }


@pytest.mark.parametrize(("file", "name"), STEPS, ids="::".join)
def test_every_step_of_a_walk_exists(file: str, name: str) -> None:
    assert name in names_in(file)


@pytest.mark.parametrize("file", MENTIONED)
def test_every_file_of_the_page_exists(file: str) -> None:
    assert (PACKAGE / file).is_file() or (PACKAGE.parent / file).is_file()


def test_the_table_lists_every_part_of_the_package() -> None:
    cells = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    listed = {
        name.rstrip("/").partition("/")[0] for cell in cells for name in re.findall(r"`([a-z_/]+)`", cell)
    }
    parts = {
        path.stem
        for path in PACKAGE.iterdir()
        if (path.is_dir() or path.suffix == ".py") and not path.name.startswith("_")
    }
    assert parts <= listed


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = build_graph("reconciler")
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(imports) > 200
    TopologicalSorter(imports).prepare()  # raises CycleError with the circle
