"""Block what the settings protect: those of the base and those of this commit both hold.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from reconciler.language import messages
from reconciler.model import ROLES, Change, Plan, Ref, Update
from reconciler.plan.planner import blocking
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import ROLE_REF, TypeSpec
from reconciler.settings import SpaceSettings
from reconciler.settings.protection import Protect

(PROTECTED,) = messages("protected")
LIFT = "lift it in `protect` of the settings, in an earlier change than this one"


class Protected(NamedTuple):
    """One field that a plan would write although an entry protects it."""

    update: Update
    change: Change
    entry: Protect

    def words(self, plan: Plan) -> str:
        """Return which field it is, and why it is protected."""
        return f"{plan.address(self.update.ref)} {self.change.name} is {reason(self.entry)}"


def reason(entry: Protect) -> str:
    """Return why a field is blocked."""
    return f"protected ({entry.why})" if entry.why else PROTECTED


def block_protected(plan: Plan, spaces: Iterable[SpaceSettings], catalog: Catalog) -> Plan:
    """Block every row that an entry of the settings protects."""
    entries = entries_of(spaces)
    if not entries:
        return plan

    def fault(ref: Ref, change: Change) -> tuple[str, str] | None:
        kinds = [one for one in (catalog.types.get(ref.type_key), catalog.pinned.get(ref.type_key)) if one]
        hit = protecting(entries, plan, ref, change, kinds)
        return (reason(hit), LIFT) if hit else None

    return blocking(plan, fault, catalog)


def entries_of(spaces: Iterable[SpaceSettings]) -> tuple[Protect, ...]:
    """Return the entries of several settings of one space, each once."""
    return tuple(dict.fromkeys(entry for one in spaces for entry in one.protect))


def protected_rows(
    plan: Plan, spaces: Iterable[SpaceSettings], *known: Mapping[str, TypeSpec]
) -> Iterator[Protected]:
    """Yield the rows of a plan that was made before they were protected; `known` has the names of types."""
    entries = entries_of(spaces)
    for update in plan.updates if entries else ():
        kinds = [one for types in known if (one := types.get(update.ref.type_key))]
        for change in update.changes:
            if hit := protecting(entries, plan, update.ref, change, kinds):
                yield Protected(update, change, hit)


def protecting(
    entries: Iterable[Protect], plan: Plan, ref: Ref, change: Change, kinds: Iterable[TypeSpec]
) -> Protect | None:
    """Return the first entry that is about a row; `kinds` are what is known of the type and its fields."""
    types, fields = {ref.type_key, plan.types.get(ref.type_key, "")}, {change.key, change.name}
    fields.add(change.key.removeprefix(ROLES))
    for kind in kinds:
        types |= {kind.key, kind.api_name, kind.name}
        if spec := kind.by_key.get(change.key):
            fields |= {spec.key, spec.alias, spec.name}
    if change.key.startswith(ROLES):
        fields |= {f"{ROLE_REF}{word}" for word in fields}
    return next(
        (
            one
            for one in entries
            if one.type in types
            and (not one.item or ref.id in one.item)
            and (not one.field or not fields.isdisjoint(one.field))
        ),
        None,
    )


def unplannable(rows: Iterable[Protected], plan: Plan) -> str | None:
    """Return why a saved plan cannot be applied any more; None if nothing of it is protected."""
    listed = [one.words(plan) for one in rows]
    if not listed:
        return None
    more = f", and {len(listed) - 1} more" if len(listed) > 1 else ""
    return f"{listed[0]}{more}, which was not so when it was made"
