"""`install.sh`, which `make demo`, `make test` and every CI job call."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import is_deep
from tests.install.checkout import ROOT, checkout_in

NOWHERE = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_EXTRA_INDEX_URL": "",
    "PIP_FIND_LINKS": "",
    "PIP_RETRIES": "0",
}
"""A machine whose package index cannot be reached."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of its own, in a folder with a blank in its name."""
    return checkout_in(tmp_path / "a checkout")


def run(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    known = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MAKE", "MFLAGS"))
    }
    return subprocess.run(
        words, cwd=folder, env={**known, **environ}, capture_output=True, text=True, check=False, timeout=300
    )


def test_what_failed_is_one_line_and_the_next_make_mends_it(checkout: Path) -> None:
    done = run(checkout, "make", "demo", **NOWHERE)
    assert done.returncode != 0
    said = [line for line in done.stderr.splitlines() if not line.startswith("make: ")]
    assert len(said) == 1
    assert said[0].startswith(f"error: cannot install into {checkout}/.venv: ERROR: ")
    assert "; check the network and the settings of pip, then run the same again. All that was " in said[0]
    assert said[0].endswith(f" said is in {checkout}/.venv/install.log")
    shutil.rmtree(checkout / ".venv/bin")  # As a kill in the middle could leave it.
    done = run(checkout, "make", "demo")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith(
        f"{checkout}/.venv was left half done; it is made anew\n".replace(f"{checkout}/", "")
    )
    assert "WARNING" not in done.stderr.upper()
    assert "No changes. Live work items match the desired state." in done.stdout
    done = run(checkout, "make", "demo")
    assert (done.returncode, "made anew" in done.stderr) == (0, False)


def test_an_old_python_is_told_in_one_line(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    done = run(tmp_path, "sh", str(ROOT / "install.sh"), "venv", PYTHON=str(program))
    assert done.returncode == 1
    assert (
        done.stderr == f"error: {program} is no Python 3.11 or newer; name one, such as PYTHON=python3.12\n"
    )
    assert not (tmp_path / "venv").exists()


@pytest.mark.parametrize("version", ["3.12", "3.13", "3.14"])
def test_the_locks_for_running_and_testing_resolve_for_newer_pythons(version: str, tmp_path: Path) -> None:
    pip = [sys.executable, "-I", "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
    asked = ["--python-version", version, "--only-binary=:all:", "--require-hashes", "--target", "at"]
    for lock in ("requirements-run.lock", "requirements.lock")[: 2 if is_deep() else 1]:
        done = run(tmp_path, *pip, *asked, "-r", str(ROOT / lock))
        assert done.returncode == 0, done.stderr
