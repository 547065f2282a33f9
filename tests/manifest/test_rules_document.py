"""The shape of a file of rules: what is refused, and where."""

from __future__ import annotations

import pytest

from reconciler.manifest.loading import read_bytes

HEAD = "space: demo\ntype: story\n"
RULE = "rules:\n  - name: a\n    where: [priority = P0]\n    fields: {scale: S}\n"


def mistakes(text: str) -> list[str]:
    return list(map(str, read_bytes(text.encode(), "r.yaml")[1]))


def test_a_file_of_rules_is_read() -> None:
    document, wrong = read_bytes((HEAD + RULE).encode(), "r.yaml")
    assert wrong == []
    assert document
    assert document.items == ()
    (rule,) = document.rules
    assert (rule.name, rule.mode, rule.at_most, rule.once) == ("a", "check", None, False)
    assert [one.text for clause in rule.where for one in clause] == ["priority = P0"]


def test_any_of_several_conditions_is_one_clause() -> None:
    text = HEAD + RULE.replace("[priority = P0]", '[{any: ["priority = P0", "scale = S"]}, "due IS NULL"]')
    document, wrong = read_bytes(text.encode(), "r.yaml")
    assert wrong == []
    assert document
    assert [len(clause) for clause in document.rules[0].where] == [2, 1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + RULE + "items: [6300012345]\n", "r.yaml:7:1: a file has items or rules, not both"),
        (HEAD + RULE.replace("name: a", "name: A B"), "r.yaml:4:11: 'A B' cannot be the name of a rule"),
        (HEAD + RULE.replace("name: a", "why: b"), "r.yaml:4:5: no name"),
        (HEAD + RULE + "    mode: hold\n", "r.yaml:4:11: the rule a has no at_most"),
        (HEAD + RULE + "    mode: propose\n", "r.yaml:4:11: the rule a has no at_most"),
        (HEAD + RULE + "    mode: heal\n", "r.yaml:7:11: unknown word 'heal'"),
        (HEAD + RULE + "    at_most: many\n", "r.yaml:7:14: 'many' is not a whole number"),
        (HEAD + RULE + "    at_most: 0\n", "r.yaml:7:14: a rule that may select no item"),
        (HEAD + RULE + "    once: perhaps\n", "r.yaml:7:11: expected true or false, found text"),
        (HEAD + RULE + "    when: now\n", "r.yaml:7:5: no key 'when' on this map"),
        (HEAD + RULE.replace("    where: [priority = P0]\n", ""), "r.yaml:4:5: no where"),
        (HEAD + RULE.replace("[priority = P0]", "[]"), "r.yaml:4:11: the rule a has no condition"),
        (HEAD + RULE.replace("[priority = P0]", "[null]"), "r.yaml:5:13: expected a condition, found null"),
        (HEAD + RULE.replace("[priority = P0]", "[{any: []}]"), "r.yaml:5:19: an empty list"),
        (HEAD + RULE.replace("    fields: {scale: S}\n", ""), "r.yaml:4:11: the rule a desires nothing"),
        (HEAD + "rules: 3\n", "r.yaml:3:8: expected a list, found text"),
        ("space: demo\n" + RULE, "r.yaml:1:1: no type"),
    ],
)
def test_what_a_file_of_rules_may_not_be_is_told_with_its_place(text: str, told: str) -> None:
    assert any(one.startswith(told) for one in mistakes(text)), mistakes(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + RULE + "    mode: hold\n    at_most: many\n", "r.yaml:8:14: 'many' is not a whole number"),
        (HEAD + RULE.replace("[priority = P0]", "priority = P0"), "r.yaml:5:12: expected a list, found text"),
        (HEAD + RULE.replace("    where: [priority = P0]\n", ""), "r.yaml:4:5: no where"),
        (HEAD + RULE.replace("{scale: S}", "[scale]"), "r.yaml:6:13: expected a map"),
    ],
)
def test_what_is_there_and_wrong_is_told_once(text: str, told: str) -> None:
    (only,) = mistakes(text)
    assert only.startswith(told)
