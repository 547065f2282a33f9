"""A plan as a pull-request comment or a step summary: GitHub's Markdown.

Whatever comes from a stranger stands inside `code` or `pre`, where GitHub makes no link, no
mention, no reference and no element of it, or consists of harmless words (`said`).  The text is
laid out row by row because it must end before a limit with whole rows and a true count.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from reconciler.errors import counted
from reconciler.model import Block, Failure, Plan, Released, SideEffect, Update, Why
from reconciler.plan.guard import allow_line
from reconciler.plan.plan_json import PlanFile
from reconciler.render.groups import (
    BOTH,
    CHANGE,
    CLEAR,
    DRIFT,
    LEFT,
    BlockGroup,
    Group,
    block_groups,
    effect_groups,
    merged,
    released_groups,
    shows_members,
    told_apart,
    unknown_line,
    updates_of,
    why_line,
)
from reconciler.render.markdown_fit import Section, filled
from reconciler.render.markdown_text import (
    Markdown,
    brief,
    explain_change,
    first_of,
    html_text,
    inline_code,
    longest_run,
    ones,
    safe_words,
    table_head,
    table_row,
    value_cell,
    where_of,
    why_cell,
)
from reconciler.render.safe import safe_text
from reconciler.render.verdict import forecast_lines, plan_verdict, summary

LIMIT = 60_000
"""Characters of a comment; GitHub takes 65,536."""


NAMED = 5
"""Items that a grouped row names one by one."""


BEFORES = 3
"""Values before that a grouped row names one by one."""


MARKER = "<!-- reconciler:plan v1 space={space} {exact}digest={digest} truncated={truncated} -->"
"""Stands at position 0; by it a comment is found again and told from one about another plan.

`space` is for people, who may read `a-b` and `a_b` there as the same; `exact` tells them apart.
"""


SETTINGS = "settings changes"

REVIEWED = "To let it pass, let somebody review this in the settings:"

TITLES = {
    BOTH: ("Conflicting: changed here *and* in Meegle", "conflicting changes"),
    CLEAR: ("Fields to clear", "fields to clear"),
    DRIFT: ("Drift: changed in Meegle", "drifted fields"),
    CHANGE: ("Changes", "grouped changes"),
    LEFT: ("Skipped", "skipped changes"),
}
"""The heading over the rows of a kind, and what a row of them is called where some are cut."""


def plan_markdown(plan: Plan, made: PlanFile, *, artifact: str = "plan", limit: int = LIMIT) -> str:
    """Return the comment: at most `limit` characters, with what was cut counted and `artifact` named."""
    return document(plan, made, artifact, limit, len)


def document(plan: Plan, made: PlanFile, artifact: str, limit: int, measure: Callable[[str], int]) -> str:
    """Lay the plan out in the order in which reviewers read it, within a limit by `measure`."""
    plan = told_apart(plan)
    sections = sections_of(plan)
    every = [len(one.counts) for one in sections]
    frame = measure(assembled(plan, made, [], [], artifact))
    if filled(sections, limit - frame, measure) == every:
        return assembled(plan, made, sections, every, artifact)
    empty = measure(assembled(plan, made, sections, [0] * len(sections), artifact))
    return assembled(plan, made, sections, filled(sections, limit - empty, measure), artifact)


def assembled(plan: Plan, made: PlanFile, sections: list[Section], kept: list[int], artifact: str) -> str:
    """Put the parts together with the first `kept` rows of each section; changed settings stand first."""
    pairs = list(zip(sections, kept, strict=True))
    cut = any(fits < len(one.counts) for one, fits in pairs)
    return "".join(
        [
            marker(made, truncated=cut),
            *(one.trimmed(fits) for one, fits in pairs if one.what == SETTINGS),
            heading(plan),
            *(one.trimmed(fits) for one, fits in pairs if one.what != SETTINGS),
            missing(artifact) if cut else "",
            footer(made),
        ]
    )


def marker(made: PlanFile, *, truncated: bool) -> Markdown:
    """Return the hidden line that marks the comment; no value can end it early."""
    space, digest = (re.sub(r"[^A-Za-z0-9_]", "_", one)[:80] for one in (made.space.name, made.digest))
    filled_in = MARKER.format(space=space, exact=exact(made), digest=digest, truncated=str(truncated).lower())
    return Markdown(f"{filled_in}\n")


def exact(made: PlanFile) -> str:
    """Return what tells a plan's space, and where its files are, from all others: hashes of both.

    Most repositories have their files in `state/` at their root; of that nothing is said.
    """
    where = [made.desired.folder, *made.desired.roots]
    parts = {"id": made.space.name, "root": "" if where == [""] else "\n".join(where)}
    return "".join(
        f"{name}={hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()[:16]} "
        for name, text in parts.items()
        if text
    )


def heading(plan: Plan) -> Markdown:
    """Return the verdict, the forecast, and of a long plan the summary."""
    ahead = "".join(f"{line}\n" for line in forecast_lines(plan))
    named = f" for {inline_code(brief(plan.space))}" if plan.space else ""
    told = f"**{unknown}.**\n\n" if (unknown := unknown_line(plan)) else ""
    fields = summary(plan, lambda name: safe_words(brief(name)))
    by_field = f"\n{fields}\n" if fields else ""
    return Markdown(f"### Plan{named}\n\n{told}**{plan_verdict(plan)}**\n{ahead}{by_field}\n")


def footer(made: PlanFile) -> Markdown:
    """Return what the plan was made of."""
    commit = made.desired.commit
    base = f" against {inline_code(brief(made.base.commit))}" if made.base.commit else ""
    source = (f"commit {inline_code(brief(commit))}" if commit else "no commit") + base
    host = f"host {inline_code(brief(made.host))}, " if made.host else ""
    dirty = ", with uncommitted changes" if made.desired.dirty else ""
    return Markdown(
        f"<sub>Digest {inline_code(brief(made.digest))}, {source}{dirty}, {host}"
        f"made `{made.timestamp:%Y-%m-%d %H:%M:%S %z}`.</sub>\n"
    )


def missing(artifact: str) -> Markdown:
    """Say where the rows are that did not fit."""
    return Markdown(
        f"**This text was cut to fit.** The whole plan is in the artifact {inline_code(brief(artifact))}.\n\n"
    )


def sections_of(plan: Plan) -> list[Section]:
    """Return the parts in their order; those without rows are left out."""
    found = merged(plan)
    made = [
        settings_section(plan),
        failure_section(plan),
        guard_section(plan),
        change_section(plan, found, BOTH),
        block_section(plan),
        *(change_section(plan, found, kind) for kind in (CLEAR, DRIFT, CHANGE, LEFT)),
        released_section(plan),
        effect_section(plan),
        note_section(plan),
        item_section(plan),
    ]
    return [section for section in made if section.counts]


def settings_section(plan: Plan) -> Section:
    """List what this change does to the settings that judge it."""
    told = plan.settings_changes
    return Section(
        SETTINGS, "", lambda n: Markdown(f"- **Settings changed**: {safe_words(told[n])}\n"), ones(told)
    )


def failure_section(plan: Plan) -> Section:
    """Table what is wrong in the files, or what stopped the run."""
    told = plan.failures
    return Section(
        "errors",
        f"#### Errors\n\n{table_head('where', 'what', 'what to do')}",
        lambda n: failure_row(told[n]),
        ones(told),
    )


def failure_row(failure: Failure) -> Markdown:
    """Return one error with its place."""
    where = inline_code(where_of(failure.place)) if failure.place else Markdown("–")
    return table_row(
        where,
        safe_words(brief(failure.what)),
        safe_words(brief(failure.fix)) if failure.fix else "–",
    )


def note_section(plan: Plan) -> Section:
    """List what was said beside the rows."""
    return Section(
        "notes",
        "#### Notes\n\n",
        lambda n: Markdown(f"- {safe_words(brief(plan.notes[n]))}\n"),
        ones(plan.notes),
    )


def guard_section(plan: Plan) -> Section:
    """List the guards that stop an apply, and the entry that lets it pass."""
    failed = [guard for guard in plan.guards if not guard.ok]
    line = safe_text(allow_line(plan)) if failed else ""
    fence = "`" * max(3, longest_run(line) + 1)
    return Section(
        "guard failures",
        f"#### Guards stop an apply\n\n{table_head('guard', 'this plan', 'at most')}",
        lambda n: table_row(
            *(safe_words(brief(one)) for one in (failed[n].name, failed[n].actual, failed[n].limit or "–"))
        ),
        ones(failed),
        f"\n{REVIEWED}\n\n{fence}yaml\n{line}\n{fence}\n\n",
    )


def change_section(plan: Plan, found: tuple[Group, ...], kind: str) -> Section:
    """Table the changes of one kind, identical ones in one row."""
    mine = [group for group in found if group.kind == kind]
    title, what = TITLES[kind]
    fields = sum(len(group.rows) for group in mine)
    shown = "base → live → desired" if kind == BOTH else "live → desired"
    above = {CLEAR: plan.clears, DRIFT: plan.count(Why.DRIFT)}.get(kind, 0) - fields
    more = f", {above} more above" if above > 0 else ""
    return Section(
        what,
        f"#### {title} ({counted(fields, 'field')}{more})\n\n{table_head('field', shown, 'why', 'items')}",
        lambda n: group_row(plan, mine[n]),
        [len(group.rows) for group in mine],
    )


def group_row(plan: Plan, group: Group) -> Markdown:
    """Return one change with the items that it is made to."""
    change = group.change
    return table_row(
        safe_words(brief(change.name)),
        group_values(group),
        why_cell(group.why),
        first_of(
            [
                f"{inline_code(brief(plan.address(update.ref)))} {inline_code(brief(update.title))}"
                for update, _ in group.rows[:NAMED]
            ],
            len(group.rows),
        ),
    )


def group_values(group: Group) -> Markdown:
    """Return what a group does; where the values before differ, the first of them with their counts."""
    befores = group.befores
    if shows_members(group.change) or len(befores) == 1:
        return value_cell(group.change)
    shown = ", ".join(f"{inline_code(brief(label))} on {count}" for label, count in befores[:BEFORES])
    more = f", {len(befores) - BEFORES} more" if len(befores) > BEFORES else ""
    return Markdown(f"→ {inline_code(brief(group.change.after_label))}, from {shown}{more}")


def block_section(plan: Plan) -> Section:
    """Table what is kept from being written, with one row a reason."""
    found = block_groups(plan)
    return Section(
        "blocked rows",
        f"#### Blocked ({len(plan.blocks)})\n\n{table_head('field', 'reason', 'what to do', 'items')}",
        lambda n: block_row(plan, found[n]),
        [len(group.blocks) for group in found],
    )


def block_row(plan: Plan, group: BlockGroup) -> Markdown:
    """Return one reason with the items that it holds back."""
    return table_row(
        safe_words(brief(group.name)) if group.name else "*whole item*",
        safe_words(brief(group.reason)),
        safe_words(brief(group.repair)),
        first_of([blocked_item(plan, block) for block in group.blocks[:NAMED]], len(group.blocks)),
    )


def blocked_item(plan: Plan, block: Block) -> Markdown:
    """Name a blocked item and the line that wants something of it."""
    title = f" {inline_code(brief(block.title))}" if block.title else ""
    return Markdown(
        f"{inline_code(brief(plan.address(block.ref)))}{title} at {inline_code(where_of(block.place))}"
    )


def effect_section(plan: Plan) -> Section:
    """List what the service may move by itself."""
    found = effect_groups(plan)
    return Section(
        "side effects",
        "#### What Meegle may move by itself\n\n",
        lambda n: effect_row(plan, *found[n]),
        [len(updates) for _, updates in found],
    )


def effect_row(plan: Plan, effect: SideEffect, updates: tuple[Update, ...]) -> Markdown:
    """Return the people who may be moved out of one role, and the items."""
    where = first_of(
        [inline_code(brief(plan.address(update.ref))) for update in updates[:NAMED]], len(updates)
    )
    return Markdown(
        f"- {safe_words(brief(effect.name))}: {inline_code(brief(', '.join(effect.labels)))} "
        f"may go back to the space's default (locked role), {where}\n"
    )


def released_section(plan: Plan) -> Section:
    """List the fields that the base named and the files no longer do."""
    found = released_groups(plan)
    return Section(
        "released fields",
        "#### No longer managed, and not written\n\n",
        lambda n: released_row(plan, found[n]),
        [len(rows) for rows in found],
    )


def released_row(plan: Plan, rows: tuple[Released, ...]) -> Markdown:
    """Return one field with the items on which it is released."""
    where = first_of([inline_code(brief(plan.address(one.ref))) for one in rows[:NAMED]], len(rows))
    return Markdown(f"- {safe_words(brief(rows[0].name))}: {where}\n")


def item_section(plan: Plan) -> Section:
    """Give each item's changes, folded away."""
    found = updates_of(plan)
    return Section(
        "items",
        "#### Item by item\n\n",
        lambda n: item_details(plan, found[n]),
        [len(update.changes) for update in found],
    )


def item_details(plan: Plan, update: Update) -> Markdown:
    """Return one item's changes with their places; long values as word-level differences."""
    rows = "".join(
        table_row(
            safe_words(brief(one.name)),
            value_cell(one),
            why_cell(why_line([one])),
            inline_code(where_of(one.place)),
        )
        for one in update.changes
    )
    longer = "".join(explain_change(one) for one in update.changes)
    alone = " skipped" if all(one.held for one in update.changes) else ""
    return Markdown(
        f"<details><summary>{html_text(plan.address(update.ref))} {html_text(brief(update.title))} "
        f"({counted(len(update.changes), 'field')}{alone})</summary>\n\n"
        f"{table_head('field', 'change', 'why', 'place')}{rows}\n{longer}</details>\n"
    )
