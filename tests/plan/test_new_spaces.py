"""Which spaces the base does not name: by file, by name and by key; a repository's first change names all."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.desired.workspace import open_workspaces
from reconciler.plan.new_spaces import new_spaces, with_new_spaces
from tests.git_repository import git

FILE = "space: {}\ntype: story\nitems: [{{id: {}, fields: {{priority: P0}}}}]\n"
A, B = "64a0c1f2e3b4d5a6c7e8f901", "74a0c1f2e3b4d5a6c7e8f902"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "state").mkdir()
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q")
    return tmp_path


def write(name: str, text: str) -> None:
    Path("state", name).write_text(text)


def base(root: Path) -> str:
    git(root, "add", "-A")
    git(root, "commit", "-qm", "base", "--allow-empty")
    return git(root, "rev-parse", "HEAD")


def new(sha: str) -> set[str]:
    return {*new_spaces(open_workspaces(()), sha)[0]}


def test_a_space_of_a_file_that_the_base_lacks_is_new(root: Path) -> None:
    write("a.yaml", FILE.format("demo", 1))
    sha = base(root)
    assert new(sha) == set()
    write("b.yaml", FILE.format("mobile", 2))
    assert new(sha) == {"mobile"}
    every = with_new_spaces(open_workspaces(()), sha)
    assert [one.spaces and one.spaces.new for one in every] == [frozenset({"mobile"})] * 2
    assert [one.spaces and one.spaces.new for one in with_new_spaces(every, None)] == [
        frozenset({"mobile"})
    ] * 2


def test_a_space_whose_files_all_changed_or_moved_is_known(root: Path) -> None:
    write("a.yaml", FILE.format("demo", 1))
    write("b.yaml", FILE.format("mobile", 2))
    sha = base(root)
    write("a.yaml", FILE.format("demo", 3))
    Path("state/b.yaml").unlink()
    write("z.yaml", FILE.format("mobile", 4))
    assert new(sha) == set()


def test_of_a_base_that_names_no_space_none_is_new(root: Path) -> None:
    write("reconciler.yaml", "people: {}\n")
    sha = base(root)
    write("a.yaml", FILE.format("demo", 1))
    assert new(sha) == set()


def test_a_space_that_files_name_by_its_key_is_the_one_of_that_name(root: Path) -> None:
    write("a.yaml", FILE.format(A, 1))
    sha = base(root)
    write("reconciler.yaml", f"spaces: {{demo: {{project_key: {A}}}}}\n")
    write("a.yaml", FILE.format("demo", 1))
    assert new(sha) == set()


def test_a_name_that_the_settings_lead_to_another_key_is_new_with_the_same_files(
    root: Path,
) -> None:
    write("a.yaml", FILE.format("demo", 1))
    write("reconciler.yaml", f"spaces: {{demo: {{project_key: {A}}}}}\n")
    sha = base(root)
    write("reconciler.yaml", f"spaces: {{demo: {{project_key: {B}}}}}\n")
    assert new(sha) == {"demo"}


def test_files_of_the_base_that_cannot_be_read_name_no_space(root: Path) -> None:
    write("a.yaml", FILE.format("demo", 1))
    write("b.yaml", "space: [\n")
    sha = base(root)
    Path("state/b.yaml").unlink()
    write("b2.yaml", FILE.format("mobile", 2))
    assert new(sha) == {"mobile"}
