"""Where new items go: the settings, the files that are there, and the one space of all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.adopt.destination import read_home
from reconciler.errors import CannotRun, InputError

STORIES = "space: {}\ntype: story\nitems: [6300012320]\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with a folder of state."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "state").mkdir()
    return tmp_path


@pytest.mark.parametrize("name", ["a.json", "reconciler.yaml", ".hidden.yaml"])
def test_what_is_no_file_of_desired_state_is_refused(root: Path, name: str) -> None:
    with pytest.raises(CannotRun, match="is not a desired-state file"):
        read_home(root / "state" / name, "demo", [])


def test_the_space_that_is_given_goes_before_all_others(root: Path) -> None:
    (root / "state/a.yaml").write_text(STORIES.format("demo"), encoding="utf-8")
    assert read_home(Path("state/a.yaml"), "given", ["asked"]).space == "given"


def test_else_it_is_the_one_of_the_file_then_of_the_items_then_of_the_settings(root: Path) -> None:
    (root / "state/reconciler.yaml").write_text("spaces: {settings: {}}\n", encoding="utf-8")
    assert read_home(Path("state/new.yaml"), None, []).space == "settings"
    assert read_home(Path("state/new.yaml"), None, ["asked"]).space == "asked"
    (root / "state/a.yaml").write_text(STORIES.format("demo"), encoding="utf-8")
    assert read_home(Path("state/a.yaml"), None, ["asked"]).space == "demo"


def test_several_spaces_or_none_need_a_choice(root: Path) -> None:
    with pytest.raises(CannotRun, match="no space is named anywhere; choose one with --space"):
        read_home(root / "state/new.yaml", None, [])
    with pytest.raises(CannotRun, match="2 spaces: a, b; choose one with --space"):
        read_home(root / "state/new.yaml", None, ["b", "a"])


def test_a_mistake_in_the_files_ends_it_before_anything_is_asked(root: Path) -> None:
    (root / "state/a.yaml").write_text(STORIES.format("demo") + "more: 1\n", encoding="utf-8")
    with pytest.raises(InputError, match="more"):
        read_home(Path("state/new.yaml"), "demo", [])


def test_a_file_without_items_may_be_filled(root: Path) -> None:
    (root / "state/a.yaml").write_text("space: demo\ntype: story\nitems: []\n", encoding="utf-8")
    home = read_home(Path("state/a.yaml"), None, [])
    assert home.document("state/a.yaml")
    assert home.document("state/other.yaml") is None


def test_a_file_of_rules_takes_no_items(root: Path) -> None:
    rules = "space: demo\ntype: story\nrules:\n  - {name: a, where: [priority = P0], fields: {scale: S}}\n"
    (root / "state/rules.yaml").write_text(rules, encoding="utf-8")
    with pytest.raises(CannotRun, match="holds rules"):
        read_home(Path("state/rules.yaml"), "demo", [])
