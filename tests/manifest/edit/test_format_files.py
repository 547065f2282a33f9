"""All files are formatted, or none is."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import InputError
from reconciler.manifest.edit.format_files import format_files

SMOOTH = "space: demo\ntype: story\nitems:\n  - 7\n"


def test_only_the_files_that_change_are_returned_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SMOOTH)
    (tmp_path / "b.yaml").write_text("type: story\nspace: demo\nitems:\n- 7\n")
    assert format_files([tmp_path], tmp_path) == {tmp_path / "b.yaml": SMOOTH.encode()}
    assert (tmp_path / "b.yaml").read_text().startswith("type")


def test_one_broken_file_stops_all_and_every_mistake_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("type: story\nspace: demo\nitems:\n- 7\n")
    (tmp_path / "b.yaml").write_text("items: [*a]\n")
    (tmp_path / "c.yaml").write_text("a: &b 1\n")
    with pytest.raises(InputError) as caught:
        format_files([tmp_path], tmp_path)
    assert [str(one.place) for one in caught.value.mistakes] == ["b.yaml:1:9", "c.yaml:1:4"]


def test_a_path_without_a_file_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        format_files([tmp_path / "nowhere"], tmp_path)
