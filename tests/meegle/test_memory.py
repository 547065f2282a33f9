"""What is remembered between runs: sealed, private, whole or not used."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from reconciler.desired.cache import Unusable
from reconciler.errors import CannotRun
from reconciler.meegle.memory import Memories, MemoryFile, Remembered, memories

ME = ("host", "plugin", "user", "1", "0", "")
KEPT = {"story": Remembered(b"metadata", 2, 1, 3, {6300012300: b"digest", 2**63 - 1: b"other"})}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "kept"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def file(folder: Path) -> MemoryFile:
    return memories({"RECONCILER_CACHE": str(folder)}, folder.parent / "checkout").file(ME, "space")


def test_what_is_written_is_read(file: MemoryFile) -> None:
    assert file.read() == {}
    file.write(KEPT)
    assert file.read() == KEPT
    assert file.path.stat().st_mode & 0o777 == 0o600
    file.write({})
    assert file.read() == {}


def test_each_identity_and_space_has_a_file_of_its_own(folder: Path) -> None:
    known = Memories(folder, b"k" * 32)
    identities = [ME, *((*ME[:at], "other", *ME[at + 1 :]) for at in range(len(ME)))]
    paths = {known.file(one, space).path for one in identities for space in ("space", "other")}
    assert len(paths) == 2 * len(identities)


def test_damage_at_any_byte_is_noticed(file: MemoryFile) -> None:
    file.write(KEPT)
    whole = file.path.read_bytes()
    for at in range(len(whole)):
        file.path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(Unusable, match="is damaged"):
            file.read()
        file.path.write_bytes(whole[:at])
        with pytest.raises(Unusable, match="is damaged"):
            file.read()


def test_the_file_of_another_identity_or_secret_is_not_believed(folder: Path, file: MemoryFile) -> None:
    file.write(KEPT)
    other = Memories(folder, file.secret).file((*ME[:-1], "token"), "space")
    other.path.write_bytes(file.path.read_bytes())
    other.path.chmod(0o600)
    with pytest.raises(Unusable, match="is damaged"):
        other.read()
    stranger = MemoryFile(file.path, b"x" * 32, file.about)
    with pytest.raises(Unusable, match="is damaged"):
        stranger.read()


def test_a_link_a_folder_or_a_file_that_others_may_read_is_not_used(folder: Path, file: MemoryFile) -> None:
    file.write(KEPT)
    file.path.chmod(0o644)
    for act in (file.read, lambda: file.write(KEPT)):
        with pytest.raises(Unusable, match="is not a file of yours alone"):
            act()
    elsewhere = folder.parent / "elsewhere"
    file.path.rename(elsewhere)
    elsewhere.chmod(0o600)
    file.path.symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    for act in (file.read, lambda: file.write({})):
        with pytest.raises(Unusable):
            act()
    assert elsewhere.read_bytes() == before
    file.path.unlink()
    file.path.mkdir()
    with pytest.raises(Unusable, match="is not a file of yours alone"):
        file.read()


def test_a_folder_that_takes_nothing_is_told(file: MemoryFile, folder: Path) -> None:
    if os.geteuid() == 0:
        gone = folder.rename(folder.parent / "gone")
        assert gone.is_dir()
    else:
        folder.chmod(0o500)
    with pytest.raises(Unusable):
        file.write(KEPT)


def test_two_runs_at_once_leave_one_whole_memory(file: MemoryFile) -> None:
    some = [{"story": Remembered(b"m", n, n, 0, dict.fromkeys(range(2000), b"d" * 16))} for n in range(4)]

    def often(memory: dict[str, Remembered]) -> None:
        for _ in range(10):
            file.write(memory)

    file.write(some[0])
    threads = [threading.Thread(target=often, args=(one,)) for one in some]
    for one in threads:
        one.start()
    while any(one.is_alive() for one in threads):
        assert file.read() in some
    assert file.read() in some
    assert [one.name for one in file.path.parent.iterdir() if one.name.endswith(".part")] == []


@pytest.mark.parametrize(
    "environ", [{}, {"RECONCILER_CACHE": ""}, {"RECONCILER_CACHE": "off"}, {"HOME": "/root"}]
)
def test_without_a_named_folder_nothing_is_remembered(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(CannotRun, match="--since-last needs a folder") as told:
        memories(environ, tmp_path)
    assert told.value.fix == "set RECONCILER_CACHE to its full path, outside the checkout"


def test_a_folder_in_the_checkout_or_of_others_is_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(CannotRun, match="outside the checkout"):
        memories({"RECONCILER_CACHE": str(tmp_path / "kept")}, tmp_path)
    folder.chmod(0o755)
    with pytest.raises(
        CannotRun, match=r"--since-last can remember nothing: .* is not a folder of yours alone"
    ):
        memories({"RECONCILER_CACHE": str(folder)}, tmp_path / "checkout")
    with pytest.raises(CannotRun, match="can remember nothing"):
        memories({"RECONCILER_CACHE": "/proc/none"}, tmp_path / "checkout")
