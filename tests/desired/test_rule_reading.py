"""Rules by the names and codecs of their type: everything wrong is a mistake with its place."""

from __future__ import annotations

import pytest

from reconciler.desired.claims import Desire, DesiredState, desired_state
from reconciler.desired.item_rules import Bounds, Following, Relative
from reconciler.fields.conditions import AnyOf, Comparison
from reconciler.fields.values import Rule
from reconciler.manifest.nodes import Manifest
from tests.desired.demo_pins import demo_catalog, document

DUE, POINTS = "field_2fbca6", "field_3724e6"


def read(where: str, fields: str, *more: str, type_: str = "story") -> DesiredState:
    lines = "".join(f"    {one}\n" for one in more)
    text = (
        f"space: demo\ntype: {type_}\nrules:\n  - name: a\n    where: {where}\n    fields: {fields}\n{lines}"
    )
    return desired_state(Manifest((document(text, "r.yaml"),)), demo_catalog())


def told(state: DesiredState) -> list[str]:
    return list(map(str, state.mistakes))


def test_conditions_and_values_are_read_by_type() -> None:
    state = read(
        '["priority HAS ANY OF P0, P1", "status != Done"]', "{watchers: {contains: [ana@example.com]}}"
    )
    assert told(state) == []
    (rule,) = state.rules
    assert rule.conditions == (
        Comparison("priority", "HAS ANY OF", "set", ("option_0", "option_1")),
        Comparison("work_item_status", "!=", "set", ("end",)),
    )
    assert rule.fields[0].value == Rule(frozenset({"7310000000000000001"}), frozenset())
    assert set(rule.keys) == {"priority", "work_item_status", "watchers"}


def test_any_of_several_conditions_is_one_condition() -> None:
    (rule,) = read('[{any: [priority = P0, "due IS NULL"]}]', "{scale: S}").rules
    assert isinstance(rule.conditions[0], AnyOf)
    assert [one.key for one in rule.conditions[0].parts] == ["priority", DUE]


def test_ranges_and_relations_are_values_of_rules() -> None:
    (rule,) = read(
        "[priority = P0]", "{due: {max: {days: 14, after: created}}, story_points: {min: 1, max: 5}}"
    ).rules
    due, points = rule.fields
    assert due.value == Bounds(most=Relative(14, "created_at", "created"))
    assert isinstance(points.value, Bounds)
    (bug,) = read("[priority = P0]", "{business: {from: _field_linked_story}}", type_="issue").rules
    assert bug.fields[0].value == Following("_field_linked_story", "Story")
    assert bug.fields[0].reads == ("_field_linked_story",)


@pytest.mark.parametrize(
    ("where", "fields", "more", "what"),
    [
        (
            "[priorty = P0]",
            "{scale: S}",
            (),
            "r.yaml:5:13: no field 'priorty' on story; did you mean 'priority'",
        ),
        ("[priority = P9]", "{scale: S}", (), "r.yaml:5:24: no option 'P9' on Priority"),
        ("[priority ~ P0]", "{scale: S}", (), "r.yaml:5:13: ~ does not fit 'priority'"),
        ('["docs IS NULL"]', "{scale: S}", (), "r.yaml:5:13: Docs cannot be searched"),
        ('["schedule IS NULL"]', "{scale: S}", (), "r.yaml:5:13: Schedule cannot be searched"),
        ("[nonsense]", "{scale: S}", (), "r.yaml:5:13: 'nonsense' is no condition"),
        ("[priority =]", "{scale: S}", (), "r.yaml:5:23: a condition without a value"),
        ("[status = Doing]", "{scale: S}", (), "r.yaml:5:22: no state 'Doing' on story"),
        ("[due > soon]", "{scale: S}", (), "r.yaml:5:19: expected a day for a condition"),
        ("[priority = P0]", "{scal: S}", (), "r.yaml:6:14: no field 'scal' on story"),
        ("[priority = P0]", "{scale: XXL}", (), "r.yaml:6:21: no option 'XXL' on Scale"),
        ("[priority = P0]", "{scale: null}", (), "r.yaml:6:21: null in a rule; a rule empties nothing"),
        ("[priority = P0]", "{platform: []}", (), "r.yaml:6:24: [] in a rule; a rule empties nothing"),
        ("[priority = P0]", "{due: {max: null}}", (), "r.yaml:6:25: null as the max of Due"),
        ("[priority = P0]", "{scale: {max: S}}", (), "r.yaml:6:21: Scale has no max or min"),
        (
            "[priority = P0]",
            "{story_points: {max: 1, min: 2}}",
            (),
            "r.yaml:6:28: the min of Story points is above",
        ),
        (
            "[priority = P0]",
            "{due: {max: {days: x, after: created}}}",
            (),
            "r.yaml:6:32: expected a number of days",
        ),
        ("[priority = P0]", "{due: {max: {days: 1, after: scale}}}", (), "r.yaml:6:42: Scale is not a date"),
        ("[priority = P0]", "{due: {max: {days: 1}}}", (), "r.yaml:6:25: expected one of after and before"),
        (
            "[priority = P0]",
            "{due: {max: {days: 1, after: cutover, before: created}}}",
            (),
            "r.yaml:6:25: expected one of after and before, found both",
        ),
        (
            "[priority = P0]",
            "{due: {max: {days: -1, after: created}}}",
            (),
            "r.yaml:6:32: expected a number of days for Due, found '-1'; write {days: 14, before: created}",
        ),
        (
            '["roles.RD IS NULL"]',
            "{}",
            ("roles: {RD: [nobody@example.com]}",),
            "r.yaml:7:13: the rule a sets RD, which its own condition reads",
        ),
        ("[priority = P0]", "{due: {most: 2026-01-01}}", (), "r.yaml:6:19: "),
        ("[priority = P0]", "{scale: {from: priority}}", (), "r.yaml:6:28: Priority is not a relation"),
        (
            "[priority = P0]",
            "{priority: P1}",
            (),
            "r.yaml:6:14: the rule a sets Priority, which its own condition",
        ),
        ("[priority = P0]", '{notes: ""}', (), "an empty value for Notes in a rule; a rule empties nothing"),
        ("[people HAS ANY OF ana@example.com]", "{watchers: [bo@example.com]}", (), "which `people` reads"),
        ('["updated_at < 2026-01-01"]', "{scale: S}", (), "reads updated_at, which every write changes"),
        (
            "[priority = P0]",
            "{due: {max: {days: 1, after: cutover}}, cutover: 2026-01-01T00:00:00Z}",
            (),
            "Due rests on",
        ),
    ],
)
def test_what_a_rule_may_not_say_is_told(where: str, fields: str, more: tuple[str, ...], what: str) -> None:
    state = read(where, fields, *more)
    assert any(what in one for one in told(state)), told(state)
    assert state.rules == ()


def test_once_lets_a_rule_set_what_its_condition_reads() -> None:
    state = read("[priority = P0]", "{priority: P1}", "once: true")
    assert told(state) == []
    assert state.rules[0].once


def test_two_rules_of_one_name_are_a_mistake_that_names_both_places() -> None:
    one = "space: demo\ntype: story\nrules:\n  - {name: a, where: [priority = P0], fields: {scale: S}}\n"
    documents = (document(one, "a.yaml"), document(one, "b.yaml"))
    state = desired_state(Manifest(documents), demo_catalog())
    assert told(state) == [
        "b.yaml:4:12: a second rule named a: the first is at a.yaml:4:12; give it another name"
    ]


def test_items_are_named_in_conditions_by_their_pins() -> None:
    state = read('[planning_release HAS ANY OF "No such"]', "{scale: S}")
    assert len(state.mistakes) == 1
    assert [name for _, name in state_mentions('planning_release HAS ANY OF "Web 8.1"')] == ["Web 8.1"]


def state_mentions(condition: str) -> set[tuple[str, str]]:
    desire = Desire(demo_catalog())
    quoted = condition.replace('"', '\\"')
    text = f'space: demo\ntype: story\nrules:\n  - {{name: a, where: ["{quoted}"], fields: {{scale: S}}}}\n'
    desire.take(document(text, "r.yaml"))
    return desire.mentions.targets
