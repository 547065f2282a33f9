"""Rich text: the paragraph array of writes, as text, HTML and the document of reads (field-formats.md 12)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Any, Final

Json = Any
Object = dict[str, Json]
LINES: Final = frozenset({"paragraph", "blank", "checklist", "ul", "ol", "horizontalLine", "table"})
PIECES: Final = frozenset({"text", "hyperlink", "img", "linkPreview"})
TAGS: Final = {"bold": "strong", "italic": "em", "underline": "u", "strikethrough": "s"}
STYLES: Final = {"fontColor": "color", "backgroundColor": "background-color"}
HEADINGS: Final = ("h1", "h2", "h3")
LISTS: Final = {"ul": "ul", "ol": "ol", "checklist": "ul"}


def fits(lines: Json) -> bool:
    """Return True if this is a paragraph array: known types, and attributes that are all strings."""
    return isinstance(lines, list) and all(_line_fits(each) for each in lines)


def _line_fits(line: Json) -> bool:
    if not isinstance(line, dict) or line.get("type") not in LINES:
        return False
    content = line.get("content")
    return content is None or (isinstance(content, list) and all(_piece_fits(each) for each in content))


def _piece_fits(piece: Json) -> bool:
    if not isinstance(piece, dict) or piece.get("type") not in PIECES:
        return False
    attributes = piece.get("attrs")
    known = attributes is None or isinstance(attributes, dict)
    return known and all(isinstance(each, str) for each in (attributes or {}).values())


def formatted(lines: list[Object]) -> bool:
    """Return True if the text alone would lose something."""
    return any(
        line["type"] not in ("paragraph", "blank")
        or line.get("lineAttrs")
        or any(piece["type"] != "text" or piece.get("attrs") for piece in _pieces(line))
        for line in lines
    )


def _pieces(line: Object) -> list[Object]:
    return line.get("content") or []


def text_of(lines: list[Object]) -> str:
    """Write the plain projection: one line each, images as a word, and a line end after the last (5.5)."""
    return "\n".join("\n".join(_texts(line)) for line in lines) + "\n"


def _texts(line: Object) -> Iterator[str]:
    if line["type"] == "table":
        for row in _cells(line):
            yield "\t".join("".join(_piece_text(piece) for piece in cell) for cell in row)
        return
    yield "".join(_piece_text(piece) for piece in _pieces(line))


def _piece_text(piece: Object) -> str:
    if piece.get("type") == "img":
        return "[图片]"
    return str(piece.get("text") or (piece.get("attrs") or {}).get("url") or "")


def _cells(line: Object) -> Iterator[list[list[Object]]]:
    """Give the cells of a table row by row; each is a list of pieces."""
    table = line.get("tableInfo") or {}
    cells = [each for each in table.get("cellList") or [] if isinstance(each, dict)]
    for _, row in groupby(sorted(cells, key=_place), key=lambda cell: int(cell.get("row") or 0)):
        yield [[p for p in cell.get("cellContent") or [] if isinstance(p, dict)] for cell in row]


def _place(cell: Object) -> tuple[int, int]:
    return int(cell.get("row") or 0), int(cell.get("col") or 0)


def html_of(lines: list[Object]) -> str:
    """Write the HTML that reads give as `doc_html`."""
    made = []
    for kind, group in groupby(lines, key=lambda line: LISTS.get(line["type"], "")):
        if kind:
            made.append(f"<{kind}>" + "".join(f"<li>{_inner(line)}</li>" for line in group) + f"</{kind}>")
        else:
            made += [_line_html(line) for line in group]
    return "".join(made)


def _line_html(line: Object) -> str:
    if line["type"] == "horizontalLine":
        return "<hr>"
    if line["type"] == "table":
        rows = ("".join(f"<td>{_joined(cell)}</td>" for cell in row) for row in _cells(line))
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
    told = [(piece.get("attrs") or {}).get("fontSize") for piece in _pieces(line)]
    sizes = [each for each in HEADINGS if each in told]
    tag = "blockquote" if (line.get("lineAttrs") or {}).get("blockquote") else next(iter(sizes), "p")
    return f"<{tag}>{_inner(line)}</{tag}>"


def _inner(line: Object) -> str:
    return _joined(_pieces(line))


def _joined(pieces: list[Object]) -> str:
    return "".join(_piece_html(piece) for piece in pieces)


def _piece_html(piece: Object) -> str:
    attributes = piece.get("attrs") or {}
    made = escape(_piece_text(piece))
    if piece.get("type") == "img":
        return f'<img src="{escape(attributes.get("src", ""))}">'
    if piece.get("type") in ("hyperlink", "linkPreview"):
        address = attributes.get("url") or attributes.get("href") or piece.get("text") or ""
        return f'<a href="{escape(str(address))}">{made}</a>'
    for name, tag in TAGS.items():
        if attributes.get(name) == "true":
            made = f"<{tag}>{made}</{tag}>"
    style = ";".join(
        f"{css}:{escape(attributes[name])}" for name, css in STYLES.items() if name in attributes
    )
    return f'<span style="{style}">{made}</span>' if style else made


def doc_of(lines: list[Object]) -> str:
    """Write the document as a JSON text: another model than that of writes (12.1)."""
    content = [
        {
            "type": line["type"],
            "attrs": line.get("lineAttrs") or {},
            "content": [_mark(p) for p in _pieces(line)],
        }
        for line in lines
    ]
    return json.dumps({"type": "doc", "content": content}, ensure_ascii=False)


def _mark(piece: Object) -> Object:
    attributes = piece.get("attrs") or {}
    return {
        "type": piece["type"],
        "text": _piece_text(piece),
        "marks": [{"type": name, "attrs": {"value": value}} for name, value in attributes.items()],
    }
