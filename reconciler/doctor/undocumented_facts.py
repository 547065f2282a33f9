"""Facts about a whole space that the documentation leaves open: what updates of a scratch item show."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from msgspec import Struct

from reconciler.doctor.form_trials import Trials
from reconciler.doctor.probed_fields import Subject
from reconciler.doctor.scratch_item import Scratch
from reconciler.fields.codec import DOCUMENTED
from reconciler.meegle.http import endpoints as api
from reconciler.meegle.http.failures import ApiRefusal
from reconciler.meegle.http.verdict import Refused
from reconciler.schema.profile import EMPTIED, KEPT, Tried

TWO = 2
"""Roles needed to see the effect on a role that an update leaves out."""
NOBODYS_KEY = "field_ffffff"
NOBODYS_ID = 9_007_199_254_740_991


class Facts(Struct, frozen=True):
    """Finds the facts with one item."""

    item: Scratch

    def about_updates(self, subject: Subject) -> dict[str, str]:
        """Return the facts that need a field with two samples."""
        return {
            "refused_update": self.refused_update(subject),
            "field_named_twice": self.named_twice(subject),
            "update_without_change": self.without_change(subject),
            **self.about_roles(subject),
        }

    def unknown_ids(self) -> str:
        """Ask for a bad id beside a good one."""
        path = {"project_key": self.item.writer.space_key, "type_key": self.item.ref.type_key}
        try:
            self.item.writer.client.read(
                api.QUERY, path=path, body={"work_item_ids": [self.item.ref.id, NOBODYS_ID]}
            )
        except ApiRefusal:
            return "the whole query is refused"
        return "left out of the answer"

    def refused_update(self, subject: Subject) -> str:
        """Send a good field before one that is not there."""
        first, second = self.at_first(subject)
        verdict = self.item.put([second, {"field_key": NOBODYS_KEY, "field_value": "x"}])
        if not isinstance(verdict, Refused):
            return "an unknown field is not refused"
        after = self.item.await_(lambda: self.item.value(subject.key), lambda value: value != first)
        return "stores nothing" if after == first else "stores what stood before the refused field"

    def named_twice(self, subject: Subject) -> str:
        """Send one field twice in one update, the second time with the value that is there."""
        first, second = self.at_first(subject)
        verdict = self.item.put([second, self.item.pair(subject.key, subject.codec.encode(first))])
        if isinstance(verdict, Refused):
            return f"refused ({verdict.code})"
        after = self.item.await_(lambda: self.item.value(subject.key), lambda value: value != first)
        return "the last one counts" if after == first else "the first one counts"

    def at_first(self, subject: Subject) -> tuple[Hashable, dict[str, Any]]:
        """Give the field its first sample; returns it, and a pair that sets the second."""
        first, second, *_ = subject.samples
        self.item.put([self.item.pair(subject.key, subject.codec.encode(first))])
        self.item.settled(subject.key, first)
        return first, self.item.pair(subject.key, subject.codec.encode(second))

    def without_change(self, subject: Subject) -> str:
        """Send the value that is there."""
        before = self.item.look().row.get("updated_at")
        self.item.put([self.item.pair(subject.key, subject.codec.encode(self.item.value(subject.key)))])
        after = self.item.await_(lambda: self.item.look().row.get("updated_at"), lambda at: at != before)
        return "moves updated_at" if after != before else "leaves updated_at alone"

    def about_roles(self, subject: Subject) -> dict[str, str]:
        """Return what happens to roles that an update leaves out (field-formats.md 9, endpoints.md 7.2)."""
        specs = self.item.writer.catalog.types[self.item.ref.type_key].roles
        if len(specs) < TWO:
            return {}
        everywhere = {spec.key: (self.item.writer.user_key,) for spec in specs}
        verdict = self.item.put([role_pair(everywhere)])
        if isinstance(verdict, Refused):
            return {"roles": f"refused ({verdict.code})"}
        before = self.item.await_(lambda: dict(self.item.look().roles), lambda roles: roles == everywhere)
        self.at_first(subject)
        after = dict(self.item.look().roles)
        moved = [spec.label for spec in specs if after.get(spec.key) != before.get(spec.key)]
        kept = [spec for spec in specs if spec.label not in moved]
        if len(kept) < TWO:
            return {"roles_that_an_update_of_a_field_moves": ", ".join(moved)}
        first, *others = kept
        self.item.put([role_pair({first.key: everywhere[first.key]})])
        left = dict(self.item.await_(lambda: self.item.look().roles, lambda roles: dict(roles) != after))
        lost = [spec.label for spec in others if left.get(spec.key) != after.get(spec.key)]
        return {
            "roles_that_an_update_of_a_field_moves": ", ".join(moved) or "none",
            "roles_that_lose_members_where_a_list_leaves_them_out": ", ".join(lost) or "none",
        }

    def required_emptied(self, subject: Subject) -> str:
        """Empty a field that the layout requires."""
        found = Tried(subject.codec.spec.type, subject.codec.spec.label, "", {DOCUMENTED: KEPT})
        pair = self.item.pair(subject.key, subject.codec.encode(subject.codec.empty))
        became = Trials(self.item).cleared(subject, found, lambda: self.item.put([pair]))
        return "accepted" if became == EMPTIED else became


def role_pair(members: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return the roles as an update holds them."""
    roles = [{"role": role, "owners": list(some)} for role, some in members.items()]
    return {"field_key": "role_owners", "field_value": roles}
