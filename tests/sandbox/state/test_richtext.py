"""Rich text: a paragraph array as text and as HTML."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.api import (
    Api,
)

Json = Any


def _piece(text: str, kind: str = "text", **attributes: str) -> Json:
    return {"type": kind, "text": text} | ({"attrs": attributes} if attributes else {})


def _line(kind: str, *pieces: Json, **attributes: str) -> Json:
    return {"type": kind, "content": list(pieces)} | ({"lineAttrs": attributes} if attributes else {})


@pytest.mark.parametrize(
    ("line", "html", "text"),
    [
        (_line("paragraph", _piece("a", bold="true")), "<p><strong>a</strong></p>", "a\n"),
        (
            _line("paragraph", _piece("a", italic="true", bold="true")),
            "<p><em><strong>a</strong></em></p>",
            "a\n",
        ),
        (_line("paragraph", _piece("a", fontSize="h2")), "<h2>a</h2>", "a\n"),
        (_line("paragraph", _piece("a", fontColor="red")), '<p><span style="color:red">a</span></p>', "a\n"),
        (_line("ul", _piece("a")), "<ul><li>a</li></ul>", "a\n"),
        (_line("ol", _piece("a"), list="1"), "<ol><li>a</li></ol>", "a\n"),
        (_line("checklist", _piece("a"), list="done"), "<ul><li>a</li></ul>", "a\n"),
        (_line("horizontalLine"), "<hr>", "\n"),
        (_line("paragraph", _piece("a"), blockquote="true"), "<blockquote>a</blockquote>", "a\n"),
        (
            _line("paragraph", _piece("a<b", "hyperlink", url="https://x.example")),
            '<p><a href="https://x.example">a&lt;b</a></p>',
            "a<b\n",
        ),
        (
            _line("paragraph", _piece("", "img", src="https://x/y")),
            '<p><img src="https://x/y"></p>',
            "[图片]\n",
        ),
        (
            {
                "type": "table",
                "tableInfo": {
                    "rowSize": 1,
                    "colSize": 2,
                    "cellList": [
                        {"row": 0, "col": 0, "cellContent": [_piece("a")]},
                        {"row": 0, "col": 1, "cellContent": [_piece("b")]},
                    ],
                },
            },
            "<table><tr><td>a</td><td>b</td></tr></table>",
            "a\tb\n",
        ),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_each_kind_of_line_has_its_text_and_its_html(shared: Api, line: Json, html: str, text: str) -> None:
    # field-formats.md 12.2
    shared.put("description", [line])
    rows = shared.read(expand={"need_multi_text": True})["multi_texts"]
    rich = next(each["field_value"] for each in rows if each["field_key"] == "description")
    assert (rich["doc_html"], rich["doc_text"]) == (html, text)
    assert json.loads(rich["doc"])["content"][0]["type"] == line["type"]
