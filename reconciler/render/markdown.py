"""A plan as a pull-request comment or a step summary: GitHub's Markdown.

Whatever comes from a stranger stands inside `code` or `pre`, where GitHub makes no link, no
mention, no reference and no element of it, or consists of harmless words (`said`).  The text is
laid out row by row because it must end before a limit with whole rows and a true count.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from reconciler.language import _, counted, told
from reconciler.model import Block, Failure, Plan, Released, RuleResult, SideEffect, Update, Why
from reconciler.plan.guard import allow_line
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
    section_head,
    table_head,
    table_row,
    value_cell,
    where_of,
    why_cell,
)
from reconciler.render.rules import emptied_rules, rule_state, rule_title
from reconciler.render.safe import safe_text
from reconciler.render.verdict import forecast_lines, notified_line, plan_verdict, summary

if TYPE_CHECKING:
    from reconciler.plan.plan_data import Made

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


def plan_markdown(plan: Plan, made: Made, *, artifact: str = "plan", limit: int = LIMIT) -> str:
    """Return the comment: at most `limit` characters, with what was cut counted and `artifact` named."""
    return document(plan, made, artifact, limit, len)


def document(plan: Plan, made: Made, artifact: str, limit: int, measure: Callable[[str], int]) -> str:
    """Lay the plan out in the order in which reviewers read it, within a limit by `measure`."""
    plan = told_apart(plan)
    sections = sections_of(plan)
    every = [len(one.counts) for one in sections]
    frame = measure(assembled(plan, made, [], [], artifact))
    if filled(sections, limit - frame, measure) == every:
        return assembled(plan, made, sections, every, artifact)
    empty = measure(assembled(plan, made, sections, [0] * len(sections), artifact))
    return assembled(plan, made, sections, filled(sections, limit - empty, measure), artifact)


def assembled(plan: Plan, made: Made, sections: list[Section], kept: list[int], artifact: str) -> str:
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


def marker(made: Made, *, truncated: bool) -> Markdown:
    """Return the hidden line that marks the comment; no value can end it early."""
    return marker_of(made.space.name, exact_of(made.space.name, made), made.digest, truncated=truncated)


def marker_of(space: str, exact: str, digest: str, *, truncated: bool) -> Markdown:
    """Return the marker of a comment about a space, or about several under one name."""
    parts = {"space": space[:80], "digest": digest[:80], "truncated": str(truncated).lower()}
    plain = {name: re.sub(r"[^A-Za-z0-9_]", "_", one) for name, one in parts.items()}
    return Markdown(f"{MARKER.format(exact=exact, **plain)}\n")


def exact_of(space: str, made: Made) -> str:
    """Return what tells a plan's space, and where its files are, from all others: hashes of both.

    Most repositories have their files in `state/` at their root; of that nothing is said.
    """
    where = [made.desired.folder, *made.desired.roots]
    parts = (("id", space), ("root", "" if where == [""] else "\n".join(where)))
    hashes = ((name, hashlib.sha256(text.encode(errors="surrogatepass"))) for name, text in parts if text)
    return "".join(f"{name}={one.hexdigest()[:16]} " for name, one in hashes)


def heading(plan: Plan) -> Markdown:
    """Return the verdict, the forecast, and of a long plan the summary."""
    lines = (*forecast_lines(plan), *notified_line(plan, lambda name: inline_code(brief(name))))
    ahead = "".join(f"{line}\n" for line in lines)
    title = _("Plan for {space}", space=inline_code(brief(plan.space))) if plan.space else _("Plan")
    opening = f"**{unknown}{_('.')}**\n\n" if (unknown := unknown_line(plan)) else ""
    opening += "".join(f"**{safe_words(one)}{_('.')}**\n\n" for one in emptied_rules(plan))
    fields = summary(plan, lambda name: safe_words(brief(name)))
    by_field = f"\n{fields}\n" if fields else ""
    return Markdown(f"### {title}\n\n{opening}**{plan_verdict(plan)}**\n{ahead}{by_field}\n")


def footer(made: Made) -> Markdown:
    """Return what the plan was made of."""
    commit = made.desired.commit
    base = _(" against {commit}", commit=inline_code(brief(made.base.commit))) if made.base.commit else ""
    facts = [
        _("Digest {digest}", digest=inline_code(brief(made.digest))),
        (_("commit {commit}", commit=inline_code(brief(commit))) if commit else _("no commit")) + base,
        _("with uncommitted changes") if made.desired.dirty else "",
        _("host {host}", host=inline_code(brief(made.host))) if made.host else "",
        _("made {time}", time=f"`{made.timestamp:%Y-%m-%d %H:%M:%S %z}`"),
    ]
    return Markdown(f"<sub>{_(', ').join(filter(None, facts))}{_('.')}</sub>\n")


def missing(artifact: str) -> Markdown:
    """Say where the rows are that did not fit."""
    return Markdown(
        f"**{_('This text was cut to fit.')}** "
        + _("The whole plan is in the artifact {artifact}.", artifact=inline_code(brief(artifact)))
        + "\n\n"
    )


def sections_of(plan: Plan) -> list[Section]:
    """Return the parts in their order; those without rows are left out."""
    found = merged(plan)
    made = [
        settings_section(plan),
        failure_section(plan),
        guard_section(plan),
        rule_section(plan),
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
    changes = plan.settings_changes
    return Section(
        SETTINGS,
        "",
        lambda n: Markdown(f"- **{_('Settings changed')}**{_(': ')}{safe_words(told(changes[n]))}\n"),
        ones(changes),
    )


def failure_section(plan: Plan) -> Section:
    """Table what is wrong in the files, or what stopped the run."""
    failed = plan.failures
    return Section(
        "errors",
        section_head(_("Errors"), _("where"), _("what"), _("what to do")),
        lambda n: failure_row(failed[n]),
        ones(failed),
    )


def failure_row(failure: Failure) -> Markdown:
    """Return one error with its place."""
    where = inline_code(where_of(failure.place)) if failure.place else Markdown("–")
    return table_row(
        where,
        safe_words(brief(told(failure.what))),
        safe_words(brief(told(failure.fix))) if failure.fix else "–",
    )


def note_section(plan: Plan) -> Section:
    """List what was said beside the rows."""
    return Section(
        "notes",
        section_head(_("Notes")),
        lambda n: Markdown(f"- {safe_words(brief(told(plan.notes[n])))}\n"),
        ones(plan.notes),
    )


def rule_section(plan: Plan) -> Section:
    """Table the rules over many items, one row a rule."""
    return Section(
        "rules",
        section_head(_("Rules"), _("rule"), _("items"), _("condition"), _("place")),
        lambda n: rule_row(plan, plan.rules[n]),
        ones(plan.rules),
    )


def rule_row(plan: Plan, rule: RuleResult) -> Markdown:
    """Return one rule with what it selects."""
    why = f" {safe_words(brief(rule.why))}" if rule.why else ""
    return table_row(
        safe_words(rule_title(rule)) + why,
        safe_words(brief(rule_state(plan, rule))),
        Markdown(", ".join(inline_code(brief(one)) for one in rule.where)),
        inline_code(where_of(rule.place)),
    )


def guard_section(plan: Plan) -> Section:
    """List the guards that stop an apply, and the entry that lets it pass."""
    failed = [guard for guard in plan.guards if not guard.ok]
    line = safe_text(allow_line(plan)) if failed else ""
    fence = "`" * max(3, longest_run(line) + 1)
    return Section(
        "guard failures",
        section_head(_("Guards stop an apply"), _("guard"), _("this plan"), _("at most")),
        lambda n: table_row(
            *(
                safe_words(brief(one))
                for one in (failed[n].name, told(failed[n].actual), told(failed[n].limit) or "–")
            )
        ),
        ones(failed),
        f"\n{_(REVIEWED)}\n\n{fence}yaml\n{line}\n{fence}\n\n",
    )


def change_section(plan: Plan, found: tuple[Group, ...], kind: str) -> Section:
    """Table the changes of one kind, identical ones in one row."""
    mine = [group for group in found if group.kind == kind]
    title, what = TITLES[kind]
    fields = sum(len(group.rows) for group in mine)
    shown = _("base → live → desired") if kind == BOTH else _("live → desired")
    above = {CLEAR: plan.clears, DRIFT: plan.count(Why.DRIFT)}.get(kind, 0) - fields
    more = _(", {number} more above", number=above) if above > 0 else ""
    return Section(
        what,
        section_head(
            _("{title} ({count})", title=_(title), count=counted(fields, "field") + more),
            _("field"),
            shown,
            _("why"),
            _("items"),
        ),
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
                for update, __ in group.rows[:NAMED]
            ],
            len(group.rows),
        ),
    )


def group_values(group: Group) -> Markdown:
    """Return what a group does; where the values before differ, the first of them with their counts."""
    befores = group.befores
    if shows_members(group.change) or len(befores) == 1:
        return value_cell(group.change)
    shown = _(", ").join(
        _("{name} on {number}", name=inline_code(brief(label)), number=count)
        for label, count in befores[:BEFORES]
    )
    more = _(", {number} more", number=len(befores) - BEFORES) if len(befores) > BEFORES else ""
    return Markdown(
        _(
            "→ {label}, from {values}",
            label=inline_code(brief(group.change.after_label)),
            values=shown + more,
        )
    )


def block_section(plan: Plan) -> Section:
    """Table what is kept from being written, with one row a reason."""
    found = block_groups(plan)
    return Section(
        "blocked rows",
        section_head(
            _("{title} ({count})", title=_("Blocked"), count=len(plan.blocks)),
            _("field"),
            _("reason"),
            _("what to do"),
            _("items"),
        ),
        lambda n: block_row(plan, found[n]),
        [len(group.blocks) for group in found],
    )


def block_row(plan: Plan, group: BlockGroup) -> Markdown:
    """Return one reason with the items that it holds back."""
    return table_row(
        safe_words(brief(group.name)) if group.name else f"*{_('whole item')}*",
        safe_words(brief(told(group.reason))),
        safe_words(brief(told(group.repair))),
        first_of([blocked_item(plan, block) for block in group.blocks[:NAMED]], len(group.blocks)),
    )


def blocked_item(plan: Plan, block: Block) -> Markdown:
    """Name a blocked item and the line that wants something of it."""
    title = f" {inline_code(brief(block.title))}" if block.title else ""
    return Markdown(
        _(
            "{ref} at {place}",
            ref=inline_code(brief(plan.address(block.ref))) + title,
            place=inline_code(where_of(block.place)),
        )
    )


def effect_section(plan: Plan) -> Section:
    """List what the service may move by itself."""
    found = effect_groups(plan)
    return Section(
        "side effects",
        section_head(_("What Meegle may move by itself")),
        lambda n: effect_row(plan, *found[n]),
        [len(updates) for _, updates in found],
    )


def effect_row(plan: Plan, effect: SideEffect, updates: tuple[Update, ...]) -> Markdown:
    """Return the people who may be moved out of one role, and the items."""
    where = first_of(
        [inline_code(brief(plan.address(update.ref))) for update in updates[:NAMED]], len(updates)
    )
    return Markdown(
        f"- {safe_words(brief(effect.name))}{_(': ')}"
        + _(
            "{who} may go back to the space's default (locked role)",
            who=inline_code(brief(", ".join(effect.labels))),
        )
        + f"{_(', ')}{where}\n"
    )


def released_section(plan: Plan) -> Section:
    """List the fields that the base named and the files no longer do."""
    found = released_groups(plan)
    return Section(
        "released fields",
        section_head(_("No longer managed, and not written")),
        lambda n: released_row(plan, found[n]),
        [len(rows) for rows in found],
    )


def released_row(plan: Plan, rows: tuple[Released, ...]) -> Markdown:
    """Return one field with the items on which it is released."""
    where = first_of([inline_code(brief(plan.address(one.ref))) for one in rows[:NAMED]], len(rows))
    return Markdown(f"- {safe_words(brief(rows[0].name))}{_(': ')}{where}\n")


def item_section(plan: Plan) -> Section:
    """Give each item's changes, folded away."""
    found = updates_of(plan)
    return Section(
        "items",
        section_head(_("Item by item")),
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
    alone = _(" skipped") if all(one.held for one in update.changes) else ""
    return Markdown(
        f"<details><summary>{html_text(plan.address(update.ref))} {html_text(brief(update.title))} "
        f"{_('({count})', count=counted(len(update.changes), 'field') + alone)}</summary>\n\n"
        f"{table_head(_('field'), _('change'), _('why'), _('place'))}{rows}\n{longer}</details>\n"
    )
