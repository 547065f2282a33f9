"""The page of past runs in a browser, without scripts: nothing is cut, nothing is asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.model.history import History, Unread
from reconciler.render.runs_html import runs_html
from tests.render.past import past_change, past_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LONG = "a-very-long-word-without-a-blank/" * 12
RUNS = (
    past_run(),
    past_run(
        past_change(title=LONG, name=LONG, key=LONG, place=LONG, reason=LONG, outcome="conflict"),
        past_change(before_label=LONG, after_label=LONG * 3, added=(), removed=()),
        past_change(added=(LONG,), removed=(LONG,)),
        past_change(title="支付：按地区的手续费", name="优先级", outcome="", sent=True),
        commit=LONG,
        run_url=f"https://github.com/{LONG}",
        lacks=("the pull request",),
    ),
)
UNREAD = (Unread(f"journals/{LONG}.jsonl", "line 2 is damaged", damaged=True),)


@pytest.mark.parametrize("width", [1440, 768, 360])
def test_the_page_of_runs_fits_its_window_without_a_script(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    file = tmp_path / "runs.html"
    asked = [("--by", LONG), ("--since", "2026-10")]
    made = datetime(2026, 11, 2, tzinfo=UTC)
    file.write_text(runs_html(History(RUNS, UNREAD), asked, made, "0.1.0"), encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    asked_for: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(file.as_uri())
    wide, shown = (
        page.evaluate("document.documentElement.scrollWidth"),
        page.locator("td.values").all_inner_texts(),
    )
    cut = page.evaluate(
        "[...document.querySelectorAll('td, dd, h1, h2, li, p')]"
        ".filter(one => one.scrollWidth > one.clientWidth + 1 && one.clientWidth).map(one => one.className)"
    )
    context.close()
    assert wide <= width
    assert cut == []
    assert (asked_for, complaints) == ([file.as_uri()], [])
    assert len(shown) == 5
    assert shown[0].startswith("P0 → P3")
