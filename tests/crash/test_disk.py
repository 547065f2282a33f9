"""The disk fails at its n-th call: no write leaves without a record, and the run says what to mend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import pytest

from reconciler.apply.journal import read_journal
from tests.conftest import is_deep
from tests.crash.stage import APPLY_PLAN, ITEMS

if TYPE_CHECKING:
    from tests.crash.stage import Stage

FAILURES: Final = {
    "mkdir": ("EROFS", "ENOSPC"),
    "open": ("EROFS", "EMFILE"),
    "write": ("ENOSPC", "EIO", "EROFS", "torn"),
    "fsync": ("EIO", "ENOSPC"),
}


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("call", FAILURES)
def test_whichever_call_the_disk_refuses_no_write_leaves_without_a_record(
    stage: Stage, call: str, record_property: Callable[[str, object], None], *, lasting: bool
) -> None:
    whole = stage.run(*APPLY_PLAN)
    assert whole.code == 0
    live, puts = stage.live(), Counter[int]()
    points = [(nth, how) for nth in range(1, whole.calls[call] + 1) for how in FAILURES[call]]
    for nth, how in points if is_deep() else points[int(lasting) :: 8]:
        stage.reset()
        run = stage.run(*APPLY_PLAN, fail=[call, nth, how, lasting])
        assert run.code == 1, (nth, how, run.out, run.err)
        assert "Traceback" not in run.err
        assert "internal error" not in run.err
        assert "mend the disk" in run.out + run.err
        assert stage.unrecorded() == []
        puts[len(stage.sent())] += 1
        assert stage.run(*APPLY_PLAN).code == 0
        assert stage.live() == live
        assert len(stage.sent()) == ITEMS
    record_property(
        "count", f"{puts.total()} refusals of {call}; writes before them: {dict(sorted(puts.items()))}"
    )


@pytest.mark.parametrize("nth", [1, 2, 9, 26])
def test_a_line_that_is_written_in_two_parts_is_a_whole_line(stage: Stage, nth: int) -> None:
    run = stage.run(*APPLY_PLAN, fail=["write", nth, "short", False])
    assert run.code == 0, run.err
    assert len(stage.sent()) == ITEMS
    (path,) = stage.desk.folder.glob(".reconciler/runs/*/journal.jsonl")
    assert [entry["n"] for entry in read_journal(path)] == list(range(1, 2 + 3 * ITEMS + 1))
