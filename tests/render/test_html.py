"""The page without a browser: what it carries, what its policy allows, what it links to."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from reconciler.model import Plan
from reconciler.render.html import plan_html
from reconciler.render.verdict import plan_verdict
from tests.render.plans import HOSTILE, block, hostile_plan, plan_with, plans, priority, saved, text, update

HEAD = {"html", "head", "meta", "title", "style", "body", "script"}
PROSE = {
    "header",
    "section",
    "footer",
    "h1",
    "h2",
    "p",
    "b",
    "pre",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "div",
    "kbd",
}
TOOLS = {
    "details",
    "summary",
    "main",
    "form",
    "input",
    "select",
    "span",
    "button",
    "label",
    "progress",
    "dialog",
    "noscript",
}


class Page(HTMLParser):
    """The elements, attributes and inline texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {"style": [], "script": []}
        self.open = ""
        self.feed(re.sub(r"(?s)<noscript>.*?</noscript>", "", page))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open = tag

    def handle_data(self, data: str) -> None:
        if self.open in self.inside:
            self.inside[self.open].append(data)
            self.open = ""


def embedded(page: str) -> dict[str, Any]:
    (found,) = re.findall(r'<script type="application/json" id="plan">([^<]*)</script>', page)
    made = json.loads(found)
    assert isinstance(made, dict)
    return made


def shown(plan: Plan, source: str = "") -> str:
    return plan_html(plan, saved(plan), source=source)


def test_the_policy_names_exactly_the_style_and_the_script_that_are_there() -> None:
    page = shown(plan_with(update(0, priority())))
    parsed = Page(page)
    (policy,) = (more["content"] for tag, more in parsed.elements if more.get("http-equiv"))
    assert policy
    directives = dict(one.strip().split(" ", 1) for one in policy.split(";"))
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'"
        for one in (parsed.inside["style"][0], parsed.inside["script"][-1])
    ]
    assert directives == {
        "default-src": "'none'",
        "style-src": hashes[0],
        "script-src": hashes[1],
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_has_nothing_that_asks_for_anything() -> None:
    elements = Page(shown(hostile_plan("x"))).elements
    assert {"html", "body"} <= {tag for tag, _ in elements}
    for tag, attributes in elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "video", "audio"}
        assert not {"src", "srcset", "style", "background", "action", "ping"} & attributes.keys()
        assert not any(name.startswith("on") for name in attributes)


def test_says_the_verdict_the_notes_and_what_lets_the_guard_pass() -> None:
    plan = hostile_plan("QA")
    page = shown(plan)
    assert plan_verdict(plan) in page
    assert page.index("<b>Settings changed</b>: QA") < page.index("<h1") < page.index("1 note<")
    assert "guards: {allow: [{clears: 1, why: …}]}" in page


def test_says_no_changes_and_shows_no_tools_for_an_empty_plan() -> None:
    page = shown(plan_with())
    assert "No changes. Live work items match the desired state." in page
    assert "<table>" not in page
    assert embedded(page)["cards"] == []


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("project.feishu.cn", "https://project.feishu.cn/demo"),
        ("meego.example.com:8443", "https://meego.example.com:8443/demo"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000/demo"),
        ("[::1]:8000", "http://[::1]:8000/demo"),
        ("javascript:alert(1)//", ""),
        ("evil.example/x?", ""),
        ("user@evil.example", ""),
        ("", ""),
    ],
)
def test_links_to_items_only_where_the_host_is_one(host: str, address: str) -> None:
    plan = replace(plan_with(update(0, priority())), host=host)
    assert embedded(shown(plan))["item"] == address


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("https://github.com/acme/state/blob/4f0c", "https://github.com/acme/state/blob/4f0c"),
        ("https://github.com/acme/state/blob/4f0c/", "https://github.com/acme/state/blob/4f0c"),
        ("javascript:alert(1)", ""),
        ("https://evil.example/\"'><script>", ""),
    ],
)
def test_links_to_files_only_where_they_are_on_the_web(source: str, address: str) -> None:
    assert embedded(shown(plan_with(update(0, priority())), source))["source"] == address


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_text_of_a_stranger_becomes_an_element(payload: str) -> None:
    page = shown(hostile_plan(payload))
    assert {tag for tag, _ in Page(page).elements} <= HEAD | PROSE | TOOLS
    (plain,) = re.findall(r"(?s)<noscript>(.*?)</noscript>", page)
    assert set(re.findall(r"</?([a-z0-9]+)", plain)) <= {"h2", "table", "thead", "tbody", "tr", "th", "td"}
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ud800-\udfff\ufeff]", page)


@given(plans)
def test_the_same_plan_gives_the_same_page(plan: Plan) -> None:
    assert shown(plan) == shown(plan)


@pytest.mark.parametrize("alike", [True, False])
def test_ten_thousand_items_stay_below_six_megabytes(alike: bool) -> None:  # noqa: FBT001
    words = "The regulator asks for an export of the audit log every quarter, item by item"
    plan = plan_with(
        *(
            update(n, priority(), *([] if alike else [text(f"{words} {n}", f"{words} {n + 1}")]))
            for n in range(10_000)
        ),
        blocks=[block(n, f"Title {n}") for n in range(100)],
    )
    assert len(shown(plan).encode()) <= 6_000_000
