"""One scratch item: a write is waited for as long as this space takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.doctor.probing import NUMBER, TEXT, only, probed

if TYPE_CHECKING:
    from tests.conftest import Desk


def test_values_that_are_seen_late_are_waited_for(desk: Desk) -> None:
    only(desk, TEXT, NUMBER)
    desk.world.options.set({"late_writes_ms": 150, "filter_fields": "builtin"})
    done = probed(desk)
    assert "text (External reference): kept" in done.out
    (line,) = [one for one in done.out.splitlines() if one.startswith("a written value is seen after ")]
    assert float(line.split()[6]) >= 0.1
