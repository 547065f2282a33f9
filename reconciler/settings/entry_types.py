"""The types of settings: each reads a scalar as written into a value, and describes itself to editors."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from reconciler.language import known
from reconciler.manifest.document import SEGMENT
from reconciler.manifest.editor_words import ANY_TEXT
from reconciler.manifest.editor_words import DAY as DAY_SCHEMA
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Scalar
from reconciler.manifest.scalar_values import (
    OPEN_ID,
    count_of,
    day_of,
    names_of,
    open_id_of,
    scale_of,
    segment_of,
    share_of,
    text_of,
    word_of,
    zone_of,
)
from reconciler.manifest.shapes import Described, Prepares, Reads, Unfit, no_list


def entries_of(node: object) -> object:
    """Return a list as a tuple, since the models are frozen."""
    if isinstance(node, AuthoredList):
        return tuple(node)
    if isinstance(node, Scalar | AuthoredMap):
        raise no_list(node)
    return node


def one_or_more(node: object) -> object:
    """Return a list, or the one word that stands for it, as a tuple."""
    if isinstance(node, Scalar) or not isinstance(node, list | tuple):
        return (node,)
    if not node:
        raise Unfit("an empty list", "write one word at least, or leave the line out")
    return tuple(node)


def schema(**described: Any) -> Described:
    """Return a reader's JSON Schema for editors."""
    return Described(described)


def one_or_more_schema(**member: Any) -> Described:
    """Return the JSON Schema of a list that has a member, or of the member alone."""
    return schema(oneOf=[member, {"type": "array", "items": member, "minItems": 1}])


NUMBER_OR_TEXT = {"anyOf": [{"type": "string"}, {"type": "number"}]}
Text = Annotated[str, Reads(text_of), schema(**ANY_TEXT)]


Zone = Annotated[ZoneInfo, Reads(zone_of, str), schema(type="string")]


Count = Annotated[int, Reads(count_of), schema(type="integer", minimum=0)]


Share = Annotated[
    Decimal,
    Reads(share_of, lambda share: f"{(share * 100).normalize():f}%"),
    schema(
        oneOf=[
            {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?%$"},
            {"type": "number", "minimum": 0, "maximum": 1},
        ]
    ),
]


Scale = Annotated[Decimal, Reads(scale_of, float), schema(type="number", exclusiveMinimum=0)]


Day = Annotated[date, Reads(day_of, str), schema(**DAY_SCHEMA)]


Names = Annotated[
    tuple[str, ...],
    Reads(names_of, list),  # pydantic warns, on stderr, of a tuple that it has to write as a list by itself
    one_or_more_schema(**NUMBER_OR_TEXT),
]


ONE_OR_MORE = Prepares(one_or_more)
"""Lets a list be written as its only member, and refuses an empty one."""
Words = Annotated[tuple[Text, ...], ONE_OR_MORE, one_or_more_schema(**NUMBER_OR_TEXT)]
Segment = Annotated[
    str,
    Reads(segment_of),
    schema(anyOf=[{"type": "string", "pattern": f"^{SEGMENT.pattern}$"}, {"type": "number"}]),
]


PolicyWord = Literal["report", "heal", "accept"]


Policy = Annotated[
    PolicyWord,
    Reads(partial(word_of, words=get_args(PolicyWord))),
    schema(enum=list(get_args(PolicyWord))),
]


KindWord = Literal["day", "moment"]


Kind = Annotated[
    KindWord,
    Reads(partial(word_of, words=get_args(KindWord))),
    schema(enum=list(get_args(KindWord))),
]


StoresWord = Literal["trimmed", "rounded", "lower-cased", "upper-cased", "otherwise"]


Stores = Annotated[
    StoresWord,
    Reads(partial(word_of, words=get_args(StoresWord))),
    schema(enum=list(get_args(StoresWord))),
]


def locale_word(node: object) -> str:
    """Read the name of a language that there is a catalogue of."""
    return word_of(node, known())


class LocaleSchema:
    """Describes the languages that there are."""

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"enum": list(known())}


Locale = Annotated[str, Reads(locale_word), LocaleSchema()]


OpenId = Annotated[str, Reads(open_id_of), schema(type="string", pattern=f"^{OPEN_ID.pattern}$")]
