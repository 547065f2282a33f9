"""The one way to write to a space: a reader that can also PUT."""

from __future__ import annotations

from typing import Any

from reconciler.meegle.http.throttle import Permit
from reconciler.meegle.http.verdict import Verdict
from reconciler.meegle.reader import Reader
from reconciler.model import Ref


class Writer(Reader):
    """Reads and writes one space; only commands that apply hold one."""

    @property
    def plugin_id(self) -> str:
        """By which operation records name our own writes."""
        return self.client.plugin_id

    @property
    def token_generation(self) -> int:
        """A number that changes with the token."""
        return self.client.token_generation

    def permit(self) -> Permit:
        """Wait for the turn of one PUT."""
        return self.client.permit()

    def put(self, ref: Ref, pairs: list[dict[str, Any]], idem: str, permit: Permit) -> Verdict:
        """Send one PUT (endpoints.md 7.2)."""
        return self.client.update(
            project_key=self.space_key,
            type_key=ref.type_key,
            item_id=ref.id,
            update_fields=pairs,
            idem=idem,
            permit=permit,
        )

    def batch(self, ref: Ref, field_key: str, value: object) -> Verdict:
        """Set one field by the batch endpoint (endpoints.md 7.3); only where the client probes."""
        return self.client.batch_update(
            project_key=self.space_key,
            type_key=ref.type_key,
            item_id=ref.id,
            field_key=field_key,
            value=value,
        )
