"""The files of a commit, as git stores them: attributes, the index and the work tree change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import CannotRun
from reconciler.manifest.git_tree import Submodule, Tree, is_read, is_visible, is_within, prefix_of, tree_of
from tests.git_repository import git


def committed(folder: Path, files: dict[str, str]) -> Tree:
    """Commit files in a new repository, and list the commit."""
    git(folder, "init", "-q")
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "all")
    return tree_of(folder, git(folder, "rev-parse", "HEAD"))


FILES = {
    "state/a.yaml": "a",
    "state/sub/b.yml": "b",
    "state/.hidden/c.yaml": "c",
    "state/notes.txt": "n",
    "d.yaml": "d",
}


def test_a_folder_of_a_commit_gives_the_files_that_a_run_reads(tmp_path: Path) -> None:
    tree = committed(tmp_path, FILES)
    assert sorted(tree.below("state")) == ["state/a.yaml", "state/sub/b.yml"]
    assert sorted(tree.below("")) == ["d.yaml", "state/a.yaml", "state/sub/b.yml"]
    assert list(tree.below("state/notes.txt")) == ["state/notes.txt"]


def test_what_is_read_is_the_commit_whatever_was_changed_or_deleted_since(tmp_path: Path) -> None:
    tree = committed(tmp_path, FILES)
    (tmp_path / "state/a.yaml").write_text("changed")
    (tmp_path / "d.yaml").unlink()
    assert list(tree.read(["d.yaml", "state/a.yaml"])) == [("d.yaml", b"d"), ("state/a.yaml", b"a")]


def test_attributes_hide_and_change_nothing(tmp_path: Path) -> None:
    tree = committed(
        tmp_path, {**FILES, ".gitattributes": "state/** export-ignore\nd.yaml ident\n", "d.yaml": "$Id$"}
    )
    assert sorted(tree.below("state")) == ["state/a.yaml", "state/sub/b.yml"]
    assert list(tree.read(["d.yaml"])) == [("d.yaml", b"$Id$")]


def test_a_file_above_the_limit_is_none_and_the_next_one_is_read(tmp_path: Path) -> None:
    tree = committed(tmp_path, {"a.yaml": "x" * 11, "b.yaml": "y" * 10})
    assert list(tree.read(["a.yaml", "b.yaml"], largest=10)) == [("a.yaml", None), ("b.yaml", b"y" * 10)]


def test_a_link_is_no_file_and_leads_to_a_path_of_the_tree_or_to_none(tmp_path: Path) -> None:
    (tmp_path / "inside").symlink_to("state/sub")
    (tmp_path / "outside").symlink_to("../elsewhere")
    tree = committed(tmp_path, FILES)
    assert set(tree.links) == {"inside", "outside"}
    assert tree.target("inside") == "state/sub"
    assert tree.target("outside") is None
    assert list(tree.links_at("inside/a.yaml")) == ["inside"]
    assert list(tree.links_at("state")) == []


def test_a_submodule_at_above_or_below_a_folder_is_refused_by_name(tmp_path: Path) -> None:
    tree = Tree(tmp_path, "c" * 40, {}, {}, frozenset({"state/sub"}))
    for folder in ("state", "state/sub", "state/sub/deep"):
        with pytest.raises(Submodule, match="state/sub is a submodule in the commit cccccccccccc"):
            tree.refuse_modules(folder)
    tree.refuse_modules("schemas")


def test_a_commit_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    committed(tmp_path, FILES)
    with pytest.raises(CannotRun, match="git refuses"):
        tree_of(tmp_path, "0" * 40)


def test_a_path_lies_in_a_folder_by_whole_names() -> None:
    assert is_within("state/a.yaml", "state")
    assert is_within("state", "state")
    assert is_within("anything", "")
    assert not is_within("state2/a.yaml", "state")


def test_hidden_folders_and_other_names_are_not_read_unless_the_file_itself_is_given() -> None:
    assert is_visible("state/sub/a.yaml", "state")
    assert not is_visible("state/.git/a.yaml", "state")
    assert not is_read("state/notes.txt", "state")
    assert is_read("state/notes.txt", "state/notes.txt")


def test_the_prefix_is_the_folders_path_in_its_repository(tmp_path: Path) -> None:
    committed(tmp_path, FILES)
    assert prefix_of(tmp_path) == ""
    assert prefix_of(tmp_path / "state/sub") == "state/sub"
