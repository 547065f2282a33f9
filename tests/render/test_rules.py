"""One line a rule, in every view."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from reconciler.errors import Place
from reconciler.forge.github.annotations import plan_annotations
from reconciler.language import speaking
from reconciler.model import (
    Block,
    Held,
    HeldBy,
    Notified,
    NotifiedPerson,
    Plan,
    Ref,
    Released,
    RuleResult,
    Why,
)
from reconciler.plan.plan_file import dumps, load_plan, plan_file, plan_of
from reconciler.render.code_quality import plan_code_quality
from reconciler.render.groups import groups, why_line
from reconciler.render.html import plan_html
from reconciler.render.junit import plan_junit
from reconciler.render.markdown import plan_markdown
from reconciler.render.rules import emptied_rules, lacking, member_change, rule_state, rule_title
from reconciler.render.text import plan_text
from reconciler.render.verdict import plan_verdict
from tests.render.plans import plan_with, priority, update

AT = datetime(2026, 11, 28, tzinfo=UTC)
IDS = tuple(6300012300 + n for n in range(1, 5))
RULE = RuleResult("p0", "hold", "story", ("priority = P0",), (), Place("r.yaml", 4, 9), IDS, at_most=9)
MINE = ("p0",)
DRIFT = Held(HeldBy.POLICY, "report")


def plan(*rules: RuleResult) -> Plan:
    made = plan_with(
        update(1, priority(rules=MINE)),
        update(2, priority(rules=MINE, why=Why.NEWLY_SELECTED)),
        rules=rules or (RULE,),
    )
    skipped = update(3, priority(rules=MINE, why=Why.DRIFT, held=DRIFT))
    block = Block(Ref("story", IDS[3]), "T", "x", "X", "it is odd", "mend it", Place("r.yaml", 5, 1), MINE)
    return replace(made, skipped=(skipped,), blocks=(block,))


STATE = "4 selected, 2 to change, 1 newly selected, 1 skipped (drift), 1 blocked"


def test_a_rule_tells_what_becomes_of_its_members() -> None:
    assert rule_title(RULE) == "rule p0 (hold)"
    assert rule_title(replace(RULE, once=True)) == "rule p0 (hold, once)"
    assert rule_state(plan(), RULE) == STATE


def test_every_view_shows_the_rule() -> None:
    made = plan_file(plan(), AT)
    assert f"rule p0 (hold): {STATE}   r.yaml:4:9\n" in plan_text(plan())
    markdown = plan_markdown(plan(), made)
    assert "#### Rules" in markdown
    assert "| rule p0 (hold) | " in markdown.replace("`", "")
    assert STATE in markdown
    assert STATE in plan_html(plan(), made)
    assert f'name="rule p0 (hold): {STATE}"' in plan_junit(plan())
    assert f'"description": "rule p0 (hold): {STATE}"' in plan_code_quality(plan())
    assert f"::notice file=r.yaml,line=4,col=9,title=rule p0 (hold)::{STATE}\n" in plan_annotations(plan())
    assert made.rules[0].selected == len(RULE.ids)


def test_a_blocked_rule_is_in_the_verdict_and_in_every_view() -> None:
    blocked = replace(RULE, blocked="it selects 50 items, and may select 9")
    assert "1 rule blocked" in plan_verdict(plan(blocked))
    assert "rule p0 (hold): blocked: it selects 50 items, and may select 9" in plan_text(plan(blocked))
    assert "rule p0: it selects 50 items" in plan_code_quality(plan(blocked), "")
    assert 'type="blocked"' in plan_junit(plan(blocked))
    line = "::warning file=r.yaml,line=4,col=9,title=rule p0 (hold)::blocked: it selects 50 items"
    assert line in plan_annotations(plan(blocked))


def test_a_rule_whose_members_are_in_sync_is_no_finding() -> None:
    made = replace(plan_with(rules=(RULE,)), whole=True)
    assert "rule p0" not in plan_code_quality(made)
    assert "rule p0" not in plan_annotations(made)
    assert 'name="rule p0 (hold): 4 selected, in sync"' in plan_junit(made)


def test_a_plan_of_a_part_does_not_say_that_all_members_are_in_sync() -> None:
    assert rule_state(plan_with(rules=(RULE,)), RULE) == "4 selected"


def test_an_emptied_rule_is_a_warning() -> None:
    made = plan_with(rules=(replace(RULE, ids=(), before=12),))
    said = "0 selected, 12 at the last apply"
    assert f"::warning file=r.yaml,line=4,col=9,title=rule p0 (hold)::{said}" in plan_annotations(made)
    assert f"rule p0 (hold): {said}" in plan_code_quality(made)


def test_reports_of_gitlab_say_who_may_be_notified() -> None:
    people = Notified(1, (NotifiedPerson("7310000000000000002", "bo@example.com", 2),))
    made = replace(plan(), notified=people)
    said = "May notify 1 person: bo@example.com (2 items)."
    assert said in plan_code_quality(made)
    assert said in plan_junit(made)


@pytest.mark.parametrize(
    ("by", "words"), [(HeldBy.RULE_CHECKS, "1 violation"), (HeldBy.RULE_PROPOSES, "1 proposal")]
)
def test_what_a_rule_only_reports_is_counted_apart(by: HeldBy, words: str) -> None:
    made = replace(plan_with(), skipped=(update(1, priority(rules=MINE, held=Held(by))),), rules=(RULE,))
    assert words in plan_verdict(made)
    assert "skipped" not in plan_verdict(made)
    (group,) = groups(made)
    assert group.why.endswith("rule p0")


def test_who_made_a_violation_is_told_where_somebody_is_known() -> None:
    row = priority(rules=MINE, held=Held(HeldBy.RULE_CHECKS), by="unknown")
    assert why_line([row]) == "violates rule p0"
    assert why_line([replace(row, by="bo@example.com")]) == "violates rule p0: bo@example.com"
    assert why_line([replace(row, held=DRIFT)]) == "skipped (drift: report), rule p0: unknown"


def test_what_rules_report_is_told_in_the_language_of_the_view() -> None:
    held = Held(HeldBy.RULE_CHECKS)
    made = replace(plan_with(), skipped=(update(1, priority(rules=MINE, held=held)),), rules=(RULE,))
    with speaking("zh-CN"):
        assert "1 处违反" in plan_verdict(made)
        told = plan_markdown(made, plan_file(made, AT))
    assert "| 规则 | 工作项 | 条件 | 位置 |" in told
    assert "#### 已跳过" in told


def test_a_rule_without_members_that_had_some_is_told_first() -> None:
    gone = replace(RULE, ids=(), before=12)
    made = plan_with(rules=(gone,))
    assert list(emptied_rules(made)) == ["rule p0 selects no item now, and had 12 members"]
    assert plan_text(made).startswith("rule p0 selects no item now, and had 12 members\n")
    assert rule_state(made, gone) == "0 selected, 12 at the last apply"


def test_rows_of_different_rules_are_different_groups() -> None:
    one, other = update(1, priority(rules=("a",))), update(2, priority(rules=("b",)))
    assert len(groups(plan_with(one, other))) == 2
    assert [group.why for group in groups(plan_with(one))] == ["rule a"]


def test_a_row_that_a_file_decides_says_so() -> None:
    row = update(1, priority(outranked=Place("r.yaml", 4, 9)))
    assert "the file decides (r.yaml:4:9)" in plan_text(plan_with(row))


def test_members_that_left_are_counted_at_their_rule() -> None:
    gone = tuple(Released(Ref("story", one), "x", "X", "p0") for one in (7, 8))
    made = replace(plan_with(rules=(RULE,)), released=gone)
    assert rule_state(made, RULE) == "4 selected, 2 released"
    assert "  . demo/story/7  X released: left rule p0\n" in plan_text(made)
    data = plan_file(made, AT)
    assert [one.rule for one in data.released] == ["p0", "p0"]
    assert plan_of(data).released == gone
    assert load_plan(dumps(data)) == data


def test_what_a_member_lacks_is_listed() -> None:
    found = lacking(plan(), RULE)
    assert found[Ref("story", IDS[3])] == ["X blocked: it is odd"]
    assert len(found[Ref("story", IDS[0])]) == 1
    assert set(found) == {Ref("story", one) for one in IDS}
    with speaking("zh-CN"):
        assert member_change(priority("(empty)")) == "（空） → P0"
