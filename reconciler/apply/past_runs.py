"""Makes a past run of the lines of its journal, whichever version wrote them.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import convert
from msgspec.structs import replace

from reconciler.model import Ref
from reconciler.model.history import CUT, PastChange, PastRun, Person
from reconciler.model.outcomes import WORDS

Entry = Mapping[str, Any]

LACKS: Final = (
    ("user", "the names of people"),
    ("actor", "who started the job"),
    ("author", "the author of the commit"),
    ("pull", "the pull request"),
    ("time_zone", "the time zone of the space"),
    ("types", "the names of types, items, fields and options"),
)
"""Members of a journal's first line that older versions did not write, and what is unknown without them."""
UNSEEN: Final = "the run was cut before it looked"
"""The reason of an unknown outcome of a field that was sent."""
OUTCOMES: Final = {kind.__name__: word for kind, word in WORDS.items()}
"""The word for each outcome, by its name in a journal."""


def past_run(
    entries: Sequence[Entry], run_id: str, file: str, zone_of: Callable[[Entry], ZoneInfo | None]
) -> PastRun:
    """Return the run that a journal tells of; `entries` begin with `begin`.

    `run_id` is used where the journal does not name its run; `zone_of` finds the time zone where the
    journal does not name it.
    """
    begin, end = entries[0], next((one for one in entries if one["event"] == "end"), None)
    types = dict(begin.get("types") or {})
    changes = tuple(changes_of(entries, types))
    zone = zone_named(begin.get("time_zone")) or zone_of(begin)
    user = person(begin.get("user")) or Person(key=begin.get("user_key") or "")
    return PastRun(
        id=begin.get("run") or run_id,
        file=file,
        begun=moment(begin["at"]),
        ended=moment(end["at"]) if end else None,
        stopped=end.get("stopped") if end else CUT,
        zone=zone or ZoneInfo("UTC"),
        host=begin["host"],
        space=begin.get("space_name") or begin["space"],
        space_key=begin["space"],
        last_hash=entries[-1]["chain"],
        puts=sum(one["event"] == "intent" for one in entries),
        changes=changes,
        fields=len(changes),
        user=user,
        actor=person(begin.get("actor")),
        author=person(begin.get("author")),
        commit=begin.get("commit"),
        digest=begin.get("digest"),
        pull=begin.get("pull"),
        pull_url=begin.get("pull_url"),
        run_url=begin.get("run_url"),
        lacks=tuple(what for member, what in LACKS if member not in begin),
        types=types,
    )


def person(known: Mapping[str, str] | None) -> Person:
    """Return a person of a journal; an empty one where it names nobody."""
    return convert(known or {}, Person)


def changes_of(entries: Iterable[Entry], types: Mapping[str, str]) -> Iterator[PastChange]:
    """Yield every field of a run as it ended, by item in the order in which items were first sent or ended.

    Of several PUTs of a field the value before is that of the first, all else that of the last.
    """
    items: dict[Ref, dict[str, PastChange]] = {}
    for entry in entries:
        if entry["event"] not in {"intent", "answer", "result"}:
            continue
        ref = Ref(entry["type"], entry["id"])
        made = items.setdefault(ref, {})
        bare = PastChange(ref, "", type_name=types.get(ref.type_key, ref.type_key))
        match entry["event"]:
            case "intent":
                for step in entry.get("changes") or ():
                    made[step["key"]] = later(made.get(step["key"]), sent_change(bare, entry, step))
            case "answer":
                said = {"answer": entry["answer"], "log_id": entry.get("log_id") or ""}
                made |= {key: replace(one, **said) for key, one in made.items() if not one.outcome}
            case _:
                made |= dict(ended(bare, entry, made))
    for made in items.values():
        yield from made.values()


def sent_change(bare: PastChange, intent: Entry, step: Entry) -> PastChange:
    """Return one field of a PUT that is about to leave."""
    return replace(
        bare,
        key=step["key"],
        title=intent.get("title") or "",
        name=step.get("name") or "",
        alias=step.get("alias") or "",
        type=step.get("type") or "",
        at=moment(intent["at"]),
        before=step["before"],
        after=step["after"],
        before_label=step.get("before_label"),
        after_label=step.get("after_label"),
        added=tuple(step.get("added") or ()),
        removed=tuple(step.get("removed") or ()),
        place=step.get("place") or "",
        clears=bool(step.get("clears")),
        line=intent["n"],
        reason=UNSEEN,
        sent=True,
    )


def later(first: PastChange | None, again: PastChange) -> PastChange:
    """Return a field that was sent once more, with the value before its first PUT."""
    if first is None or not first.sent:
        return again
    return replace(again, before=first.before, before_label=first.before_label)


def ended(
    bare: PastChange, result: Entry, made: Mapping[str, PastChange]
) -> Iterator[tuple[str, PastChange]]:
    """Yield the fields of an item with their outcomes; of two results of one field the later one holds."""
    names, reasons = result.get("names") or {}, result.get("reasons") or {}
    title = result.get("title") or ""
    for key, kind in result["outcomes"].items():
        new = replace(bare, key=key, title=title, name=names.get(key, ""), line=result["n"])
        word = OUTCOMES.get(kind, kind.lower())
        yield key, replace(made.get(key, new), outcome=word, reason=reasons.get(key, ""))


def moment(text: str) -> datetime:
    """Return a time of a journal in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def zone_named(name: object) -> ZoneInfo | None:
    """Return the time zone of a name in a journal; None for a name that this machine does not know."""
    try:
        return ZoneInfo(name) if isinstance(name, str) else None
    except (ValueError, KeyError, OSError):
        return None
