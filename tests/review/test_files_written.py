"""Files that the product writes: a checkout's links lead nowhere, and what is no file stays what it is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import CannotRun
from reconciler.manifest import safe_write

if TYPE_CHECKING:
    from tests.conftest import Desk

CHANGE = "{id: 6300012300, fields: {priority: P3}}"
GIT = shutil.which("git") or "git"
SECRET = "export PATH=/usr/bin\n"
"""What a file outside the checkout holds, which a link leads to."""


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run([GIT, "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def committed(folder: Path) -> None:
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "all")


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside the checkout, with a file that a link of the checkout leads to."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "profile").write_text(SECRET)
    return folder


@pytest.mark.parametrize(
    "flags",
    [
        ("--out", "plan.json"),
        ("--format", "json=plan.json"),
        ("--format", "markdown=plan.json"),
        ("--out", "out/plan.json"),
        ("--out", "deep/../out/plan.json"),
        ("--out", "mine.json"),
    ],
)
def test_a_link_that_came_with_the_checkout_is_refused(
    desk: Desk, home: Path, flags: tuple[str, str]
) -> None:
    """`plan --out plan.json`, where the pull request brings `plan.json -> ~/profile`."""
    desk.stories(CHANGE)
    (desk.folder / "deep").mkdir()
    (desk.folder / "plan.json").symlink_to(home / "profile")
    (desk.folder / "out").symlink_to(home)
    committed(desk.folder)
    (desk.folder / "mine.json").symlink_to("plan.json")
    done = desk.run("plan", *flags)
    link = "out" if "out/" in flags[1] else "plan.json"
    assert done.code == 1
    assert f"{link} is a link that came with the checkout" in done.err
    assert {one.name: one.read_text() for one in home.iterdir()} == {"profile": SECRET}


@pytest.mark.parametrize("name", [".plan.json.part", ".part"])
def test_a_committed_link_waits_in_vain_under_the_temporary_name(desk: Desk, home: Path, name: str) -> None:
    """`plan --out plan.json`, where the pull request brings `.plan.json.part -> ~/profile`."""
    desk.stories(CHANGE)
    (desk.folder / name).symlink_to(home / "profile")
    committed(desk.folder)
    assert desk.run("plan", "--out", "plan.json").code == 0
    assert (home / "profile").read_text() == SECRET
    assert json.loads((desk.folder / "plan.json").read_bytes())["errored"] is False
    assert not (desk.folder / "plan.json").is_symlink()


def test_pins_and_pulled_files_are_not_written_through_a_committed_link_either(
    desk: Desk, home: Path
) -> None:
    """`schema pull` with `schemas/demo -> ~`, `pull --into` and `init` below a committed link."""
    desk.stories(CHANGE)
    (desk.folder / "schemas").mkdir()
    (desk.folder / "schemas/demo").symlink_to(home)
    (desk.folder / "state/more").symlink_to(home)
    committed(desk.folder)
    for command in (
        ("schema", "pull"),
        ("pull", "demo/story/6300012301", "--into", "state/more/stories.yaml"),
        ("init", "--space", "demo", "--type", "story"),
    ):
        done = desk.run(*command)
        assert done.code == 1, command
    assert [one.name for one in home.iterdir()] == ["profile"]


def test_a_link_is_taken_for_the_checkout_s_where_git_cannot_say(tmp_path: Path, home: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: nowhere\n")
    (tmp_path / "plan.json").symlink_to(home / "profile")
    with pytest.raises(CannotRun, match="came with the checkout"):
        safe_write.write(tmp_path / "plan.json", "{}")
    assert (home / "profile").read_text() == SECRET


def test_a_link_of_the_user_s_own_is_written_through(desk: Desk, home: Path) -> None:
    desk.stories(CHANGE)
    committed(desk.folder)
    (desk.folder / "plan.json").symlink_to(home / "made.json")
    (desk.folder / "out").symlink_to(home)
    assert desk.run("plan", "--out", "plan.json", "--format", "text=out/plan.txt").code == 0
    assert (desk.folder / "plan.json").is_symlink()
    assert json.loads((home / "made.json").read_bytes())["errored"] is False
    assert "P0 → P3" in (home / "plan.txt").read_text()


def test_a_fifo_is_written_through_and_stays_one(desk: Desk) -> None:
    """`plan --format json=pipe`, whatever node `pipe` is."""
    desk.stories(CHANGE)
    pipe = desk.folder / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    assert desk.run("plan", "--format", "json=pipe").code == 0
    reader.join(10)
    assert pipe.is_fifo()
    assert json.loads(read[0])["errored"] is False


def test_a_terminal_is_written_through_and_stays_one(desk: Desk) -> None:
    """`plan --format text=/dev/pts/N`: a character device that we made."""
    desk.stories(CHANGE)
    ours, theirs = os.openpty()
    try:
        before = os.fstat(theirs)
        assert desk.run("plan", "--format", f"text={os.ttyname(theirs)}").code == 0
        assert os.stat(os.ttyname(theirs)).st_rdev == before.st_rdev  # noqa: PTH116 - a device's number
        assert b"demo/story/6300012300" in os.read(ours, 4096)
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize("folder", ["/dev/fd", "/proc/self/fd"])
def test_a_descriptor_is_written_where_it_stands(tmp_path: Path, folder: str) -> None:
    """`plan --format json=/dev/fd/3 3>>log`: what the file holds already stays."""
    if not Path(folder).is_dir():
        folder = "/dev/fd"
    log = tmp_path / "log"
    log.write_text("before\n")
    inode = log.stat().st_ino
    number = os.open(log, os.O_WRONLY | os.O_APPEND)
    try:
        safe_write.write(Path(f"{folder}/{number}"), "said\n")
        os.write(number, b"after\n")
    finally:
        os.close(number)
    assert log.read_text() == "before\nsaid\nafter\n"
    assert log.stat().st_ino == inode


def test_a_run_writes_its_view_to_a_descriptor_that_it_was_given(desk: Desk) -> None:
    """`reconciler plan --format json=/dev/fd/N`."""
    desk.stories(CHANGE)
    ours, theirs = os.pipe()
    done = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "plan", "--format", f"json=/dev/fd/{theirs}"],
        cwd=desk.folder,
        env={**os.environ, **desk.environ},
        pass_fds=(theirs,),
    )
    os.close(theirs)
    with os.fdopen(ours, "rb") as file:
        made = json.loads(file.read())
    assert done.wait(20) == 0
    assert made["errored"] is False


def test_an_old_file_is_replaced_with_its_mode_and_a_failure_leaves_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "plan.json"
    old.write_text("old")
    old.chmod(0o640)
    safe_write.write(old, "new")
    assert (old.read_text(), old.stat().st_mode & 0o777) == ("new", 0o640)

    def full(number: int, data: object) -> int:
        raise OSError(28, os.strerror(28), number, data)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(CannotRun, match="No space left on device"):
            safe_write.write(old, "newer")
        with pytest.raises(CannotRun, match="No space left on device"):
            safe_write.create(tmp_path / "fresh", "text")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("plan.json", "new")]


PLACES = (
    ("", "the name is empty"),
    ("/", "is a folder"),
    ("new/", "is a folder"),
    (".", "is a folder"),
    ("plan.yaml", "would be read as desired state"),
    ("plan.YML", "would be read as desired state"),
    ("state/plan.json", "lies among the desired state"),
    ("nearby/plan.json", "lies among the desired state"),
)


@pytest.mark.parametrize(
    ("flag", "out", "why"),
    [
        *(("--out", out, why) for out, why in PLACES),
        *(("--format", f"json={out}", why) for out, why in PLACES if out),
    ],
)
def test_a_plan_is_saved_anywhere_but_where_it_would_be_desired_state(
    desk: Desk, flag: str, out: str, why: str
) -> None:
    """`plan --out ''`, `plan --format json=/`."""
    desk.stories(CHANGE)
    (desk.folder / "nearby").symlink_to("state")
    done = desk.run("plan", flag, out)
    assert done.code == 1
    assert why in done.err
    assert "internal" not in done.err
    assert [one.name for one in (desk.folder / "state").iterdir()] == ["stories.yaml"]


@pytest.mark.parametrize("name", ["plan", "plan.tfplan", "a plan.json", "renamed.yaml", "plan.d"])
def test_a_saved_plan_is_one_under_any_name(desk: Desk, name: str) -> None:
    """`plan --out NAME; apply NAME`, and a plan that was renamed to `*.yaml`."""
    desk.stories(CHANGE)
    assert desk.run("plan", "--out", "saved").code == 0
    (desk.folder / "saved").rename(desk.folder / name)
    done = desk.run("apply", name)
    assert (done.code, desk.sent) == (0, [{"priority": {"value": "option_3"}}]), done.err


def test_a_saved_plan_is_read_from_a_descriptor(desk: Desk) -> None:
    """`reconciler apply <(fetch the plan)`."""
    desk.stories(CHANGE)
    assert desk.run("plan", "--out", "plan.json").code == 0
    ours, theirs = os.pipe()
    os.write(theirs, (desk.folder / "plan.json").read_bytes())
    os.close(theirs)
    try:
        done = desk.run("apply", f"/dev/fd/{ours}")
    finally:
        os.close(ours)
    assert (done.code, len(desk.sent)) == (0, 1), done.err


def test_half_a_plan_is_refused_and_never_taken_for_desired_state(desk: Desk) -> None:
    desk.stories(CHANGE)
    assert desk.run("plan", "--out", "plan.json").code == 0
    whole = (desk.folder / "plan.json").read_bytes()
    for name in ("plan.json", "plan"):
        (desk.folder / name).write_bytes(whole[: len(whole) // 2])
        done = desk.run("apply", "--yes", name)
        assert (done.code, desk.sent) == (1, [])
        assert "this plan cannot be used" in done.err


@pytest.mark.parametrize(
    "command",
    [
        "plan --format json=one --format html=one",
        "plan --format json=one --format html=./state/../one",
        "plan --out one --format json=one",
        "plan --out one --format html=link",
        "show plan.json --format json=one --format html=one",
        "drift --format json=one --format html=one",
    ],
)
def test_two_outputs_for_one_file_are_refused(desk: Desk, command: str) -> None:
    desk.stories("{id: 6300012320, fields: {priority: P3}}")
    assert desk.run("plan", "--out", "plan.json").code == 0
    (desk.folder / "link").symlink_to("one")
    done = desk.run(*command.split())
    assert (done.code, "two outputs for the file " in done.err) == (1, True), done
    assert not (desk.folder / "one").exists()


def test_a_device_takes_as_many_outputs_as_come(desk: Desk) -> None:
    desk.stories("{id: 6300012320, fields: {priority: P3}}")
    with Path(os.devnull).open("wb") as nowhere:
        null = f"/dev/fd/{nowhere.fileno()}"
        assert desk.run("plan", "--format", f"json={null}", "--format", f"html={null}").code == 0
