"""One scratch item: reads it, writes it, and waits until a write is seen."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

from msgspec import Struct

from reconciler.errors import CannotRun
from reconciler.fields.codec import Codec
from reconciler.fields.values import UNREAD, Seen
from reconciler.meegle.http import endpoints as api
from reconciler.meegle.http.failures import ApiRefusal
from reconciler.meegle.http.verdict import Fatal, NotWritten, Verdict
from reconciler.meegle.rows import Roles, fold_roles, role_list, wire_values
from reconciler.meegle.writer import Writer
from reconciler.model import ROLES, Ref

POLL = 0.1
LONGEST = 5.0
"""Seconds for which a value is awaited until one was seen; from then on a few times as long as that took."""
SHORTEST = 0.6
PATIENT = 4
ATTEMPTS = 5
"""Attempts at a write that the service refuses for its pace."""
T = TypeVar("T")


class Look(Struct, frozen=True):
    """The item at one moment: wire values by field key, when it last changed, who holds which role."""

    row: Mapping[str, Any]

    @property
    def wire(self) -> Mapping[str, Any]:
        """The values as the service gives them."""
        return wire_values(self.row)

    def field(self, key: str) -> Any:
        """Return a value as `fields` holds it, without the detail of rich texts."""
        return wire_values({**self.row, "multi_texts": None}).get(key)

    def wire_of(self, key: str) -> Any:
        """Return the value of a field, or the members of a role, as they may be sent again."""
        if key.startswith(ROLES):
            return list(dict(self.roles).get(key.removeprefix(ROLES), ()))
        return self.field(key)

    @property
    def roles(self) -> Roles:
        """The members of the roles; a list that cannot be read could not be put back either."""
        try:
            return role_list(self.wire.get("role_owners"))
        except ValueError as error:
            raise CannotRun(f"the roles of the item cannot be read: {error}", "name another item") from None


class Gone(CannotRun):
    """The scratch item cannot be read."""

    def __init__(self, ref: Ref) -> None:
        """Make the message."""
        super().__init__(f"{ref.id} cannot be read", "check the id, the type and who may see it")


class Scratch(Struct):
    """An item that may be written at will; `slowest`: seconds after which the latest value was seen."""

    writer: Writer
    ref: Ref
    wait: Callable[[float], object] = time.sleep
    clock: Callable[[], float] = time.monotonic
    patience: float = LONGEST
    slowest: float = 0.0

    def codec(self, key: str) -> Codec:
        """Return the codec of a field or role."""
        return self.writer.catalog.codec(self.ref.type_key, key)

    def look(self) -> Look:
        """Read the item with all its fields."""
        path = {"project_key": self.writer.space_key, "type_key": self.ref.type_key}
        body = {"work_item_ids": [self.ref.id], "expand": {"need_multi_text": True}}
        try:
            rows = self.writer.client.read(api.QUERY, path=path, body=body).get("data") or []
        except ApiRefusal as refusal:
            raise Gone(self.ref) from refusal
        if not rows:
            raise Gone(self.ref)
        return Look(rows[0])

    def seen(self, row: Mapping[str, Any], key: str) -> Seen | None:
        """Return a value with the notes of its reading; None if it is not readable."""
        return self.writer.decoder.observe(row, self.ref.type_key, [key]).values.get(key)

    def value(self, key: str) -> Hashable:
        """Read a value now; UNREAD, which equals no value, if its form is unknown."""
        seen = self.seen(self.look().row, key)
        return UNREAD if seen is None else seen.value

    def settled(self, key: str, desired: Hashable) -> Hashable:
        """Read a value until it is the desired one, for as long as this space takes."""
        return self.await_(lambda: self.value(key), lambda value: value == desired)

    def await_(self, ask: Callable[[], T], done: Callable[[T], bool]) -> T:
        """Ask again until the answer is good or patience ends, and learn from it how long that takes."""
        answer, took = self.until(ask, done)
        if took is not None:
            self.slowest = max(self.slowest, took)
            self.patience = max(SHORTEST, PATIENT * self.slowest)
        return answer

    def until(self, ask: Callable[[], T], done: Callable[[T], bool]) -> tuple[T, float | None]:
        """Return the last answer, and the seconds until it was good; None if it never was."""
        began = self.clock()
        while not done(answer := ask()):
            if self.clock() - began > self.patience:
                return answer, None
            self.wait(POLL)
        return answer, self.clock() - began

    def pair(self, key: str, wire: Any) -> dict[str, Any]:
        """Return a field and its value as an update holds them; a role among all roles as they are now."""
        if not key.startswith(ROLES):
            return {"field_key": key, "field_value": wire}
        folded = fold_roles(self.look().roles, {key.removeprefix(ROLES): wire})
        return {"field_key": "role_owners", "field_value": folded}

    def put(self, pairs: list[dict[str, Any]]) -> Verdict:
        """Send one update."""
        return self.sent(lambda: self.writer.put(self.ref, pairs, uuid.uuid4().hex, self.writer.permit()))

    def batch_cleared(self, key: str) -> Verdict:
        """Empty a field by the batch endpoint."""
        return self.sent(lambda: self.writer.batch(self.ref, key, None))

    def sent(self, send: Callable[[], Verdict]) -> Verdict:
        """Send a write, and repeat it if it was certainly not carried out; raises errors that end the run."""
        for _ in range(ATTEMPTS):
            verdict = send()
            if isinstance(verdict, Fatal):
                raise verdict.error
            if not isinstance(verdict, NotWritten):
                return verdict
            self.wait(1.0)
        raise CannotRun("the service takes no write", "run it again: what was changed is put back then")
