"""The old values of a scratch item: on the disk first, and put back by this run or the next."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import is_deep

if TYPE_CHECKING:
    from tests.conftest import Desk, Done


STORY, ISSUE = 6300012333, 6300013333


TEXT, NUMBER, DUE, SCALE, DOCS = "field_a1b2c3", "field_3724e6", "field_2fbca6", "field_0dae57", "docs"


def held(desk: Desk, item: int = STORY) -> dict[str, Any]:
    """Return what an item holds; whether an empty value was ever filled is nothing that can be put back."""
    one = desk.world.items[item]
    roles = {each["role"]: each["owners"] for each in one.values["role_owners"] if each["owners"]}
    values = {key: value for key, value in one.values.items() if value not in (None, [])}
    return values | {"name": one.name, "role_owners": roles, "rich": one.rich}


def key_of(desk: Desk, name: str) -> str:
    return next(one.key for one in desk.world.type_of(desk.world.items[STORY]).fields if one.name == name)


def only(desk: Desk, *keys: str) -> None:
    """Leave few fields on the item's type, so that a slow space is soon tried."""
    kind = desk.world.type_of(desk.world.items[STORY])
    kind.fields = [one for one in kind.fields if one.key in {*keys, "name", "role_owners", "aborted"}]


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
