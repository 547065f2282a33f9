"""What is fuzzed: whatever the bytes, each reader refuses in its own words or returns a value that holds."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from reconciler.apply.journal import read_journal
from reconciler.errors import CannotRun
from reconciler.forge.github.annotations import DATA, escaped
from reconciler.manifest.loading import read_bytes
from reconciler.meegle.http.answers import Success, read_answer
from reconciler.meegle.http.verdict import Accepted, put_verdict
from reconciler.plan.plan_file import dumps, load_plan, plan_of
from reconciler.render.markdown_text import fenced, inline_code, safe_words, table_row
from reconciler.render.mistakes import mistakes_text
from reconciler.render.safe import UNSEEN, safe_text
from reconciler.settings import read_settings
from tests.desired.both_readers import read_by_both

FILE: Final = Path(tempfile.gettempdir()) / "reconciler-fuzz-journal.jsonl"


def loader(raw: bytes) -> None:
    """Read a file of desired state: what is wrong has its place within the file, on one safe line each."""
    document, mistakes = read_bytes(raw, "a.yaml")
    assert document is not None or mistakes
    lines = raw.count(b"\n") + raw.count(b"\r") + 2
    for one in mistakes:
        assert 1 <= one.place.line <= lines
        assert one.place.column >= 1
    assert all("\n" not in line for line in mistakes_text(mistakes))


def lines(raw: bytes) -> None:
    """Read a file of desired state by lines and as a whole: both say the same."""
    read_by_both(raw)


def settings(raw: bytes) -> None:
    """Read a settings file."""
    _, mistakes = read_settings(raw, "reconciler.yaml")
    assert all("\n" not in line for line in mistakes_text(mistakes))


def plan(raw: bytes) -> None:
    """Read a saved plan: what is read is written again as the same plan."""
    with suppress(CannotRun):
        made = load_plan(raw)
        assert load_plan(dumps(made)) == made
        plan_of(made)


def journal(raw: bytes) -> None:
    """Read a journal: entries are numbered objects, or the line that is damaged is named."""
    FILE.write_bytes(raw)
    with suppress(CannotRun):
        for entry in read_journal(FILE):
            assert isinstance(entry["n"], int)


def answer(raw: bytes) -> None:
    """Read an answer: only a perfect one is a success, and only proof lets a PUT be repeated."""
    status = (200, 201, 204, 307, 400, 401, 429, 500, 504)[raw[0] % 9] if raw else 200
    read = read_answer(status, {"retry-after": raw[1:9].decode("latin-1")}, raw[1:])
    said_yes = isinstance(read.reply, Success)
    assert not said_yes or 200 <= status < 300
    assert isinstance(put_verdict(read, "host"), Accepted) == said_yes
    assert read.retry_after is None or 0 <= read.retry_after <= 120


def escapers(raw: bytes) -> None:
    """Show a text on a screen, in a runner's log, and in a comment: it steers none of them."""
    text = raw.decode("utf-8", "surrogateescape")
    shown = safe_text(text)
    assert not any(unicodedata.category(sign) in UNSEEN for sign in shown)
    assert "::" not in shown
    assert "##[" not in shown
    assert not re.search(r"[\r\n]", escaped(text, DATA))
    assert "\n" not in safe_words(text) + inline_code(text)
    assert table_row(safe_words(text), "b").count("\n") == table_row("a", "b").count("\n")
    fence = fenced(text).partition("\n")[0].rstrip("abcdefghijklmnopqrstuvwxyz")
    assert fence not in "\n".join(fenced(text).splitlines()[1:-1])


TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = {
    "loader": loader,
    "lines": lines,
    "settings": settings,
    "plan": plan,
    "journal": journal,
    "answer": answer,
    "escapers": escapers,
}
