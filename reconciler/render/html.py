"""A plan as one HTML page that asks for nothing: review by keyboard, search, filters, print.

The page carries the plan as JSON and one script that draws it; a policy of `default-src 'none'`
lets only that script and that style speak.  Without scripts a plain table is there.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from reconciler.language import _, counted, language, told
from reconciler.manifest.right_to_left import is_right_to_left
from reconciler.model import Plan, Released, RuleResult, SideEffect, Update, Why
from reconciler.plan.guard import allow_line
from reconciler.plan.spaces_data import run_digest
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
    groups,
    released_groups,
    shows_members,
    steps,
    told_apart,
    unknown_line,
)
from reconciler.render.html_cards import BLOCKED, EFFECT, KIND_LABELS, RELEASED, Cards
from reconciler.render.reasons import failure_text
from reconciler.render.rules import emptied_rules, rule_state, rule_title
from reconciler.render.safe import safe_text
from reconciler.render.spaces import spaces_verdict
from reconciler.render.text import plan_title
from reconciler.render.verdict import forecast_lines, notified_line, plan_verdict, summary

if TYPE_CHECKING:
    from reconciler.plan.plan_data import Made


def plan_html(plan: Plan, made: Made, *, source: str = "") -> str:
    """Return the page of one space."""
    verdict = verdict_of(told_apart(plan))
    changed = [safe_text(told(one)) for one in plan.settings_changes]
    return page_of([plan], (safe_text(plan_title(plan)), verdict), changed, plan_facts(made), source)


def plans_html(plans: Sequence[Plan], made: Sequence[Made], *, source: str = "") -> str:
    """Return the page of several spaces: one list of cards, and above it what each space has by itself."""
    from reconciler.render.spaces import changed_settings  # noqa: PLC0415 - most have one

    title = _("Plan for {space}", space=_(", ").join(safe_text(one.space) for one in plans))
    facts = dict(plan_facts(made[0]))
    facts[_("digest")] = safe_text(run_digest(made))
    facts[_("host")] = _(", ").join(dict.fromkeys(safe_text(one.host or _("none")) for one in made))
    changed = [safe_text(one) for one in changed_settings(plans)]
    return page_of(plans, (title, spaces_verdict(plans)), changed, list(facts.items()), source)


def page_of(
    plans: Sequence[Plan],
    heading: tuple[str, str],
    changed: Sequence[str],
    facts: Sequence[tuple[str, str]],
    source: str,
) -> str:
    """Return a page; `heading`: its title and the verdict, `changed`: what changed in the settings.

    `source` is the web address under which the files of this commit are shown, such as
    `https://github.com/acme/state/blob/4f0c…`; without one, places in the files are plain text.
    """
    shown = [told_apart(one) for one in plans]
    cards: Cards | None = None
    tables: dict[str, list[Any]] = {"groups": [], "blocks": [], "effects": [], "released": []}
    for plan in shown:
        found, blocked = groups(plan), block_groups(plan)
        cards = Cards(plan, found, blocked, cards)
        tables["groups"] += [plain_group(plan, group) for group in found]
        tables["blocks"] += [plain_block(plan, group) for group in blocked]
        tables["effects"] += [plain_effect(plan, *one) for one in effect_groups(plan)]
        tables["released"] += [plain_released(plan, one) for one in released_groups(plan)]
    style, script = page_part("plan.css"), page_part("plan.js")
    laid = cards.page(source.rstrip("/")) if cards else {}
    return (
        page_templates()
        .get_template("plan.html")
        .render(
            _=_,
            counted=counted,
            language=language(),
            title=heading[0],
            verdict=heading[1],
            settings=changed,
            parts=[part_of(plan) for plan in shown],
            facts=facts,
            **tables,
            style=Markup(style),  # noqa: S704 - our own file, hashed in the policy
            script=Markup(script),  # noqa: S704 - our own file, hashed in the policy
            style_hash=csp_hash(style),
            script_hash=csp_hash(script),
            page=Markup(embedded(laid)),  # noqa: S704 - escaped by `embedded`
        )
    )


def part_of(plan: Plan) -> dict[str, Any]:
    """Return what the page says of one space above the cards."""
    failed = [guard for guard in plan.guards if not guard.ok]
    return {
        "title": safe_text(_("Space {space}", space=plan.space)),
        "verdict": verdict_of(plan),
        "forecast": [
            *forecast_lines(plan),
            *notified_line(plan, safe_text),
            *filter(None, [summary(plan, safe_text)]),
        ],
        "failures": [safe_text(failure_text(failure)) for failure in plan.failures],
        "notes": [safe_text(told(note)) for note in plan.notes],
        "guards": [[safe_text(one) for one in (guard.name, told(guard.excess))] for guard in failed],
        "allow": safe_text(allow_line(plan)) if failed else "",
        "rules": [plain_rule(plan, rule) for rule in plan.rules],
        "counts": counts(plan),
    }


def verdict_of(plan: Plan) -> str:
    """Return the verdict of a space, after what must be known before it."""
    return _(". ").join(filter(None, (unknown_line(plan), *emptied_rules(plan), plan_verdict(plan))))


@functools.cache
def page_templates() -> Environment:
    """Return the templates, which escape whatever they are given."""
    return Environment(
        autoescape=True,
        optimized=False,  # each template is used once
        loader=FunctionLoader(page_part),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@functools.cache
def page_part(name: str) -> str:
    """Read one file of the page."""
    return resources.files("reconciler.render").joinpath("templates", name).read_text("utf-8")


def csp_hash(text: str) -> str:
    """Return the hash that lets an inline style or script through the policy."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def embedded(page: dict[str, Any]) -> str:
    """Return JSON that no reading of HTML can leave."""
    text = json.dumps(page, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def counts(plan: Plan) -> list[tuple[str, int, str]]:
    """Return the kinds of rows that there are, with their numbers as the verdict counts them."""
    numbers = {
        BOTH: plan.count(Why.CONFLICTING),
        BLOCKED: len(plan.blocks),
        CLEAR: plan.clears,
        DRIFT: plan.count(Why.DRIFT),
        CHANGE: plan.fields,
        LEFT: sum(len(update.changes) for update in plan.skipped),
        RELEASED: len(plan.released),
        EFFECT: sum(len(update.side_effects) for update in plan.updates),
    }
    labels = {**KIND_LABELS, CHANGE: "to write"}
    return [(kind, numbers[kind], _(label)) for kind, label in labels.items() if numbers[kind]]


def plan_facts(made: Made) -> list[tuple[str, str]]:
    """Return what the plan was made of."""
    dirty = _(" with uncommitted changes") if made.desired.dirty else ""
    return [
        (_("digest"), safe_text(made.digest)),
        (_("commit"), safe_text(made.desired.commit or _("none")) + dirty),
        (_("base"), safe_text(made.base.commit or _("none"))),
        (_("host"), safe_text(made.host or _("none"))),
        (_("made"), f"{made.timestamp:%Y-%m-%d %H:%M:%S %z}"),
        (_("version"), safe_text(made.reconciler_version)),
    ]


NAMED = 20
"""Items that a row of the plain table names."""


def plain_group(plan: Plan, group: Group) -> list[Markup]:
    """Return the cells of a group for the plain table."""
    change = group.change
    signs = [Markup("+ ") + bdi(one) for one in change.added]
    signs += [Markup("− ") + bdi(one) for one in change.removed]
    shown = Markup(", ").join(signs) if shows_members(change) else Markup(" → ").join(map(bdi, steps(change)))
    where = [f"{plan.address(update.ref)} {update.title}".rstrip() for update, _ in group.rows]
    return [bdi(change.name), shown, bdi(group.why), bdi(first_names(where))]


def bdi(text: str) -> Markup:
    """Return a value as an element that keeps its direction to itself, where it has one of its own."""
    shown = escape(safe_text(text))
    return Markup("<bdi>{}</bdi>").format(shown) if is_right_to_left(text) else shown


def plain_rule(plan: Plan, rule: RuleResult) -> list[str]:
    """Return the cells of a rule over many items."""
    state = rule_state(plan, rule)
    return [
        safe_text(one) for one in (rule_title(rule), state, "; ".join(rule.where), str(rule.place), rule.why)
    ]


def plain_block(plan: Plan, group: BlockGroup) -> list[str]:
    """Return the cells of a group of blocked rows for the plain table."""
    where = [f"{plan.address(block.ref)} {block.title}".rstrip() for block in group.blocks]
    return [
        safe_text(one)
        for one in (
            group.name or _("whole item"),
            told(group.reason),
            told(group.repair),
            first_names(where),
        )
    ]


def plain_released(plan: Plan, rows: tuple[Released, ...]) -> list[str]:
    """Return the cells of a field that is no longer managed for the plain table."""
    return [safe_text(rows[0].name), safe_text(first_names([plan.address(one.ref) for one in rows]))]


def plain_effect(plan: Plan, effect: SideEffect, updates: tuple[Update, ...]) -> list[str]:
    """Return the cells of what the service may do by itself for the plain table."""
    where = first_names([plan.address(update.ref) for update in updates])
    return [safe_text(one) for one in (effect.name, ", ".join(effect.labels), where)]


def first_names(where: list[str]) -> str:
    """Name the first items and count the others."""
    more = [_("and {number} more", number=len(where) - NAMED)] if len(where) > NAMED else []
    return ", ".join([*where[:NAMED], *more])
