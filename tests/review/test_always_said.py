"""What a run has to say is said, whatever the terminal, the disk and the machine can take."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.apply.journal import read_journal

if TYPE_CHECKING:
    from tests.conftest import Desk, Done

TEXT = "支付 café 👍"
ITEMS = tuple(f"{{id: {6300012300 + n}, fields: {{priority: P3, notes: {TEXT} {n}}}}}" for n in range(4))
FILLED = 100_000
"""Bytes of a file that is as large as the disk lets it be."""


def said_in(desk: Desk, encoding: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=desk.folder,
        env={**os.environ, **desk.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )


def ended(desk: Desk) -> list[dict[str, Any]]:
    """The last lines of all journals."""
    journals = sorted((desk.folder / ".reconciler/runs").glob("*/journal.jsonl"))
    return [list(read_journal(one))[-1] for one in journals]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_that_cannot_encode_a_sign_gets_its_escape(desk: Desk, encoding: str) -> None:
    """`PYTHONIOENCODING=ascii reconciler plan`, where it was silent, and `apply --yes`, where it sent."""
    desk.stories(*ITEMS[:1])
    text = said_in(desk, encoding, "plan").stdout.decode(encoding)
    assert "\\u652f\\u4ed8" in text
    assert "\\ud83d\\udc4d" in text
    assert "Plan: 1 item to update" in text
    made = json.loads(said_in(desk, encoding, "plan", "--format", "json").stdout.decode(encoding))
    assert f"{TEXT} 0" in made["resource_changes"][0]["change"]["after"].values()
    done = said_in(desk, encoding, "apply", "--yes")
    assert b"Applied: 1 item" in done.stdout


def apply_onto_a_full_disk(desk: Desk, room: int, *flags: str) -> tuple[int, str]:
    """Apply with a stdout that takes `room` bytes more."""
    full = desk.folder.parent / "full"
    full.write_bytes(b"x" * (FILLED - room))
    with full.open("ab") as out:
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", "apply", "--yes", *flags],
            cwd=desk.folder,
            env={**os.environ, **desk.environ},
            stdout=out,
            stderr=subprocess.PIPE,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (FILLED, FILLED)),
        )
    return done.returncode, done.stderr.decode()


def test_nothing_is_sent_where_the_plan_could_not_be_shown(desk: Desk) -> None:
    """`reconciler apply --yes > /a/full/disk`."""
    desk.stories(*ITEMS)
    code, err = apply_onto_a_full_disk(desk, 0)
    assert (code, desk.sent) == (1, [])
    assert "cannot write to stdout (File too large)" in err
    assert "Plan: 4 items to update" in err


def test_a_disk_that_fills_during_an_apply_ends_it_in_order(desk: Desk) -> None:
    """`reconciler apply --yes --format json > /an/almost/full/disk`."""
    desk.stories(*ITEMS)
    code, err = apply_onto_a_full_disk(desk, 1_300, "--format", "json")
    assert code == 1
    assert "cannot write to stdout (File too large)" in err
    assert '"event": "summary"' in err
    (end,) = ended(desk)
    assert end["event"] == "end"
    assert "cannot write to stdout" in end["stopped"]
    assert len(desk.sent) < len(ITEMS)


def with_threads(desk: Desk, monkeypatch: pytest.MonkeyPatch, count: int, *arguments: str) -> Done:
    """Run a command on a machine that starts so many threads more."""
    left = [count]
    start = threading.Thread.start

    def refused(thread: threading.Thread) -> None:
        if left[0] == 0:
            raise RuntimeError("can't start new thread")
        left[0] -= 1
        start(thread)

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refused)
        return desk.run(*arguments)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 8])
def test_a_machine_without_threads_ends_an_apply_in_order_and_nothing_is_sent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    desk.stories(*ITEMS)
    assert desk.run("plan", "--out", "plan.json").code == 0
    done = with_threads(desk, monkeypatch, count, "apply", "plan.json", "--format", "json")
    assert (done.code, desk.sent) == (1, []), done
    assert "the machine starts no more threads" in done.out + done.err
    assert json.loads(done.out.splitlines()[-1])["event"] == "summary"
    assert all(end["event"] == "end" for end in ended(desk))


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_no_put_leaves_after_memory_ran_out(desk: Desk, monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
    desk.stories(*ITEMS)
    made = iter(range(1, 1_000))
    name = uuid.uuid4

    def out_of_memory() -> uuid.UUID:
        ours = sys._getframe(1).f_globals["__name__"] == "reconciler.apply.sending"  # not the sandbox
        if ours and next(made) >= nth:
            raise MemoryError
        return name()

    with monkeypatch.context() as patch:
        patch.setattr(uuid, "uuid4", out_of_memory)
        done = desk.run("apply", "--yes")
    assert done.code == 1
    assert "Stopped: no memory is left" in done.out
    assert len(desk.sent) < nth
    assert ended(desk)[-1]["event"] == "end"


def broken(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """A machine on which no folder can be walked through."""

    def walk(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(os, "walk", walk)


def test_an_internal_error_is_told_in_each_format_and_file_that_was_asked_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`plan --out plan.json --format json --format markdown=plan.md`."""
    desk.stories(*ITEMS)
    asked = ("plan", "--out", "plan.json", "--format", "json", "--format", "markdown=plan.md")
    assert desk.run(*asked).code == 0
    with monkeypatch.context() as patch:
        broken(patch, ZeroDivisionError("oh"))
        done = desk.run(*asked)
        checked = desk.run("validate", "--format", "json")
        applied = desk.run("apply", "--yes", "--format", "json")
    assert done.code == checked.code == applied.code == 1
    assert "an internal error (ZeroDivisionError at test_always_said.py:" in done.err
    for text in (done.out, (desk.folder / "plan.json").read_text()):
        made = json.loads(text)
        assert made["errored"] is True
        assert "an internal error" in made["errors"][-1]["what"]
    assert "an internal error" in (desk.folder / "plan.md").read_text()
    assert "an internal error" in json.loads(checked.out)["mistakes"][0]["what"]
    assert "an internal error" in json.loads(applied.out)["errors"][0]["what"]
    assert desk.run("apply", "plan.json").code == 1
    assert desk.sent == []


@pytest.mark.parametrize("command", ["plan", "drift"])
def test_a_stale_plan_is_never_taken_for_this_run_s(desk: Desk, command: str) -> None:
    """`plan --out plan.json || true; apply plan.json`, where this run failed and the one before did not."""
    desk.stories(*ITEMS)
    assert desk.run("plan", "--out", "plan.json").code == 0
    desk.write("state/more.yaml", "space: demo\ntype: story\nitems:\n  - id: 1\n    fields: {priorty: P0}\n")
    assert desk.run(command, "--out", "plan.json").code == 1
    done = desk.run("apply", "plan.json")
    assert (done.code, desk.sent) == (1, [])
    assert "the run that made it failed" in done.err


def test_a_stale_plan_that_cannot_be_replaced_is_taken_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.stories(*ITEMS)
    assert desk.run("plan", "--out", "plan.json").code == 0

    def refused(self: Path, target: Path) -> Path:
        raise OSError(28, os.strerror(28), str(self), str(target))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refused)
        assert desk.run("plan", "--out", "plan.json").code == 1
    assert not (desk.folder / "plan.json").exists()


def test_a_stale_plan_is_gone_though_the_run_was_killed_before_it_said_a_word(desk: Desk) -> None:
    """`plan --out plan.json` and SIGKILL, then `apply plan.json`."""
    desk.stories(*ITEMS)
    asked = ("plan", "--out", "plan.json", "--format", "html=plan.html", "--format", "text")
    assert desk.run(*asked).code == 0
    (desk.folder / "plan.json").chmod(0o640)
    desk.world.options.latency_ms = 60_000
    process = desk.start(*asked)
    while (desk.folder / "plan.html").stat().st_size:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.kill()
    process.communicate()
    desk.world.options.latency_ms = 0
    assert (desk.folder / "plan.json").read_bytes() == b""
    assert desk.run("apply", "plan.json").code == 1
    assert desk.sent == []
    assert desk.run(*asked).code == 0
    assert (desk.folder / "plan.json").stat().st_mode & 0o777 == 0o640


def test_a_page_of_an_earlier_plan_does_not_outlive_a_plan_that_cannot_be_shown(desk: Desk) -> None:
    desk.stories(*ITEMS)
    assert desk.run("plan", "--out", "plan.json").code == 0
    assert desk.run("show", "plan.json", "--format", "html=plan.html").code == 0
    desk.write("plan.json", "{}")
    assert desk.run("show", "plan.json", "--format", "html=plan.html").code == 1
    assert (desk.folder / "plan.html").read_bytes() == b""


def test_no_run_writes_over_what_it_reads(desk: Desk) -> None:
    desk.stories(*ITEMS)
    assert desk.run("plan", "--out", "plan.json").code == 0
    before = (desk.folder / "plan.json").read_bytes()
    done = desk.run("show", "plan.json", "--format", "html=./plan.json")
    assert (done.code, (desk.folder / "plan.json").read_bytes()) == (1, before)
    assert "plan.json is the file that is read" in done.err


def test_too_few_files_are_said_in_words(desk: Desk) -> None:
    """`ulimit -n 12; reconciler plan`."""
    desk.stories(*ITEMS)
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "plan", "--format", "json=plan.json"],
        cwd=desk.folder,
        env={**os.environ, **desk.environ},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (6, 6)),
    )
    assert done.returncode == 1
    assert "internal error" not in done.stderr
    assert "Traceback" not in done.stderr
