"""Reads conditions as people write them, `priority HAS ANY OF P0, P1`, by the names of a type.  Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from reconciler.errors import Mistake, Place, UnknownName, quoted, suggestion
from reconciler.fields import refusal
from reconciler.fields.codec import Codec
from reconciler.fields.conditions import (
    BY_TYPE,
    CREATED,
    CREATOR,
    FACTS,
    ITEM_ID,
    LIKE,
    NULLS,
    ORDER,
    PEOPLE,
    STATUS,
    UPDATED,
    Comparison,
    Searchable,
)
from reconciler.fields.dates import NoZone, midnight, read_day, require_zone, to_ms
from reconciler.fields.people import USER_KEY, expand, resolve
from reconciler.fields.sets import SetCodec
from reconciler.fields.values import Wrong
from reconciler.manifest.nodes import AuthoredMap, Document, Node, Scalar
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import TypeSpec, change_key, every_spec, find_named

WORDS: Final = ("HAS ANY OF", "HAS NONE OF", "NOT CONTAINS", "CONTAINS", "IS NOT NULL", "IS NULL")
SIGNS: Final = ("!~", "~", "!=", ">=", "<=", "=", "<", ">")
WORD: Final = "|".join(WORDS).replace(" ", "[ ]+")
CONDITION: Final = re.compile(
    rf"(?P<field>.+?)(?:\s+(?P<word>{WORD})(?:\s+|$)|\s*(?P<sign>{'|'.join(SIGNS)})\s*)(?P<value>.*)",
    re.IGNORECASE | re.DOTALL,
)
PART: Final = re.compile(r'\s*("(?P<quoted>[^"]*)"|(?P<plain>[^,，、]*))\s*(?:[,，、]|$)')
"""One value of a list; commas of a Chinese keyboard part a list, too, and quotes keep them."""
ID: Final = re.compile(r"[1-9][0-9]{0,18}")
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
JOINT: Final = re.compile(r"(?:^|\s)(?P<joint>AND|OR|&&|[|][|])\s+", re.IGNORECASE)
"""What other languages write between two conditions."""
MORE_SIGNS: Final = re.compile(r"[=<>~!]+")
ALONE: Final = (
    "write each as a condition of its own, below `any:` if one is enough; quote a text that reads so"
)
MANY_FOR_ONE: Final = {"=": "HAS ANY OF", "!=": "HAS NONE OF"}
"""What people mean by several values of a field that holds one: a list never equals it."""
FACT_WORDS: Final = {"status": STATUS, "created": CREATED, "updated": UPDATED}
"""Shorter words for facts, if no field is called so."""
ITEMS: Final = frozenset({"work_item_related_select", "work_item_related_multi_select", "linked_work_item"})
MOST_VALUES: Final = 50
"""Values that one condition of a search takes (endpoints.md 6.6)."""
ID_FIX: Final = "write the item's number"
EXAMPLE: Final = "write it as 'priority HAS ANY OF P0, P1'"

Resolve = Callable[[str, str, Place], str]
"""Returns the change key that a name of a field or role means; raises `Wrong`."""


class ConditionReader(Struct, frozen=True):
    """Reads the conditions of one type: names by `resolve`, values by the codecs of `catalog`.

    `by_pins`: the codecs of pinned metadata.  `zone` is where the days of facts are midnights; `mention` is
    told each value that may name people or items.
    """

    kind: TypeSpec
    catalog: Catalog
    zone: ZoneInfo | None
    resolve: Resolve
    by_pins: bool = False
    mention: Callable[[Codec, Node], None] = lambda _codec, _node: None

    def read(self, scalar: Scalar) -> Comparison:
        """Read one condition; raises `Wrong` with every mistake in it."""
        hit = CONDITION.fullmatch(scalar.text.strip())
        if hit is None:
            raise Wrong(Mistake(scalar.place, f"{quoted(scalar.text)} is no condition", EXAMPLE))
        name, how = hit["field"].strip(), re.sub(r"\s+", " ", (hit["word"] or hit["sign"]).upper())
        value = moved(scalar, hit.start("value") + len(scalar.text) - len(scalar.text.lstrip()), hit["value"])
        self.refuse_leftovers(how, value, hit["sign"] or "")
        if fact := self.fact(name):
            self.refuse_operator(name, how, FACTS[fact], scalar.place)
            operand = () if how in NULLS else self.of_fact(fact, how, value)
            if FACTS[fact].kind == "set" and fact != PEOPLE:
                refuse_many(name, how, operand, value.place)
            # Ids are a set of names, until somebody asks which of them are greater.
            kind = "number" if fact == ITEM_ID and how in ORDER else FACTS[fact].kind
            return Comparison(fact, how, kind, operand)
        return self.of_field(name, how, value, scalar.place)

    def refuse_leftovers(self, how: str, value: Scalar, sign: str) -> None:
        """Refuse what would be left of a condition in another language: it would mean something else here."""
        if more := MORE_SIGNS.match(value.text) if sign else None:
            wrong = sign + more[0]
            fix = f"write one of {', '.join(SIGNS)}; quote a text that begins with such a sign"
            raise Wrong(Mistake(value.place, f"'{wrong}' is no operator", fix))
        for hit in JOINT.finditer(value.text):
            rest = CONDITION.fullmatch(value.text[hit.end() :])
            quotes = value.text.count('"', 0, hit.start())
            if rest and quotes % 2 == 0 and self.is_name(rest["field"].strip()):
                place = value.place._replace(column=value.place.column + hit.start("joint"))
                raise Wrong(Mistake(place, f"two conditions in one, with {hit['joint']} between them", ALONE))
        if how in NULLS and value.text:
            raise Wrong(Mistake(value.place, f"{how} takes no value", "leave the value out"))

    def is_name(self, name: str) -> bool:
        """Return True if a field, a role or a fact is called so."""
        specs, bare = every_spec(self.kind), name.removeprefix("roles.")
        return name in FACTS or name in FACT_WORDS or bool(find_named(tuple(specs), bare))

    def fact(self, name: str) -> str | None:
        """Return the fact that a name means: its own key or word, or any name of the field that shows it."""
        if name in FACTS:
            return name
        fields = find_named(self.kind.fields, name)
        if not fields:
            return FACT_WORDS.get(name)
        if any(one.type == STATUS for one in fields):
            return STATUS
        return CREATOR if fields[0].key == CREATOR else None

    def refuse_operator(self, name: str, how: str, known: Searchable, place: Place) -> None:
        """Refuse an operator that the service does not have for a field."""
        if how not in known.operators:
            fix = f"write one of {', '.join(known.operators)}"
            raise Wrong(Mistake(place, f"{how} does not fit {quoted(name)}", fix))

    def of_field(self, name: str, how: str, value: Scalar, place: Place) -> Comparison:
        """Read a condition about a field or a role."""
        role = name.startswith("roles.")
        if not role:
            self.refuse_role(name, place)
        key = self.resolve(name.removeprefix("roles."), "role" if role else "field", place)
        codec = self.catalog.codec(self.kind.key, key, by_pins=self.by_pins)
        known = BY_TYPE.get(codec.spec.type)
        if known is None:
            what = f"{codec.spec.label} cannot be searched: it is of type {codec.spec.type}"
            raise Wrong(Mistake(place, what, "choose another field"))
        self.refuse_operator(name, how, known, place)
        compared = "moment" if known.kind == "day" and codec.spec.kind == "moment" else known.kind
        if how in NULLS:
            return Comparison(key, how, compared)
        refuse_nothing(value)
        if compared == "set":
            operand = ids(codec, value, self.mention)
            if not isinstance(codec, SetCodec):
                refuse_many(codec.spec.label, how, operand, value.place)
            return Comparison(key, how, compared, operand)
        return Comparison(key, how, compared, OPERANDS[compared](codec, how, value))

    def refuse_role(self, name: str, place: Place) -> None:
        """Refuse the name of a role that is written like a field's, and a field that nobody can search."""
        fields = find_named(self.kind.fields, name)
        if not fields and find_named(self.kind.roles, name):
            raise Wrong(
                Mistake(place, f"{quoted(name)} is a role of {self.kind.word}", f"write roles.{name}")
            )
        if len(fields) == 1 and refusal(fields[0]):
            what = f"{fields[0].label} cannot be searched here"
            raise Wrong(Mistake(place, what, "choose another field"))

    def of_fact(self, fact: str, how: str, value: Scalar) -> tuple[Any, ...]:
        """Read the values that a fact is compared with."""
        refuse_nothing(value)
        if fact in {CREATED, UPDATED}:
            return span_of_day(value, self.zone)
        some = list(parts(value))
        if fact == STATUS:
            return tuple(dict.fromkeys(self.state(one) for one in some))
        if fact == ITEM_ID:
            if how in ORDER and len(some) > 1:
                name = value.text
                raise Wrong(Mistake(value.place, f"{how} does not fit {quoted(name)}", ID_FIX))
            return tuple(dict.fromkeys(map(item_id, some)))
        if fact == PEOPLE and self.kind.key == "issue":
            raise Wrong(
                Mistake(value.place, "issues cannot be searched by 'people'", "name a field or a role")
            )
        keys = [key for one in some for key in resolve(one, self.catalog.people, fact)]
        return tuple(dict.fromkeys(keys))

    def state(self, word: Scalar) -> str:
        """Return the key of a state, by its name or key; any word where the states are not known."""
        options = next((one.options for one in self.kind.fields if one.type == STATUS), ())
        by_word = {one.label: one.id for one in options} | {one.id: one.id for one in options}
        if options and word.text not in by_word:
            raise Wrong(UnknownName(word.place, "state", word.text, self.kind.word, by_word))
        return by_word.get(word.text, word.text)


def name_by(kind: TypeSpec) -> Resolve:
    """Return the way to resolve names by one type's metadata alone."""

    def resolve_name(name: str, of: str, place: Place) -> str:
        specs = kind.roles if of == "role" else kind.fields
        hits = [one for one in find_named(specs, name) if not refusal(one)]
        if len(hits) != 1:
            known = [word for one in every_spec(kind) for word in (one.alias or one.key, one.name)]
            what = f"no field {quoted(name)} to search on {kind.word}"
            raise Wrong(Mistake(place, what, suggestion(name, known)))
        return change_key(hits[0])

    return resolve_name


def moved(scalar: Scalar, offset: int, text: str) -> Scalar:
    """Return a part of a scalar with its own place, if the scalar is written on one line."""
    file, line, column = scalar.place
    shift = offset + (not scalar.plain) if "\n" not in scalar.text else 0
    lead = len(text) - len(text.lstrip())
    return Scalar(text.strip(), plain=True, place=Place(file, line, column + shift + (lead if shift else 0)))


def refuse_nothing(value: Scalar) -> None:
    """Refuse an operator without a value."""
    if not value.text:
        raise Wrong(Mistake(value.place, "a condition without a value", EXAMPLE))


def refuse_many(name: str, how: str, operand: tuple[Any, ...], place: Place) -> None:
    """Refuse several values for `=` and `!=` where one alone is held: `!=` would match whatever it is."""
    if how in MANY_FOR_ONE and len(operand) > 1:
        what = f"{how} with {len(operand)} values, and {quoted(name)} holds one"
        raise Wrong(Mistake(place, what, f"write {MANY_FOR_ONE[how]}"))


def parts(value: Scalar) -> Iterator[Scalar]:
    """Yield the values of a list, each with its place; one in quotes is not plain."""
    found = 0
    for hit in PART.finditer(value.text):
        text = hit["quoted"] if hit["quoted"] is not None else hit["plain"].strip()
        if not text:
            continue
        found += 1
        if found > MOST_VALUES:
            fix = f"write at most {MOST_VALUES}, or several conditions below `any:`"
            raise Wrong(Mistake(value.place, f"more than {MOST_VALUES} values in one condition", fix))
        file, line, column = value.place
        at = hit.start("quoted") - 1 if hit["quoted"] is not None else hit.start("plain")
        yield Scalar(text, plain=hit["quoted"] is None, place=Place(file, line, column + at))
    if not found:
        raise Wrong(Mistake(value.place, "a condition without a value", EXAMPLE))


def unquoted(value: Scalar) -> str:
    """Return a text without the quotes around it."""
    text = value.text
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def item_id(scalar: Scalar) -> int:
    """Read the id of an item."""
    if not ID.fullmatch(scalar.text):
        raise Wrong(Mistake(scalar.place, f"{quoted(scalar.text)} is not an id", ID_FIX))
    return int(scalar.text)


# -- values by the kind of the comparison ----------------------------------------------------------


def ids(codec: Codec, value: Scalar, mention: Callable[[Codec, Node], None]) -> tuple[Any, ...]:
    """Read options, people or items; returns their ids, of a path of options the last one."""
    found: dict[Any, None] = {}
    wrong: list[Mistake] = []
    for one in parts(value):
        node = item_node(one) if codec.spec.type in ITEMS else one
        if codec.is_looked_up:
            mention(codec, node)
        try:
            some = codec.read_member(node) if isinstance(codec, SetCodec) else (codec.parse(node),)
        except Wrong as error:
            wrong += error.mistakes
            continue
        found |= dict.fromkeys(part[-1] if isinstance(part, tuple) else part for part in some)
    if wrong:
        raise Wrong(*wrong)
    return tuple(found)


def item_node(scalar: Scalar) -> Node:
    """Return how a file names an item: its id as it is, a name as `{name: …}`."""
    if scalar.plain and ID.fullmatch(scalar.text):
        return scalar
    named = AuthoredMap(scalar.place)
    named["name"] = scalar._replace(plain=False)
    named.keys_at["name"] = scalar._replace(text="name")
    return named


def text_operand(codec: Codec, how: str, value: Scalar) -> tuple[Any, ...]:
    """Read a text: as the field would store it for `=`, any part of it for `~`."""
    text = unquoted(value)
    if not text:  # every text holds the empty one
        raise Wrong(Mistake(value.place, "a condition without a value", EXAMPLE))
    if how in LIKE:
        return (text,)
    stored = codec.parse(Scalar(text, plain=False, place=value.place))
    return (str(stored),)


def number_operand(codec: Codec, _how: str, value: Scalar) -> tuple[Any, ...]:
    """Read a number in the author's scale; returns the service's, as a text."""
    return (f"{codec.parse(value):f}",)


def bool_operand(codec: Codec, _how: str, value: Scalar) -> tuple[Any, ...]:
    """Read `true` or `false`."""
    return (bool(codec.parse(value)),)


def day_operand(codec: Codec, _how: str, value: Scalar) -> tuple[Any, ...]:
    """Read a day: its ISO text, then its span."""
    return (value.text, *span_of_day(value, codec.spec.zone))


def moment_operand(codec: Codec, _how: str, value: Scalar) -> tuple[Any, ...]:
    """Read a moment, whose span is a second, or a day."""
    if DAY.fullmatch(value.text):
        return span_of_day(value, codec.spec.zone)
    first: Any = codec.parse(value)
    return to_ms(first), to_ms(first) + 1000


def span_of_day(value: Scalar, zone: ZoneInfo | None) -> tuple[int, int]:
    """Read a day; returns its first millisecond and the first one after it."""
    day = read_day(value, "a condition", zone)
    try:
        here = require_zone(zone)
    except NoZone as error:
        what, _, fix = str(error).partition("; ")
        raise Wrong(Mistake(value.place, what, fix)) from None
    return to_ms(midnight(day, here)), to_ms(midnight(day + timedelta(days=1), here))


OPERANDS: Final[dict[str, Callable[[Codec, str, Scalar], tuple[Any, ...]]]] = {
    "text": text_operand,
    "number": number_operand,
    "bool": bool_operand,
    "day": day_operand,
    "moment": moment_operand,
}


# -- what only the space can look up ---------------------------------------------------------------


def people_named(text: str, groups: Any) -> Iterator[str]:
    """Yield the e-mails and user keys that the value of a condition names."""
    if hit := CONDITION.fullmatch(text.strip()):
        for part in re.split("[,，、]", hit["value"]):
            for one in expand(part.strip().strip('"'), groups):
                if "@" in one or USER_KEY.fullmatch(one):
                    yield one


def named_values(scalar: Scalar) -> tuple[str, list[Scalar]]:
    """Return the field that a condition names and the values that it names; none for no condition."""
    hit = CONDITION.fullmatch(scalar.text.strip())
    if hit is None:
        return "", []
    value = moved(scalar, hit.start("value"), hit["value"])
    try:
        return hit["field"].strip(), list(parts(value))
    except Wrong:
        return hit["field"].strip(), []


def every_condition(document: Document) -> Iterator[Scalar]:
    """Yield every condition of a file of rules."""
    for rule in document.rules:
        for clause in rule.where:
            yield from clause
