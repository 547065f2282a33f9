"""The command line is options, one call and printing: no command is built on another one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import reconciler
from reconciler.cli import COMMANDS

PACKAGE = Path(reconciler.__file__).parent
ENDPOINTS = "reconciler.meegle.http.endpoints"


def imports(path: Path) -> Iterator[str]:
    """Yield every module or name that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{one.name}" for one in node.names)


def below_the_command_line() -> list[Path]:
    """Return the files of every part but the command line and the sandbox."""
    return [
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).parts[0] not in {"cli", "sandbox", "__main__.py"}
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_imports_another(name: str) -> None:
    others = {f"reconciler.cli.{one}" for one in COMMANDS if one != name}
    assert others.isdisjoint(imports(PACKAGE / "cli" / f"{name}.py"))


@pytest.mark.parametrize("path", sorted((PACKAGE / "cli").glob("*.py")), ids=lambda path: path.stem)
def test_no_part_of_the_command_line_names_an_endpoint(path: Path) -> None:
    assert not [one for one in imports(path) if one.startswith(ENDPOINTS)]


def test_only_the_command_line_prints_and_asks() -> None:
    files = {path: path.read_text(encoding="utf-8") for path in below_the_command_line()}
    printing = [
        path.name
        for path, text in files.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"print", "input"}
    ]
    assert printing == ["docs_page.py"], "a module that runs by itself to make a page may print"
    assert not [path.name for path, text in files.items() if "sys.stdout" in text or "sys.stderr" in text]
    assert not [path.name for path in files if "click" in set(imports(path))]
