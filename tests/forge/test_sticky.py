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


ROOT = "root=abc "
SEVERAL = f"<!-- reconciler:plan v1 space=_several_ id=9 {ROOT}digest=3 truncated=false -->\n"
BOTH = f"{SEVERAL}### Plan for demo, mobile\n### Plan for demo\n### Plan for mobile\n"


def alone(space: str, root: str = ROOT, kind: str = "plan") -> str:
    marker = f"<!-- reconciler:{kind} v1 space={space} id={space} {root}digest=3 truncated=false -->"
    return f"{marker}\n### Plan for {space}\n"


def test_a_text_about_one_space_goes_on_as_that_of_several_with_it_and_the_other_way_round() -> None:
    one, several = text(7, alone("demo")), text(8, BOTH)
    assert find_comment([one], BOTH) == Found(one, ())
    assert find_comment([several], alone("demo")) == Found(several, ())


def test_a_text_about_the_same_spaces_comes_first_and_the_others_are_outdated() -> None:
    demo, mobile, several = text(9, alone("demo")), text(7, alone("mobile")), text(8, BOTH)
    assert find_comment([demo, mobile, several], BOTH) == Found(several, (mobile, demo))
    assert find_comment([demo, mobile, several], alone("demo")) == Found(demo, (several,))


def test_a_text_about_other_spaces_files_or_things_stays_beside_that_of_several() -> None:
    others = [alone("shop"), alone("demo", "root=other "), alone("demo", kind="drift"), alone("demo", "")]
    texts = [text(number, body) for number, body in enumerate(others)]
    assert find_comment(texts, BOTH) == Found(None, ())
    assert find_comment([text(7, BOTH)], alone("shop")) == Found(None, ())
    assert find_comment([text(7, BOTH, ours=False)], alone("demo")) == Found(None, ())
