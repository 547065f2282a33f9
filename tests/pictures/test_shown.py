"""The pictures of the documentation: each is shown by a page, and each that a page shows is there."""

from __future__ import annotations

import re

from tests.pictures.__main__ import SHOWN, WIDTHS, shown_by_the_docs
from tests.pictures.story import ROOT

LARGEST = 200_000
"""Bytes of a picture in the repository."""


def test_every_picture_is_shown_and_every_shown_one_is_there() -> None:
    assert {path.name for path in SHOWN.glob("*.png")} == shown_by_the_docs()


def test_pictures_are_few_small_and_of_a_known_width() -> None:
    pictures = sorted(SHOWN.glob("*.png"))
    assert 0 < len(pictures) <= 6
    for path in pictures:
        assert path.stat().st_size <= LARGEST
        hit = re.fullmatch(r"[a-z-]+-([0-9]+)\.png", path.name)
        assert hit is not None
        assert int(hit[1]) in WIDTHS
        assert int.from_bytes(path.read_bytes()[16:20], "big") == int(hit[1])


def test_the_makefile_takes_them() -> None:
    assert "python -m tests.pictures" in (ROOT / "Makefile").read_text(encoding="utf-8")
