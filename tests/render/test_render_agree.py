"""Text, JSON, Markdown and HTML of one plan show the same rows and the same counts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from hypothesis import given
from markdown_it import MarkdownIt

from reconciler.model import Plan
from reconciler.planfile import dumps
from reconciler.render.explain import safe_lines
from reconciler.render.groups import kind_of, updates_of, why_line
from reconciler.render.html import plan_html
from reconciler.render.markdown import plan_markdown
from reconciler.render.text import plan_text, verdict
from tests.render.plans import plans, saved, writable
from tests.render.test_render_html import embedded

TITLES = {
    "both": "Changed here",
    "clear": "Fields to empty",
    "drift": "Drift",
    "change": "Changes",
    "left": "Left alone",
}
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")


def counted_in_text(plan: Plan) -> tuple[int, ...]:
    """Items to write, items left alone, fields, blocked rows and released fields that the text shows."""
    lines = plan_text(plan).split("\n")
    return (
        sum(line.startswith("  ~ ") for line in lines),
        sum(bool(re.match(r"  [.] .*/\d+  ", line)) for line in lines) - len(plan.released),
        sum(bool(re.match(r"      [~-] ", line)) for line in lines),
        sum(line.startswith("      blocked: ") for line in lines),
    )


@given(plans.filter(writable))
def test_all_views_have_the_same_rows(plan: Plan) -> None:
    made = saved(plan)
    fields = Counter(plan.address(update.ref) for update in updates_of(plan) for _ in update.changes)
    written = json.loads(dumps(made))
    assert (
        Counter(
            one["address"]
            for one in (*written["resource_changes"], *written["left_alone"])
            for _ in one["fields"]
        )
        == fields
    )

    page = embedded(plan_html(plan, made))
    word = page["strings"].__getitem__
    rows: Counter[tuple[str, ...]] = Counter()
    for kind, _, name, key, why, _, _, _, _, flat in page["cards"]:
        for item, file, line in zip(flat[::3], flat[1::3], flat[2::3], strict=True):
            rows[kind, word(page["items"][item][0]), word(name), word(key), word(why), word(file), line] += 1
    assert rows == Counter(
        [
            (
                kind_of(one),
                *map(
                    safe_lines, (plan.address(update.ref), one.name, one.key, why_line(one), one.place.file)
                ),
                one.place.line,
            )
            for update in updates_of(plan)
            for one in update.changes
        ]
        + [
            (
                "blocked",
                *map(safe_lines, (plan.address(one.ref), one.name, one.key or "", "", one.place.file)),
                one.place.line,
            )
            for one in plan.blocks
        ]
        + [
            ("released", *map(safe_lines, (plan.address(one.ref), one.name, one.key, "", "")), 0)
            for one in plan.released
        ]
        + [
            (
                "effect",
                *map(safe_lines, (plan.address(update.ref), one.name, one.role, "", update.place.file)),
                update.place.line,
            )
            for update in plan.updates
            for one in update.side_effects
        ]
    )

    comment = plan_markdown(plan, made, limit=10**9)
    assert "truncated=false" in comment
    details = re.findall(
        r"(?ms)^<details><summary>.*?\((\d+) fields(?: left alone)?\)</summary>\n\n(.*?)^</details>$", comment
    )
    assert [int(count) for count, _ in details] == [len(update.changes) for update in updates_of(plan)]
    tables = [MARKDOWN.render(table.split("\n\n")[0]) for _, table in details]
    assert [table.count("<tr>") - 1 for table in tables] == [
        len(update.changes) for update in updates_of(plan)
    ]


@given(plans.filter(writable))
def test_all_views_have_the_same_counts(plan: Plan) -> None:
    made = saved(plan)
    comment, page = plan_markdown(plan, made, limit=10**9), plan_html(plan, made)
    assert plan_text(plan).count(verdict(plan)) == 1
    assert f"**{verdict(plan)}**" in comment
    assert f">{verdict(plan)}</h1>" in page
    assert counted_in_text(plan) == (
        len(plan.updates),
        len(plan.left),
        sum(len(update.changes) for update in updates_of(plan)),
        len(plan.blocks),
    )
    kinds = Counter(kind_of(one) for update in updates_of(plan) for one in update.changes)
    for kind, title in TITLES.items():
        hit = re.search(rf"^#### {title}.*\((\d+) fields(?:, \d+ more above)?\)$", comment, re.MULTILINE)
        assert int(hit[1] if hit else 0) == kinds[kind]
    numbers = dict(re.findall(r'<li class="(\w+)"><b>(\d+)</b>', page))
    assert {kind: int(number) for kind, number in numbers.items()} == {
        kind: number
        for kind, number in {
            "both": plan.count("both"),
            "blocked": len(plan.blocks),
            "clear": plan.clears,
            "drift": plan.count("drift"),
            "change": plan.fields,
            "left": sum(len(update.changes) for update in plan.left),
            "released": len(plan.released),
            "effect": sum(len(update.side_effects) for update in plan.updates),
        }.items()
        if number
    }
    hit = re.search(r"^#### Blocked \((\d+) rows\)$", comment, re.MULTILINE)
    assert int(hit[1] if hit else 0) == len(plan.blocks) == len(made.blocked)


SHOWN_TWICE = """
import hashlib
from tests.render.plans import hostile_plan, saved
from reconciler.render.github import plan_annotations, step_summary
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
