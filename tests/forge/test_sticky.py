"""One text that is kept up to date: found by its author and by the marker at its very beginning."""

from __future__ import annotations

from reconciler.forge.sticky import Found, Text, find_comment

BODY = "<!-- reconciler:plan v1 space=demo digest=2 truncated=false -->\n### Plan of demo\n"


def text(number: int, body: str = BODY, *, ours: bool = True) -> Text:
    return Text(number, f"node-{number}", ours, body)


def test_the_newest_of_ours_is_written_anew_and_the_others_are_outdated() -> None:
    one, two, three = text(7), text(9, BODY.replace("digest=2", "digest=1")), text(8)
    assert find_comment([two, one, three], BODY) == Found(two, (one, three))


def test_a_marker_of_somebody_else_is_none() -> None:
    assert find_comment([text(1, ours=False)], BODY) == Found(None, ())


def test_a_marker_that_is_quoted_is_none() -> None:
    assert find_comment([text(1, f"> {BODY}"), text(2, f"\n{BODY}")], BODY) == Found(None, ())


def test_a_text_of_another_space_is_left_alone() -> None:
    other = BODY.replace("space=demo", "space=demo2")
    assert find_comment([text(1, other)], BODY) == Found(None, ())


def test_a_failure_that_named_no_space_is_outdated_by_any_later_text() -> None:
    nameless = text(1, BODY.replace("space=demo", "space="))
    assert find_comment([nameless], BODY) == Found(None, (nameless,))
