"""A probe: tries on one scratch item what a space accepts, and puts the item back as it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct, field

from reconciler.doctor.form_trials import Trials
from reconciler.doctor.old_values import OldValues
from reconciler.doctor.open_questions import TwoValues, ask_by_reading, ask_by_writing
from reconciler.doctor.probed_fields import Subject, Subjects
from reconciler.doctor.scratch_item import Scratch
from reconciler.doctor.undocumented_facts import Facts
from reconciler.errors import CannotRun
from reconciler.fields.codec import DOCUMENTED
from reconciler.model import ROLES
from reconciler.schema.profile import KEPT, Report


class Probe(Struct):
    """One probe of one item.  `journal`: the file of its old values; `report` gets a line for each type."""

    item: Scratch
    journal: Path
    report: Callable[[str], None]
    found: Report = field(default_factory=Report)
    put_back: int = 0
    listed_after: float = 0.0

    def run(self) -> Report:
        """Try every type, put everything back, and return what was found."""
        old = OldValues(self.item, self.journal)
        old.finish_the_last(self.report)
        finder = Subjects(self.item, self.found.skipped)
        subjects = finder.of_each_type()
        if not subjects:
            fix = "name an item with fields that may be written"
            raise CannotRun("no field of the item can be tried", fix)
        required = finder.required()
        old.note_down(one.key for one in [*subjects, *([required] if required else [])])
        try:
            self.try_types(subjects, old)
            self.find_facts(subjects, required)
        finally:
            self.found.left = old.put_all_back()
            self.put_back = len(old.values)
        return self.found

    def try_types(self, subjects: Sequence[Subject], old: OldValues) -> None:
        """Try one field of each type, and put its value back at once."""
        trials = Trials(self.item)
        for subject in subjects:
            self.found.tried.append(trials.trial(subject))
            old.put_back(subject.key)
            self.report(str(self.found.tried[-1]))
        self.listed_after = trials.listed_after

    def find_facts(self, subjects: Sequence[Subject], required: Subject | None) -> None:
        """Find what the documentation leaves open and what does not depend on a type."""
        facts = Facts(self.item)
        self.found.facts["unknown_ids"] = facts.unknown_ids()
        kept = {one.type for one in self.found.tried if one.forms.get(DOCUMENTED) == KEPT}
        fit = (one for one in subjects if one.codec.spec.type in kept and len(one.samples) > 1)
        if plain := next((one for one in fit if not one.key.startswith(ROLES)), None):
            self.found.facts |= facts.about_updates(plain)
            two = TwoValues(self.item, plain.key, plain.codec, plain.samples[0], plain.samples[1])
            self.found.asked |= ask_by_writing(two)
        self.found.asked |= ask_by_reading(self.item)
        if required:
            self.found.facts["required_field_emptied"] = facts.required_emptied(required)
