"""A private file or folder is ours alone: of the right kind, owner and permissions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.manifest.ownership import FILE, FOLDER, ours


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o700, 0o400])
def test_a_file_that_others_may_read_or_that_has_other_permissions_is_not_private(
    tmp_path: Path, mode: int
) -> None:
    path = tmp_path / "token"
    path.touch(FILE)
    assert ours(path.stat(), FILE)
    path.chmod(mode)
    assert not ours(path.stat(), FILE)


def test_a_folder_is_no_file_and_a_link_is_neither(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir(FOLDER)
    assert ours(folder.stat(), FOLDER)
    assert not ours(folder.stat(), FILE)
    (tmp_path / "link").symlink_to(folder)
    assert not ours((tmp_path / "link").lstat(), FOLDER)


def test_a_file_of_another_user_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "token").touch(FILE)
    found = list((tmp_path / "token").stat())
    found[4] = os.geteuid() + 1  # st_uid
    assert not ours(os.stat_result(found), FILE)
