"""The old values of a scratch item: on the disk before the first write, put back after the last.

What a probe may do to a scratch item, and what not:

- It writes only fields and roles whose own value it could put back: a value that decodes and encodes to
  itself (`subjects.can_return`).  The name of the item is tried last, locked roles and fields that the
  service computes are never written.
- No value is written before the old ones of all fields are on the disk, in `.reconciler/probes/`, synced.
  A probe that was killed is finished by the next one on the same item: it puts the old values back first.
- The file is deleted only after every old value was read back.  Whatever could not be put back is named,
  and the file with the old values stays for a person.
- It never creates, deletes, moves or terminates an item, and it writes to no other item.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from reconciler.doctor.scratch_item import Scratch
from reconciler.errors import CannotRun, counted
from reconciler.manifest.safe_write import CannotWrite, write
from reconciler.meegle.http.verdict import Refused
from reconciler.meegle.rows import Roles, fold_roles, role_list
from reconciler.model import ROLES
from reconciler.schema.profile import CLEARS


class OldValues(Struct):
    """The old values of one item, in memory and in the file `journal`."""

    item: Scratch
    journal: Path
    values: dict[str, Any] = field(default_factory=dict)
    roles: Roles = ()

    def finish_the_last(self, report: Callable[[str], None]) -> None:
        """Put back what a probe that was killed left behind; `report` is told how much."""
        if not self.journal.is_file():
            return
        try:
            noted = json.loads(self.journal.read_bytes())
            self.values, self.roles = dict(noted["values"]), role_list(noted["roles"])
        except (ValueError, KeyError, TypeError):
            raise CannotRun(
                f"{self.journal} is damaged", "put the item back by hand, and remove it"
            ) from None
        if left := self.put_all_back():
            raise CannotRun(
                f"could not put back {', '.join(left)} of a probe that was interrupted",
                f"put the item back by hand, by the values in {self.journal}, and remove that file",
            )
        report(f"put back {counted(len(self.values), 'value')} of a probe that was interrupted")

    def note_down(self, keys: Iterable[str]) -> None:
        """Keep the old values of fields and of all roles, in memory and on the disk."""
        look = self.item.look()
        self.roles = look.roles
        self.values = {key: look.wire_of(key) for key in keys}
        noted = {"item": self.item.ref.id, "values": self.values, "roles": fold_roles(self.roles, {})}
        keep_on_disk(self.journal, json.dumps(noted))

    def put_all_back(self) -> list[str]:
        """Put back every value and every role; returns the names of those that would not go back.

        The journal stays if there are any.
        """
        keys = [key for key in self.values if not key.startswith(ROLES)]
        left = [self.item.codec(key).spec.label for key in keys if not self.put_back(key)]
        if self.item.look().roles != self.roles:
            self.item.put([{"field_key": "role_owners", "field_value": fold_roles(self.roles, {})}])
            back = self.item.await_(lambda: self.item.look().roles, lambda roles: roles == self.roles)
            if back != self.roles:
                left.append("roles")
        if not left:
            self.journal.unlink(missing_ok=True)
        return left

    def put_back(self, key: str) -> bool:
        """Give a field its old value, in whatever form the space takes; returns whether it holds it."""
        wire, codec = self.values[key], self.item.codec(key)
        old = codec.decode(wire).value
        look = self.item.look()
        if look.wire_of(key) == wire or (old == codec.empty and self.item.value(key) == old):
            return True
        for way in self.ways_back(key, wire, old):
            if (
                not isinstance(self.item.put([self.item.pair(key, way)]), Refused)
                and self.item.settled(key, old) == old
            ):
                return True
        if old == codec.empty:
            self.item.batch_cleared(key)
        return self.item.settled(key, old) == old

    def ways_back(self, key: str, wire: Any, old: Hashable) -> Iterator[Any]:
        """Yield wire values that set an old one: what was read, then every form that we know."""
        codec = self.item.codec(key)
        if old == codec.empty:
            yield from (codec.encode(old), *CLEARS.values())
        else:
            yield from (wire, *codec.forms(old).values())


def keep_on_disk(path: Path, text: str) -> None:
    """Write a file for its owner alone, and wait until it is on the disk; raises CannotRun."""
    try:
        path.parent.mkdir(exist_ok=True, mode=0o700)
        write(path, text, mode=0o600, durable=True)
    except (CannotWrite, OSError) as error:
        reason = error.reason if isinstance(error, CannotWrite) else error.strerror
        raise CannotRun(
            f"cannot write {path.name} ({reason})", "nothing was sent; mend the disk and run it again"
        ) from None
