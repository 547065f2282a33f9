"""Which fields a probe tries: one of each type whose own value can be put back, with values to try."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from msgspec import Struct, field

from reconciler.doctor.sample_values import Scene, is_tried, samples
from reconciler.doctor.scratch_item import Scratch
from reconciler.fields.codec import Codec
from reconciler.fields.spec import FieldSpec
from reconciler.fields.values import Seen
from reconciler.meegle.http import endpoints as api
from reconciler.schema.types import NAME, change_key, every_spec

NOT_TRIED = "no field with a value that can be put back and another one"


class Subject(NamedTuple):
    """A field that represents its type, with sample values that are neither its own nor empty."""

    key: str
    codec: Codec
    samples: tuple[Hashable, ...]


class Subjects(Struct):
    """Finds the fields to try; `skipped` are the types without any, with the reason."""

    item: Scratch
    skipped: dict[str, str] = field(default_factory=dict)
    around: Scene | None = None

    def of_each_type(self) -> list[Subject]:
        """Return one field of each type; a type without a field that can be tried is skipped."""
        found: dict[str, Subject] = {}
        for spec in self.specs():
            if spec.type not in found and (subject := self.try_out(spec)):
                found[spec.type] = subject
                self.skipped.pop(spec.type, None)
            elif spec.type not in found:
                self.skipped[spec.type] = NOT_TRIED
        return list(found.values())

    def specs(self) -> list[FieldSpec]:
        """Return the fields and roles that may be tried, custom ones first and the name last."""
        every = [
            one for one in every_spec(self.item.writer.catalog.types[self.item.ref.type_key]) if is_tried(one)
        ]
        return sorted(every, key=lambda one: (one.key == NAME.key, not one.key.startswith("field_")))

    def try_out(self, spec: FieldSpec) -> Subject | None:
        """Return a field with samples; None if there are none, or if its own value could not be put back."""
        key = change_key(spec)
        codec, seen = self.item.codec(key), self.item.seen(self.item.look().row, key)
        if seen is None or not can_return(codec, seen.value):
            return None
        fit = tuple(
            one
            for one in samples(codec, self.scene())
            if one != seen.value
            and not codec.objection(seen, one)
            and not codec.objection(Seen(one), seen.value)
        )
        return Subject(key, codec, fit) if fit else None

    def scene(self) -> Scene:
        """Return the people and items that sample values may name, looked up once."""
        if self.around is None:
            look = self.item.look()
            members = [one for _, some in look.roles for one in some]
            named = [
                self.item.writer.user_key,
                *members,
                look.row.get("created_by"),
                look.row.get("updated_by"),
            ]
            people = [one for one in dict.fromkeys(named) if isinstance(one, str) and one.isdigit()]
            known = self.item.writer.meet(people).people.by_key
            people = [one for one in people if one in known]
            targets = {self.item.ref.type_key, *(key for spec in self.specs() for key in spec.targets)}
            self.around = Scene(people, {key: self.neighbours(key) for key in sorted(targets)})
        return self.around

    def neighbours(self, type_key: str) -> list[int]:
        """Return the ids of a few other items of a type (endpoints.md 6.4)."""
        body = {"work_item_type_keys": [type_key], "page_num": 1, "page_size": 3}
        rows = self.item.writer.client.read(
            api.FILTER, path={"project_key": self.item.writer.space_key}, body=body
        )
        return [int(row["id"]) for row in rows.get("data") or [] if row.get("id") != self.item.ref.id]

    def required(self) -> Subject | None:
        """Return a field, other than the name, that the layout requires (endpoints.md 5.2)."""
        path = {"project_key": self.item.writer.space_key, "type_key": self.item.ref.type_key}
        rows = self.item.writer.client.read(api.META, path=path).get("data") or []
        keys = {str(row.get("field_key")) for row in rows if row.get("is_required") == 1} - {NAME.key}
        some = (self.try_out(spec) for spec in self.specs() if change_key(spec) in keys)
        return next((one for one in some if one), None)


def can_return(codec: Codec, value: Hashable) -> bool:
    """Return True if a value that was read can be written so that it is read as the same."""
    try:
        codec.forced(value)
        return codec.decode(codec.encode(value)).value == value
    except (ValueError, TypeError, AttributeError):
        return False
