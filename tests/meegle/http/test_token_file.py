"""A token is kept between runs where nobody else can read it, and nowhere else."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.manifest.ownership import ours
from reconciler.meegle.http.client import Client
from reconciler.meegle.http.connection import Connection, connection_from
from reconciler.meegle.http.endpoints import ALL_TYPES
from reconciler.meegle.http.token_file import kept, unkept
from reconciler.sandbox import Running, demo_world

REAL = {
    "MEEGLE_BASE_URL": "https://project.feishu.cn",
    "MEEGLE_PLUGIN_ID": "MII_1",
    "MEEGLE_PLUGIN_SECRET": "s3cret",
    "MEEGLE_USER_KEY": "7310000000000000001",
    "HOME": "/home/ana",
}


@pytest.fixture
def service() -> Iterator[Running]:
    with Running(demo_world()) as running:
        yield running


@pytest.fixture
def connection(service: Running, tmp_path: Path) -> Connection:
    known = service.world.credentials
    own = {
        "MEEGLE_BASE_URL": service.url,
        "MEEGLE_PLUGIN_ID": known.plugin_id,
        "MEEGLE_PLUGIN_SECRET": known.plugin_secret,
        "MEEGLE_USER_KEY": known.user_key,
    }
    return replace(connection_from(own), token_file=tmp_path / "cache" / "token.json")


def ask(connection: Connection) -> int:
    """Make a run of one read, and return how many tokens it asked for."""
    with Client(connection) as client:
        client.read(ALL_TYPES, path={"project_key": "demo"})
        return client.counts.tokens


def file_of(connection: Connection) -> Path:
    assert connection.token_file
    return connection.token_file


def test_a_second_run_asks_for_no_token(connection: Connection) -> None:
    assert [ask(connection), ask(connection)] == [1, 0]
    path = file_of(connection)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_kept_token_that_the_service_refuses_is_renewed(service: Running, connection: Connection) -> None:
    ask(connection)
    service.world.gate.expire_tokens()
    assert [ask(connection), ask(connection)] == [1, 0]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o700])
def test_a_file_that_others_can_read_is_not_believed(connection: Connection, mode: int) -> None:
    ask(connection)
    file_of(connection).chmod(mode)
    assert ask(connection) == 1
    assert file_of(connection).stat().st_mode & 0o777 == 0o600


def test_a_folder_that_others_can_enter_is_not_used(connection: Connection) -> None:
    file_of(connection).parent.mkdir(mode=0o755)
    ask(connection)
    assert ask(connection) == 1
    assert not file_of(connection).exists()


def test_a_file_of_somebody_else_is_not_ours() -> None:
    mine = os.stat_result((0o100600, 1, 1, 1, os.geteuid(), 0, 10, 0, 0, 0))
    theirs = os.stat_result((0o100600, 1, 1, 1, os.geteuid() + 1, 0, 10, 0, 0, 0))
    assert (ours(mine, 0o600), ours(theirs, 0o600)) == (True, False)


def test_a_link_is_not_followed(connection: Connection, tmp_path: Path) -> None:
    ask(connection)
    moved = file_of(connection).rename(tmp_path / "elsewhere.json")
    file_of(connection).symlink_to(moved)
    assert ask(connection) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"token": "t"}',
        '{"token": "t", "ends_at": "soon"}',
        '{"token": "t\\nu", "ends_at": LATER}',
        '{"token": "t", "ends_at": 1e400}',
        '{"token": "t", "ends_at": NaN}',
        '{"token": "t", "ends_at": 0}',
        "[" * 500,
    ],
)
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    tmp_path.chmod(0o700)
    path = tmp_path / "token.json"
    path.write_text(text.replace("LATER", str(time.time() + 3600)), encoding="utf-8")
    path.chmod(0o600)
    assert kept(path) is None


def test_a_token_that_ends_soon_is_not_taken(connection: Connection) -> None:
    ask(connection)
    path = file_of(connection)
    known = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**known, "ends_at": time.time() + 60}), encoding="utf-8")
    assert ask(connection) == 1


def test_no_token_is_kept_in_ci_for_this_machine_or_without_a_home() -> None:
    named = connection_from(REAL).token_file
    assert named
    assert named.parent == Path("/home/ana/.cache/meegle-reconciler")
    assert REAL["MEEGLE_PLUGIN_SECRET"] not in str(named)
    assert connection_from({**REAL, "MEEGLE_PLUGIN_SECRET": "another"}).token_file != named
    assert connection_from({**REAL, "CI": "true"}).token_file is None
    assert connection_from({**REAL, "HOME": ""}).token_file is None
    assert connection_from({**REAL, "HOME": "relative"}).token_file is None
    assert connection_from({**REAL, "MEEGLE_BASE_URL": "http://localhost:8000"}).token_file is None
    assert connection_from({**REAL, "MEEGLE_BASE_URL": "http://[::1]:8000"}).token_file is None
    moved = connection_from({**REAL, "XDG_CACHE_HOME": "/var/cache/ana"}).token_file
    assert moved
    assert moved.parent == Path("/var/cache/ana/meegle-reconciler")


def told_of(environ: dict[str, str]) -> str | None:
    return unkept(connection_from(environ), environ)


def test_why_no_token_can_be_kept_is_told(tmp_path: Path) -> None:
    assert (
        told_of({name: value for name, value in REAL.items() if name != "HOME"}) == "there is no home folder"
    )
    (tmp_path / "file").touch()
    assert told_of({**REAL, "HOME": str(tmp_path / "file")}) == (
        f"{tmp_path}/file/.cache/meegle-reconciler: Not a directory"
    )
    (tmp_path / ".cache/meegle-reconciler").mkdir(parents=True, mode=0o755)
    (tmp_path / ".cache/meegle-reconciler").chmod(0o755)
    assert "is not a folder of yours alone" in str(told_of({**REAL, "HOME": str(tmp_path)}))
    (tmp_path / ".cache/meegle-reconciler").chmod(0o700)
    assert told_of({**REAL, "HOME": str(tmp_path)}) is None


def test_nothing_is_told_where_no_token_is_to_be_kept() -> None:
    assert told_of({**REAL, "HOME": "", "CI": "true"}) is None
    assert told_of({**REAL, "HOME": "", "MEEGLE_BASE_URL": "http://127.0.0.1:1"}) is None
