"""Applies the settings about drift of a field: ignored, reported, accepted or healed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reconciler.clock import now
from reconciler.model import Held, HeldBy, Ref
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import change_key
from reconciler.settings import Ignore, SpaceSettings


def keeper(
    decisions: SpaceSettings, catalog: Catalog, drift: str | None
) -> Callable[[Ref, str], Held | None]:
    """Return a function that says why drift of a field is held; `drift` overrides the policies."""

    def keeps(item: Ref, key: str) -> Held | None:
        if ignored := ignoring(decisions, catalog, item.type_key, key):
            return Held(HeldBy.IGNORED, ignored.why or "")
        policy = drift or policy_of(decisions, catalog, item.type_key, key)
        return None if policy == "heal" else Held(HeldBy.POLICY, policy)

    return keeps


def ignoring(decisions: SpaceSettings, catalog: Catalog, type_key: str, key: str) -> Ignore | None:
    """Return the entry that leaves a field out of drift today, if there is one."""
    return next((one for one in ignores(decisions, catalog, type_key, key) if not one.stores), None)


def ignores(decisions: SpaceSettings, catalog: Catalog, type_key: str, key: str) -> Iterator[Ignore]:
    """Yield the entries that speak of a field today."""
    kind = catalog.names(type_key)
    today = now().astimezone(decisions.clock).date()
    for one in decisions.ignore:
        over = one.until is not None and one.until < today
        if not over and kind.answers_to(one.type) and key in map(change_key, kind.meant(one.field)):
            yield one


def policy_of(decisions: SpaceSettings, catalog: Catalog, type_key: str, key: str) -> str:
    """Return what is to be done about drift of a field: its own policy, else the default."""
    kind = catalog.names(type_key)
    for word, policy in decisions.drift.items():
        if isinstance(policy, dict) and kind.answers_to(word):
            for name, own in policy.items():
                if key in map(change_key, kind.meant(name)):
                    return own
    default = decisions.drift.get("default", "report")
    return default if isinstance(default, str) else "report"
