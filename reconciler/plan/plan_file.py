"""Plan ⇄ JSON: canonical, with a digest of what would change and a seal over the whole file.  Pure.

Names are those of Terraform's plan JSON where they mean the same.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from msgspec.json import format as indented
from pydantic import ValidationError

from reconciler import __version__
from reconciler.canonical_json import canonical
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
from reconciler.plan.plan_json import (
    FORMAT,
    BaseFile,
    BlockFile,
    ChangeFile,
    DesiredFile,
    ErrorFile,
    ExitReason,
    FieldFile,
    GuardFile,
    ItemFile,
    NotifiedFile,
    NotifiedPersonFile,
    PlanFile,
    ReleasedFile,
    RequestsFile,
    ResourceChangeFile,
    RuledSourceFile,
    SideEffectFile,
    SourceFile,
    SpaceFile,
    TargetFile,
    UnappliedFile,
)
from reconciler.plan.plan_words import WHY_WORDS, held_of, reason_words, why_of
from reconciler.plan.rule_file import rule_file, rule_of, rules_in

SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, which JSON can hold as an escape only."""
OWN = frozenset({"op", "source", "why", "held", "outranked", "before_text", "after_text"})
SAME = tuple(name for name in FieldFile.model_fields if name not in OWN)
"""The members that a change and its object share under one name."""
RELATIONS = frozenset({"work_item_related_select", "work_item_related_multi_select", "linked_work_item"})
"""The types of fields whose values are ids of work items."""
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
    """Return the plan as the model that is written, sealed; `folder` and `roots` as DesiredFile has them."""
    ahead = plan.forecast
    made = PlanFile(
        format_version=FORMAT,
        reconciler_version=__version__,
        timestamp=at,
        host=plan.host,
        space=SpaceFile(name=plan.space, key=plan.space_key, types=dict(plan.types)),
        desired=DesiredFile(commit=plan.commit, dirty=plan.dirty, folder=folder, roots=list(roots)),
        applyable=bool(plan.updates) and all(guard.ok for guard in plan.guards),
        complete=not (plan.blocks or plan.blocked_rules or plan.failures),
        errored=bool(plan.failures),
        errors=[
            ErrorFile(what=one.what, fix=one.fix, source=source(one.place) if one.place else None)
            for one in plan.failures
        ],
        exit_reason=exit_reason(plan),
        resource_drift=list(drift(plan)),
        base=BaseFile(
            commit=plan.base, applied=plan.applied, unapplied=[unapplied_file(one) for one in plan.unapplied]
        ),
        whole=plan.whole,
        resource_changes=[resource(plan, update) for update in plan.updates],
        left_alone=[resource(plan, update) for update in plan.skipped],
        released=[ReleasedFile(**ids(one.ref), key=one.key, name=one.name) for one in plan.released],
        blocked=[block_file(one) for one in plan.blocks],
        agree=plan.in_sync,
        named=plan.named,
        notes=list(plan.notes),
        settings_changes=list(plan.settings_changes),
        guards=[
            GuardFile(name=one.name, limit=one.limit, actual=one.actual, ok=one.ok) for one in plan.guards
        ],
        requests=RequestsFile(puts=ahead.puts, reads=ahead.reads, seconds=ahead.seconds),
        targets=[TargetFile(**ids(one)) for one in plan.targets],
        notified=notified_file(plan.notified) if plan.notified else None,
        rest=None if plan.rest is None else [unapplied_file(one) for one in plan.rest],
        parts=[TargetFile(**ids(one)) for one in plan.parts],
        rules=[rule_file(one) for one in plan.rules],
        since_last=plan.since_last,
        metadata_digest=plan.metadata_digest,
        digest=digest(plan),
    )
    return made.model_copy(update={"seal": seal(made)})


def notified_file(one: Notified) -> NotifiedFile:
    """Return the people whom an apply may notify as an object."""
    people = [NotifiedPersonFile(key=who.key, name=who.name, items=who.items) for who in one.people]
    return NotifiedFile(count=one.count, people=people, unknown=one.unknown)


def notified_of(one: NotifiedFile) -> Notified:
    """Return the people whom an apply may notify."""
    people = (NotifiedPerson(who.key, who.name, who.items) for who in one.people)
    return Notified(one.count, tuple(people), one.unknown)


def unapplied_file(one: Unapplied) -> UnappliedFile:
    """Return a field or item that lags behind the last applied commit as an object."""
    return UnappliedFile(**ids(one.ref), key=one.key, commit=one.commit, ahead=one.ahead)


def block_file(one: Block) -> BlockFile:
    """Return a blocked field or item as an object."""
    return BlockFile(
        **ids(one.ref),
        title=one.title,
        key=one.key,
        name=one.name,
        reason=one.reason,
        repair=one.repair,
        source=ruled_source(one.place, one.rules),
    )


def exit_reason(plan: Plan) -> ExitReason:
    """Return in one word how a run that plans ended: the first that holds."""
    if plan.failures:
        return "error"
    if any(not guard.ok for guard in plan.guards):
        return "guard"
    if plan.blocks or plan.blocked_rules:
        return "blocked"
    return "no_changes" if plan.is_empty else "changes"


def drift(plan: Plan) -> Iterator[ItemFile]:
    """Yield how each item drifted: from the value that the base desired to the live one."""
    moved: dict[Ref, list[Change]] = {}
    titles = {}
    for update in (*plan.updates, *plan.skipped):
        titles[update.ref] = update.title
        moved.setdefault(update.ref, []).extend(
            one for one in update.changes if one.why in {Why.DRIFT, Why.CONFLICTING}
        )
    for ref, changes in sorted(moved.items()):
        if changes:
            yield ItemFile(
                address=plan.address(ref),
                **ids(ref),
                name=titles[ref],
                change=ChangeFile(
                    actions=["update"],
                    before={one.key: one.after if one.why is Why.DRIFT else one.base for one in changes},
                    after={one.key: one.before for one in changes},
                ),
            )


def resource(plan: Plan, update: Update) -> ResourceChangeFile:
    """Return one item's changes."""
    return ResourceChangeFile(
        address=plan.address(update.ref),
        **ids(update.ref),
        name=update.title,
        change=ChangeFile(
            actions=["update"],
            before={change.key: change.before for change in update.changes},
            after={change.key: change.after for change in update.changes},
        ),
        fields=[field_file(one) for one in update.changes],
        side_effects=[
            SideEffectFile(
                role=one.role,
                name=one.name,
                members=list(one.members),
                defaults=list(one.defaults),
                labels=list(one.labels),
            )
            for one in update.side_effects
        ],
        source=source(update.place),
    )


def ids(ref: Ref) -> dict[str, Any]:
    """Return the members that say which item an object is about."""
    return {"type": ref.type_key, "id": ref.id, "id_text": str(ref.id)}


def with_texts(value: Any) -> Any:
    """Return the value of a relation with its ids as texts."""
    return [str(one) for one in value] if isinstance(value, list | tuple) else value and str(value)


def field_file(one: Change) -> FieldFile:
    """Return one change as an object."""
    return FieldFile(
        op=one.op,
        source=ruled_source(one.place, one.rules),
        outranked=source(one.outranked) if one.outranked else None,
        why=WHY_WORDS[one.why] if one.why else None,
        held=reason_words(one.held) if one.held else None,
        before_text=with_texts(one.before) if one.type in RELATIONS else None,
        after_text=with_texts(one.after) if one.type in RELATIONS else None,
        **{name: getattr(one, name) for name in SAME},
    )


def source(place: Place) -> SourceFile:
    """Return a place as an object."""
    return SourceFile(file=place.file, line=place.line, column=place.column)


def ruled_source(place: Place, rules: Iterable[str]) -> RuledSourceFile:
    """Return a place as an object, with the rules that are written there."""
    rule = ", ".join(rules) or None
    return RuledSourceFile(file=place.file, line=place.line, column=place.column, rule=rule)


def digest(plan: Plan) -> str:
    """Return the SHA-256 of the changes alone: equal on every machine and clock."""
    rows = sorted(
        canonical(
            [plan.space_key, update.ref.type_key, update.ref.id, one.key, one.op, one.before, one.after]
        )
        for update in plan.updates
        for one in update.changes
    )
    return hashlib.sha256("\n".join(rows).encode("utf-8", "surrogatepass")).hexdigest()


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
    return {**whole, "desired": {key: one for key, one in whole["desired"].items() if one not in ("", [])}}


def seal(made: PlanFile) -> str:
    """Return the SHA-256 of everything in the file but the seal."""
    text = canonical({name: value for name, value in plan_data(made).items() if name != "seal"})
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def dumps(made: PlanFile) -> str:
    """Return the file's text: sorted members, two spaces, a final line feed."""
    whole = plan_data(made)
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True)
    if SURROGATE.search(text) is None:
        # The standard library writes an indented text in Python, ten times slower than a flat one.
        return indented(text, indent=2) + "\n"
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, indent=2) + "\n"
    return SURROGATE.sub(lambda hit: f"\\u{ord(hit.group()):04x}", text)


def unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that names a member twice: two readers could take two values for it."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a member twice")
    return made


def load_plan(text: str | bytes) -> PlanFile:
    """Read a plan file; raises BadPlan for another format, a broken seal, or anything but a plan."""
    try:
        # pydantic's own JSON reader refuses half a character, which a live text may hold.
        made = PlanFile.model_validate(
            json.loads(text, parse_constant=no_number, object_pairs_hook=unique_members)
        )
    except (ValueError, RecursionError) as error:
        if not isinstance(error, ValidationError):
            raise BadPlan("it is no JSON, or names a member twice") from None
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise BadPlan(
            "it has another format" if where == "format_version" else f"{where}: {first['msg']}"
        ) from None
    if seal(made) != made.seal:
        raise BadPlan("its seal is broken, so it was changed since it was written")
    return made


def no_number(word: str) -> None:
    """Refuse NaN and Infinity, which are not JSON."""
    raise ValueError(word)


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
        released=tuple(Released(Ref(one.type, one.id), one.key, one.name) for one in made.released),
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
