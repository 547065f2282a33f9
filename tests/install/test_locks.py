"""What a lock installs is what it names, whatever was released since and whichever pip reads it.

A folder stands in for the index: each locked package with what it really asks for, and a newer release.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.install.requires import EXTRA, LOCKS, PIN, ROOT, WRITTEN, pins_of

PIPS = {
    "23.0.1": "236bcb61156d76c4b8a05821b988c7b8c35bf0da28a4b614e8d6ab5212c25c6f",  # Debian 12
    "23.2.1": "7ccf472345f20d35bdc9d1841ff5f313260c2c33fe417f48c30ac46cccabf5be",  # the venv of Python 3.11.7
    "24.0": "ba0d021a166865d2265246961bec0152ff124de910c5cc39f1156ce3fa7c69dc",
}
NEWEST = "newest"
"""The pip of the test lock, which runs these tests."""
NEWER = "9999"
HASHES = re.compile(r"(?: \\\n +--hash=\S+)+")


def known() -> Mapping[str, list[str]]:
    """What each locked package asks for."""
    found: Mapping[str, list[str]] = json.loads(WRITTEN.read_text(encoding="utf-8"))
    return found


def made(folder: Path, name: str, version: str, requires: list[str]) -> str:
    """Build a wheel of nothing; returns its SHA-256."""
    stem = f"{re.sub(r'[-_.]+', '_', name)}-{version}"
    extras = sorted({extra for one in requires for extra in EXTRA.findall(one)})
    head = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines = [
        *head,
        *(f"Provides-Extra: {one}" for one in extras),
        *(f"Requires-Dist: {one}" for one in requires),
    ]
    wheel = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{stem}.dist-info/METADATA", "\n".join(lines) + "\n")
        archive.writestr(
            f"{stem}.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{stem}.dist-info/RECORD", "")
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[tuple[str, str], str]]:
    """A folder of wheels, and the hash of each by name and version; all of them have a newer release."""
    folder = tmp_path_factory.mktemp("index")
    requires = known()
    pins = {(pin.name, pin.version) for lock in LOCKS for pin in pins_of(lock)}
    hashes = {(name, version): made(folder, name, version, requires[name]) for name, version in pins}
    for name in {name for name, _ in pins}:
        made(folder, name, NEWER, requires[name])
    return folder, hashes


@pytest.fixture(scope="module", params=[*PIPS, NEWEST])
def pip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command line of one pip."""
    own = [sys.executable, "-I", "-m", "pip", "--disable-pip-version-check", "--quiet"]
    if request.param == NEWEST:
        return own
    folder = tmp_path_factory.mktemp("pip")
    (folder / "pip.txt").write_text(
        f"pip=={request.param} --hash=sha256:{PIPS[request.param]}\n", encoding="utf-8"
    )
    subprocess.run(
        [*own, "install", "--require-hashes", "--no-compile", "-r", "pip.txt", "--target", "at"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    begin = f"import sys; sys.path.insert(0, {str(folder / 'at')!r}); from pip._internal.cli.main import main"
    return [
        sys.executable,
        "-I",
        "-c",
        f"{begin}; sys.exit(main())",
        "--disable-pip-version-check",
        "--quiet",
    ]


def on_these_wheels(lock: str, hashes: Mapping[tuple[str, str], str]) -> str:
    """Return a lock as it is, but for the hashes: they are those of our wheels."""
    text = HASHES.sub("", (ROOT / lock).read_text(encoding="utf-8"))
    return PIN.sub(lambda pin: f"{pin[0]} --hash=sha256:{hashes[pin['name'], pin['version']]}", text)


def installed(folder: Path) -> Iterator[tuple[str, str]]:
    for one in folder.glob("*.dist-info"):
        name, _, version = one.name.removesuffix(".dist-info").rpartition("-")
        yield name.replace("_", "-"), version


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pip_installs_exactly_what_is_locked_though_all_of_it_has_newer_releases(
    lock: str, pip: list[str], index: tuple[Path, Mapping[tuple[str, str], str]], tmp_path: Path
) -> None:
    folder, hashes = index
    (tmp_path / lock).write_text(on_these_wheels(lock, hashes), encoding="utf-8")
    asked = ["--no-index", "--find-links", str(folder), "--require-hashes", "-r", lock]
    done = subprocess.run(
        [*pip, "--isolated", "install", "--no-compile", "--target", "at", *asked],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    desired = {(pin.name, pin.version) for pin in pins_of(lock)}
    assert len(desired) > 30
    assert set(installed(tmp_path / "at")) == desired


def test_what_each_package_asks_for_was_written_with_the_locks() -> None:
    assert known().keys() == {pin.name for lock in LOCKS for pin in pins_of(lock)}


def test_the_locks_agree_so_that_one_folder_can_take_one_after_the_other() -> None:
    run, test, deep = ({pin.name: pin for pin in pins_of(lock)} for lock in LOCKS)
    assert run.items() <= test.items()
    assert {name: pin.version for name, pin in test.items()}.items() <= {
        name: pin.version for name, pin in deep.items()
    }.items()
    assert "setuptools" in run
