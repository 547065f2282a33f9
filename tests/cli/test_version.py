"""The version is a word and an option."""

from __future__ import annotations

import pytest

from reconciler import __version__
from reconciler.cli import main


@pytest.mark.parametrize("word", ["version", "--version"])
def test_the_version_is_a_word_and_an_option(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([word]) == 0
    assert capsys.readouterr().out == f"reconciler {__version__}\n"
