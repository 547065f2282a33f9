"""A commit that holds what the run has read shares its reading, and nothing else changes by that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.desired.file_reading import Reading
from reconciler.plan import same_commit
from tests.conftest import Desk
from tests.git_repository import git

FIRST = "{id: 6300012320, fields: {priority: P0, notes: one}}"
SECOND = "{id: 6300012321, fields: {priority: P1}}"
SETTINGS = (
    "spaces:\n  demo:\n    project_key: 64a0c1f2e3b4d5a6c7e8f901\n    guards: {changes: 100, share: 100%}\n"
)
PINS = Path(__file__).parents[2] / "schemas" / "demo"


@pytest.fixture
def committed(desk: Desk) -> Desk:
    """Two files of stories, settings and pins in one commit."""
    desk.stories(FIRST, file="state/a.yaml")
    desk.stories(SECOND, file="state/b.yaml")
    desk.write("state/reconciler.yaml", SETTINGS)
    for path in PINS.glob("*.json"):
        desk.write(f"schemas/demo/{path.name}", path.read_text())
    git(desk.folder, "init", "-q")
    git(desk.folder, "add", "-A")
    git(desk.folder, "commit", "-qm", "State")
    desk.world.edit(6300012320, "priority", {"label": "P2", "value": "option_2"})
    return desk


def readings(desk: Desk, monkeypatch: pytest.MonkeyPatch, *command: str) -> tuple[str, int, int]:
    """Run a command; return what it said, its code, and how many files it read of commits."""
    read: list[str] = []
    take = Reading.take_bytes

    def counted(self: Reading, raw: bytes, file: str) -> object:
        read.append(file)
        return take(self, raw, file)

    with monkeypatch.context() as patch:
        patch.setattr(Reading, "take_bytes", counted)
        done = desk.run(*command)
    files = len(list((desk.folder / "state").rglob("*.y*ml"))) - 1
    return done.out + done.err, done.code, len(read) - files


def alike(desk: Desk, monkeypatch: pytest.MonkeyPatch, *command: str) -> int:
    """Run a command with and without shared readings; return how many files were read of commits."""
    said, code, shared = readings(desk, monkeypatch, *command)
    with monkeypatch.context() as patch:
        patch.setattr(same_commit, "holds_what_was_read", lambda *_: False)
        plainly, plain_code, _ = readings(desk, monkeypatch, *command)
    assert (said, code) == (plainly, plain_code)
    return shared


@pytest.mark.parametrize(
    "command", ["plan --base HEAD", "drift --applied HEAD", "plan --applied HEAD --strict"]
)
def test_a_commit_with_the_same_bytes_is_not_read_again(
    committed: Desk, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    assert alike(committed, monkeypatch, *command.split()) == 0
    assert "drift" in committed.run("plan", "--base", "HEAD").out


def edit(desk: Desk) -> None:
    desk.stories(FIRST.replace("P0", "P3"), file="state/a.yaml")


def release(desk: Desk) -> None:
    desk.stories(FIRST.replace(", notes: one", ""), file="state/a.yaml")


def add(desk: Desk) -> None:
    desk.stories("{id: 6300012322, fields: {priority: P1}}", file="state/c.yaml")


def delete(desk: Desk) -> None:
    (desk.folder / "state" / "b.yaml").unlink()


def move(desk: Desk) -> None:
    (desk.folder / "state" / "b.yaml").rename(desk.folder / "state" / "c.yaml")


def settle(desk: Desk) -> None:
    desk.write("state/reconciler.yaml", SETTINGS + "    drift: {default: report}\n")


def pin(desk: Desk) -> None:
    path = desk.folder / "schemas" / "demo" / "story.json"
    path.write_text(path.read_text().replace('"P3"', '"P33"'))


def unpin(desk: Desk) -> None:
    (desk.folder / "schemas" / "demo" / "people.json").unlink()


def end_lines(desk: Desk) -> None:
    path = desk.folder / "state" / "a.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def hide(desk: Desk) -> None:
    """Commit a link that may have stood for files of state, and take it away again."""
    (desk.folder / "state" / "more").symlink_to("../elsewhere")
    git(desk.folder, "add", "-A")
    git(desk.folder, "commit", "-qm", "A link")
    (desk.folder / "state" / "more").unlink()


def stranger(desk: Desk) -> None:
    """Commit a file of a space that nobody knows, which names our item."""
    desk.write(
        "state/other.yaml", "space: other\ntype: story\nitems: [{id: 6300012320, fields: {priority: P1}}]\n"
    )
    git(desk.folder, "add", "-A")
    git(desk.folder, "commit", "-qm", "A stranger")


@pytest.mark.parametrize(
    "change",
    [edit, release, add, delete, move, settle, pin, unpin, end_lines, hide, stranger],
    ids=lambda one: one.__name__,
)
@pytest.mark.parametrize("command", ["plan --base HEAD", "drift --applied HEAD"])
def test_a_commit_that_differs_is_read(
    committed: Desk, monkeypatch: pytest.MonkeyPatch, change: Callable[[Desk], None], command: str
) -> None:
    change(committed)
    space = ("--space", "demo") if change is stranger else ()
    assert alike(committed, monkeypatch, *command.split(), *space) > 0


def test_a_part_of_the_state_is_held_against_all_of_it(
    committed: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    alike(committed, monkeypatch, "plan", "state/a.yaml", "--base", "HEAD")


def test_a_selection_shares_the_reading(committed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert alike(committed, monkeypatch, "plan", "--base", "HEAD", "--only", "6300012321") == 0


def test_a_folder_inside_a_repository_shares_the_reading(
    tmp_path: Path, committed: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    for name in ("state", "schemas"):
        (committed.folder / name).rename(inner / name)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "Moved")
    committed.folder = inner
    assert alike(committed, monkeypatch, "plan", "--base", "HEAD") == 0
