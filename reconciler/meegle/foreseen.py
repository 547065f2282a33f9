"""The questions with which a run begins, as far as settings and pins foresee them.

They name the space, its types and the desired items before the service has confirmed any of them.  So the
questions need not wait for one another.  Nothing is believed for that: the answers are read in the order in
which a run without pins would ask (`meegle/http/ahead.py`), and a wrong guess is asked again, rightly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from reconciler.desired.mentions import Mentions
from reconciler.fields.spec import People
from reconciler.meegle.http.ahead import Question
from reconciler.meegle.items import Decoder
from reconciler.meegle.metadata import lines_question, type_questions, types_question
from reconciler.meegle.people import people_questions
from reconciler.meegle.query import Query
from reconciler.meegle.spaces import first_question
from reconciler.model import Ref
from reconciler.schema.catalog import Catalog
from reconciler.schema.pins import Pins, pinned_people

if TYPE_CHECKING:
    from reconciler.meegle.reader import Reader

MOST_TYPES: Final = 8
"""Types of which the fields are asked for ahead; those of further types are read in their turn."""
MOST_BATCHES: Final = 4
"""Batches of items that are asked for ahead: as many as are read at once anyway."""


def first_questions(
    reader: Reader,
    pins: Pins,
    groups: Mapping[str, tuple[str, ...]],
    words: Iterable[str],
    mentions: Mentions,
) -> Iterator[Question]:
    """Yield the questions about the space and its types, and about people and business lines.

    None where neither settings nor pins know the space's key.
    """
    space_key = key_of(reader, pins)
    if not space_key:
        return
    yield first_question(reader.name, reader.user_key, reader.settings.project_key)
    yield types_question(space_key)
    some = set(words)
    types = sorted(key for key, spec in pins.types.items() if any(map(spec.answers_to, some)))
    for type_key in types[:MOST_TYPES]:
        yield from type_questions(space_key, type_key)
    if mentions.lines:
        yield lines_question(space_key)
    yield from people_questions(People(groups=groups, by_email=pinned_people(pins)), mentions.people)


def item_questions(
    reader: Reader, pins: Pins, catalog: Catalog, keys: Mapping[Ref, Sequence[str]]
) -> Iterator[Question]:
    """Yield the first questions about items, by the catalog of the pins."""
    if space_key := key_of(reader, pins):
        questions = Query(reader.client, space_key, Decoder(catalog), audience=True).questions(keys)
        yield from (one for one, _ in zip(questions, range(MOST_BATCHES), strict=False))


def key_of(reader: Reader, pins: Pins) -> str:
    """Return the space's key by the settings, else by the pins."""
    return reader.settings.project_key or pins.space_key
