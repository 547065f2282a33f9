"""A process that leaves at once leaves no half line behind."""

from __future__ import annotations

import subprocess
import sys

import pytest

from reconciler.cli.leaving import CLEAN


@pytest.mark.parametrize(("drawn", "told"), [("False", b""), ("True", CLEAN)])
def test_a_line_that_is_drawn_is_taken_back(drawn: str, told: bytes) -> None:
    code = f"from reconciler.cli import leaving; leaving.DRAWN[:] = [1] * {drawn}; leaving.leave(2)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (130, told)
