"""The collector is off within, and afterwards as it was before."""

from __future__ import annotations

import gc

import pytest

from reconciler.gc_pause import gc_paused


def fail_within() -> None:
    with gc_paused():
        assert not gc.isenabled()
        raise KeyError


@pytest.mark.parametrize("was_on", [True, False])
def test_the_collector_is_as_before_also_behind_a_failure(*, was_on: bool) -> None:
    (gc.enable if was_on else gc.disable)()
    try:
        with pytest.raises(KeyError):
            fail_within()
        assert gc.isenabled() == was_on
    finally:
        gc.enable()
