"""The old values of a scratch item: on the disk first, and put back by this run or the next."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.conftest import is_deep
from tests.doctor.probing import STORY, TEXT, held, key_of, only

if TYPE_CHECKING:
    from tests.conftest import Desk, Done


def test_what_the_space_lets_nobody_put_back_is_said_and_kept_on_the_disk(desk: Desk) -> None:
    only(desk, TEXT, key_of(desk, "Reviewer"))
    desk.world.options.set({"clear_by": {"user": []}})
    done = desk.run("doctor", "--probe", f"demo/story/{STORY}", "--space", "demo")
    assert done.code == 3
    assert f"could not put back Reviewer of {STORY}: .reconciler/probes/" in done.err
    (kept,) = (desk.folder / ".reconciler/probes").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    held_back = kept.read_bytes()
    still = desk.run("doctor", "--probe", f"demo/story/{STORY}", "--space", "demo")
    assert (still.code, still.out, kept.read_bytes()) == (1, "", held_back)
    assert (
        "could not put back Reviewer of a probe that was interrupted; put the item back by hand" in still.err
    )
    desk.world.options.set({"clear_by": {}})
    again = probed_again(desk)
    assert again.out.startswith("put back 3 values of a probe that was interrupted\n")


def probed_again(desk: Desk) -> Done:
    done = desk.run("doctor", "--probe", f"demo/story/{STORY}", "--space", "demo")
    assert (done.code, done.err) == (0, "")
    assert "reviewer" not in held(desk)
    return done


def killed(desk: Desk, writes: int) -> None:
    """Start a probe, and kill it when it has sent that many writes."""
    until, sent = time.monotonic() + 60, len(desk.world.writes)
    probe = desk.start("doctor", "--probe", f"demo/story/{STORY}", "--space", "demo")
    while len(desk.world.writes) < sent + writes and time.monotonic() < until:
        time.sleep(0.002)
    probe.send_signal(signal.SIGKILL)
    probe.communicate(timeout=20)
    assert len(list((desk.folder / ".reconciler/probes").iterdir())) == 1


@pytest.mark.parametrize(
    "writes", [(number,) for number in range(1, 199, 11)] if is_deep() else [(1,), (110,), (30, 2)]
)
def test_a_probe_that_was_killed_is_finished_by_the_next(desk: Desk, writes: tuple[int, ...]) -> None:
    before = held(desk)
    for number in writes:
        killed(desk, number)
    done = desk.run("doctor", "--probe", str(STORY), "--space", "demo")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("put back 22 values of a probe that was interrupted\n")
    assert held(desk) == before
