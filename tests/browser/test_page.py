"""The page in a real browser: quiet, quick, and reviewed without a mouse."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from reconciler.errors import Place
from reconciler.model import GuardResult, Held, HeldBy, Plan, Ref, Released, SideEffect, Why
from reconciler.render.verdict import plan_verdict
from tests.render.plans import (
    HOSTILE,
    block,
    hostile_plan,
    people,
    plan_with,
    priority,
    text,
    update,
)

if TYPE_CHECKING:
    from tests.browser.conftest import Opened

Open = Callable[..., "Opened"]
CARD = {"bdi", "li", "label", "input", "div", "span", "ul", "a", "del", "ins", "details", "summary", "p"}
LONG = "The regulator asks for an export of the audit log every {}, one file for each of the teams."


def a_plan() -> Plan:
    """Nine groups and twelve rows, of each kind one."""
    first = update(
        0,
        priority(why=Why.CHANGED_HERE),
        text("call legal", "", why=Why.CHANGED_HERE),
        people(
            added=["ana@example.com"],
            removed=["bo@example.com"],
            why=Why.DRIFT,
            by="fay@example.com",
            at="2026-11-21 14:02",
        ),
        title="Checkout: pay by card",
    )
    effect = SideEffect("qa", "QA", ("u1",), (), ("chen@example.com",))
    other = replace(
        priority("P2", "P0", why=Why.CONFLICTING),
        base_label="P1",
        place=Place("state/demo/search.yaml", 12, 7),
    )
    long = replace(text(LONG.format("quarter"), LONG.format("month")), key="description", name="Description")
    alone = replace(
        priority("P3", "P1", why=Why.DRIFT, held=Held(HeldBy.POLICY, "report")),
        key="severity",
        name="Severity",
    )
    plan = plan_with(
        replace(first, side_effects=(effect,)),
        update(1, priority(why=Why.CHANGED_HERE), title="Search: typing errors"),
        update(2, other, title="Login by phone"),
        update(3, long),
        blocks=[block(0, "Gone"), block(1)],
        notes=("option P1 was renamed",),
        settings_changes=("guards.clears 10 → 0",),
        guards=(GuardResult("clears", "0 fields", "1 fields", ok=False),),
    )
    gone = tuple(Released(Ref("story", 6300012300 + n), "due", "Due") for n in (0, 1))
    return replace(
        plan, base="b" * 40, skipped=(update(1, alone, title="Search: typing errors"),), released=gone
    )


def test_asks_for_nothing_and_breaks_no_policy(opened: Open) -> None:
    here = opened(a_plan())
    here.press("j j g g ? Escape / Escape u u Enter")
    assert len(here.asked) == 1
    assert here.asked[0].startswith("file:")
    assert here.complaints == []


def test_the_policy_stops_what_is_not_ours(opened: Open) -> None:
    here = opened(a_plan())
    here.page.evaluate(
        "const script = document.createElement('script');"
        "script.textContent = 'window.foreign = 1';"
        "document.body.append(script, Object.assign(new Image(), {src: 'https://evil.example/pixel.png'}))"
    )
    assert here.page.evaluate("window.foreign") is None
    assert len(here.complaints) == 2


def test_shows_the_verdict_and_every_group_the_pressing_first(opened: Open) -> None:
    here = opened(a_plan())
    assert here.page.locator("h1").inner_text() == plan_verdict(a_plan())
    names = here.page.locator(".card .name").all_inner_texts()
    assert names == [
        "Priority",
        "whole item",
        "Notes",
        "Severity",
        "Watchers",
        "Priority",
        "Description",
        "Due",
        "QA",
    ]
    assert here.status() == "12 of 12 rows in 9 groups · 0 seen"
    assert here.page.locator(".card").first.locator(".values").inner_text() == "P1→P2→P0"


def test_shows_long_text_word_by_word(opened: Open) -> None:
    card = opened(a_plan()).page.locator(".card", has_text="Description")
    assert card.locator("del").all_inner_texts() == ["quarter"]
    assert card.locator("ins").all_inner_texts() == ["month"]


def test_links_to_the_item_and_to_the_line(opened: Open) -> None:
    page = opened(a_plan(), source="https://github.com/acme/state/blob/4f0c").page
    card = page.locator(".card", has_text="Login by phone")
    assert card.locator("a").evaluate_all("found => found.map(one => one.href)") == [
        "https://project.feishu.cn/demo/story/detail/6300012302",
        "https://github.com/acme/state/blob/4f0c/state/demo/search.yaml#L12",
    ]


def test_names_what_the_service_may_move_in_both_views(opened: Open) -> None:
    here = opened(a_plan())
    for key in ("g", "g"):
        assert (
            here.page.locator(".card", has_text="chen@example.com may go back to the space's default").count()
            == 1
        )
        here.press(key)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("login", 1),
        ("P2", 1),
        ("priority", 3),
        ("PRIORITY typing", 1),
        ("6300012300", 5),
        ("search.yaml", 1),
        ("bo@example.com", 1),
        ("month, one file", 1),
        ("restore", 2),
        ("chen", 1),
        ("nothing like it", 0),
        ("", 12),
    ],
)
def test_searches_in_names_values_titles_ids_files_and_people(opened: Open, query: str, rows: int) -> None:
    here = opened(a_plan())
    here.press("/")
    here.page.keyboard.type(query)
    here.wait_for_status(f"{rows} of 12 rows")
    assert here.page.locator("#end").inner_text() == ("" if rows else "Nothing matches.")


@pytest.mark.parametrize(
    ("filter_", "value", "rows"),
    [
        ("why", "conflicting", 1),
        ("why", "to clear", 1),
        ("why", "blocked", 2),
        ("why", "drifted", 2),
        ("why", "skipped", 1),
        ("why", "no longer managed", 2),
        ("why", "changed here", 3),
        ("field", "Priority", 3),
        ("person", "ana@example.com", 1),
        ("person", "fay@example.com", 1),
        ("person", "chen@example.com", 1),
        ("file", "state/demo/search.yaml", 1),
        ("in", "demo/story", 12),
    ],
)
def test_filters(opened: Open, filter_: str, value: str, rows: int) -> None:
    here = opened(a_plan())
    here.page.locator(f"#{filter_}").select_option(label=value)
    assert here.status().startswith(f"{rows} of 12 rows")
    here.page.locator("h1").click()
    here.press("Escape")
    assert here.status().startswith("12 of 12 rows")


def test_is_reviewed_by_keyboard(opened: Open) -> None:
    here = opened(a_plan())
    here.press("j j j k")
    assert here.current() == "whole item"
    here.press("Space")
    assert here.current() == "Notes"
    assert here.status().endswith("2 seen")
    here.press("k Space")
    assert here.status().endswith("0 seen")
    here.press("Space u")
    assert here.status().startswith("10 of 12 rows in 8 groups")
    here.press("u g")
    assert here.status().startswith("12 of 12 rows in 6 items · 2 seen")
    here.press("?")
    assert here.page.locator("#keys").is_visible()
    here.press("j Escape")
    assert not here.page.locator("#keys").is_visible()


def test_letters_typed_into_the_search_are_no_commands(opened: Open) -> None:
    here = opened(a_plan())
    here.press("/ j k g")
    assert here.page.locator("#search").input_value() == "jkg"
    here.press("Escape")
    assert here.status().startswith("12 of 12 rows in 9 groups")


def test_remembers_what_was_seen(opened: Open) -> None:
    here = opened(a_plan())
    here.press("j Space Space")
    assert here.status().endswith("3 seen")
    for _ in range(50):  # Chromium hands what was stored to a page's next process a moment later
        here.page.reload()
        if here.status().endswith("3 seen"):
            break
        here.page.wait_for_timeout(100)
    assert here.status().endswith("3 seen")


def test_ticks_without_a_storage_last_as_long_as_the_page(opened: Open) -> None:
    refuse = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no'); }})"
    here = opened(a_plan(), before=refuse)
    here.press("j Space")
    assert here.status().endswith("1 seen")
    assert here.complaints == []


def test_without_scripts_a_plain_table_is_there(opened: Open) -> None:
    page = opened(a_plan(), java_script_enabled=False).page
    assert page.locator("h1").inner_text() == plan_verdict(a_plan())
    assert page.locator("table").count() == 4
    assert page.locator("tbody tr").count() == 9
    assert not page.locator("#tools").is_visible()
    assert "Checkout: pay by card" in page.locator("table").nth(1).inner_text()


def test_prints_every_row_and_none_of_the_tools(opened: Open) -> None:
    here = opened(plan_with(*(update(n, priority(f"P{n}")) for n in range(250))))
    assert here.page.locator(".card").count() < 250
    here.page.emulate_media(media="print")
    assert here.page.pdf()[:5] == b"%PDF-"
    assert here.page.locator(".card").count() == 250
    assert not here.page.locator("#tools").is_visible()


def test_printing_unfolds_the_items_of_a_group(opened: Open) -> None:
    here = opened(plan_with(*(update(n, priority()) for n in range(250))))
    assert here.page.locator(".where li").count() == 0
    here.page.pdf()
    assert here.page.locator(".where li").count() == 250


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_every_width_in_light_and_dark(opened: Open, width: int, scheme: str) -> None:
    viewport = {"width": width, "height": 800}
    here = opened(a_plan(), viewport=viewport, color_scheme=scheme)
    for key in ("g", "g"):
        assert here.page.evaluate("document.documentElement.scrollWidth") <= width
        here.press(key)
    paper = here.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(251, 251, 249)") == (scheme == "light")


def test_no_text_of_a_stranger_becomes_an_element_or_runs(opened: Open) -> None:
    plans = [hostile_plan(payload) for payload in HOSTILE]
    everything = replace(
        plans[0],
        updates=tuple(
            replace(one, ref=one.ref._replace(id=n + 1))
            for n, plan in enumerate(plans)
            for one in plan.updates
        ),
        blocks=tuple(one for plan in plans for one in plan.blocks),
        notes=HOSTILE,
    )
    here = opened(everything, viewport={"width": 800, "height": 800})
    here.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for key in ("g", "g"):
        here.press(key)
        here.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        found = here.page.evaluate("[...document.querySelectorAll('#cards *')].map(one => one.localName)")
        assert set(found) <= CARD
        assert here.page.locator("#cards a:not([href^='https://']):not([href^='http://'])").count() == 0
        assert here.page.evaluate("document.documentElement.scrollWidth") <= 800
    assert here.complaints == []
    assert len(here.asked) == 1


@pytest.mark.alone
def test_ten_thousand_items_open_search_and_filter_within_two_seconds_each(opened: Open) -> None:
    plan = plan_with(
        *(
            update(n, priority(), text(LONG.format(n), LONG.format(n + 1)), title=f"Story number {n}")
            for n in range(10_000)
        )
    )
    here = opened(plan)
    opening = here.page.evaluate("performance.now()")
    assert here.status() == "20000 of 20000 rows in 10001 groups · 0 seen"
    took = [opening / 1000]
    for act, status in (
        (lambda: here.page.locator("#search").fill("number 6300022299"), "2 of 20000 rows"),
        (lambda: here.page.locator("#search").fill(""), "20000 of"),
        (lambda: here.page.locator("#field").select_option("Priority"), "10000 of"),
        (lambda: here.page.locator("#single").click(), "10000 of 20000 rows in 10000 items"),
    ):
        began = time.monotonic()
        act()
        here.wait_for_status(status)
        took.append(time.monotonic() - began)
    assert max(took) < 2, took
