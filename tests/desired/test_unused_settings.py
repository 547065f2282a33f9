"""A name in the settings that means nothing is a mistake; what the pins do not hold is not judged."""

from __future__ import annotations

import pytest

from reconciler.desired.unused_settings import meaningless
from reconciler.manifest.parsing import read_tree
from tests.desired.demo_pins import demo_catalog


def found(text: str, space: str = "demo") -> list[str]:
    tree = read_tree(text.encode(), "s.yaml")
    assert tree.mistakes == []
    assert tree.root is not None
    return [str(one) for one in meaningless(tree.root, {space: demo_catalog()})]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("drift: {story: {priorty: heal}}", "no field 'priorty' on story; did you mean 'priority'?"),
        ("drift: {stroy: {priority: heal}}", "no type 'stroy' on demo; did you mean 'story'?"),
        (
            "drift: {story: heal}",
            "a policy for all of story, which nothing reads; write {field: heal}, or `default`",
        ),
        ("fields: {story: {cutoverr: {kind: day}}}", "no field 'cutoverr' on story; did you mean 'cutover'?"),
        ("fields: {stroy: {cutover: {kind: day}}}", "no type 'stroy' on demo; did you mean 'story'?"),
        ("ignore: [{type: story, field: priorty}]", "no field 'priorty' on story; did you mean 'priority'?"),
        ("windows: [{deny: {}, types: [stroy]}]", "no type 'stroy' on demo; did you mean 'story'?"),
        ("windows: [{deny: {}, types: stroy}]", "no type 'stroy' on demo; did you mean 'story'?"),
        ("ignore: [{type: stroy, field: priority}]", "no type 'stroy' on demo; did you mean 'story'?"),
    ],
)
def test_a_setting_for_a_name_that_means_nothing_is_a_mistake(text: str, message: str) -> None:
    (told,) = found(f"spaces:\n  demo:\n    {text}\n")
    assert told.startswith("s.yaml:3:")
    assert told.endswith(f": {message}")


@pytest.mark.parametrize(
    "text",
    [
        "drift: {default: heal, story: {priority: heal, QA: warn, Notes: ask}}",
        "fields: {Story: {field_0e381c: {kind: day}}}",
        "ignore: [{type: story, field: RD}, {type: issue, field: steps}]",
    ],
)
def test_a_name_may_be_a_key_an_alias_or_a_shown_name_of_a_field_or_a_role(text: str) -> None:
    assert found(f"spaces:\n  demo:\n    {text}\n") == []


def test_a_space_without_pins_is_not_judged() -> None:
    slip = "spaces:\n  demo:\n    drift: {stroy: {priorty: heal}}\n"
    assert len(found(slip)) == 1
    assert found(slip, space="another") == []


def test_a_member_of_a_group_is_an_e_mail_a_user_key_or_a_name_of_the_map() -> None:
    known = "people: {ana: ana@example.com, key: '7310000000000000001', team: [ana, bo@example.com]}\n"
    assert found(known) == []
    assert found(known.replace("[ana,", "[anna,")) == [
        "s.yaml:1:67: no person 'anna' on people; did you mean 'ana'?"
    ]
