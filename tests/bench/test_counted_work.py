"""What commands may cost, counted: modules, requests, scans, files opened, calls.  Seconds are never a test.

A bound is a little above what was counted when it was set; where a change needs more, it says why.
"""

from __future__ import annotations

import cProfile
import json
import math
import os
import pstats
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.desired.file_reading import Reading
from reconciler.desired.items import DesiredItem
from reconciler.desired.offline_reading import read_by_pins
from reconciler.manifest import parsing
from tests.bench.work import FIELDS, write_state

if TYPE_CHECKING:
    from tests.conftest import Desk

ROOT = Path(__file__).parents[2]
SPY = """
import json, sys
opened = {}
def note(event, given):
    if event == "open" and isinstance(given[0], str):
        opened[given[0]] = opened.get(given[0], 0) + 1
sys.addaudithook(note)
from reconciler import cli
code = cli.main(sys.argv[1:])
print("\\n" + json.dumps({"code": code, "modules": sorted(sys.modules), "opened": opened}))
"""


def spied(folder: Path, *arguments: str, environ: dict[str, str] | None = None) -> Any:
    """Run a command in a process of its own; return its code, its modules and the files it opened."""
    done = subprocess.run(
        [sys.executable, "-c", SPY, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environ or {})},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """A desk with 120 stories of twelve fields in three files, all live as they are wanted."""
    for item_id, item in made(120, desk.folder).items():
        desk.world.items.setdefault(item_id, item)
    return desk


def made(count: int, folder: Path) -> dict[int, Any]:
    """Write the files of so many stories; return the stories of the space that they are about."""
    from tests.bench.work import world_of  # noqa: PLC0415 - the sandbox is wanted here alone

    write_state(folder, count)
    return dict(world_of(count).items)


NETWORK = {"httpx", "httpcore", "h11"}
FILES = {"ruamel"}
HEAVY = NETWORK | FILES | {"pydantic", "deepdiff", "jinja2", "markdown_it", "rich"}


@pytest.mark.parametrize(
    ("arguments", "most", "desired"),
    [
        (("--help",), 135, set()),
        (("validate",), 272, FILES),  # two of them read many files line by line
        (("plan",), 500, NETWORK | FILES),
    ],
    ids=lambda one: one[0] if isinstance(one, tuple) else "",
)
def test_a_command_imports_what_it_needs(
    busy: Desk, arguments: tuple[str, ...], most: int, desired: set[str]
) -> None:
    done = spied(busy.folder, *arguments, environ=busy.environ)
    assert done["code"] == 0
    assert HEAVY & set(done["modules"]) == desired
    assert len(done["modules"]) <= most


def test_a_plan_opens_each_file_once(busy: Desk) -> None:
    opened = spied(busy.folder, "plan", environ=busy.environ)["opened"]
    mine = {name: count for name, count in opened.items() if "/state/" in name and name.endswith(".yaml")}
    settings = str(busy.folder / "state" / "reconciler.yaml")
    assert len(mine) == 4
    assert {count for name, count in mine.items() if name != settings} == {1}


@pytest.mark.parametrize(("by_lines", "files"), [(True, 1), (False, 3)])
def test_a_plan_scans_a_file_once_and_a_second_one_with_a_cache_none(
    busy: Desk,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    by_lines: bool,  # noqa: FBT001 - a parameter
    files: int,
) -> None:
    if not by_lines:
        monkeypatch.setattr(Reading, "take_lines", lambda *_: None)
    scanned: list[int] = []
    parser = parsing.CParser

    def counted(text: str) -> Any:
        scanned.append(len(text))
        return parser(text)

    monkeypatch.setattr(parsing, "CParser", counted)
    sizes = {len(path.read_text()) for path in (busy.folder / "state").rglob("0*.yaml")}
    monkeypatch.setenv("RECONCILER_CACHE", str(tmp_path_factory.mktemp("kept") / "cache"))
    for expected in (files, 0):
        scanned.clear()
        assert busy.run("plan").code == 0
        assert sum(size in sizes for size in scanned) == expected


def test_a_plan_asks_for_fifty_items_at_a_time_and_for_metadata_once(busy: Desk) -> None:
    busy.world.calls.clear()
    assert busy.run("plan").code == 0
    assert busy.asked("/story/query") == math.ceil(120 / 50)
    assert len(busy.world.calls) == 3 + 6
    asked = [made.body for made in busy.world.calls if made.path.endswith("/story/query")]
    managed = {key for key, _ in FIELDS.values()}
    for body in asked:
        assert isinstance(body, dict)
        assert set(body["fields"]) == managed | {"aborted", "role_owners"}


def test_changed_asks_for_the_items_of_the_changed_file_alone(busy: Desk) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for step in (("init", "-q"), ("add", "state", "schemas"), ("commit", "-qm", "State")):
        subprocess.run(["git", *who, *step], cwd=busy.folder, check=True)  # noqa: S607
    file = busy.folder / "state" / "000" / "00001.yaml"
    file.write_text(file.read_text().replace("needs_qa: true", "needs_qa: false", 1))
    busy.run("plan", "--changed", "--base", "HEAD")
    busy.world.calls.clear()
    done = busy.run("plan", "--changed", "--base", "HEAD")
    assert "Plan: 1 item to update (1 field)" in done.out
    assert busy.asked("/query") == 1 + 1, "one for the items, one for the people"


def test_an_apply_puts_each_changed_item_once_and_nothing_else(busy: Desk) -> None:
    file = busy.folder / "state" / "000" / "00001.yaml"
    text = file.read_text()
    file.write_text(text.replace("needs_qa: true", "needs_qa: false"))
    changed = text.count("needs_qa: true")
    assert busy.run("apply", "--yes").code == 0
    assert len(busy.sent) == changed


def calls_of(count: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Count the calls of Python functions that reading so many items by pins takes."""
    made(count, folder)
    monkeypatch.chdir(folder)
    read_by_pins(())
    profile = cProfile.Profile()
    profile.enable()
    read_by_pins(())
    profile.disable()
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


def calls_for_an_item(folder: Path, monkeypatch: pytest.MonkeyPatch) -> float:
    """Count the calls that one more item takes."""
    few, many = (folder / name for name in ("few", "many"))
    few.mkdir()
    many.mkdir()
    return (calls_of(400, many, monkeypatch) - calls_of(200, few, monkeypatch)) / 200


def test_reading_an_item_line_by_line_takes_a_bounded_number_of_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert calls_for_an_item(tmp_path, monkeypatch) < 166, "calls for an item of twelve fields"


def test_reading_an_item_by_the_full_reader_takes_a_bounded_number_of_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reading, "take_lines", lambda *_: None)
    more = calls_for_an_item(tmp_path, monkeypatch)
    assert more < 500, "calls for an item of twelve fields: events, scalars, claims, values"


def test_an_item_that_was_read_keeps_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(400, tmp_path)
    monkeypatch.chdir(tmp_path)
    read_by_pins(())
    tracemalloc.start()
    files = read_by_pins(())
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    (read,) = files.offline.values()
    assert len(read.items) == 400
    assert kept / 400 < 1_200, "bytes of an item with twelve fields, four of them texts of its own"


def test_comparing_an_item_that_agrees_takes_a_bounded_number_of_calls(
    busy: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reconciler.meegle.items import Decoder  # noqa: PLC0415 - beside what is counted

    counted: list[int] = []
    is_in_sync = Decoder.is_in_sync

    def profiled(self: Decoder, raw: Any, want: DesiredItem, keys: tuple[str, ...]) -> bool:
        profile = cProfile.Profile()
        profile.enable()
        told = is_in_sync(self, raw, want, keys)
        profile.disable()
        counted.append(int(pstats.Stats(profile).total_calls))  # type: ignore[attr-defined]
        return told

    monkeypatch.setattr("reconciler.meegle.query.THREADS", 1)
    monkeypatch.setattr(Decoder, "is_in_sync", profiled)
    assert busy.run("plan").code == 0
    assert len(counted) == 120
    assert sorted(counted)[60] < 82


def test_a_plan_since_the_last_run_asks_for_what_moved_alone(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    count = 5_000
    for item_id, item in made(count, desk.folder).items():
        desk.world.items.setdefault(item_id, item)
    for item in desk.world.items.values():
        item.updated_at = 1_600_000_000_000
    kept = tmp_path_factory.mktemp("kept")
    kept.chmod(0o700)
    desk.environ["RECONCILER_CACHE"] = str(kept)
    asked: dict[str, int] = {}
    shown: dict[str, list[str]] = {}

    def planned(name: str, *more: str) -> None:
        desk.world.calls.clear()
        done = desk.run("plan", *more)
        assert done.code == 0
        asked[name] = len(desk.world.calls)
        shown[name] = [line for line in done.out.splitlines() if not line.startswith("note: ")]

    planned("first", "--since-last")
    for item_id in sorted(desk.world.items)[-count::100]:
        desk.world.edit(item_id, "priority", {"value": "option_3"})
    planned("full")
    planned("since", "--since-last")
    assert shown["since"] == shown["full"]
    assert any("50 items to update" in line for line in shown["full"])
    assert asked["first"] == asked["full"] > count / 50
    assert asked["since"] <= 0.15 * asked["full"]
    assert max(one.stat().st_size for one in kept.glob("*.since")) < 30 * count
