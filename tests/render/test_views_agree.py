"""Text, JSON, Markdown and HTML of one plan show the same rows and the same counts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given
from markdown_it import MarkdownIt

from reconciler.errors import Place
from reconciler.model import Plan, Ref, Why
from reconciler.plan.plan_file import dumps
from reconciler.render.explain import safe_lines
from reconciler.render.groups import review_kind, updates_of
from reconciler.render.html import plan_html
from reconciler.render.markdown import plan_markdown
from reconciler.render.text import plan_text
from reconciler.render.verdict import LONG_PLAN, REPEATED, plan_verdict, summary
from tests.render.plans import long_plans, plans, saved, writable
from tests.render.test_html import embedded

TITLES = {
    "both": "Conflicting",
    "clear": "Fields to clear",
    "drift": "Drift",
    "change": "Changes",
    "left": "Skipped",
}
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")


def counted_in_text(plan: Plan) -> tuple[int, ...]:
    """Items to write, items skipped, fields, blocked rows and released fields that the text shows."""
    lines = plan_text(plan).split("\n")
    return (
        sum(line.startswith("  ~ ") for line in lines),
        sum(bool(re.match(r"  [.] .*/\d+  ", line)) for line in lines) - len(plan.released),
        sum(bool(re.match(r"      [~-] ", line)) for line in lines),
        sum(line.startswith("      blocked: ") for line in lines),
    )


def rows_of(plan: Plan) -> Iterator[tuple[str | int, ...]]:
    """Every row of a plan: its kind, address, name, key, file, line and time."""
    for update in updates_of(plan):
        for one in update.changes:
            yield row(plan, review_kind(one), update.ref, one.name, one.key, one.place, one.at)
    for held in plan.blocks:
        yield row(plan, "blocked", held.ref, held.name, held.key or "", held.place)
    for gone in plan.released:
        yield row(plan, "released", gone.ref, gone.name, gone.key, Place("", 0, 0))
    for update in plan.updates:
        for effect in update.side_effects:
            yield row(plan, "effect", update.ref, effect.name, effect.role, update.place)


def row(
    plan: Plan, kind: str, ref: Ref, name: str, key: str, place: Place, at: str | None = None
) -> tuple[str | int, ...]:
    shown = map(safe_lines, (plan.address(ref), name, key, place.file, at or ""))
    return kind, place.line, *shown


@given(plans.filter(writable))
def test_the_page_has_the_rows_of_the_plan(plan: Plan) -> None:
    page = embedded(plan_html(plan, saved(plan)))
    word = page["strings"].__getitem__
    found = [
        (kind, line, word(page["items"][item][0]), word(name), word(key), word(file), word(at))
        for kind, _, name, key, _, _, _, _, _, flat in page["cards"]
        for item, file, line, at in zip(flat[::4], flat[1::4], flat[2::4], flat[3::4], strict=True)
    ]
    assert Counter(found) == Counter(rows_of(plan))


@given(plans.filter(writable))
def test_the_file_has_the_fields_of_the_plan(plan: Plan) -> None:
    written = json.loads(dumps(saved(plan)))
    items = (*written["resource_changes"], *written["left_alone"])
    assert Counter((item["address"], one["key"]) for item in items for one in item["fields"]) == Counter(
        (plan.address(update.ref), one.key) for update in updates_of(plan) for one in update.changes
    )


@given(plans.filter(writable))
def test_the_comment_has_the_fields_of_the_plan(plan: Plan) -> None:
    comment = plan_markdown(plan, saved(plan), limit=10**9)
    assert "truncated=false" in comment
    summary = r"^<details><summary>.*?\((\d+) fields?(?: skipped)?\)</summary>\n\n(.*?)^</details>$"
    details = re.findall(summary, comment, re.MULTILINE | re.DOTALL)
    fields = [len(update.changes) for update in updates_of(plan)]
    assert [int(count) for count, _ in details] == fields
    tables = [MARKDOWN.render(table.split("\n\n")[0]) for _, table in details]
    assert [table.count("<tr>") - 1 for table in tables] == fields


@given(plans.filter(writable))
def test_all_views_have_the_same_counts(plan: Plan) -> None:
    made = saved(plan)
    comment, page = plan_markdown(plan, made, limit=10**9), plan_html(plan, made)
    assert plan_text(plan).count(plan_verdict(plan)) == 1
    assert f"**{plan_verdict(plan)}**" in comment
    assert f">{plan_verdict(plan)}</h1>" in page
    assert counted_in_text(plan) == (
        len(plan.updates),
        len(plan.skipped),
        sum(len(update.changes) for update in updates_of(plan)),
        len(plan.blocks),
    )
    kinds = Counter(review_kind(one) for update in updates_of(plan) for one in update.changes)
    for kind, title in TITLES.items():
        hit = re.search(rf"^#### {title}.*\((\d+) fields?(?:, \d+ more above)?\)$", comment, re.MULTILINE)
        assert int(hit[1] if hit else 0) == kinds[kind]
    numbers = dict(re.findall(r'<li class="(\w+)"><b>(\d+)</b>', page))
    assert {kind: int(number) for kind, number in numbers.items()} == {
        kind: number
        for kind, number in {
            "both": plan.count(Why.CONFLICTING),
            "blocked": len(plan.blocks),
            "clear": plan.clears,
            "drift": plan.count(Why.DRIFT),
            "change": plan.fields,
            "left": sum(len(update.changes) for update in plan.skipped),
            "released": len(plan.released),
            "effect": sum(len(update.side_effects) for update in plan.updates),
        }.items()
        if number
    }
    hit = re.search(r"^#### Blocked \((\d+)\)$", comment, re.MULTILINE)
    assert int(hit[1] if hit else 0) == len(plan.blocks) == len(made.blocked)


def numbers_in_text(plan: Plan) -> tuple[int, ...]:
    """Changes, blocked rows, released fields and side effects of a text, one by one or with their items."""
    lines = plan_text(plan).split("\n")
    many = re.compile(r"  ([~.x!-]) (?:.*on )?(\d+) items? of demo")
    hits = [(hit[1], int(hit[2]), line) for line in lines if (hit := many.match(line))]
    several = Counter(
        {
            "change": sum(n for sign, n, line in hits if sign in "~.-" and "released" not in line),
            "blocked": sum(n for sign, n, _ in hits if sign == "x"),
            "released": sum(n for sign, n, line in hits if "released" in line),
            "effect": sum(n for sign, n, _ in hits if sign == "!"),
        }
    )
    return (
        several["change"] + sum(bool(re.match(r"      [~-] ", line)) for line in lines),
        several["blocked"] + sum(bool(re.match(r"  x demo/", line)) for line in lines),
        several["released"] + sum(bool(re.match(r"  \. demo/.* released: ", line)) for line in lines),
        several["effect"] + sum(bool(re.match(r"      ! ", line)) for line in lines),
    )


@given(long_plans())
def test_a_long_text_has_the_counts_and_the_places_of_the_other_views(plan: Plan) -> None:
    changes = [(update.ref.id, one.place.line) for update in updates_of(plan) for one in update.changes]
    assert numbers_in_text(plan) == (
        len(changes),
        len(plan.blocks),
        len(plan.released),
        sum(len(update.side_effects) for update in plan.updates),
    )
    shown = plan_text(plan)
    below = Counter((int(one), int(line)) for one, line in re.findall(r"  (\d+) :(\d+)(?=  |\n)", shown))
    alone = Counter(int(line) for line in re.findall(r"^      [~-] .*:(\d+)$", shown, re.MULTILINE))
    lines = Counter(line for _, line in changes)
    grouped = Counter(line for (_, line), n in below.items() for _ in range(n))
    assert not lines - (grouped + alone)
    assert all(len(line) <= 160 for line in shown.split("\n"))


@given(long_plans())
def test_the_full_text_has_a_line_a_field(plan: Plan) -> None:
    lines = plan_text(plan, full=True).split("\n")
    assert sum(bool(re.match(r"      [~-] ", line)) for line in lines) == sum(
        len(update.changes) for update in updates_of(plan)
    )
    assert not [line for line in lines if re.search(r"on \d+ items? of", line)]


@given(long_plans())
def test_every_view_of_a_long_plan_begins_with_the_same_summary(plan: Plan) -> None:
    made, told = saved(plan), summary(plan, str)
    count = sum(len(update.changes) for update in updates_of(plan))
    names = Counter(one.name for update in updates_of(plan) for one in update.changes)
    assert (told is None) == (count <= LONG_PLAN or max(names.values()) < REPEATED)
    if told:
        assert plan_text(plan).startswith(told)
        assert f"\n{told}\n" in plan_markdown(plan, made)
        assert f">{told}<" in plan_html(plan, made)


SHOWN_TWICE = """
import hashlib
from tests.render.plans import hostile_plan, saved
from reconciler.forge.github.annotations import plan_annotations, step_summary
from reconciler.render.html import plan_html
from reconciler.render.markdown import plan_markdown
plan = hostile_plan("x | @team")
made = saved(plan)
views = plan_markdown(plan, made), plan_html(plan, made), plan_annotations(plan), step_summary(plan, made)
print(hashlib.sha256("".join(views).encode()).hexdigest())
"""


def test_no_seed_locale_or_time_zone_changes_a_view() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", SHOWN_TWICE],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale, "PYTHONPATH": "."},
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for seed, zone, locale in (("0", "UTC", "C"), ("1", "Asia/Shanghai", "C.UTF-8"))
    }
    assert len(found) == 1
