"""Mistakes that people really write, with their messages; and objections to changes of live values.

`python -m tests.fields.test_refusals` writes the golden file anew; read its difference as a user would.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.fields import codec_for
from reconciler.fields.spec import FieldSpec, Option
from reconciler.fields.values import Wrong, desired_value
from reconciler.manifest.nodes import AuthoredMap
from reconciler.manifest.parsing import read_tree
from tests.fields import fieldspace as space
from tests.fields.fieldspace import ANA, BO, GONE, ITEMS, PEOPLE, codec, node_of

SPECS = {one.key: one for one in vars(space).values() if isinstance(one, FieldSpec)}
GOLDEN = Path(__file__).with_name("refusals.golden")


def golden_cases() -> Iterator[tuple[str, list[str]]]:
    """Each case of the file: one line of YAML, and below it what is said, with its place."""
    for case in GOLDEN.read_text(encoding="utf-8").split("\n\n"):
        line, *said = case.strip("\n").split("\n")
        yield line, [one.strip() for one in said]


@pytest.mark.parametrize(
    ("line", "said"), list(golden_cases()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_slip_is_told_with_its_place_and_what_to_do(line: str, said: list[str]) -> None:
    assert refused(line) == said


def refused(line: str) -> list[str]:
    """Return the mistakes in the value of a line of YAML."""
    tree = read_tree(line.encode(), "a.yaml")
    assert tree.mistakes == []
    assert isinstance(tree.root, AuthoredMap)
    ((key, node),) = tree.root.items()
    with pytest.raises(Wrong) as caught:
        codec(SPECS[key]).parse(node)
    return [str(one).removeprefix("a.yaml:") for one in caught.value.mistakes]


def test_the_golden_file_tries_every_field_type() -> None:
    tried = {SPECS[line.split(":", 1)[0]].type for line, _ in golden_cases()}
    assert tried == {case.spec.type for case in space.CASES}


@pytest.mark.parametrize(
    ("spec", "written", "value"),
    [
        (space.NOTES, "1.10", "1.10"),
        (space.NOTES, "0123", "0123"),
        (space.NOTES, "no", "no"),
        (space.NOTES, "2026-12-01", "2026-12-01"),
        (space.NOTES, '"#123"', "#123"),
        (space.NOTES, "a # said", "a"),
        (space.PRIORITY, "no", "a1b2"),
        (space.PRIORITY, "1.10", "a1b3"),
        (space.PRIORITY, '"null"', "a1b4"),
        (space.PRIORITY, "null", None),
        (space.PRIORITY, "option_2", "option_2"),
        (space.PRIORITY, "{id: option_1}", "option_1"),
        (space.PRIORITY, "Old", "a1b8"),
        (space.PRIORITY, "支付、退款", "a1b9"),
        (space.POINTS, "3.0", 3),
        (space.POINTS, "1e3", 1000),
        (space.HOTLINE, "+86 138 0000 0000", "+8613800000000"),
        (space.HOTLINE, "010-1234567", "010-1234567"),
        (space.PLATFORM, "[]", frozenset()),
        (space.PLATFORM, "null", frozenset()),
        (space.AREA, "Europe/France/Lyon", ("eu", "fr", "ly")),
        (space.AREA, "Lyon", ("eu", "fr", "ly")),
        (space.AREA, "Europe / Italy / South", None),
        (space.AREA, "[Europe, Italy, South]", ("eu", "it2", "so")),
        (space.AREA, "[{id: eu}, Italy / South]", ("eu", "it")),
        (space.AREA, "{id: pa2}", ("us", "pa2")),
        (space.LEAF_AREA, "USA / Paris", ("us", "pa2")),
        (space.BUSINESS, "Europe / France", None),
        (space.BUSINESS, "Lyon", "ly"),
        (space.REVIEWER, "ANA@Example.com", ANA),
        (space.REVIEWER, "ana", ANA),
        (space.REVIEWER, "7999999999999999999", "7999999999999999999"),
        (space.WATCHERS, "[payments]", frozenset({ANA, BO})),
        (space.SPRINT, '[{name: "26-12"}, 6300012346]', frozenset({6290075691, 6300012346})),
        (space.SPRINT, '[{type: sprint, name: "26-12"}]', frozenset({6290075691})),
    ],
)
def test_a_value_is_read_by_its_fields_type_and_not_by_a_guess(
    spec: FieldSpec, written: str, value: Any
) -> None:
    node = node_of(f"v: {written}\n")
    if value is None and written != "null":
        with pytest.raises(Wrong, match="matches several options"):
            codec(spec).parse(node)
        return
    assert codec(spec).parse(node) == value


LATER = replace(space.PRIORITY, options=(Option("option_1", "P0"), Option("option_2", "P1", disabled=True)))
SET_LATER = replace(LATER, key="set", type="multi_select")
TREE_LATER = replace(
    space.AREA, options=(Option("eu", "Europe", disabled=True, children=(Option("fr", "France"),)),)
)
PEOPLE_LATER = replace(PEOPLE, gone=frozenset({BO}))


def option(one: str) -> dict[str, str]:
    return {"value": one}


def path(*ids: str) -> dict[str, Any] | None:
    return {"value": ids[0], "children": path(*ids[1:])} if ids else None


@pytest.mark.parametrize(
    ("spec", "live", "after", "reason"),
    [
        (LATER, None, option("option_1"), None),
        (LATER, None, option("option_2"), "option 'P1' of Priority is disabled"),
        (LATER, None, option("option_3"), "option option_3 of Priority was removed"),
        (LATER, option("option_2"), None, None),
        (SET_LATER, [option("option_2")], [option("option_2"), option("option_1")], None),
        (SET_LATER, [], [option("option_2"), option("option_1")], "option 'P1' of Priority is disabled"),
        (SET_LATER, [option("gone")], [option("option_1")], None),
        (SET_LATER, [], [option("gone")], "option gone of Priority was removed"),
        (TREE_LATER, None, path("eu", "fr"), "option 'Europe' of Area is disabled"),
        (TREE_LATER, None, path("eu", "it"), "option Europe / it of Area was removed"),
        (
            replace(TREE_LATER, type="tree_multi_select"),
            [path("eu")],
            [path("eu"), path("eu", "fr")],
            "disabled",
        ),
        (replace(TREE_LATER, type="tree_multi_select"), [path("eu", "fr")], [path("eu", "fr")], None),
        (replace(TREE_LATER, type="business"), None, "fr", "option 'Europe' of Area is disabled"),
        (replace(TREE_LATER, type="business"), "fr", "zz", "option zz of Area was removed"),
        (space.REVIEWER, ANA, GONE, "left@example.com is no longer active"),
        (space.REVIEWER, GONE, None, None),
        (space.REVIEWER, ANA, BO, "Bo@Example.com no longer exists"),
        (space.WATCHERS, [GONE], [GONE, ANA], None),
        (space.WATCHERS, [ANA], [GONE, ANA], "left@example.com is no longer active"),
        (space.PM, [ANA], [GONE, ANA], "Pm accepts one person"),
        (
            space.ROWS,
            [],
            [[{"field_key": "field_who", "field_value": [GONE]}]],
            "left@example.com is no longer active",
        ),
        (
            space.ROWS,
            [[{"field_key": "field_new", "field_value": 1}]],
            [[{"field_key": "field_env", "field_value": "a"}]],
            "the rows hold field_new, which a write would lose",
        ),
        (
            space.KEYED,
            [
                [{"field_key": "field_env", "field_value": "a"}],
                [{"field_key": "field_env", "field_value": "a"}],
            ],
            [[{"field_key": "field_env", "field_value": "a"}]],
            'several live rows are "a", and the key should be unique',
        ),
    ],
)
def test_what_the_world_did_blocks_a_change_and_what_already_stands_does_not(
    spec: FieldSpec, live: Any, after: Any, reason: str | None
) -> None:
    bound = codec_for(spec, PEOPLE_LATER, ITEMS)
    said = bound.objection(bound.decode(live), bound.decode(after).value)
    assert (said is None) if reason is None else (said is not None and reason in said)


# -- forms on the wire -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "written", "sent"),
    [
        (space.NOTES, "null", ""),
        (space.POINTS, "5", 5),
        (space.POINTS, "0.5", 0.5),
        (space.RATE, "50", 0.5),
        (space.DUE, "2024-07-29", 1722182400000),
        (space.CUTOVER, "2024-07-29T10:29:43+08:00", 1722220183000),
        (
            space.SCHEDULE,
            "{start: 2024-07-29, end: 2024-07-30}",
            {"start_time": 1722182400000, "end_time": 1722355199999},
        ),
        (space.PRIORITY, "P1", {"value": "option_2"}),
        (space.PLATFORM, "[P1, P0]", [{"value": "option_1"}, {"value": "option_2"}]),
        (
            space.AREA,
            "[Europe, France]",
            {
                "value": "eu",
                "label": "Europe",
                "children": {"value": "fr", "label": "France", "children": None},
            },
        ),
        (space.BUSINESS, "USA", "us"),
        (space.REVIEWER, "ana@example.com", ANA),
        (space.PARENT, "6300012345", 6300012345),
        (space.SPRINT, "[9, 8]", [8, 9]),
        (space.DOCS, '["https://x.feishu.cn/wiki/AbC"]', ["https://x.feishu.cn/wiki/AbC"]),
        (
            space.ROWS,
            "[{env: row 1, when: 2024-07-31}, {env: row 2, when: null}]",
            [
                [
                    {"field_key": "field_env", "field_value": "row 1"},
                    {"field_key": "field_when", "field_value": 1722355200000},
                ],
                [{"field_key": "field_env", "field_value": "row 2"}],
            ],
        ),
    ],
)
def test_a_value_is_sent_in_the_form_of_the_manual(spec: FieldSpec, written: str, sent: Any) -> None:
    bound = codec(spec)
    assert bound.encode(desired_value(bound.parse(node_of(f"v: {written}\n")), bound.empty)) == sent


if __name__ == "__main__":
    cases = ("\n    ".join((line, *refused(line))) for line, _ in golden_cases())
    GOLDEN.write_text("\n\n".join(cases) + "\n", encoding="utf-8")
