"""Which past runs and changes somebody asks for: by time, item, field and person.  Pure.

A word that nothing in the journals answers to is an error with suggestions, whatever the other filters
say: a typo must not look like "nobody changed it".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from reconciler.errors import CannotRun, quoted, suggestion
from reconciler.model import ROLES
from reconciler.model.history import PastChange, PastRun

TIME: Final = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:[T ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?"
    r"(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?)?)?"
)
UNITS: Final = (
    ("second", timedelta(seconds=1)),
    ("minute", timedelta(minutes=1)),
    ("day", timedelta(days=1)),
)
REF: Final = re.compile(
    r"(?:(?:(?P<space>[^/.]+)/)?(?P<type>[^/.]+)/)?(?P<id>[1-9][0-9]{0,18})(?:\.(?P<field>.+))?"
    r"|(?:(?P<space_>[^/.]+)/)?(?P<type_>[^/.]+)(?:\.(?P<field_>.+))?"
)
WRITE_TIME: Final = "write 2026-10-31, 2026-10, 2026-10-31T18:00 or 2026-10-31T18:00:00+08:00"
ROLE: Final = "roles."

Names = Mapping[tuple[str, str, str], Collection[str]]
"""The words that the pins know for a field, by space, type key and field key."""


class Span(Struct, frozen=True):
    """A month, day, minute or second, as it was written: the clock of a space unless it has an offset."""

    start: datetime
    end: datetime

    def starts(self, zone: ZoneInfo) -> datetime:
        """Return its first instant in UTC."""
        return in_zone(self.start, zone)

    def ends(self, zone: ZoneInfo) -> datetime:
        """Return the instant after it in UTC."""
        return in_zone(self.end, zone)


class Wanted(NamedTuple):
    """What is asked for, as it was written; an empty part asks for everything."""

    since: str | None = None
    until: str | None = None
    items: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    by: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        """Return True if nothing is left out."""
        return not any(self)


def filtered(
    runs: Sequence[PastRun], wanted: Wanted, names: Names, people: Mapping[str, Collection[str]]
) -> tuple[PastRun, ...]:
    """Return the runs with what is asked for of their changes; raises CannotRun for an unknown word.

    `people`: the e-mails and keys behind the names of the settings.
    """
    since, until = span_of("--since", wanted.since), span_of("--until", wanted.until)
    refuse_backwards(since, until)
    refuse_unknown(runs, wanted, names, people)
    persons = {word: answering(word, people) for word in wanted.by}
    tests = (
        [item_test(word, names) for word in wanted.items],
        [field_test(word, names) for word in wanted.fields],
    )

    def asked(run: PastRun, one: PastChange) -> bool:
        inside = in_span(one.at or run.begun, run.zone, since, until)
        return inside and all(not some or any(test(run, one) for test in some) for some in tests)

    def kept(run: PastRun) -> Iterator[PastRun]:
        if persons and not any(is_of(run, words) for words in persons.values()):
            return
        changes = tuple(one for one in run.changes if asked(run, one))
        begun = not (wanted.items or wanted.fields) and in_span(run.begun, run.zone, since, until)
        if changes or begun:
            yield replace(run, changes=changes)

    return tuple(one for run in runs for one in kept(run))


# -- time --------------------------------------------------------------------------------------------


def span_of(flag: str, text: str | None) -> Span | None:
    """Read a month, a day or a moment; raises CannotRun."""
    if text is None:
        return None
    hit = TIME.fullmatch(text.strip())
    try:
        return written_span(hit) if hit else refuse_time(flag, text)
    except (ValueError, OverflowError):
        return refuse_time(flag, text)


def refuse_backwards(since: Span | None, until: Span | None) -> None:
    """Raise CannotRun if the end comes before the beginning, as far as that is the same in every zone."""
    if (
        since
        and until
        and (since.start.tzinfo is None) == (until.end.tzinfo is None)
        and since.start >= until.end
    ):
        raise CannotRun("--since is later than --until", "swap them")


def refuse_time(flag: str, text: str) -> Span:
    """Raise CannotRun for what is no time."""
    raise CannotRun(f"{flag} {quoted(text)} is no date or time", WRITE_TIME)


def written_span(hit: re.Match[str]) -> Span:
    """Return the span of a time as it was written; raises ValueError where the calendar has none."""
    year, month, day, hour, minute, second = (
        int(hit[name] or least)
        for name, least in (("year", 1), ("month", 1), ("day", 1), ("hour", 0), ("minute", 0), ("second", 0))
    )
    if not 1970 <= year <= 9998:  # noqa: PLR2004 - the years of the clock
        raise ValueError("beyond the calendar")
    zone = offset_of(hit["offset"]) if hit["offset"] else None
    start = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    unit = next((length for name, length in UNITS if hit[name]), None)
    if unit:
        return Span(start, start + unit)
    return Span(start, start.replace(year=year + month // 12, month=month % 12 + 1))


def offset_of(text: str) -> timezone:
    """Return the zone of `Z`, `+08:00` or `+0800`."""
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    length = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-length if text[0] == "-" else length)


def in_zone(at: datetime, zone: ZoneInfo) -> datetime:
    """Return a moment in UTC; without an offset it is one of a zone's clock."""
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def in_span(at: datetime, zone: ZoneInfo, since: Span | None, until: Span | None) -> bool:
    """Return True if a moment is neither before one span nor after the other."""
    return not (since and at < since.starts(zone)) and not (until and at >= until.ends(zone))


# -- words -------------------------------------------------------------------------------------------

Test = Callable[[PastRun, PastChange], bool]


def item_test(word: str, names: Names) -> Test:
    """Return the test whether a change is of the item, type or field that a REF names."""
    hit = REF.fullmatch(word)
    if hit is None:
        return lambda _run, _one: False
    space, kind, field = (hit[name] or hit[f"{name}_"] for name in ("space", "type", "field"))
    number = int(hit["id"]) if hit["id"] else None
    of_field = field_test(field, names) if field else None

    def test(run: PastRun, one: PastChange) -> bool:
        return (
            space in (None, run.space, run.space_key)
            and kind in (None, one.ref.type_key, one.type_name)
            and number in (None, one.ref.id)
            and (of_field is None or of_field(run, one))
        )

    return test


def field_test(word: str, names: Names) -> Test:
    """Return the test whether a change is of the field or role that a word names: key, alias or name."""
    role, bare = word.startswith(ROLE), word.removeprefix(ROLE)

    def test(run: PastRun, one: PastChange) -> bool:
        known = {*one.words, *names.get((run.space, one.ref.type_key, one.key), ())}
        if role:
            return one.key.startswith(ROLES) and bare in {*known, one.key.removeprefix(ROLES)}
        return word in known

    return test


def answering(word: str, people: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return the words that name a person, small letters and capitals alike; also a name of the settings."""
    return frozenset(one.casefold() for one in (word, *people.get(word, ())))


def is_of(run: PastRun, words: Collection[str]) -> bool:
    """Return True if one of the people of a run answers to one of the words."""
    return any(one.casefold() in words for person in run.people for one in person.words)


def refuse_unknown(
    runs: Sequence[PastRun], wanted: Wanted, names: Names, people: Mapping[str, Collection[str]]
) -> None:
    """Raise CannotRun for the first word that no run and no change answers to."""
    changes = [(run, one) for run in runs for one in run.changes]
    for word in wanted.items:
        if not any(item_test(word, names)(run, one) for run, one in changes):
            raise unknown("--item", word, item_words(changes))
    for word in wanted.fields:
        if not any(field_test(word, names)(run, one) for run, one in changes):
            raise unknown("--field", word, {one.label for _, one in changes})
    for word in wanted.by:
        if not any(is_of(run, answering(word, people)) for run in runs):
            known = {each for run in runs for person in run.people for each in person.words}
            raise unknown("--by", word, known)


def item_words(changes: Iterable[tuple[PastRun, PastChange]]) -> set[str]:
    """Return the words that name items and types."""
    some = list(changes)
    return {str(one.ref.id) for _, one in some} | {one.type_name for _, one in some}


def unknown(flag: str, word: str, known: Collection[str]) -> CannotRun:
    """Make the error for a word that nothing answers to."""
    return CannotRun(f"{flag} {quoted(word)} is in none of the journals", suggestion(word, known))
