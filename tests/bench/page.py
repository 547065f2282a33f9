"""How long Chromium takes until the page of a plan answers."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def seconds_to_open(file: Path) -> float:
    """Open a page in a new browser until its first cards are shown and its rows are counted."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        page = browser.new_page()
        began = time.monotonic()
        page.goto(file.resolve().as_uri())
        page.locator(".card").first.wait_for()
        page.locator("#status").inner_text()
        took = time.monotonic() - began
        browser.close()
    return took
