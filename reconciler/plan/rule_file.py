"""Rules in a plan ⇄ their objects in plan JSON.  Pure."""

from __future__ import annotations

import hashlib

from reconciler.errors import Place
from reconciler.fields.conditions import AnyOf, Comparison, Condition
from reconciler.model import RuleResult
from reconciler.plan.plan_json import ComparisonFile, RuledSourceFile, RuleFile, SourceFile


def rule_file(one: RuleResult) -> RuleFile:
    """Return a rule as an object."""
    return RuleFile(
        name=one.name,
        mode=one.mode,
        type=one.type_key,
        where=list(one.where),
        conditions=[condition_file(each) for each in one.conditions],
        selected=len(one.ids),
        at_most=one.at_most,
        digest_of_ids=digest_of_ids(one.ids),
        ids=list(one.ids),
        once=one.once,
        why=one.why,
        before=one.before,
        decided=one.decided,
        blocked=one.blocked,
        source=SourceFile(file=one.place.file, line=one.place.line, column=one.place.column),
    )


def digest_of_ids(ids: tuple[int, ...]) -> str:
    """Return the SHA-256 of ids, one a line in their order."""
    return hashlib.sha256("".join(f"{one}\n" for one in sorted(ids)).encode()).hexdigest()


def condition_file(one: Condition) -> list[ComparisonFile]:
    """Return a condition as objects of which any has to hold."""
    parts = one.parts if isinstance(one, AnyOf) else (one,)
    return [
        ComparisonFile(key=each.key, operator=each.operator, kind=each.kind, operand=list(each.operand))
        for each in parts
    ]


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
