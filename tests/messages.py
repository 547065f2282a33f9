"""The catalogues: `python -m tests.messages` brings them up to the texts of the source.

Every text for people in the source is a message: extraction takes each string that reads like language,
with `{name}` for what an f-string fills in, and leaves out docstrings, patterns, SQL, and what is for
programs.  A message that is new in the source stands in each catalogue without translation
until somebody writes one, and the test of the catalogues fails until then.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "reconciler"
LOCALES = PACKAGE / "locale"
WRITTEN = datetime(2026, 11, 28, tzinfo=UTC)
"""The date in each catalogue's head, which says nothing and must not change."""

SKIPPED = (
    "sandbox/",
    "templates/",
    "language/__init__.py",
    "language/catalogue.py",
    "adopt/published_schemas.py",
    "adopt/workflows.py",
    "doctor/probe_report.py",
    "fields/certainty.py",
    "fields/docs_page.py",
    "meegle/http/endpoints.py",
)
"""Parts of the package whose strings are for programs, for files, or for the sandbox."""

CODE = re.compile(
    r"""\A\s*(?:SELECT|INSERT|DELETE|CREATE|PRAGMA|UPDATE)\b | \\[bdsSwAZ] | \(\? | \[\^ | \A[\^] | \A\# | \A<
    | ::error | <!-- | %\( | Bearer[ ] | AUTHORIZATION | mutation | query[ ]\{ | yaml-language-server
    | \A\{\w+:[ ][^ ]*\}\Z | \Atype:[ ] | \A\{fence\} | \A\n\{\w+\}\n | \{head\}> | \A\S+,[ ]why
    | \A(?:did[ ]not[ ]find|could[ ]not[ ]find|mapping[ ](?:keys|values)|block[ ]sequence)
    | \Afound[ ](?:un|an?[ ]|duplicate|extremely|incompatible|invalid|character|non)
    | \A(?:object|\nparent|RECONCILER_|tests=|value:[ ]|Callable|guards:[ ]|windows:[ ])
    | \A(?:reconciler[ ]|eval[ ]|[.][ ][.]/) | \A(?:sandbox[ ](?:snapshot|do)|schema[ ](?:pull|check))\Z
    | \A[ ]+(?:fields|roles):\Z | \Aspace:[ ]\Z
    | \AToken\( | \A(?:\[skip|space=[ ]|[ ]digest=|[ ]<at[ ]|,[ ]why:[ ])""",
    re.VERBOSE,
)
"""Strings that only look like language."""
TAKERS = frozenset({"compile", "getLogger", "Field", "TypeVar", "NewType", "getattr", "environ", "fullmatch"})
"""Calls whose strings are no text for people."""
SPOKEN = frozenset({"_", "told", "messages"})
"""Calls whose strings are text for people however short they are."""


class Extraction(ast.NodeVisitor):
    """Collects the messages of one module, each with its line; a pair is singular and plural."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.found: list[tuple[int, str | tuple[str, str]]] = []

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Take an f-string, then the strings inside of what it fills in."""
        self.take(node.lineno, template(node))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Take a string."""
        if isinstance(node.value, str):
            self.take(node.lineno, node.value)

    def visit_Call(self, node: ast.Call) -> None:
        """Take nouns with their plural, and everything that is told; skip calls that take code."""
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called == "counted":
            for noun in nouns(node.args[1]):
                self.found.append((node.lineno, (f"{{number}} {noun}", f"{{number}} {noun}s")))
            self.visit(node.args[0])
            return
        if called in SPOKEN:
            texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
            self.found += [(node.lineno, str(text)) for text in texts]
            node.args = [one for one in node.args if not isinstance(one, ast.Constant)]
        if called == "Habit":
            node.args = node.args[2:]
        if called not in TAKERS:
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Skip annotations, and types that are named by their text."""
        if node.value and not (isinstance(node.annotation, ast.Name) and node.annotation.id == "TypeAlias"):
            self.visit(node.value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """Skip what describes a type: descriptions of the published schemas stay English."""
        if not (isinstance(node.value, ast.Name) and node.value.id == "Annotated"):
            self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        """Skip docstrings."""
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Take the docstring of a command, which is its help."""
        calls = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
        if any(isinstance(one, ast.Attribute) and one.attr in {"command", "group"} for one in calls):
            self.found += [(node.lineno, part) for part in paragraphs(ast.get_docstring(node) or "")]
        self.generic_visit(node)

    def take(self, line: int, text: str) -> None:
        """Keep a text that reads like language."""
        plain = re.sub(r"\{[^{}]*\}", "", text)
        if re.search(r"[A-Za-z]{2,}.*\s|\s.*[A-Za-z]{2,}", plain, re.DOTALL) and not CODE.search(text):
            self.found.append((line, re.sub(r"\{(?::\w+)?\}", "{value}", text)))


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a help text, each on one line."""
    return [" ".join(one.split()) for one in text.split("\n\n") if one.strip()]


def nouns(node: ast.expr) -> Iterator[str]:
    """Yield the nouns that are counted."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def template(node: ast.JoinedStr) -> str:
    """Return an f-string with a placeholder for each value, named after its expression."""
    made, used = "", dict[str, str]()
    for part in node.values:
        if isinstance(part, ast.Constant):
            made += str(part.value)
        elif isinstance(part, ast.FormattedValue):
            name, expression = name_of(part.value), ast.unparse(part.value)
            if part.conversion == ord("r") or expression.startswith("quoted("):
                name = f"quoted_{name}"
            while used.setdefault(name, expression) != expression:
                name += "_"
            made += f"{{{name}}}"
    return made


def name_of(node: ast.expr) -> str:
    """Return a name for an expression."""
    match node:
        case ast.Name(id=name):
            return name.lower()
        case ast.Attribute(attr=name):
            return name.lower()
        case ast.Call(func=ast.Name(id="counted"), args=[_, ast.Constant(value=str(noun))]):
            return f"{re.sub('[^a-z]+', '_', noun.lower())}s"
        case ast.Call(func=ast.Attribute(attr="join"), args=[first, *_]):
            return name_of(first)
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name), *_]):
            return f"n_{name.lower()}"
        case ast.Call(args=[first, *_]):
            return name_of(first)
        case ast.Call(func=func) | ast.Await(value=func):
            return name_of(func)
        case ast.Subscript(value=value):
            return name_of(value)
        case ast.BinOp(left=left) if not isinstance(left, ast.Constant):
            return name_of(left)
        case _:
            return "some"


def messages() -> dict[str | tuple[str, str], list[tuple[str, int]]]:
    """Return every message of the source with its places."""
    found: dict[str | tuple[str, str], list[tuple[str, int]]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(SKIPPED):
            one = Extraction()
            one.visit(ast.parse(path.read_text("utf-8")))
            for line, text in one.found:
                found.setdefault(text, []).append((f"reconciler/{name}", line))
    for page in sorted((PACKAGE / "render/templates").glob("*.html")):
        place = (page.relative_to(ROOT).as_posix(), 0)
        text = page.read_text("utf-8")
        for hit in re.finditer(r"""\b_\((["'])(.*?)\1[,)]""", text):
            found.setdefault(hit[2], []).append(place)
        for hit in re.finditer(r"""\bcounted\(.*?, "(\w+)"\)""", text):
            noun = f"{{number}} {hit[1]}"
            found.setdefault((noun, f"{noun}s"), []).append(place)
    return found


def template_catalog() -> Catalog:
    """Return a catalogue of every message, without translations."""
    made = Catalog(project="reconciler", charset="utf-8", fuzzy=False)
    for text, places in messages().items():
        made.add(text, locations=[(file, 0) for file in sorted({file for file, _ in places})])
    return made


def read(path: Path) -> Catalog:
    """Read a catalogue in its source form."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def brought_up(path: Path) -> Catalog:
    """Return a catalogue with the messages of the source: new ones without translation, old ones gone."""
    known, made = read(path), template_catalog()
    known.update(made, no_fuzzy_matching=True)
    known.obsolete.clear()
    known.creation_date = known.revision_date = WRITTEN
    known.fuzzy = False
    return known


def source_form(catalogue: Catalog) -> bytes:
    """Return a catalogue as people edit it."""
    out = io.BytesIO()
    write_po(out, catalogue, width=100, sort_by_file=True, include_lineno=False)
    return out.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """Return a catalogue as the program reads it."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def main() -> None:
    """Bring every catalogue up to the source, and compile it."""
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/reconciler.po")):
        catalogue = brought_up(path)
        path.write_bytes(source_form(catalogue))
        path.with_suffix(".mo").write_bytes(compiled(catalogue))
        open_ones = sum(not translated(one) for one in catalogue if one.id)
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} messages, {open_ones} without translation")  # noqa: T201


def translated(one: Message) -> bool:
    """Return True if a message has a translation, in every form."""
    forms = one.string if isinstance(one.string, tuple) else (one.string,)
    return bool(forms) and all(forms)


if __name__ == "__main__":
    main()
