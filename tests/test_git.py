"""The git program, in real repositories. `tests/review/test_the_base.py` attacks what it reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler import git as program
from reconciler.errors import CannotRun
from reconciler.git import Answer, NoGit, NoRepository, Refused, Unreadable
from tests.git_repository import git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two files below `state` in one commit."""
    git(tmp_path, "init", "-q")
    (tmp_path / "state").mkdir()
    (tmp_path / "state/a.yaml").write_text("one\ntwo\n")
    (tmp_path / "state/b.yaml").write_text("b")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def test_our_own_variables_and_those_that_choose_a_repository_are_kept_from_git(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("MEEGLE_PLUGIN_SECRET", "RECONCILER_CACHE", "GIT_DIR", "GITHUB_TOKEN", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "x")
    offline, online = program.git_environment(), program.git_environment(network=True)
    assert not {"MEEGLE_PLUGIN_SECRET", "RECONCILER_CACHE", "GIT_DIR"} & (offline.keys() | online.keys())
    assert "GITHUB_TOKEN" not in offline
    assert online["GITHUB_TOKEN"] == online["HTTPS_PROXY"] == "x"
    assert offline["GIT_TERMINAL_PROMPT"] == "0"


def test_configuration_is_added_behind_that_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    made = program.git_environment({"http.x": "y"})
    assert (made["GIT_CONFIG_COUNT"], made["GIT_CONFIG_KEY_1"], made["GIT_CONFIG_VALUE_1"]) == (
        "2",
        "http.x",
        "y",
    )


def test_blobs_come_in_order_and_one_that_is_too_large_is_none(repository: Path) -> None:
    ids = [git(repository, "rev-parse", f"HEAD:state/{name}.yaml") for name in "ab"]
    assert list(program.blobs(repository, ids, 100)) == [b"one\ntwo\n", b"b"]
    assert list(program.blobs(repository, ids, 3)) == [None, b"b"]
    assert list(program.blobs(repository, [], 3)) == []
    with pytest.raises(Unreadable, match="git cannot read a file of the commit"):
        list(program.blobs(repository, ["0" * 40], 100))


def test_a_ref_is_its_commit_and_an_unknown_one_is_refused(repository: Path) -> None:
    head = git(repository, "rev-parse", "HEAD")
    assert program.commit_of(repository, "main") == program.head_commit(repository) == head
    with pytest.raises(CannotRun, match="no commit 'nowhere' here; check its name, or fetch it"):
        program.commit_of(repository, "nowhere")
    with pytest.raises(CannotRun, match="no commit '--all' here"):
        program.commit_of(repository, "--all")


def test_a_repository_without_a_commit_has_no_head_and_a_folder_alone_is_none(tmp_path: Path) -> None:
    with pytest.raises(NoRepository):
        program.head_commit(tmp_path)
    git(tmp_path, "init", "-q")
    assert program.head_commit(tmp_path) is None


def test_changed_new_and_deleted_files_differ_from_a_commit(repository: Path) -> None:
    assert program.files_since(repository, "state", "HEAD") == ()
    (repository / "state/a.yaml").unlink()
    (repository / "state/c.yaml").write_text("c")
    (repository / "elsewhere.yaml").write_text("d")
    assert program.files_since(repository, "state", "HEAD") == ("state/a.yaml", "state/c.yaml")


def test_a_file_that_the_index_calls_unchanged_counts_as_differing(repository: Path) -> None:
    git(repository, "update-index", "--assume-unchanged", "state/b.yaml")
    assert program.files_since(repository, "state", "HEAD") == ("state/b.yaml",)


def test_a_line_has_an_author_once_it_is_committed(repository: Path) -> None:
    made = program.author_of(repository, "state/a.yaml", 2)
    assert made
    assert (made.sha, made.author) == (git(repository, "rev-parse", "HEAD"), "t")
    (repository / "state/a.yaml").write_text("one\nchanged\n")
    assert program.author_of(repository, "state/a.yaml", 2) is None
    assert program.author_of(repository, "state/a.yaml", 99) is None


def test_where_git_names_the_command_that_helps_that_is_what_to_do() -> None:
    words = b"fatal: dubious ownership\n\tgit config --global --add safe.directory /srv/x\n"
    assert Refused(Answer(128, b"", words)).fix == "`git config --global --add safe.directory /srv/x`"
    assert Refused(Answer(128, b"", b"")).what == "git refuses: exit code 128"


def test_a_machine_without_git_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoGit, match="git is not installed"):
        program.git_output(tmp_path, "status")
    assert program.git_text(tmp_path, "status") is None
