"""The plan as the page's script reads it: items and texts once, cards in the order of the page."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.model import Held, HeldBy, Plan, Ref, Released, SideEffect, Why
from reconciler.render.groups import LEFT, block_groups, groups
from reconciler.render.html_cards import PAGE_ORDER, Cards, Strings, flags, item_base
from tests.render.plans import block, people, plan_with, priority, text, update

REPORTED = Held(HeldBy.POLICY, "report")


def page(plan: Plan, source: str = "") -> dict[str, Any]:
    return Cards(plan, groups(plan), block_groups(plan)).page(source)


def test_a_text_is_kept_once_and_known_by_its_number() -> None:
    strings = Strings()
    assert strings.each(["a", "b", "a"]) == [0, 1, 0]
    assert strings.all() == ["a", "b"]


def test_a_text_that_steers_is_made_safe_before_it_is_kept() -> None:
    strings = Strings()
    strings.add("\x1b[31mred")
    assert "\x1b" not in strings.all()[0]


def test_an_item_of_several_rows_is_described_once() -> None:
    plan = plan_with(update(1, priority(), text("x", "y")), update(2, priority()))
    assert [row[1] for row in page(plan)["items"]] == ["6300012301", "6300012302"]


def test_cards_come_in_the_order_of_the_page() -> None:
    effect = SideEffect("qa", "QA", ("1",), (), ("bo@example.com",))
    plan = plan_with(
        replace(update(1, text("call legal", "")), side_effects=(effect,)),
        update(2, priority(why=Why.CONFLICTING)),
        update(3, priority()),
        blocks=[block(1)],
        skipped=(update(4, priority(why=Why.DRIFT, held=REPORTED)),),
        released=(Released(Ref("story", 65), "notes", "Notes"),),
    )
    kinds = [card[0] for card in page(plan)["cards"]]
    assert kinds == [kind for kind in PAGE_ORDER if kind != LEFT]


def test_members_are_shown_as_those_that_come_and_go() -> None:
    made = page(plan_with(update(1, people(added=["ana@example.com"], removed=["bo@example.com"]))))
    kind, came, went = made["cards"][0][7]
    assert kind == "members"
    assert [made["strings"][n] for n in (*came, *went)] == ["ana@example.com", "bo@example.com"]


def test_the_same_rows_are_one_review_and_other_rows_another() -> None:
    one, other = (plan_with(update(1, priority(after=after))) for after in ("P0", "P3"))
    assert page(one)["review"] == page(one)["review"] != page(other)["review"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (priority(), []),
        (text("x", ""), ["to clear"]),
        (priority(held=REPORTED), ["skipped"]),
        (text("x", "", why=Why.CONFLICTING), ["to clear", "conflicting"]),
    ],
)
def test_a_row_answers_to_each_filter_that_it_is_about(change: Any, words: list[str]) -> None:
    assert flags(change) == words


@pytest.mark.parametrize(
    ("host", "space", "address"),
    [
        ("project.feishu.cn", "demo", "https://project.feishu.cn/demo"),
        ("127.0.0.1:8000", "demo", "http://127.0.0.1:8000/demo"),
        ("javascript:alert(1)", "demo", ""),
        ("project.feishu.cn", "../x", ""),
    ],
)
def test_items_are_linked_only_below_a_real_host_and_space(host: str, space: str, address: str) -> None:
    assert item_base(replace(plan_with(), host=host, space=space)) == address


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("https://github.com/org/repo/blob/abc", True),
        ("javascript:alert(1)//x/", False),
        ("https://github.com/org/repo?x=<b>", False),
    ],
)
def test_files_are_linked_only_below_an_address_of_the_web(source: str, kept: bool) -> None:  # noqa: FBT001 - a row
    assert page(plan_with(), source)["source"] == (source if kept else "")
