"""What is wrong in the files: for people, for programs, and as annotations of a runner."""

from __future__ import annotations

import json

import pytest

from reconciler.errors import Mistake, Place
from reconciler.render.mistakes import (
    ANNOTATIONS,
    SHOWN,
    Checked,
    annotation,
    as_github,
    as_json,
    as_text,
    mistakes_text,
    path_in_repository,
)


def mistake(line: int = 4, what: str = "no field 'x'", file: str = "state/a.yaml") -> Mistake:
    return Mistake(Place(file, line, 2), what, "take 'y'")


def checked(*mistakes: Mistake, unchecked: int = 0, folder: str = "") -> Checked:
    return Checked(2, 5, mistakes, unchecked, folder)


def test_files_without_a_mistake_are_counted() -> None:
    assert as_text(checked()) == "Valid: 5 items in 2 files.\n"


def test_rules_are_counted_beside_items() -> None:
    assert as_text(Checked(1, 0, (), rules=2)) == "Valid: 2 rules in 1 file.\n"
    assert as_text(Checked(3, 5, (), rules=1)) == "Valid: 5 items and 1 rule in 3 files.\n"
    assert json.loads(as_json(Checked(1, 0, (), rules=2)))["rules"] == 2


def test_names_that_only_the_space_can_tell_are_counted_beside_the_verdict() -> None:
    assert "3 unpinned names not checked" in as_text(checked(unchecked=3))


def test_each_mistake_has_its_place_and_what_to_do() -> None:
    assert as_text(checked(mistake())) == ("state/a.yaml:4:2: no field 'x'; take 'y'\nInvalid: 1 mistake.\n")


def test_mistakes_are_told_in_the_order_of_their_places_whatever_order_they_came_in() -> None:
    late, early, elsewhere = mistake(9, "b"), mistake(1, "z"), mistake(2, "a", "state/b.yaml")
    assert mistakes_text([elsewhere, late, early]) == mistakes_text([early, late, elsewhere])
    assert [line.partition(": ")[0] for line in mistakes_text([elsewhere, late, early])] == [
        "state/a.yaml:1:2",
        "state/a.yaml:9:2",
        "state/b.yaml:2:2",
    ]


def test_equal_mistakes_are_one_line_with_their_number_and_first_places() -> None:
    (line,) = mistakes_text([mistake(n) for n in (4, 5, 6, 7)])
    assert line == (
        "state/a.yaml:4:2: no field 'x'; take 'y' (4 times, also at state/a.yaml:5:2, state/a.yaml:6:2, …)"
    )


def test_many_different_mistakes_are_cut_and_counted() -> None:
    lines = mistakes_text([mistake(n, f"what {n:03}") for n in range(SHOWN + 3)])
    assert (len(lines), lines[-1]) == (SHOWN + 1, "… and 3 more")


def test_programs_get_every_mistake_with_its_place() -> None:
    told = json.loads(as_json(checked(*(mistake(n, f"what {n}") for n in range(SHOWN + 3)))))
    assert (told["valid"], len(told["mistakes"])) == (False, SHOWN + 3)
    assert set(told["mistakes"][0]) == {"file", "line", "column", "what", "fix"}


def test_a_runner_gets_the_annotations_that_it_shows_and_the_text_for_the_log() -> None:
    told = as_github(checked(*(mistake(n, f"what {n}") for n in range(ANNOTATIONS + 4))))
    assert told.count("::error ") == ANNOTATIONS
    assert told.endswith("Invalid: 14 mistakes.\n")


def test_an_annotation_names_the_file_from_the_root_and_cannot_begin_another_command() -> None:
    told = annotation("board/", mistake(what="100%\n::error::x", file="state/a,b.yaml"))
    assert told.startswith("::error file=board/state/a%2Cb.yaml,line=4,col=2::")
    assert "\n" not in told
    assert "100%25" in told


@pytest.mark.parametrize(
    ("folder", "file", "name"),
    [
        ("", "state/a.yaml", "state/a.yaml"),
        ("board/", "state/a.yaml", "board/state/a.yaml"),
        ("board/", "../other/a.yaml", "other/a.yaml"),
        ("board/", "/tmp/a.yaml", "/tmp/a.yaml"),  # noqa: S108 - a name alone
    ],
)
def test_a_file_is_named_from_the_root_unless_it_is_outside(folder: str, file: str, name: str) -> None:
    assert path_in_repository(folder, file) == name
