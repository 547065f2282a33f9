"""Fuzz one target: `python -m tests.fuzz TARGET [options of libFuzzer]`; what breaks it stays a seed."""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["reconciler"]):
    from tests.fuzz.targets import TARGETS

SEEDS = Path(__file__).parent / "seeds"
MET = Path(".deep") / "fuzz"
"""Inputs that led to new places in the code: kept from run to run on one machine, not in the repository."""

if __name__ == "__main__":
    program, target, *options = sys.argv
    met = MET / target
    met.mkdir(parents=True, exist_ok=True)
    kept = f"-artifact_prefix={SEEDS / target}/found-"
    atheris.Setup([program, *options, kept, str(met), str(SEEDS / target)], TARGETS[target])
    atheris.Fuzz()
