"""Options that several commands take: what each reads, and what it refuses with the way to write it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click
import pytest

from reconciler.cli.formats import VIEWS
from reconciler.cli.options import PLAN_FORMATS, Duration, Named, NewFile, Output, Share


@pytest.mark.parametrize(
    ("word", "share"), [("30%", "0.3"), ("0.3", "0.3"), ("0%", "0"), ("100%", "1"), ("95.3%", "0.953")]
)
def test_a_share_is_read_in_percent_or_as_a_number(word: str, share: str) -> None:
    assert Share().convert(word, None, None) == Decimal(share)


@pytest.mark.parametrize("word", ["101%", "-1%", "1.1", "NaN", "many", "", "1e999"])
def test_a_share_lies_between_nothing_and_all(word: str) -> None:
    with pytest.raises(click.BadParameter):
        Share().convert(word, None, None)


@pytest.mark.parametrize(("word", "seconds"), [("90s", 90), ("10m", 600), ("2h", 7200), ("7d", 604800)])
def test_a_duration_has_its_unit(word: str, seconds: float) -> None:
    assert Duration().convert(word, None, None) == seconds


@pytest.mark.parametrize("word", ["90", "1.5h", "-1s", "1w", "", "1 h", "9999999s"])
def test_a_duration_without_a_unit_is_refused(word: str) -> None:
    with pytest.raises(click.BadParameter, match="write it as 90s"):
        Duration().convert(word, None, None)


def test_an_empty_path_is_a_variable_that_was_not_set() -> None:
    with pytest.raises(click.BadParameter, match="it is empty"):
        Named(path_type=Path).convert("", None, None)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "the name is empty"),
        ("plan.yaml", "name it plan.json"),
        ("plan.YML", "name it plan.json"),
        ("out/", "is a folder"),
        ("state/plan.json", "among the desired state"),
        ("link.json", "would be read as desired state"),
    ],
)
def test_a_file_to_write_is_no_desired_state_and_not_among_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.json").symlink_to("victim.yaml")
    with pytest.raises(click.BadParameter, match=said):
        NewFile().convert(name, None, None)


def test_a_format_goes_to_stdout_or_to_its_file() -> None:
    formats = Output(("text", "json"))
    assert formats.convert("text", None, None) == ("text", None)
    assert formats.convert("json=plan.json", None, None) == ("json", Path("plan.json"))
    with pytest.raises(click.BadParameter, match="there is text, json"):
        formats.convert("yaml", None, None)


def test_every_format_has_a_view() -> None:
    assert tuple(VIEWS) == PLAN_FORMATS
