"""Files are written whole or not at all. `tests/review/test_files_written.py` attacks it with links."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from reconciler.errors import CannotRun
from reconciler.manifest import safe_write
from reconciler.manifest.safe_write import CannotWrite, ForeignLink, as_bytes, links_of
from tests.git_repository import git


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_replaced_as_a_whole_keeps_its_mode_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("old" * 100)
    path.chmod(0o640)
    before = path.stat().st_ino
    safe_write.write(path, "new")
    assert (path.read_text(), mode_of(path)) == ("new", 0o640)
    assert path.stat().st_ino != before
    assert [one.name for one in tmp_path.iterdir()] == ["plan.json"]


def test_a_mode_that_is_asked_for_is_set_whatever_the_file_had(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("old")
    safe_write.write(path, b"new", mode=0o600, durable=True)
    assert (path.read_bytes(), mode_of(path)) == (b"new", 0o600)


def test_missing_folders_are_made_only_where_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a/b/c.yaml"
    with pytest.raises(CannotWrite, match="No such file or directory"):
        safe_write.write(path, "x")
    assert not path.parent.exists()
    safe_write.write(path, "x", parents=True)
    assert path.read_text() == "x"


def test_a_new_file_is_never_made_over_an_old_one(tmp_path: Path) -> None:
    path = tmp_path / "sub/a.yaml"
    safe_write.create(path, "first")
    with pytest.raises(FileExistsError):
        safe_write.create(path, "second")
    assert path.read_text() == "first"


def test_appending_keeps_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    safe_write.append(path, "1\n")
    safe_write.append(path, b"2\n")
    assert path.read_text() == "1\n2\n"


def test_older_output_is_emptied_before_a_run_and_missing_output_is_not_made(tmp_path: Path) -> None:
    old, missing = tmp_path / "old.json", tmp_path / "missing.json"
    old.write_text("of yesterday")
    safe_write.empty_outputs(old, missing, None)
    assert old.read_text() == ""
    assert not missing.exists()


def test_a_text_that_utf_8_cannot_hold_is_escaped() -> None:
    assert as_bytes("a\udcffb") == b"a\\udcffb"


def test_a_tracked_link_is_refused_and_an_untracked_one_is_followed(tmp_path: Path) -> None:
    checkout, outside = tmp_path / "checkout", tmp_path / "profile"
    checkout.mkdir()
    outside.write_text("mine")
    git(checkout, "init", "-q")
    (checkout / "theirs.json").symlink_to(outside)
    git(checkout, "add", "-A")
    (checkout / "ours.json").symlink_to(outside)
    with pytest.raises(ForeignLink, match="is a link that came with the checkout; remove it"):
        safe_write.write(checkout / "theirs.json", "x")
    assert outside.read_text() == "mine"
    safe_write.write(checkout / "ours.json", "x")
    assert outside.read_text() == "x"
    assert (checkout / "ours.json").is_symlink()


def test_every_link_of_a_path_is_followed_also_those_of_folders(tmp_path: Path) -> None:
    real = tmp_path.resolve()
    (real / "a").mkdir()
    (real / "b").symlink_to("a")
    (real / "c").symlink_to("b/file")
    assert links_of(real / "c") == ([real / "c", real / "b"], real / "a/file")
    assert links_of(real / "a/../b/file") == ([real / "b"], real / "a/file")


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(CannotRun, match="is a loop of links; name another file"):
        safe_write.write(tmp_path / "a", "x")
