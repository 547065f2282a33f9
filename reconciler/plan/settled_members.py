"""Items that rules select and that hold all that the rules desire: found on raw rows, and not decoded."""

# Most members of most rules are in sync.  So the read of the candidates brings a judge, as the read of the
# items of files does (meegle/query.py): a row of which nothing more need be known is dropped, and of the item
# only its id is kept, with the rules that select it.  Nothing more need be known where all of this holds:
#
# - no file names the item, so that no file outranks a rule there;
# - every condition of its type can be told;
# - what the rules that select it desire is the same for each member, and no two desire the same field;
# - those rules are all of this commit, and the last record counts it a member of no others, so that nothing
#   is released;
# - it holds all that they desire, by the codecs' own word.
#
# Any other row is decoded and judged as before, by `rule_members`.

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

from msgspec import Struct, field

from reconciler.desired.item_rules import Bounds, Following, ItemRule
from reconciler.fields.conditions import FACTS, AnyOf, Comparison, comparisons, keys_of, matcher
from reconciler.fields.memo import MOST_READINGS
from reconciler.fields.values import Desired
from reconciler.meegle.items import Decoder
from reconciler.meegle.rows import Row, read_row
from reconciler.model import Ref

Answers: TypeAlias = tuple[bool, ...]
"""What each comparison with one field says of a value."""
PLAIN = frozenset({str, int, float, bool, type(None)})


class Alike(Struct):
    """Items that the same rules select, and what those desire of each of them.

    `rules` are indexes of the rules that were asked; without `values` each item has to be decoded.
    """

    rules: tuple[int, ...]
    keys: tuple[str, ...] = ()
    values: tuple[Desired, ...] | None = None
    refs: list[Ref] = field(default_factory=list)


class SettledMembers:
    """Judges raw rows by rules, and keeps the ids of those that are settled."""

    def __init__(
        self,
        rules: Sequence[ItemRule],
        today: Collection[int],
        decoder: Decoder,
        *,
        in_files: Collection[Ref],
        recorded: Mapping[Ref, AbstractSet[int]],
    ) -> None:
        """Judge by these rules; those of this commit are `today`.

        `in_files` are the items that files name, `recorded` the rules of which the last record counts an item
        a member.
        """
        self.rules, self.today, self.decoder = rules, today, decoder
        self.in_files, self.recorded = in_files, recorded
        self.by_keys: dict[tuple[str, tuple[str, ...]], RulesOnRows] = {}

    def is_settled(self, raw: Mapping[str, Any], ref: Ref, keys: tuple[str, ...]) -> bool:
        """Return True if nothing more need be known of a row; its item is kept among those that are alike."""
        if ref in self.in_files:
            return False
        at = ref.type_key, keys
        judge = self.by_keys.get(at)
        if judge is None:
            judge = self.by_keys.setdefault(at, RulesOnRows(self.rules, self.today, self.decoder, *at))
        alike = judge.judge(raw)
        if alike is None or (ref in self.recorded and not self.recorded[ref] <= set(alike.rules)):
            return False
        alike.refs.append(ref)
        return True

    @property
    def found(self) -> list[Alike]:
        """The settled items by the rules that select them; those that none selects are left out."""
        every = (one for some in self.by_keys.values() for one in some.alike.values())
        return [one for one in every if one.rules and one.refs]

    def members(self, rule: int) -> list[Ref]:
        """Return the settled members of a rule."""
        return [ref for one in self.found if rule in one.rules for ref in one.refs]


class RulesOnRows:
    """The rules that can be judged on rows of one type in which the same fields were asked for."""

    def __init__(
        self,
        rules: Sequence[ItemRule],
        today: Collection[int],
        decoder: Decoder,
        type_key: str,
        keys: Collection[str],
    ) -> None:
        """Take the rules of the type whose conditions read nothing that was not asked for."""
        self.rules = {
            at: one
            for at, one in enumerate(rules)
            if one.type_key == type_key and set(keys).issuperset(keys_of(one.conditions))
        }
        self.today, self.decoder, self.type_key, self.keys = today, decoder, type_key, keys
        self.asked: dict[str, list[Comparison]] = {}
        for one in dict.fromkeys(one for rule in self.rules.values() for one in comparisons(rule.conditions)):
            self.asked.setdefault(one.key, []).append(one)
        self.matchers = {key: [matcher(one) for one in some] for key, some in self.asked.items()}
        self.answered: dict[str, dict[Hashable, Answers]] = {key: {} for key in self.asked}
        self.alike: dict[tuple[Answers, ...], Alike] = {}

    def judge(self, raw: Mapping[str, Any]) -> Alike | None:
        """Return the items like that of a row, if it is settled; None if it has to be decoded."""
        row = read_row(raw)
        values = row.values
        said: list[Answers] = []
        try:
            for key, known in self.answered.items():
                # A role is no key of a row, and a fact is not the field that bears its name.
                form = form_of(values[key]) if key in values and key not in FACTS else None
                said.append(known.get(form) or self.answers(raw, row, key, form))
        except (ValueError, TypeError, OverflowError):
            return None
        answers = tuple(said)
        alike = self.alike.get(answers)
        if alike is None:
            alike = self.alike.setdefault(answers, self.selected(answers))
        desired = alike.values
        settled = desired is not None and self.decoder.holds(row, self.type_key, alike.keys, desired)
        return alike if settled else None

    def answers(self, raw: Mapping[str, Any], row: Row, key: str, form: Hashable) -> Answers:
        """Return what the comparisons with a field say of a row; raises ValueError if nobody can tell.

        They are remembered for the form of the value, if it has one.
        """
        known = self.answered[key]
        value = self.decoder.value(raw, row, self.type_key, key)
        found = tuple([matches(value) for matches in self.matchers[key]])
        if form is not None and len(known) < MOST_READINGS:
            known[form] = found
        return found

    def selected(self, answers: tuple[Answers, ...]) -> Alike:
        """Return the rules that select the items of which the comparisons say this."""
        said = {
            one: answer
            for some, mine in zip(self.asked.values(), answers, strict=True)
            for one, answer in zip(some, mine, strict=True)
        }
        rules = tuple(
            at
            for at, rule in self.rules.items()
            if all(
                any(said[part] for part in one.parts) if isinstance(one, AnyOf) else said[one]
                for one in rule.conditions
            )
        )
        desired = self.desired(rules)
        return Alike(rules) if desired is None else Alike(rules, tuple(desired), tuple(desired.values()))

    def desired(self, rules: Sequence[int]) -> dict[str, Desired] | None:
        """Return what rules desire of each of their members; None if that depends on the member."""
        desired: dict[str, Desired] = {}
        for at in rules:
            for one in self.rules[at].fields:
                if at not in self.today or one.key in desired or one.key not in self.keys:
                    return None
                if isinstance(one.value, Bounds | Following):
                    return None
                if self.decoder.catalog.codec(self.type_key, one.key, by_pins=True).names_items:
                    return None
                desired[one.key] = one.value
        return desired


def form_of(wire: Any) -> Hashable:
    """Return one form for equal values of answers, and for no others; None where none is known."""
    kind = type(wire)
    if kind is dict or kind is list:
        return kind, repr(wire)  # tells 1 from true, as equality of Python's values does not
    return (kind, wire) if kind in PLAIN else None
