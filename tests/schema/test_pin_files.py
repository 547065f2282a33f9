"""Pin files: JSON that strangers may have written, or a merge may have broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.schema.pin_files import BadPins, UnresolvedMerge, checked_format, file_stem, parsed


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "JSONDecodeError"),
        (b"{", "JSONDecodeError"),
        (b"\xff", "UnicodeDecodeError"),
        (b'{"a": NaN}', "ValueError"),
        (b'{"a": 1, "a": 2}', "the member 'a' twice"),
        (b"[" * 100_000, "RecursionError"),
    ],
)
def test_what_is_no_plain_json_is_refused_with_what_to_do(tmp_path: Path, raw: bytes, reason: str) -> None:
    (tmp_path / "story.json").write_bytes(raw)
    with pytest.raises(BadPins, match=rf"cannot be read \({reason}\); restore it, or run"):
        parsed(tmp_path / "story.json")


def test_a_merge_that_is_not_resolved_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "story.json").write_text('{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> x\n}\n')
    with pytest.raises(UnresolvedMerge, match=r"story\.json:2: unresolved merge conflict; take one side"):
        parsed(tmp_path / "story.json")


def test_a_link_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("{}")
    (tmp_path / "link.json").symlink_to("real.json")
    assert parsed(tmp_path / "real.json") == {}
    with pytest.raises(BadPins, match="it is a link"):
        parsed(tmp_path / "link.json")
    with pytest.raises(BadPins, match="No such file"):
        parsed(tmp_path / "gone.json")


@pytest.mark.parametrize("whole", [{}, [], {"format_version": 1.0}, {"format_version": "2.0"}, None])
def test_a_file_of_another_format_is_refused_and_a_later_minor_one_is_read(whole: Any) -> None:
    checked_format(Path("story.json"), {"format_version": "1.7"})
    with pytest.raises(BadPins, match=r"this version reads 1\.0"):
        checked_format(Path("story.json"), whole)


@pytest.mark.parametrize(
    ("words", "stem"),
    [
        (("story", "67c7"), "story"),
        (("../../etc", "67c7"), "67c7"),
        (("people", "67c7"), "67c7"),
        (("CON", "nul"), "type-nul"),
        (("", "a/b"), "type-ab"),
        (("", ""), "type-unnamed"),
        (("需求", "67c7"), "需求"),
    ],
)
def test_a_strangers_word_names_a_file_only_if_it_is_no_path_and_not_reserved(
    words: tuple[str, str], stem: str
) -> None:
    assert file_stem(*words) == stem
