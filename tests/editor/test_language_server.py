"""The editor schemas in a real YAML language server, as an editor would use them."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

if TYPE_CHECKING:
    from tests.conftest import Desk

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SERVER = HERE / "node_modules/yaml-language-server/bin/yaml-language-server"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(
    not (NODE and SERVER.exists()) and not os.environ.get("RECONCILER_NO_SKIPS"),
    reason="no node, or the language server is not installed: npm ci --prefix tests/editor",
)

Answer = TypeVar("Answer")
STORY = """\
# yaml-language-server: $schema=../schemas/demo/story.schema.json
space: demo
type: story
items:
  - id: 6300012320
    fields:
      priority: {}
"""


class Editor(LanguageClient):
    """An editor with one server; keeps the newest diagnostics of each file."""

    def __init__(self) -> None:
        super().__init__("reconciler-tests", "1")
        self.told: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()

        def hear(params: lsp.PublishDiagnosticsParams) -> None:
            self.told.put_nowait(params)

        self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(hear)

    async def show(self, path: Path, text: str) -> list[lsp.Diagnostic]:
        """Open a file and return what the server has to say of it."""
        uri = path.as_uri()
        self.text_document_did_open(lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "yaml", 1, text)))
        while (params := await asyncio.wait_for(self.told.get(), 30)).uri != uri:
            continue
        return list(params.diagnostics)

    async def completions(self, path: Path, line: int, character: int) -> set[str]:
        """Return the labels that are offered at a place."""
        answer = await self.text_document_completion_async(
            lsp.CompletionParams(lsp.TextDocumentIdentifier(path.as_uri()), lsp.Position(line, character))
        )
        items = answer.items if isinstance(answer, lsp.CompletionList) else answer or []
        return {item.label for item in items}


def finished(talk: Coroutine[Any, Any, Answer]) -> Answer:
    """Run a talk with a server in a thread of its own: a browser's test may hold this thread's loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, talk).result()


@asynccontextmanager
async def editor_in(folder: Path) -> AsyncIterator[Editor]:
    """Run a server for a folder."""
    assert NODE
    editor = Editor()
    await editor.start_io(NODE, str(SERVER), "--stdio")
    await editor.initialize_async(
        lsp.InitializeParams(
            capabilities=lsp.ClientCapabilities(),
            process_id=os.getpid(),
            root_uri=folder.as_uri(),
        )
    )
    editor.initialized(lsp.InitializedParams())
    try:
        yield editor
    finally:
        await editor.shutdown_async(None)
        editor.exit(None)
        await editor.stop()


@pytest.fixture
def pinned(desk: Desk) -> Desk:
    desk.write("state/story.yaml", STORY.format("P0"))
    assert desk.run("schema", "pull").code == 0
    return desk


def test_an_editor_offers_the_labels_of_an_option_field(pinned: Desk) -> None:
    path = pinned.folder / "state/story.yaml"

    async def offered() -> set[str]:
        async with editor_in(pinned.folder) as editor:
            await editor.show(path, STORY.format(""))
            return await editor.completions(path, 6, len("      priority: "))

    assert {"P0", "P1", "P2", "P3"} <= finished(offered())


OFFERED = {
    "    fields:\n      reviewer: ": {"ana", "payments", "ana@example.com", "null"},
    "    fields:\n      watchers: [": {"ana", "payments", "ana@example.com"},
    "    fields:\n      watchers:\n        - ": {"ana", "payments", "ana@example.com"},
    "    fields:\n      watchers: {contains: [": {"ana", "payments", "ana@example.com"},
    "    fields:\n      platform: ": {'["iOS"]', '["Android"]', '["Web"]', '["Desktop"]', "null"},
    "    fields:\n      platform: [": {"iOS", "Android", "Web", "Desktop"},
    "    fields:\n      platform: {excludes: [": {"iOS", "Android", "Web", "Desktop"},
    "    fields:\n      platform:\n        - ": {"iOS", "Android", "Web", "Desktop"},
    "    fields:\n      area: ": {"Payments / Cards", "Accounts / Login", "null"},
    "    roles:\n      RD: ": {'["ana"]', '["payments"]', '["ana@example.com"]', "null"},
    "    roles:\n      RD: [": {"ana", "payments", "ana@example.com"},
    "    unmanaged: [": {"due", "RD", "roles.RD"},
    "    unmanaged:\n      - ": {"due", "RD", "roles.RD"},
    "    expect:\n      ": {"name", "priority", "RD", "roles.RD"},
}
"""Labels that must be among the offered ones where an item of the demo space goes on like this."""


def test_an_editor_offers_people_options_and_names_where_a_value_begins() -> None:
    item = STORY.replace("../schemas", "../../schemas").partition("    fields:")[0]

    async def offered() -> dict[str, set[str]]:
        found = {}
        async with editor_in(ROOT) as editor:
            for at, text in enumerate(OFFERED):
                path, lines = ROOT / f"state/demo/offered-{at}.yaml", (item + text).split("\n")
                await editor.show(path, item + text)
                found[text] = await editor.completions(path, len(lines) - 1, len(lines[-1]))
        return found

    for text, labels in finished(offered()).items():
        assert labels >= OFFERED[text], text
        assert not {one for one in labels if "undefined" in one or "array item" in one or one == "Flash"}, (
            text
        )


def test_an_editor_marks_a_misspelt_label_and_a_misspelt_field_at_their_places(pinned: Desk) -> None:
    path = pinned.folder / "state/story.yaml"
    text = STORY.format("p0") + "      priorty: P1\n"

    async def told() -> list[lsp.Diagnostic]:
        async with editor_in(pinned.folder) as editor:
            return await editor.show(path, text)

    places = {(one.range.start.line, one.range.start.character) for one in finished(told())}
    assert places == {(6, len("      priority: ")), (7, len("      "))}


def test_an_editor_finds_nothing_wrong_in_the_demo_s_state() -> None:
    files = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "state").rglob("*.yaml"))}

    async def told() -> list[str]:
        async with editor_in(ROOT) as editor:
            return [one.message for path, text in files.items() for one in await editor.show(path, text)]

    assert len(files) >= 4
    assert finished(told()) == []
