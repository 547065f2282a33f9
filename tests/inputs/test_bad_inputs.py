"""Every row of what people will really write: the words, the place and the exit code, as a golden file.

`python -m tests.inputs.test_bad_inputs` writes the golden file anew; read its difference as a user would.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from reconciler.sandbox import Running, demo_world
from tests.conftest import Desk, Done
from tests.inputs.rows import ROWS, Row

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).with_name("bad-inputs.golden")
FINE = {
    "editor leftovers are skipped",
    "a byte order mark at the start",
    "CRLF",
    *(row.says for row in ROWS["What the world did"]),
}
"""Rows that are no mistake."""
NEEDS_THE_SPACE = {
    "an unknown person",
    "an unknown person in a role",
    "two people of one name",
    "a space that is not there",
    "an unknown type",
    "20,001 files",
}
"""Rows that pins cannot judge, and one that takes long."""


def golden() -> dict[str, str]:
    """Return what the golden file says of each row."""
    parts = re.split(r"^### (.*)\n", GOLDEN.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {
        name: text.strip("\n").partition("\n\n## ")[0]
        for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def desk_in(folder: Path, service: Running) -> Desk:
    known = service.world.credentials
    return Desk(
        folder,
        service,
        {
            "MEEGLE_BASE_URL": service.url,
            "MEEGLE_PLUGIN_ID": known.plugin_id,
            "MEEGLE_PLUGIN_SECRET": known.plugin_secret,
            "MEEGLE_USER_KEY": known.user_key,
            "MEEGLE_RATE": "0",
        },
    )


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    world = demo_world()
    world.options.throttle = False
    with Running(world) as running:
        yield running


def shown(done: Done) -> str:
    """Return what a row of the golden file holds."""
    out = "".join(f"> {line}\n" for line in done.out.splitlines())
    return f"{out}{done.err}exit {done.code}"


def contents(folder: Path) -> dict[str, str]:
    """Return the digest of every file that can be read to its end."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("row", [row for rows in ROWS.values() for row in rows], ids=lambda row: row.says)
def test_what_people_write_is_told_with_its_place_and_what_to_do(
    row: Row, tmp_path: Path, service: Running
) -> None:
    world = service.world
    world.calls.clear()
    row.put_down(tmp_path)
    before = contents(tmp_path)
    desk = desk_in(tmp_path, service)
    said = shown(desk.run(*row.command.split()))
    assert said == golden()[row.says]
    assert contents(tmp_path) == before
    assert world.writes == []
    if row.says not in FINE:
        assert said.endswith("exit 1")
        assert desk.asked("/query") == desk.asked("user/query")


@pytest.mark.parametrize(
    "row",
    [row for rows in ROWS.values() for row in rows if row.says not in FINE | NEEDS_THE_SPACE],
    ids=lambda row: row.says,
)
def test_with_pins_a_mistake_is_told_in_the_same_words_without_any_request(
    row: Row, tmp_path: Path, service: Running
) -> None:
    shutil.copytree(ROOT / "schemas" / "demo", tmp_path / "schemas" / "demo")
    row.put_down(tmp_path)
    service.world.calls.clear()
    assert shown(desk_in(tmp_path, service).run(*row.command.split())) == golden()[row.says]
    assert service.world.calls == []


def test_each_row_of_the_golden_file_is_run() -> None:
    assert list(golden()) == [row.says for rows in ROWS.values() for row in rows]


def write_golden() -> None:
    """Write the golden file from what is said today."""
    world = demo_world()
    world.options.throttle = False
    parts = []
    with Running(world) as running:
        for section, rows in ROWS.items():
            parts.append(f"## {section}\n")
            for row in rows:
                with TemporaryDirectory() as folder:
                    row.put_down(Path(folder))
                    said = shown(desk_in(Path(folder), running).run(*row.command.split()))
                parts.append(f"### {row.says}\n{said}\n")
    GOLDEN.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    os.umask(0o022)
    write_golden()
