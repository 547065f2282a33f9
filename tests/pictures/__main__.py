"""Take the pictures of the documentation: `make pictures`.

Needs Chromium and, of Python, playwright; CI has no part in it.  All pictures go to `build/pictures/`, for
somebody to look at; those that a page of the documentation shows are copied to `docs/pictures/`.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.conftest import PROGRAMS
from tests.conftest import desk_in
from tests.pictures.story import ROOT, pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LANGUAGES = {"en": "", "zh-CN": "-zh"}
"""By `locale` of the settings, what its pictures' names have behind the page's."""
WIDTHS = (1440, 768, 360)
HEIGHT = 760
ALL, SHOWN = ROOT / "build" / "pictures", ROOT / "docs" / "pictures"


def main() -> int:
    """Take every picture; 1 where a page is wider than its window."""
    ALL.mkdir(parents=True, exist_ok=True)
    wide: list[str] = []
    with chromium() as browser:
        for language, ending in LANGUAGES.items():
            with tempfile.TemporaryDirectory() as temporary, desk_in(Path(temporary)) as desk:
                for page, file in pages(desk, language).items():
                    name = f"{page}{ending}"
                    wide += [
                        f"{name} at {width}" for width in WIDTHS if not taken(browser, file, name, width)
                    ]
    for name in sorted(shown_by_the_docs()):
        shutil.copy(ALL / name, SHOWN / name)
    sys.stdout.write(f"{len(list(ALL.glob('*.png')))} pictures in {ALL.relative_to(ROOT)}\n")
    sys.stdout.write("".join(f"wider than its window: {one}\n" for one in wide))
    return 1 if wide else 0


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not everybody has it

    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=program)
        yield made
        made.close()


def taken(browser: Browser, page: Path, name: str, width: int) -> bool:
    """Take what a window of a width shows of a page; False where the page is wider."""
    context = browser.new_context(viewport={"width": width, "height": HEIGHT}, color_scheme="light")
    tab = context.new_page()
    tab.goto(page.as_uri())
    tab.screenshot(path=ALL / f"{name}-{width}.png")
    fits = tab.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
    return bool(fits)


def shown_by_the_docs() -> set[str]:
    """Return the names of the pictures that a page of the documentation shows."""
    found: set[str] = set()
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        found.update(re.findall(r"pictures/([a-z-]+-[0-9]+\.png)", page.read_text(encoding="utf-8")))
    return found


if __name__ == "__main__":
    sys.exit(main())
