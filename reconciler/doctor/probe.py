"""Tries on one scratch item what a space accepts, and puts the item back as it was.

The old values are on the disk before the first write, so that a probe that was killed can be
finished.  Every verdict is what was read, not what was answered (field-formats.md, section 21).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from reconciler.doctor.questions import Two, ask_by_reading, ask_by_writing
from reconciler.doctor.sample_values import Scene, is_tried, samples
from reconciler.doctor.scratch_item import Look, Scratch
from reconciler.errors import CannotRun
from reconciler.fields.codec import DOCUMENTED, Codec
from reconciler.fields.spec import FieldSpec
from reconciler.fields.values import UNREAD, Seen
from reconciler.manifest.safe_write import CannotWrite, write
from reconciler.meegle.http import endpoints as api
from reconciler.meegle.http.failures import ApiRefusal
from reconciler.meegle.http.verdict import Refused, Verdict
from reconciler.meegle.rows import fold_roles, role_list, wire_values
from reconciler.model import ROLES
from reconciler.schema.profile import BATCH, CLEARS, DROPPED, EMPTIED, KEPT, Report, Tried
from reconciler.schema.types import NAME, change_key, every_spec

TWO = 2
"""Roles that it takes to see what becomes of one that is not named."""
NOBODYS_KEY = "field_ffffff"
NOBODYS_ID = 9_007_199_254_740_991
ALTERATIONS: Mapping[str, Callable[[Any], Any]] = {
    "trim": str.strip,
    "newline": lambda text: text.rstrip("\n") + "\n",
    "upper": str.upper,
    "round": round,
    "reverse": lambda some: some[::-1],
}
"""What storing may do to a value, by the name that reports give it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One field by which its type is tried, with values that are neither its own nor empty."""

    key: str
    codec: Codec
    samples: tuple[Hashable, ...]


@dataclass(slots=True)
class Probe:
    """One probe of one item; `tell` is given a line for each type."""

    item: Scratch
    journal: Path
    tell: Callable[[str], None] = lambda _line: None
    report: Report = field(default_factory=Report)
    old: dict[str, Any] = field(default_factory=dict)
    roles: tuple[tuple[str, tuple[str, ...]], ...] = ()
    listed_after: float = 0.0
    around: Scene | None = None

    # -- the whole -----------------------------------------------------------------------------

    def run(self) -> Report:
        """Try every type, put everything back, and return what was found."""
        self.finish_the_last()
        subjects = self.subjects()
        if not subjects:
            fix = "name an item with fields that may be written"
            raise CannotRun("no field of the item can be tried", fix)
        required = self.required_field()
        self.note_down([*subjects, *([required] if required else [])])
        try:
            for subject in subjects:
                self.report.tried.append(self.trial(subject))
                self.put_back(subject.key)
                self.tell(str(self.report.tried[-1]))
            self.facts(subjects, required)
        finally:
            self.put_everything_back()
        return self.report

    def finish_the_last(self) -> None:
        """Put back what a probe that was killed left behind."""
        if not self.journal.is_file():
            return
        try:
            noted = json.loads(self.journal.read_bytes())
            self.old, self.roles = dict(noted["values"]), role_list(noted["roles"])
        except (ValueError, KeyError, TypeError):
            raise CannotRun(
                f"{self.journal} is damaged", "put the item back by hand, and remove it"
            ) from None
        self.put_everything_back()
        self.tell(f"put back {len(self.old)} values of a probe that was interrupted")
        self.report.left.clear()

    def note_down(self, subjects: list[Subject]) -> None:
        """Keep the old values, in memory and on the disk."""
        look = self.item.look()
        self.roles = look.roles
        self.old = {one.key: look.wire_of(one.key) for one in subjects}
        noted = {"item": self.item.ref.id, "values": self.old, "roles": fold_roles(self.roles, {})}
        keep_on_disk(self.journal, json.dumps(noted))

    def put_everything_back(self) -> None:
        """Put back every value and every role; the journal stays where that was not possible."""
        keys = [key for key in self.old if not key.startswith(ROLES)]
        self.report.left = [self.item.codec(key).spec.label for key in keys if not self.put_back(key)]
        if self.item.look().roles != self.roles:
            self.item.put([{"field_key": "role_owners", "field_value": fold_roles(self.roles, {})}])
            if (
                self.item.await_(lambda: self.item.look().roles, lambda roles: roles == self.roles)
                != self.roles
            ):
                self.report.left.append("roles")
        if not self.report.left:
            self.journal.unlink(missing_ok=True)

    def put_back(self, key: str) -> bool:
        """Give a field its old value, in whatever form the space takes; says whether it has it."""
        wire, codec = self.old[key], self.item.codec(key)
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

    # -- one type ------------------------------------------------------------------------------

    def trial(self, subject: Subject) -> Tried:
        """Try every form of a value, then every form of emptiness."""
        codec = subject.codec
        found = Tried(codec.spec.type, codec.spec.label, form_of(codec.encode(codec.empty)))
        forms = codec.forms(subject.samples[0]) if len(subject.samples) > 1 else [DOCUMENTED]
        for form in forms:
            found.forms[form] = self.written(subject, form, found)
        if KEPT in found.forms.values():
            found.in_filter = self.is_in_filter(subject.key)
        if subject.key.startswith(ROLES) or DROPPED in found.forms[found.form]:
            return found
        for name, wire in CLEARS.items():
            pair = self.item.pair(subject.key, wire)
            found.clears[name] = self.cleared(subject, found, partial(self.item.put, [pair]))
        found.clears[BATCH] = self.cleared(subject, found, partial(self.item.batch_cleared, subject.key))
        return found

    def written(self, subject: Subject, form: str, found: Tried) -> str:
        """Write a value that is not there in one form, and say what became of it."""
        before = self.item.value(subject.key)
        sample = next(one for one in subject.samples if one != before)
        wire = subject.codec.forms(sample)[form]
        verdict = self.item.put([self.item.pair(subject.key, wire)])
        if isinstance(verdict, Refused):
            return f"refused ({verdict.code})"
        after = self.item.await_(lambda: self.item.value(subject.key), lambda value: value != before)
        if after == before:
            return DROPPED
        if after is UNREAD:
            return "altered (to a form that cannot be read)"
        how = alteration(wire, self.item.look().field(subject.key))
        if after != sample:
            return f"altered ({how or subject.codec.show(after)})"
        found.stored = found.stored or how
        return KEPT

    def cleared(self, subject: Subject, found: Tried, clear: Callable[[], Verdict]) -> str:
        """Empty the field in one way, after giving it a value where it has none."""
        codec = subject.codec
        if self.item.value(subject.key) == codec.empty:
            self.item.put([self.item.pair(subject.key, codec.forms(subject.samples[0])[found.form])])
            self.item.await_(lambda: self.item.value(subject.key), lambda value: value != codec.empty)
        verdict = clear()
        if isinstance(verdict, Refused):
            return f"refused ({verdict.code})"
        if self.item.settled(subject.key, codec.empty) != codec.empty:
            return DROPPED
        found.reads_empty = form_read(self.item.look(), subject.key)
        return EMPTIED

    def is_in_filter(self, key: str) -> bool:
        """Whether the list endpoint gives the value too, after whatever time its index takes."""
        desired = self.item.value(key)
        member = "role_owners" if key.startswith(ROLES) else key

        def listed() -> Hashable:
            body = {
                "work_item_type_keys": [self.item.ref.type_key],
                "work_item_ids": [self.item.ref.id],
                "page_num": 1,
            }
            path = {"project_key": self.item.writer.space_key}
            rows = (
                self.item.writer.client.read(api.FILTER, path=path, body=body | {"page_size": 1}).get("data")
                or []
            )
            there = bool(rows) and member in wire_values(rows[0])
            seen = self.item.seen(rows[0], key) if there else None
            return seen.value if seen else None

        _, took = self.item.until(listed, lambda value: value == desired)
        self.listed_after = max(self.listed_after, took or 0.0)
        return took is not None

    # -- what holds for the whole space --------------------------------------------------------

    def facts(self, subjects: list[Subject], required: Subject | None) -> None:
        """Find what the documentation leaves open and no one type decides."""
        facts = self.report.facts
        facts["unknown_ids"] = self.unknown_ids()
        kept = {one.type for one in self.report.tried if one.forms.get(DOCUMENTED) == KEPT}
        fit = (one for one in subjects if one.codec.spec.type in kept and len(one.samples) > 1)
        if plain := next((one for one in fit if not one.key.startswith(ROLES)), None):
            facts["refused_update"] = self.refused_update(plain)
            facts["field_named_twice"] = self.named_twice(plain)
            facts["update_without_change"] = self.without_change(plain)
            facts |= self.roles_facts(plain)
            two = Two(self.item, plain.key, plain.codec, plain.samples[0], plain.samples[1])
            self.report.asked |= ask_by_writing(two)
        self.report.asked |= ask_by_reading(self.item)
        if required:
            facts["required_field_emptied"] = self.required_emptied(required)

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

    def roles_facts(self, subject: Subject) -> dict[str, str]:
        """Find what becomes of roles that an update does not name (field-formats.md 9, endpoints.md 7.2)."""
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

    def required_field(self) -> Subject | None:
        """Return a field that the layout requires (endpoints.md 5.2), the name aside."""
        path = {"project_key": self.item.writer.space_key, "type_key": self.item.ref.type_key}
        rows = self.item.writer.client.read(api.META, path=path).get("data") or []
        keys = {str(row.get("field_key")) for row in rows if row.get("is_required") == 1} - {NAME.key}
        some = (self.subject(spec) for spec in self.specs() if change_key(spec) in keys)
        return next((one for one in some if one), None)

    def required_emptied(self, subject: Subject) -> str:
        """Empty a field that the layout requires."""
        found = Tried(subject.codec.spec.type, subject.codec.spec.label, "", {DOCUMENTED: KEPT})
        pair = self.item.pair(subject.key, subject.codec.encode(subject.codec.empty))
        became = self.cleared(subject, found, lambda: self.item.put([pair]))
        return "accepted" if became == EMPTIED else became

    # -- what is tried -------------------------------------------------------------------------

    def subjects(self) -> list[Subject]:
        """Return one field of each type; a type of which none can be tried and put back is skipped."""
        found: dict[str, Subject] = {}
        for spec in self.specs():
            if spec.type not in found and (subject := self.subject(spec)):
                found[spec.type] = subject
                self.report.skipped.pop(spec.type, None)
            elif spec.type not in found:
                self.report.skipped[spec.type] = "no field with a value that can be put back and another one"
        return list(found.values())

    def specs(self) -> list[FieldSpec]:
        """Return the fields and roles that may be tried: those without a purpose of their own first."""
        every = [
            one for one in every_spec(self.item.writer.catalog.types[self.item.ref.type_key]) if is_tried(one)
        ]
        return sorted(every, key=lambda one: (one.key == NAME.key, not one.key.startswith("field_")))

    def subject(self, spec: FieldSpec) -> Subject | None:
        """Return a field with samples; None where its own value could not be put back."""
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
        """Return whom and what values may name: people and items that are about, looked up once."""
        if self.around is None:
            look, catalog = self.item.look(), self.item.writer.catalog
            members = [one for _, some in look.roles for one in some]
            named = [
                self.item.writer.user_key,
                *members,
                look.row.get("created_by"),
                look.row.get("updated_by"),
            ]
            people = [one for one in dict.fromkeys(named) if isinstance(one, str) and one.isdigit()]
            self.item.writer.meet(people)
            people = [one for one in people if one in catalog.people.by_key]
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


def role_pair(members: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return the roles as an update holds them."""
    roles = [{"role": role, "owners": list(some)} for role, some in members.items()]
    return {"field_key": "role_owners", "field_value": roles}


def can_return(codec: Codec, value: Hashable) -> bool:
    """Whether a value that was read can be written so that it is read as the same."""
    try:
        codec.forced(value)
        return codec.decode(codec.encode(value)).value == value
    except (ValueError, TypeError, AttributeError):
        return False


def alteration(sent: Any, read: Any) -> str:
    """Name what storing has done to a value; empty where it did nothing, or nothing that has a name."""
    if sent == read:
        return ""
    for name, alter in ALTERATIONS.items():
        try:
            if alter(sent) == read:
                return name
        except (TypeError, AttributeError):
            continue
    return ""


def form_of(wire: Any) -> str:
    """Return the name of a form of emptiness."""
    return next(
        (name for name, form in CLEARS.items() if form == wire and type(form) is type(wire)), "object"
    )


def form_read(look: Look, key: str) -> str:
    """Return the name of the form in which an empty value is read."""
    entries = look.row.get("fields")
    keys = [one.get("field_key") for one in entries] if isinstance(entries, list) else []
    wire = look.field(key)
    return "missing" if key not in keys else "zero" if wire == 0 and wire is not None else form_of(wire)


def keep_on_disk(path: Path, text: str) -> None:
    """Write a file for its owner alone, and wait until it is on the disk; raises CannotRun."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write(path, text, mode=0o600, durable=True)
    except (CannotWrite, OSError) as error:
        reason = error.reason if isinstance(error, CannotWrite) else error.strerror
        raise CannotRun(
            f"cannot write {path.name} ({reason})", "nothing was sent; mend the disk and run it again"
        ) from None
