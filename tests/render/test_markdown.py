"""A plan as a comment: in the order of reviewers, within the limit, and deaf to what values say."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from reconciler.model import GuardResult, Plan, Why
from reconciler.render.markdown import LIMIT, plan_markdown
from reconciler.render.verdict import plan_verdict
from tests.render.plans import (
    HOSTILE,
    block,
    hostile_plan,
    people,
    plan_with,
    plans,
    priority,
    saved,
    text,
    update,
)

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = {
    "h3",
    "h4",
    "p",
    "strong",
    "em",
    "ul",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "code",
    "pre",
    "details",
    "summary",
    "sub",
    "del",
    "ins",
}
LIVELY = re.compile(r"@|#\d|://|www\.|javascript:|\b[0-9a-f]{7}|[:]\w+:|GH-\d|[<>`|*_\[\]~$]")


class Seen(HTMLParser):
    """What a browser would make of the page: elements, comments, and text outside `code` and `pre`."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[object] = []
        self.comments: list[str] = []
        self.open: list[str] = []
        self.loose = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        if not {"code", "pre"} & set(self.open):
            self.loose += data


def shown(plan: Plan, limit: int = LIMIT) -> str:
    return plan_markdown(plan, saved(plan), limit=limit)


def hold_to_ours(comment: str) -> None:
    seen = Seen(MARKDOWN.render(comment))
    assert set(seen.elements) <= OURS
    assert set(seen.attributes) <= {("class", "language-yaml")}
    assert seen.open == []
    assert [one.split()[0] for one in seen.comments] == ["reconciler:plan"]
    assert not LIVELY.search(seen.loose), LIVELY.search(seen.loose)


def test_reads_in_the_order_of_a_review() -> None:
    plan = plan_with(
        update(0, priority(why=Why.CHANGED_HERE), text("call legal", "", why=Why.CHANGED_HERE)),
        update(1, priority("P2", why=Why.DRIFT, by="bo@example.com", at="2026-11-21 14:02")),
        update(2, priority("P3", why=Why.CONFLICTING)),
        blocks=[block(0)],
        notes=("option P1 was renamed",),
        settings_changes=("guards.clears 10 → 0",),
        guards=(GuardResult("clears", "0 fields", "1 fields", ok=False),),
    )
    parts = [
        "<!-- reconciler:plan v1 space=demo id=",
        "- **Settings changed**: `guards.clears 10 → 0`",
        "**Plan: 3 items to update (4 fields, 1 cleared, 1 healed)",
        "guards: {allow: [{clears: 1, why: …}]}",
        "Conflicting: changed here *and* in Meegle (1 field)",
        "Blocked (1)",
        "Fields to clear (1 field)",
        "Drift: changed in Meegle (1 field)",
        "bo@example.com, 2026-11-21 14:02",
        "Changes (1 field)",
        "option P1 was renamed",
        "Item by item",
        "<details>",
    ]
    comment = shown(plan)
    found = [comment.index(part) for part in parts]
    assert found == sorted(found)
    assert found[0] == 0


def test_says_no_changes_and_nothing_else_of_an_empty_plan() -> None:
    comment = shown(plan_with())
    assert "No changes. Live work items match the desired state." in comment
    assert "####" not in comment
    assert "truncated=false" in comment


def test_puts_identical_changes_in_one_row() -> None:
    plan = plan_with(*(update(n, priority()) for n in range(212)))
    (row,) = re.findall(
        r"^\| Priority \| `P1` → `P0` \| – \| \*\*212 items\*\*.*$", shown(plan), re.MULTILINE
    )
    assert row.endswith("and 207 more |")


def test_shows_members_that_come_and_go_and_not_the_whole_list() -> None:
    plan = plan_with(update(0, people(added=["ana@example.com"], removed=["bo@example.com"])))
    assert "| Watchers | + `ana@example.com`, − `bo@example.com` | – |" in shown(plan)


def test_shows_a_long_text_word_by_word() -> None:
    long = "The regulator asks for an export of the audit log every {}."
    comment = shown(plan_with(update(0, text(long.format("quarter"), long.format("month")))))
    assert "every <del>quarter</del><ins>month</ins>." in comment


def test_tells_what_differs_inside_a_row() -> None:
    one, two = (
        [[{"field_key": "env", "field_value": "prod"}, {"field_key": "n", "field_value": n}]] for n in (1, 2)
    )
    change = replace(priority(), type="compound_field", before=one, after=two)
    assert "- `row 1, n: 1 → 2`" in shown(plan_with(update(0, change)))


def test_names_a_role_that_the_service_may_move_back() -> None:
    assert "may go back to the space's default (locked role)" in shown(hostile_plan("QA"))


@pytest.mark.parametrize("count", [1, 100, 1_000, 10_000])
@pytest.mark.parametrize("alike", [True, False])
def test_keeps_the_limit_and_counts_every_row_that_it_cuts(count: int, alike: bool) -> None:  # noqa: FBT001
    plan = plan_with(
        *(update(n, priority() if alike else text("x" * 40, f"{n} {'y' * 90}")) for n in range(count))
    )
    made = saved(plan)
    comment = plan_markdown(plan, made, artifact="plan-demo")
    assert len(comment) <= LIMIT
    assert f"digest={made.digest}" in comment
    assert plan_verdict(plan) in comment
    details = comment.count("<details>")
    cut = re.search(r"\*(\d+) of (\d+) items not shown", comment)
    assert details + (int(cut[1]) if cut else 0) == count
    groups = len(re.findall(r"^\| (?:Notes|Priority) .*`demo/story/\d+`.* \|$", comment, re.MULTILINE))
    lost = re.search(r"\*(\d+) of (\d+) grouped changes not shown", comment)
    assert groups + (int(lost[1]) if lost else 0) == (1 if alike else count)
    assert ("truncated=true" in comment) == bool(cut or lost) == ("artifact `plan-demo`" in comment)


@given(plans, st.integers(3_000, 9_000))
def test_keeps_any_limit_that_its_frame_fits_in(plan: Plan, limit: int) -> None:
    comment = shown(plan, limit=limit)
    assert len(comment) <= limit
    hold_to_ours(comment)


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_text_of_a_stranger_links_mentions_or_breaks_out(payload: str) -> None:
    comment = shown(hostile_plan(payload))
    hold_to_ours(comment)
    assert comment.startswith("<!-- reconciler:plan v1 ")
    assert not re.search(
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ud800-\udfff\ufeff]", comment
    )


def test_a_megabyte_in_every_slot_is_cut_and_counted() -> None:
    assert "(1000000 characters)" in shown(hostile_plan("x y|`" * 200_000))
