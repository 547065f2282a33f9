"""A plan's file, read: from JSON to its model, from the model to the plan.  `plan_data.py` writes it.  Pure.

Names are those of Terraform's plan JSON where they mean the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from reconciler.canonical_json import parse_unique
from reconciler.errors import CannotRun, Place
from reconciler.model import (
    Block,
    Change,
    Failure,
    GuardResult,
    Notified,
    NotifiedPerson,
    Plan,
    Ref,
    Released,
    SideEffect,
    Unapplied,
    Update,
    Why,
)
from reconciler.plan.plan_data import seal_of, sealed, text_of
from reconciler.plan.plan_json import (
    FieldFile,
    NotifiedFile,
    PlanFile,
    ResourceChangeFile,
    SourceFile,
    UnappliedFile,
)
from reconciler.plan.plan_words import held_of, why_of
from reconciler.plan.rule_file import rule_of, rules_in

OWN = frozenset({"op", "source", "why", "held", "outranked", "before_text", "after_text"})
SAME = tuple(name for name in FieldFile.model_fields if name not in OWN)
"""The members that a change and its object share under one name."""
WITHOUT_RULES: dict[str, Any] = {
    "rules": True,
    "blocked": {"__all__": {"source": {"rule"}}},
    **{
        name: {"__all__": {"fields": {"__all__": {"source": {"rule"}, "outranked": True}}}}
        for name in ("resource_changes", "left_alone")
    },
}
"""The members that a plan without rules lacks."""
TUPLES = ("added", "removed", "contains", "excludes")
"""Those of them that are tuples in a change, and lists in an object."""


class BadPlan(CannotRun):
    """A file that is not a plan of ours, or was changed since it was written."""

    def __init__(self, what: str) -> None:
        """Make the message."""
        super().__init__(f"this plan cannot be used: {what}", "make a new one with `reconciler plan --out`")


def plan_file(plan: Plan, at: datetime, *, folder: str = "", roots: Iterable[str] = ()) -> PlanFile:
    """Return the plan as the model that is read back; `folder` and `roots` as DesiredFile has them."""
    return PlanFile.model_validate(sealed(plan, at, folder=folder, roots=roots).data)


def notified_of(one: NotifiedFile) -> Notified:
    """Return the people whom an apply may notify."""
    people = (NotifiedPerson(who.key, who.name, who.items) for who in one.people)
    return Notified(one.count, tuple(people), one.unknown)


def plan_data(made: PlanFile) -> dict[str, Any]:
    """Return the file as plain data; without what older seals lack where there is none of it."""
    absent: dict[str, Any] = {
        name: True
        for name in ("targets", "notified", "rest", "parts", "since_last")
        if getattr(made, name) in (None, [], False)
    }
    if made.rest == []:
        del absent["rest"]  # nothing is left out, which is known; without the member it would not be
    if not made.rules:
        absent |= WITHOUT_RULES
    whole = made.model_dump(mode="json", exclude=absent)
    for one in whole["released"]:
        if one["rule"] is None:
            del one["rule"]
    return {**whole, "desired": {key: one for key, one in whole["desired"].items() if one not in ("", [])}}


def seal(made: PlanFile) -> str:
    """Return the SHA-256 of everything in the file but the seal."""
    return seal_of(plan_data(made))


def dumps(made: PlanFile) -> str:
    """Return the file's text: sorted members, two spaces, a final line feed."""
    return text_of(plan_data(made))


def load_plan(text: str | bytes) -> PlanFile:
    """Read a plan file; raises BadPlan for another format, a broken seal, or anything but a plan."""
    return parse_plan(parse_members(text))


def parse_members(text: str | bytes) -> Any:
    """Read JSON; raises BadPlan for anything else."""
    try:
        return parse_unique(text)
    except (ValueError, RecursionError):
        raise BadPlan("it is no JSON, or names a member twice") from None


def parse_plan(data: Any) -> PlanFile:
    """Read a plan of plain data; raises BadPlan for another format or a broken seal."""
    try:
        made = PlanFile.model_validate(data)
    except ValidationError as error:
        raise wrong_member(error) from None
    if seal(made) != made.seal:
        raise BadPlan("its seal is broken, so it was changed since it was written")
    return made


def wrong_member(error: ValidationError) -> BadPlan:
    """Return which member of a file is the first that is wrong."""
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(map(str, first["loc"])) or "the file"
    return BadPlan("it has another format" if where == "format_version" else f"{where}: {first['msg']}")


def plan_of(made: PlanFile) -> Plan:
    """Return the plan that a file holds."""
    return Plan(
        host=made.host,
        space=made.space.name,
        space_key=made.space.key,
        types=made.space.types,
        updates=tuple(update_of(one) for one in made.resource_changes),
        blocks=tuple(
            Block(
                Ref(one.type, one.id),
                one.title,
                one.key,
                one.name,
                one.reason,
                one.repair,
                place(one.source),
                rules_in(one.source),
            )
            for one in made.blocked
        ),
        in_sync=made.agree,
        named=made.named,
        metadata_digest=made.metadata_digest,
        base=made.base.commit,
        applied=made.base.applied,
        unapplied=tuple(map(unapplied_of, made.base.unapplied)),
        whole=made.whole,
        commit=made.desired.commit,
        dirty=made.desired.dirty,
        seal=made.seal,
        skipped=tuple(update_of(one) for one in made.left_alone),
        released=tuple(
            Released(Ref(one.type, one.id), one.key, one.name, one.rule or "") for one in made.released
        ),
        notes=tuple(made.notes),
        settings_changes=tuple(made.settings_changes),
        guards=tuple(GuardResult(one.name, one.limit, one.actual, one.ok) for one in made.guards),
        targets=tuple(Ref(one.type, one.id) for one in made.targets),
        notified=notified_of(made.notified) if made.notified else None,
        rest=None if made.rest is None else tuple(map(unapplied_of, made.rest)),
        parts=tuple(Ref(one.type, one.id) for one in made.parts),
        rules=tuple(map(rule_of, made.rules)),
        since_last=made.since_last,
        failures=tuple(
            Failure(one.what, one.fix, place(one.source) if one.source else None) for one in made.errors
        ),
    )


def unapplied_of(one: UnappliedFile) -> Unapplied:
    """Return an object as a field or item that lags behind the last applied commit."""
    return Unapplied(Ref(one.type, one.id), one.key, one.commit, one.ahead)


def update_of(one: ResourceChangeFile) -> Update:
    """Return one item's changes."""
    return Update(
        ref=Ref(one.type, one.id),
        title=one.name,
        place=place(one.source),
        changes=tuple(map(change_of, one.fields)),
        side_effects=tuple(
            SideEffect(
                effect.role, effect.name, tuple(effect.members), tuple(effect.defaults), tuple(effect.labels)
            )
            for effect in one.side_effects
        ),
    )


def change_of(row: FieldFile) -> Change:
    """Return an object as a change."""
    same = {name: getattr(row, name) for name in SAME}
    return Change(
        place=place(row.source),
        clears=row.op == "clear",
        why=parse_reason(row.why),
        held=held_of(row.held) if row.held else None,
        rules=rules_in(row.source),
        outranked=place(row.outranked) if row.outranked else None,
        **{**same, **{name: tuple(same[name]) for name in TUPLES}},
    )


def parse_reason(words: str | None) -> Why | None:
    """Return the reason that a file gives; raises BadPlan for an unknown one."""
    why = None if words is None else why_of(words)
    if words is not None and why is None:
        raise BadPlan("it gives a reason that this version does not know")
    return why


def place(one: SourceFile) -> Place:
    """Return an object as a place."""
    return Place(one.file, one.line, one.column)
