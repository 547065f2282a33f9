"""Reads the rules of one file by the names and codecs of their type.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

from msgspec import Struct

from reconciler.desired.condition_parsing import ConditionReader
from reconciler.desired.item_rules import Bounds, Following, ItemRule, Relative, RuleField, RuleValue
from reconciler.desired.mentions import Mentions
from reconciler.desired.names import PULL, Names
from reconciler.errors import Mistake, Place, UnknownName, WrongShape
from reconciler.fields.codec import Codec, describe_node
from reconciler.fields.conditions import CREATED, PEOPLE, UPDATED, AnyOf, Comparison, Condition, comparisons
from reconciler.fields.spec import FieldSpec
from reconciler.fields.values import Rule, Wrong
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, AuthoredRule, Document, Node, Scalar
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import PEOPLE_TYPES, TypeSpec, change_key, every_spec, find_named

ENDS: Final = ("max", "min")
RANGED: Final = frozenset({"number", "date"})
FROM: Final = "from"
RELATIONS: Final = frozenset(
    {"work_item_related_select", "work_item_related_multi_select", "linked_work_item"}
)
DAYS: Final = re.compile(r"0|[1-9][0-9]{0,4}")
CREATED_WORD: Final = "created"
EMPTIES: Final = "a rule empties nothing: write a value, or delete the line"


class Taking(Protocol):
    """The desired state of a space that takes rules, file by file."""

    catalog: Catalog
    names: Names
    mentions: Mentions
    mistakes: list[Mistake]
    rules: list[ItemRule]
    rule_places: dict[str, Place]


def take_rules(desire: Taking, document: Document, kind: TypeSpec) -> None:
    """Add the rules of a file to the desired state of its space; what is wrong goes to its mistakes."""
    reader = RuleReader(desire, kind)
    for authored in document.rules:
        other = desire.rule_places.setdefault(authored.name, authored.place)
        if other != authored.place:
            what = f"a second rule named {authored.name}: the first is at {other}"
            desire.mistakes.append(Mistake(authored.place, what, "give it another name"))
        elif rule := reader.read(authored):
            desire.rules.append(rule)


class RuleReader(Struct, frozen=True):
    """Reads rules of one type into a desired state."""

    desire: Taking
    kind: TypeSpec

    @property
    def catalog(self) -> Catalog:
        """The catalog by which names and values are read."""
        return self.desire.catalog

    def read(self, authored: AuthoredRule) -> ItemRule | None:
        """Read one rule; None if it holds a mistake."""
        told = len(self.desire.mistakes)
        conditions = tuple(self.conditions(authored))
        sets: dict[str, Place] = {}
        fields = tuple(self.fields(authored, sets))
        rule = ItemRule(
            authored.name,
            authored.mode,
            self.kind.key,
            tuple(" or ".join(one.text for one in clause) for clause in authored.where),
            conditions,
            fields,
            authored.place,
            authored.at_most,
            authored.once,
            authored.why,
        )
        self.desire.mistakes += self.contradictions(rule, sets)
        return rule if len(self.desire.mistakes) == told else None

    # -- which items ---------------------------------------------------------------------------

    def conditions(self, authored: AuthoredRule) -> Iterator[Condition]:
        """Yield what the conditions mean."""
        zone = next((one.zone for one in self.kind.fields), None)
        reader = ConditionReader(
            self.kind, self.catalog, zone, self.resolved, by_pins=True, mention=self.mention
        )
        for clause in authored.where:
            some = tuple(one for scalar in clause if (one := self.condition(reader, scalar)))
            if len(some) == len(clause):
                yield some[0] if len(some) == 1 else AnyOf(some)

    def condition(self, reader: ConditionReader, scalar: Scalar) -> Comparison | None:
        """Read one condition; None if it holds a mistake."""
        try:
            made = reader.read(scalar)
        except Wrong as error:
            self.desire.mistakes += error.mistakes
            return None
        if made.kind == "set" and (label := self.stolen(made)):
            what = f"'{label}' now names another option of {self.label(made.key)}"
            self.desire.mistakes.append(Mistake(scalar.place, what, PULL))
            return None
        return made

    def stolen(self, one: Comparison) -> str | None:
        """Return the label of an option in a condition that another option bears by now."""
        names, key = self.desire.names, self.kind.key
        if one.key not in self.catalog.names(key).by_key or names.is_steady(key, one.key):
            return None
        return names.stolen_id(key, one.key, {str(part) for part in one.operand})

    def resolved(self, name: str, of: str, place: Place) -> str:
        """Return the change key of a name in a condition; raises `Wrong`."""
        mistakes: list[Mistake] = []
        key = self.desire.names.meant(name, self.kind, of, place, mistakes)
        if key is None:
            raise Wrong(*mistakes)
        return key

    def mention(self, codec: Codec, node: Node) -> None:
        """Remember what only the space can look up."""
        self.desire.mentions.add(codec, node, self.catalog)

    def label(self, key: str) -> str:
        """Return how messages call a field or a fact."""
        spec = self.kind.by_key.get(key)
        return spec.label if spec else key

    # -- what is desired of them ---------------------------------------------------------------

    def fields(self, authored: AuthoredRule, seen: dict[str, Place]) -> Iterator[RuleField]:
        """Yield the desired values; `seen` is told of every field, of one whose value is wrong, too."""
        for of, some in (("field", authored.fields), ("role", authored.roles)):
            for name, node in some.items():
                place = some.keys_at[name].place
                key = self.desire.names.meant(name, self.kind, of, place, self.desire.mistakes)
                if key is None:
                    continue
                if key in seen:
                    what = f"the same field as at {seen[key]}"
                    self.desire.mistakes.append(Mistake(place, what, "name it once"))
                    continue
                seen[key] = place
                try:
                    yield RuleField(key, self.value(key, node), place)
                except Wrong as error:
                    self.desire.mistakes += error.mistakes

    def value(self, key: str, node: Node) -> RuleValue:
        """Read one value; raises `Wrong`."""
        codec = self.catalog.codec(self.kind.key, key, by_pins=True)
        if isinstance(node, AuthoredMap) and FROM in node:
            self.desire.mentions.lines = self.desire.mentions.lines or codec.by_lines
            return self.following(codec.spec, node)
        if isinstance(node, AuthoredMap) and any(end in node for end in ENDS):
            return self.bounds(codec, node)
        if (isinstance(node, Scalar) and node.is_null) or (isinstance(node, AuthoredList) and not node):
            what = f"{'null' if isinstance(node, Scalar) else '[]'} in a rule"
            raise Wrong(Mistake(node.place, what, EMPTIES))
        if isinstance(node, Scalar) and not node.text:
            raise Wrong(Mistake(node.place, f"an empty value for {codec.spec.label} in a rule", EMPTIES))
        if codec.is_looked_up:
            self.desire.mentions.add(codec, node, self.catalog)
        desired = codec.recall(node)
        if not isinstance(desired, Rule) and desired == codec.empty:
            raise Wrong(Mistake(node.place, f"an empty value for {codec.spec.label} in a rule", EMPTIES))
        names = self.desire.names
        if not names.is_steady(self.kind.key, key) and (
            label := names.stolen_option(self.kind.key, key, desired)
        ):
            raise Wrong(
                Mistake(node.place, f"'{label}' now names another option of {codec.spec.label}", PULL)
            )
        return desired

    def bounds(self, codec: Codec, node: AuthoredMap) -> Bounds:
        """Read `{max: …}`, `{min: …}` or both; raises `Wrong`."""
        if codec.spec.type not in RANGED:
            what = f"{codec.spec.label} has no max or min: it is of type {codec.spec.type}"
            raise Wrong(Mistake(node.place, what, "write them for numbers and dates"))
        refuse_others(node, ENDS, codec.spec.label)
        ends: dict[str, Any] = {}
        for end, one in node.items():
            ends[end] = self.relative(codec.spec, one) if isinstance(one, AuthoredMap) else codec.parse(one)
            if ends[end] == codec.empty:
                raise Wrong(Mistake(one.place, f"null as the {end} of {codec.spec.label}", EMPTIES))
        least, most = ends.get("min"), ends.get("max")
        plain = not isinstance(least, Relative) and not isinstance(most, Relative)
        if plain and least is not None and most is not None and least > most:
            raise Wrong(Mistake(node.place, f"the min of {codec.spec.label} is above its max", "swap them"))
        return Bounds(least, most)

    def relative(self, spec: FieldSpec, node: AuthoredMap) -> Relative:
        """Read `{days: N, after: FIELD}` or `{days: N, before: FIELD}`; raises `Wrong`."""
        form = "{days: 14, after: created}"
        if spec.type != "date":
            raise Wrong(Mistake(node.place, f"{spec.label} is not a date", f"write {form} for dates alone"))
        refuse_others(node, ("days", "after", "before"), spec.label)
        days, sides = node.get("days"), [side for side in ("after", "before") if side in node]
        if days is None or len(sides) != 1:
            found = "both" if sides[1:] else "none" if days else describe_node(node)
            expected = "one of after and before" if days else f"a number of days for {spec.label}"
            raise Wrong(WrongShape(node.place, expected, found, form))
        if not isinstance(days, Scalar) or not days.plain or not DAYS.fullmatch(days.text):
            fix = "{days: 14, before: created} where the day is earlier" if is_negative(days) else form
            raise Wrong(
                WrongShape(days.place, f"a number of days for {spec.label}", describe_node(days), fix)
            )
        field = node[sides[0]]
        if not isinstance(field, Scalar) or not field.text:
            raise Wrong(WrongShape(field.place, "the name of a date", describe_node(field), form))
        number = int(days.text) if sides[0] == "after" else -int(days.text)
        if field.text in {CREATED_WORD, CREATED} and not find_named(self.kind.fields, field.text):
            return Relative(number, CREATED, CREATED_WORD)
        key = self.resolved(field.text, "field", field.place)
        base = self.kind.by_key[key]
        if base.type != "date":
            raise Wrong(Mistake(field.place, f"{base.label} is not a date", "name a date, or created"))
        return Relative(number, key, base.label)

    def following(self, spec: FieldSpec, node: AuthoredMap) -> Following:
        """Read `{from: RELATION}`; raises `Wrong`."""
        refuse_others(node, (FROM,), spec.label)
        name = node[FROM]
        if not isinstance(name, Scalar) or not name.text:
            form = "{from: RELATION}"
            raise Wrong(WrongShape(name.place, "the name of a relation", describe_node(name), form))
        key = self.resolved(name.text, "field", name.place)
        relation = self.kind.by_key[key]
        if relation.type not in RELATIONS:
            what = f"{relation.label} is not a relation: it is of type {relation.type}"
            raise Wrong(Mistake(name.place, what, "name a field that points to work items"))
        targets = [self.catalog.names(one) for one in relation.targets if self.is_known(one)]
        if targets and not any(source_of(spec, one) for one in targets):
            word = " or ".join(one.word for one in targets)
            what = f"no field of {word} is called {spec.label} and of type {spec.type}"
            raise Wrong(Mistake(name.place, what, "name another relation, or write a value"))
        return Following(key, relation.label)

    def is_known(self, type_key: str) -> bool:
        """Return True if the fields of a type are known."""
        found = self.catalog.pinned.get(type_key) or self.catalog.types.get(type_key)
        return found is not None and bool(found.fields)

    # -- what may not be -----------------------------------------------------------------------

    def contradictions(self, rule: ItemRule, sets: Mapping[str, Place]) -> Iterator[Mistake]:
        """Yield the fields that a rule sets and rests on: it would change what it selects."""
        reads = {one.key for one in comparisons(rule.conditions)}
        if not rule.once:
            fix = "choose another condition, or write `once: true` if an item may leave the selection so"
            for key in sorted(reads & sets.keys()):
                what = f"the rule {rule.name} sets {self.label(key)}, which its own condition reads"
                yield Mistake(sets[key], what, fix)
            if UPDATED in reads and sets:
                what = f"the condition of {rule.name} reads updated_at, which every write changes"
                yield Mistake(rule.place, what, fix)
            crowd = [key for key in sets if self.kind.by_key[key].type in PEOPLE_TYPES]
            if PEOPLE in reads and crowd:
                what = f"the rule {rule.name} sets {self.label(crowd[0])}, which `people` reads"
                yield Mistake(sets[crowd[0]], what, fix)
        for one in rule.fields:
            for key in one.reads:
                if key in sets:
                    what = f"{self.label(one.key)} rests on {self.label(key)}, which the same rule sets"
                    yield Mistake(one.place, what, "rest it on a field that the rule leaves alone")


def is_negative(node: Node) -> bool:
    """Return True for a number with a sign before it."""
    return isinstance(node, Scalar) and node.text.startswith("-")


def refuse_others(node: AuthoredMap, known: tuple[str, ...], label: str) -> None:
    """Refuse keys that a value of a rule does not have; raises `Wrong`."""
    wrong = [
        UnknownName(at.place, "key", key, label, known)
        for key, at in node.keys_at.items()
        if key not in known
    ]
    if wrong:
        raise Wrong(*wrong)


def source_of(spec: FieldSpec, target: TypeSpec) -> FieldSpec | None:
    """Return the field of a target's type that has the same key, alias or name, and the same type."""
    some = tuple(one for one in every_spec(target) if one.type == spec.type)
    for word in (spec.key, spec.alias, spec.name):
        if word and (hits := find_named(some, word)) and len(hits) == 1:
            return hits[0]
    return None


def source_key(spec: FieldSpec, target: TypeSpec) -> str | None:
    """Return the change key of that field."""
    found = source_of(spec, target)
    return change_key(found) if found else None
