"""What a completer offers: names that begin so, and none that a shell would break in two."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from reconciler.cli.completers import complete_fields, complete_ref, complete_space, completer

CONTEXT = click.Context(click.Command("x"))
WORD = click.Argument(["word"])


def test_a_name_with_a_blank_is_not_offered() -> None:
    assert completer(lambda *_: ["Story points", "story_points"])(CONTEXT, WORD, "") == ["story_points"]


def test_what_goes_wrong_offers_nothing() -> None:
    def broken(_: str, __: list[Path]) -> list[str]:
        raise RuntimeError

    assert completer(broken)(CONTEXT, WORD, "") == []


def test_names_of_the_chosen_space_alone_are_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for space, type_ in (("a", "story"), ("b", "bug")):
        (tmp_path / "schemas" / space).mkdir(parents=True)
        pinned = f'{{"type": {{"key": "{type_}", "name": "x", "api_name": "", "fields": [], "roles": []}}}}'
        (tmp_path / "schemas" / space / f"{type_}.json").write_text(pinned, encoding="utf-8")
    assert complete_space(CONTEXT, WORD, "") == ["a", "b"]
    assert complete_ref(CONTEXT, WORD, "") == ["story", "bug"]
    chosen = click.Context(click.Command("x"))
    chosen.params["space"] = "b"
    assert complete_ref(chosen, WORD, "") == ["bug"]
    assert complete_fields(chosen, WORD, "") == ["all", "name"]
    monkeypatch.chdir("/")
    assert complete_ref(chosen, WORD, "") == []
    chosen.params["paths"] = (tmp_path / "state",)
    assert complete_ref(chosen, WORD, "") == ["bug"]
