"""The connection that the environment names, and its errors beside those of the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import Mistake, Place, ReconcilerError
from reconciler.meegle.connect import connect

GIVEN = {
    "MEEGLE_BASE_URL": "https://project.feishu.cn",
    "MEEGLE_PLUGIN_ID": "MII_0123456789ABCDEF",
    "MEEGLE_PLUGIN_SECRET": "5ec2e7",
    "MEEGLE_USER_KEY": "7310000000000000001",
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment of a person with a home of their own."""
    for name in ("CI", "MEEGLE_USER_TOKEN", "MEEGLE_TOKEN_TYPE", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {**GIVEN, "HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def test_a_person_at_a_terminal_connects_without_a_note() -> None:
    notes: list[str] = []
    assert connect([], notes.append).host == "project.feishu.cn"
    assert notes == []


def test_a_token_that_cannot_be_kept_is_reported_and_does_not_end_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    notes: list[str] = []
    token = connect([], notes.append).token_file
    assert token is not None
    token.parent.chmod(0o755)
    assert connect([], notes.append).host == "project.feishu.cn"
    reason = f"{token.parent} is not a folder of yours alone"
    assert notes == [f"note: a token is asked for in each run, since none can be kept: {reason}"]
    monkeypatch.setenv("CI", "true")
    connect([], notes.append)
    assert len(notes) == 1


def test_an_error_of_the_environment_brings_the_mistakes_of_the_files_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MEEGLE_USER_KEY")
    second, first = (Mistake(Place("a.yaml", line, 1), "no value", "write null") for line in (9, 2))
    with pytest.raises(ReconcilerError, match="MEEGLE_USER_KEY") as told:
        connect([second, first], print)
    assert told.value.mistakes == (first, second)
    assert GIVEN["MEEGLE_PLUGIN_SECRET"] not in str(told.value)
