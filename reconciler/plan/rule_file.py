"""Rules of a plan, read from their objects in its file.  Pure."""

from __future__ import annotations

from reconciler.errors import Place
from reconciler.fields.conditions import AnyOf, Comparison, Condition
from reconciler.model import RuleResult
from reconciler.plan.plan_json import ComparisonFile, RuledSourceFile, RuleFile


def rule_of(one: RuleFile) -> RuleResult:
    """Return an object as a rule."""
    return RuleResult(
        name=one.name,
        mode=one.mode,
        type_key=one.type,
        where=tuple(one.where),
        conditions=tuple(condition_of(each) for each in one.conditions),
        place=Place(one.source.file, one.source.line, one.source.column),
        ids=tuple(one.ids),
        at_most=one.at_most,
        once=one.once,
        why=one.why,
        before=one.before,
        decided=one.decided,
        blocked=one.blocked,
    )


def condition_of(parts: list[ComparisonFile]) -> Condition:
    """Return objects as a condition."""
    found = tuple(Comparison(one.key, one.operator, one.kind, tuple(one.operand)) for one in parts)
    return found[0] if len(found) == 1 else AnyOf(found)


def rules_in(source: RuledSourceFile) -> tuple[str, ...]:
    """Return the names of the rules at a place."""
    return tuple(source.rule.split(", ")) if source.rule else ()
