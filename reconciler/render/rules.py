"""What each rule over many items selects, and what is done about its members: one line a rule.  Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.language import _, counted, messages, told
from reconciler.model import Change, HeldBy, Plan, Ref, RuleResult, Why
from reconciler.render.groups import shown_label
from reconciler.render.reasons import held_word

STATES = messages(
    "{number} to change",
    "{number} newly selected",
    "{number} in violation",
    "{number} to propose",
)
CHANGES, NEW, VIOLATES, PROPOSED = STATES


def rule_title(rule: RuleResult) -> str:
    """Return what a rule is called, with its mode."""
    if rule.once:
        return _("rule {name} ({mode}, once)", name=rule.name, mode=rule.mode)
    return _("rule {name} ({mode})", name=rule.name, mode=rule.mode)


def rule_line(plan: Plan, rule: RuleResult) -> str:
    """Return what a rule is called, how many items it selects, and what becomes of them."""
    return f"{rule_title(rule)}{_(': ')}{rule_state(plan, rule)}"


def is_notable(plan: Plan, rule: RuleResult) -> bool:
    """Return True if a reviewer has to know more of a rule than that all of its members are in sync."""
    return bool(rule.blocked or is_emptied(rule) or any(rule_counts(plan, rule)))


def is_emptied(rule: RuleResult) -> bool:
    """Return True if a rule had members and selects no item now: a condition that matches nothing.

    The members of a rule that is `once` leave it as soon as they have its value: that is its success.
    """
    return bool(rule.before) and not (rule.ids or rule.blocked or rule.once)


def rule_state(plan: Plan, rule: RuleResult) -> str:
    """Return how many items a rule selects, and what becomes of them; or why it is blocked."""
    if rule.blocked:
        return _("blocked: {reason}", reason=told(rule.blocked))
    some = [_("{number} selected", number=len(rule.ids))]
    if rule.before and not rule.ids:
        some.append(_("{number} at the last apply", number=rule.before))
    counts = list(rule_counts(plan, rule))
    # A plan of a part does not look at every member, so it cannot say that all of them are in sync.
    synced = [_("in sync")] if rule.ids and plan.whole else []
    return _(", ").join([*some, *(counts or synced)])


def rule_counts(plan: Plan, rule: RuleResult) -> Iterator[str]:
    """Yield how many items of a rule are in each state; an item may be in several, by its fields."""
    found: dict[str, set[Ref]] = {}
    for ref, change in rows_of_rule(plan, rule):
        for state in states(change):
            found.setdefault(state, set()).add(ref)
    for state in sorted(found, key=lambda one: (STATES.index(one) if one in STATES else len(STATES), one)):
        shown = state if state in STATES else "{number} skipped ({word})"
        yield _(shown, number=len(found[state]), word=told(state))
    if blocked := len({one.ref for one in plan.blocks if rule.name in one.rules}):
        yield _("{number} blocked", number=blocked)
    if left := len({one.ref for one in plan.released if one.rule == rule.name}):
        yield _("{number} released", number=left)
    if rule.decided:
        yield _("{fields} decided by files", fields=counted(rule.decided, "field"))


def rows_of_rule(plan: Plan, rule: RuleResult) -> Iterator[tuple[Ref, Change]]:
    """Yield the changes that a rule desires, each with its item."""
    for update in (*plan.updates, *plan.skipped):
        for one in update.changes:
            if rule.name in one.rules:
                yield update.ref, one


def states(change: Change) -> Iterator[str]:
    """Yield the states in which a change puts its item, or the word for why it is skipped."""
    if change.held is None:
        yield CHANGES
        if change.why is Why.NEWLY_SELECTED:
            yield NEW
    else:
        yield REPORTED.get(change.held.by) or held_word(change.held)


REPORTED = {HeldBy.RULE_CHECKS: VIOLATES, HeldBy.RULE_PROPOSES: PROPOSED}
"""The states of what rules only report."""


def emptied_rules(plan: Plan) -> Iterator[str]:
    """Yield the rules that select nothing any more: a condition that matches nothing looks like success."""
    for one in plan.rules:
        if is_emptied(one):
            yield _(
                "rule {name} selects no item now, and had {members}",
                name=one.name,
                members=counted(one.before or 0, "member"),
            )


def lacking(plan: Plan, rule: RuleResult) -> Mapping[Ref, list[str]]:
    """Return what members lack: each change that the rule desires of one, and why a field is blocked."""
    found: dict[Ref, list[str]] = {}
    for ref, one in rows_of_rule(plan, rule):
        found.setdefault(ref, []).append(f"{one.name} {member_change(one)}")
    for block in plan.blocks:
        if rule.name in block.rules:
            text = _("{field} blocked: {reason}", field=block.name, reason=told(block.reason))
            found.setdefault(block.ref, []).append(text)
    return found


def member_change(change: Change) -> str:
    """Return what a change does, in one line."""
    if change.added or change.removed:
        members = [*(f"+ {one}" for one in change.added), *(f"- {one}" for one in change.removed)]
        return " ".join(members)
    return f"{shown_label(change, change.before_label)} → {shown_label(change, change.after_label)}"
