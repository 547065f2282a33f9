"""Whom the service may notify of a change of an item: its creator, followers, role members and node owners.

The API's pages say nothing of notifications (docs/teams.md has what is known and what is assumed), so these
are the people whom an item names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from reconciler.fields.people import user_keys
from reconciler.meegle.rows import Roles, Row
from reconciler.schema.catalog import Catalog

WATCHERS: Final = "watchers"
"""The field of followers."""
ROLE_OWNERS: Final = "role_owners"


def audience_fields(catalog: Catalog, type_key: str) -> Iterator[str]:
    """Yield the fields to ask for besides those that files name."""
    if catalog.types[type_key].roles:
        yield ROLE_OWNERS
    if catalog.spec(type_key, WATCHERS) and not catalog.fault(type_key, WATCHERS):
        yield WATCHERS


def audience_of(raw: Mapping[str, Any], row: Row, roles: Roles) -> frozenset[str] | None:
    """Return the user keys of an item's people; None if some of them cannot be read."""
    found = {member for _, members in roles for member in members}
    if (row.values.get(ROLE_OWNERS) and not roles) or row.trouble:
        return None
    try:
        found.update(user_keys(row.values.get(WATCHERS)))
        nodes = raw.get("current_nodes") or ()
        found.update(key for node in nodes for key in user_keys(node.get("owners")))
    except (ValueError, TypeError, AttributeError):
        return None
    creator = raw.get("created_by")
    return frozenset(found | ({creator} if isinstance(creator, str) and creator else set()))
