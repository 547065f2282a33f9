"""Whose settings count for a saved plan and a journal, whatever folder these name."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.apply.project_settings import settings_of_project
from reconciler.errors import InputError

DEMO = "spaces:\n  demo:\n    project_key: pk\n    guards: {changes: %d}\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a project in `sub/`, whose guards let 5 changes through."""
    monkeypatch.chdir(tmp_path)
    written("sub/state", 5)
    return tmp_path


def written(folder: str, changes: int) -> None:
    Path(folder).mkdir(parents=True)
    Path(folder, "reconciler.yaml").write_text(DEMO % changes)


@pytest.mark.usefixtures("root")
def test_the_named_folder_counts_where_state_says_nothing_of_the_space() -> None:
    settings = settings_of_project(["sub/state"], "pk")
    assert settings.space("demo").guards.changes == 5
    assert settings.homes == (Path.cwd() / "sub", Path.cwd())


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("space", ["demo", "pk"])
def test_state_counts_where_it_names_the_space(space: str) -> None:
    written("state", 1)
    assert settings_of_project(["sub/state"], space).space("demo").guards.changes == 1


@pytest.mark.parametrize("named", ["..", "/", "", "nowhere", "../sub", "link"])
def test_a_folder_that_is_not_below_this_one_counts_for_nothing(root: Path, named: str) -> None:
    (root / "link").symlink_to(root / "sub/state")
    assert settings_of_project([named], "demo").spaces == {}


@pytest.mark.usefixtures("root")
def test_a_folder_without_settings_takes_no_limit_of_state_away() -> None:
    Path("state").mkdir()
    Path("state/reconciler.yaml").write_text("people: {ana: ana@example.com}\n")
    Path("bare").mkdir()
    assert list(settings_of_project(["bare"], "demo").people) == ["ana"]


@pytest.mark.usefixtures("root")
def test_settings_with_mistakes_end_the_run() -> None:
    Path("sub/state/reconciler.yaml").write_text("nosuch: 1\n")
    with pytest.raises(InputError):
        settings_of_project(["sub/state"], "demo")
