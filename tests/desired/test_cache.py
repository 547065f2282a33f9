"""The cache of `plan`: it saves time and changes nothing else, whatever state it is in."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.desired import cache
from reconciler.manifest.loading import read_bytes

if TYPE_CHECKING:
    from reconciler.errors import Mistake
    from reconciler.manifest.nodes import Document
    from tests.conftest import Desk

PRIORITY = "{id: 6300012320, fields: {priority: P1}}"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files whose YAML was read."""
    names: list[str] = []

    def noted(raw: bytes, file: str) -> tuple[Document | None, list[Mistake]]:
        names.append(file)
        return read_bytes(raw, file)

    monkeypatch.setattr("reconciler.desired.file_reading.read_bytes", noted)
    return names


def cache_file(desk: Desk) -> Path:
    """The file of the cache."""
    (path,) = Path(desk.environ["RECONCILER_CACHE"]).glob("*.sqlite3")
    return path


@pytest.fixture
def kept(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with pins, two files and a filled cache."""
    desk.environ["RECONCILER_CACHE"] = str(tmp_path_factory.mktemp("user") / "cache")
    desk.stories(PRIORITY)
    desk.stories("{id: 6300012321, fields: {notes: Wait}}", file="state/more.yaml")
    assert desk.run("schema", "pull").code == 0
    assert desk.run("plan").code == 0
    return desk


def test_a_second_plan_parses_nothing_and_says_the_same(kept: Desk, parsed: list[str]) -> None:
    cache, kept.environ["RECONCILER_CACHE"] = kept.environ["RECONCILER_CACHE"], "off"
    without = kept.run("plan")
    kept.environ["RECONCILER_CACHE"] = cache
    parsed.clear()
    assert kept.run("plan") == kept.run("plan", "--format", "text") == without
    assert parsed == []


def test_only_the_file_that_changed_is_parsed(kept: Desk, parsed: list[str]) -> None:
    kept.stories(PRIORITY.replace("P1", "P2"))
    assert "→ P2" in kept.run("plan").out
    assert parsed == ["state/stories.yaml"]


@pytest.mark.parametrize("file", ["state/reconciler.yaml", "schemas/demo/story.json"])
def test_other_settings_or_pins_make_all_be_parsed(kept: Desk, parsed: list[str], file: str) -> None:
    path = kept.folder / file
    before = path.read_text() if path.exists() else "people: {ana: ana@example.com}"
    path.write_text(f"{before}\n")
    kept.run("plan")
    assert len(parsed) == 2


def test_another_version_makes_all_be_parsed(
    kept: Desk, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "__version__", "0.0.0")
    kept.run("plan")
    assert len(parsed) == 2


@pytest.mark.parametrize(
    "damage",
    [b"", b"no database at all", b"SQLite format 3\0" + b"\xff" * 5000],
    ids=["empty", "text", "broken"],
)
def test_a_damaged_cache_is_made_anew(kept: Desk, parsed: list[str], damage: bytes) -> None:
    cache_file(kept).write_bytes(damage)
    first = kept.run("plan")
    assert (first.code, first.err) == (0, "")
    assert len(parsed) == 2
    kept.run("plan")
    assert len(parsed) == 2


def test_a_page_that_somebody_edited_is_not_believed(kept: Desk, parsed: list[str]) -> None:
    with closing(sqlite3.connect(cache_file(kept))) as base, base:
        name = "state/stories.yaml"
        ((page,),) = base.execute("SELECT page FROM files WHERE name = ?", (name,)).fetchall()
        assert b"option_1" in page
        forged = page.replace(b"option_1", b"option_3")
        base.execute("UPDATE files SET page = ? WHERE name = ?", (forged, name))
    assert "→ P1" in kept.run("plan").out
    assert parsed == ["state/stories.yaml"]


def test_what_others_may_write_to_is_not_used(kept: Desk, parsed: list[str]) -> None:
    assert cache_file(kept).stat().st_mode & 0o777 == 0o600
    cache_file(kept).chmod(0o666)
    done = kept.run("plan")
    assert done.code == 0
    assert done.err.startswith("note: every file is read, since no cache can be kept: ")
    assert len(parsed) == 2


def test_a_plan_that_an_apply_may_take_and_an_apply_read_the_files(kept: Desk, parsed: list[str]) -> None:
    for number, command in enumerate(
        (("plan", "--out", "p.json"), ("plan", "--format", "json"), ("apply", "--yes")), start=1
    ):
        assert kept.run(*command).code == 0
        assert len(parsed) == 2 * number


def test_mistakes_are_told_again_each_time(kept: Desk) -> None:
    kept.stories("{id: 6300012320, fields: {priority: P7}}")
    first, second = kept.run("plan"), kept.run("plan")
    assert "state/stories.yaml:4:" in first.err
    assert first == second


def test_two_processes_at_once_do_not_harm_each_other(kept: Desk) -> None:
    kept.stories(
        *[f"{{id: {6300012320 + n}, fields: {{priority: P0}}}}" for n in range(2, 40)], file="state/b.yaml"
    )
    some = [kept.start("plan") for _ in range(3)]
    told = [one.communicate(timeout=60) for one in some]
    assert {one.returncode for one in some} == {0}
    assert len(set(told)) == 1
    assert kept.run("plan").out == told[0][0]


@pytest.fixture
def committed(kept: Desk) -> Desk:
    """The same under git."""
    for step in (("init", "-q"), ("add", "state", "schemas"), ("commit", "-qm", "State")):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *step],  # noqa: S607
            cwd=kept.folder,
            check=True,
        )
    return kept


def test_changed_reads_the_changed_file_alone_once_the_rest_is_known(
    committed: Desk, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "RACY", 0)
    committed.stories(PRIORITY.replace("P1", "P2"))
    committed.run("plan", "--changed", "--base", "HEAD")
    parsed.clear()
    committed.stories(PRIORITY.replace("P1", "P3"))
    done = committed.run("plan", "--changed", "--base", "HEAD")
    assert set(parsed) == {"state/stories.yaml"}
    assert "→ P3" in done.out
    assert "notes" not in done.out.lower()


def test_changed_finds_the_same_field_in_a_file_that_did_not_change(
    committed: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "RACY", 0)
    committed.run("plan", "--changed", "--base", "HEAD")
    committed.stories(PRIORITY, "{id: 6300012321, fields: {notes: Go}}")
    for _ in range(2):
        done = committed.run("plan", "--changed", "--base", "HEAD")
        assert done.code == 1
        assert "of this item stands at state/" in done.err


def test_changed_makes_its_index_and_tells_the_mistakes_of_files_that_did_not_change(committed: Desk) -> None:
    committed.stories("{id: 6300012321, fields: {priority: P7}}", file="state/more.yaml")
    subprocess.run(["git", "add", "state"], cwd=committed.folder, check=True)  # noqa: S607
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "Slip"],  # noqa: S607
        cwd=committed.folder,
        check=True,
    )
    committed.stories(PRIORITY.replace("P1", "P2"))
    done = committed.run("plan", "--changed", "--base", "HEAD")
    assert done.code == 1
    assert "state/more.yaml:4:" in done.err


def test_changed_with_nothing_changed_is_an_empty_plan(committed: Desk) -> None:
    done = committed.run("plan", "--changed", "--base", "HEAD")
    assert (done.code, done.err) == (0, "")
    assert done.out == "No changes. Live work items match the desired state.\n"
