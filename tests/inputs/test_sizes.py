"""One MiB of anything is read or refused within five seconds of CPU."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from reconciler.apply.journal import FIRST, read_journal, seal_line
from reconciler.errors import Place, ReconcilerError
from reconciler.fields.rich import LONGEST_MARKDOWN
from reconciler.fields.values import Wrong
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import AuthoredMap, Scalar
from reconciler.meegle.http.answers import read_answer
from reconciler.plan.plan_file import load_plan
from reconciler.render.explain import compare_words
from reconciler.render.safe import safe_text
from reconciler.settings import read_settings
from tests.conftest import is_deep
from tests.fields import fieldspace as space
from tests.fields.fieldspace import codec

MIB: Final = 1024 * 1024
ROOM: Final = 256
"""Bytes for what stands around the piece: a file beyond one MiB is refused unread."""
MOST: Final = 5.0
"""Seconds of CPU, on two shared cores."""
AT: Final = Place("a.yaml", 1, 1)
pytestmark = pytest.mark.alone

WORDS: Final = """
    [ { " ' a 9 ␣ ⏎ \t -␣ ?␣ a:␣ a:␣b⏎ -␣a⏎ {a:␣ [a,␣ \\ \\u0000 {"a": [{}, "a", "\\ud800", 1e9, - # % | > &a␣
    *a␣ ! <<:␣ {{ }} 支付、 é e\u0301 \u202e 😀 :: ##[ ``` @a␣ *a_ _* ** ~~ <b> ]( ![ `a http://a␣ a@b.c␣
    2026-12-01␣ (a+)+ =======⏎ <<<<<<<␣⏎ space:␣demo⏎ ␣␣-␣1⏎ >␣ 1.␣ #␣ &amp; \\*
"""
PIECES: Final = tuple(word.replace("␣", " ").replace("⏎", "\n") for word in WORDS.split())
"""Patterns that readers trip over; ␣ is a blank, ⏎ a line feed."""


def cpu(act: Callable[[], object]) -> float:
    """Return the seconds of CPU that something takes; refusing is fine."""
    began = time.process_time()
    with suppress(ReconcilerError, Wrong):
        act()
    return time.process_time() - began


def blown(piece: str) -> str:
    """Return one MiB of a piece."""
    return piece * ((MIB - ROOM) // len(piece.encode("utf-8", "surrogatepass")))


READERS: dict[str, Callable[[str, Path], object]] = {
    "a file": lambda text, _: read_bytes(text.encode(), "a.yaml"),
    "items": lambda text, _: read_bytes(f"space: a\ntype: b\nitems:\n  - {text}".encode(), "a.yaml"),
    "a value": lambda text, _: read_bytes(
        f"space: a\ntype: b\nitems:\n  - id: 1\n    fields:\n      a: {text}".encode(), "a.yaml"
    ),
    "settings": lambda text, _: read_settings(text.encode(), "a.yaml"),
    "a plan": lambda text, _: load_plan(text),
    "a plan's member": lambda text, _: load_plan(json.dumps({"format_version": "1.0", "host": text})),
    "an answer": lambda text, _: read_answer(200, {}, text.encode()),
    "an answer's message": lambda text, _: read_answer(
        400, {}, json.dumps({"err_code": 20006, "err_msg": text}).encode()
    ),
    "a journal": lambda text, path: journal(path, text.encode()),
    "a journal's line": lambda text, path: journal(
        path,
        seal_line({"n": 1, "at": "2026-11-28T00:00:00+00:00", "event": "note", "text": text}, FIRST).encode(),
    ),
    "a rich text": lambda text, _: codec(space.STORY).parse(markdown(text[:LONGEST_MARKDOWN])),
    "a longer one": lambda text, _: codec(space.STORY).parse(markdown(text)),
    "a text": lambda text, _: codec(space.NOTES).parse(quoted(text)),
    "an option": lambda text, _: codec(space.PRIORITY).parse(quoted(text)),
    "people": lambda text, _: codec(space.WATCHERS).parse(quoted(text)),
    "a screen": lambda text, _: safe_text(text),
    "a difference": lambda text, _: compare_words(text, text[: MIB // 2] + "x" + text[MIB // 2 :]),
}


def quoted(text: str) -> Scalar:
    """Return a text in quotes as the loader would."""
    return Scalar(text, plain=False, place=AT)


def markdown(text: str) -> AuthoredMap:
    """Return `{markdown: …}`."""
    made = AuthoredMap(AT)
    made.keys_at["markdown"], made["markdown"] = quoted("markdown"), quoted(text)
    return made


def journal(path: Path, raw: bytes) -> None:
    """Read a journal of these bytes."""
    path.write_bytes(raw)
    list(read_journal(path))


@pytest.mark.parametrize("reader", READERS)
def test_a_mebibyte_of_any_pattern_is_over_in_a_moment(reader: str, tmp_path: Path) -> None:
    read = READERS[reader]
    slow = {}
    for piece in PIECES if is_deep() else PIECES[::8]:
        text = blown(piece)
        seconds = cpu(partial(read, text, tmp_path / "j.jsonl"))
        if seconds > MOST:
            slow[piece] = seconds
    assert slow == {}
