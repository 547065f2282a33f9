"""A headless Chromium, where there is one."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.model import Plan
from reconciler.render.html import plan_html
from tests.conftest import without
from tests.render.plans import saved

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not everybody has it
    except ImportError:
        without("playwright is not installed")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        without(f"none of {', '.join(PROGRAMS)} is installed")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=program)
        yield made
        made.close()


@dataclass
class Opened:
    """A page in the browser, with everything that it asked for or complained about."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def cards(self) -> list[str]:
        return self.page.locator(".card").all_inner_texts()

    def status(self) -> str:
        return self.page.locator("#status").inner_text()

    def wait_for_status(self, beginning: str) -> None:
        self.page.locator("#status", has_text=re.compile(f"^{re.escape(beginning)}")).wait_for(timeout=5_000)

    def current(self) -> str:
        return self.page.locator(
            ".card[aria-current=true] .name, .card[aria-current=true] .address"
        ).first.inner_text()

    def press(self, keys: str) -> None:
        for key in keys.split():
            self.page.keyboard.press(key)


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Open a plan's page from a file, as from the artifact of a run."""
    contexts = []

    def open_(plan: Plan, *, source: str = "", before: str = "", **options: Any) -> Opened:
        file = tmp_path / "plan.html"
        file.write_text(plan_html(plan, saved(plan), source=source), encoding="utf-8")
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        made = Opened(page)
        page.on("request", lambda request: made.asked.append(request.url))
        page.on("console", lambda message: made.complaints.append(message.text))
        page.on("pageerror", lambda error: made.complaints.append(str(error)))
        page.on("dialog", lambda dialog: made.complaints.append(dialog.message))
        if before:
            page.add_init_script(before)
        page.goto(file.as_uri())
        return made

    yield open_
    for context in contexts:
        context.close()
