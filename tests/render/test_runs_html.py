"""The page for an auditor: whole in itself, without a script, harmless whatever a journal holds."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.model import Ref
from reconciler.model.history import History, PastRun, Unread
from reconciler.render.runs_html import linked, runs_html
from tests.render.past import past_change, past_run

MADE = datetime(2026, 11, 2, 9, tzinfo=UTC)


def page(*runs: PastRun, asked: Any = (), unread: tuple[Unread, ...] = ()) -> str:
    return runs_html(History(runs, unread), asked, MADE, "0.1.0")


def plain(html: str) -> str:
    """The words of a page."""
    inline = re.sub(r"</?time>", "", html.partition("<body")[2])
    return " ".join(re.sub(r"<[^>]*>", " ", inline).split())


def test_the_page_says_who_changed_what() -> None:
    told = plain(page(past_run(), asked=[("--since", "2026-10")]))
    for words in (
        "1 run changed 1 field of 1 item, on 2026-10-31 (Asia/Shanghai).",
        "Asked for: --since 2026-10",
        "By person 1 octocat",
        "By field 1 Priority",
        "written as Ana Li &lt;ana@example.com&gt; (7310000000000000001)",
        "author Bo Chen &lt;bo@example.com&gt; pull request #12",
        "2026-10-31 23:59:58 story/6300012300 Checkout: pay by card Priority priority P0 → P3",
        "state/demo/stories.yaml:4:31 applied",
        "Made 2026-11-02 09:00:00 UTC by reconciler 0.1.0",
    ):
        assert words in told


def test_it_asks_for_nothing_and_runs_no_script() -> None:
    html = page(past_run())
    assert "<script" not in html
    assert "default-src 'none'; style-src 'sha256-" in html
    assert not re.search(r"(?:src|@import|url\()", html.partition("</style>")[2])


def test_every_field_is_a_row() -> None:
    run = past_run(*(past_change(ref=Ref("story", n)) for n in range(1, 101)))
    assert page(run).count('<td class="item">') == 100


def test_a_set_is_shown_by_the_members_that_came_and_went() -> None:
    told = plain(page(past_run(past_change(added=("bo",), removed=("ana",)))))
    assert "+ &nbsp; bo - &nbsp; ana" in told


def test_what_was_not_sent_says_so_and_is_nobody_s_change() -> None:
    html = page(past_run(past_change(sent=False, at=None, place="", outcome="conflict", reason="moved")))
    assert "nothing was sent conflict moved" in plain(html)
    assert "changed 0 fields of 0 items" in html
    assert "By person" not in html


def test_files_that_were_not_read_are_told() -> None:
    told = plain(page(unread=(Unread("a/journal.jsonl", "line 2 is damaged", damaged=True),)))
    assert "1 file was not read a/journal.jsonl : line 2 is damaged" in told
    assert "No run in the journals answers to what was asked." in told


def test_what_an_old_journal_does_not_hold_is_told() -> None:
    assert "It does not hold the pull request." in page(past_run(lacks=("the pull request",)))


def test_the_days_are_those_of_the_first_and_the_last_run() -> None:
    later = past_run(begun=datetime(2026, 11, 2, 20, tzinfo=UTC))
    assert "2026-10-31 to 2026-11-03 (Asia/Shanghai)" in plain(page(past_run(), later))


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "https://a@evil.example/",
        'https://x/"onclick',
        "",
    ],
)
def test_an_address_that_leads_elsewhere_is_no_link(address: str) -> None:
    assert linked(address) == ""
    assert 'href="' not in page(past_run(pull_url=address, run_url=None))


def test_nothing_of_a_journal_becomes_markup() -> None:
    odd = '</td><script>alert(1)</script>"\x1b\u202e'
    change = past_change(title=odd, name=odd, key=odd, before_label=odd, reason=odd, place=odd, type_name=odd)
    run = past_run(change, id=odd, space=odd, host=odd, commit=odd, run_url=odd, pull_url=odd, last_hash=odd)
    html = page(run, asked=[("--by", odd)], unread=(Unread(odd, odd, damaged=True),))
    assert "<script" not in html
    assert "\x1b" not in html
    assert "\u202e" not in html
