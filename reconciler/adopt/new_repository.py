"""Begins a repository for a space: settings, pins, workflows and one item of each type, which plan at once.

Nothing that is there is overwritten.  What was not given is asked for, one question at a time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from reconciler.adopt.item_selection import Asked, AskedItem, type_named
from reconciler.errors import CannotRun, quoted
from reconciler.manifest.safe_write import create, write

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from reconciler.adopt.pull import Pulled
    from reconciler.fields.codec import Codec
    from reconciler.meegle.reader import Reader
    from reconciler.schema.types import TypeSpec

Report: TypeAlias = Callable[[str], None]


class Question(NamedTuple):
    """A question to a person if a flag is missing; `known` answers, the likeliest first."""

    what: str
    flag: str
    known: tuple[str, ...] = ()


Answer: TypeAlias = Callable[[Question], str]


class Given(NamedTuple):
    """The flags that describe the new repository."""

    space: str | None
    types: Sequence[str]
    zone: str | None
    forge: str = "github"


class Begun(NamedTuple):
    """The files that were written; `homes` are the files for the items of each type, by its word."""

    written: tuple[str, ...]
    pulled: tuple[Pulled, ...]
    homes: Mapping[str, str]


def write_repository(given: Given, answer: Answer | None, report: Report) -> Begun:
    """Read the space and write the repository into this folder; `answer` is None without a terminal."""
    from reconciler.meegle.connect import connect
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.reader import Reader
    from reconciler.meegle.spaces import openable
    from reconciler.settings import SpaceSettings

    decisions = SpaceSettings(time_zone=zone_named(given.zone) if given.zone else None)
    connection = connect((), report, given.space or "")
    with Client(connection) as client:
        known = () if given.space else sorted(openable(client, connection.user_key).values())
        name = given_or_answered(given.space, Question("The space", "--space", tuple(known)), answer)
        reader = Reader(client, name, decisions, connection.user_key)
        reader.open((), {})
        chosen = chosen_types(reader, given.types, answer)
        catalog = reader.open(chosen, {})
        if reader.settings.time_zone is None:
            zone = choose_zone(reader, [catalog.types[key] for key in chosen], answer)
            reader = Reader(client, name, SpaceSettings(time_zone=zone), connection.user_key)
            catalog = reader.open(chosen, {})
        kinds = [catalog.types[key] for key in chosen]
        reader.meet([connection.user_key])
        hide_own_folder(report)
        written = write_new(files_of(reader, kinds, given.forge), report)
        examples = {home(name, one): first_item(reader, one) for one in kinds}
    pulled = pull_examples(examples, name, report)
    if pulled:
        written += pin_again(name, written, report)
    return Begun(tuple(written), pulled, {one.word: home(name, one) for one in kinds})


# -- what is asked ---------------------------------------------------------------------------------


def given_or_answered(given: str | None, question: Question, answer: Answer | None) -> str:
    """Return what was given, else what a person answers; raises CannotRun if nobody can be asked."""
    if given:
        return given
    if answer is None:
        known = ", ".join(question.known)
        raise CannotRun(
            f"{question.flag} is not given",
            f"write {question.flag} with one of {known}" if known else "add it",
        )
    return answer(question).strip()


def chosen_types(reader: Reader, words: Sequence[str], answer: Answer | None) -> list[str]:
    """Return the keys of the types that were given or answered; raises CannotRun."""
    catalog = reader.catalog
    question = Question(
        "Its types, separated by commas", "--type", tuple(sorted(one.word for one in catalog.types.values()))
    )
    some = words or given_or_answered(None, question, answer).split(",")
    return list(dict.fromkeys(type_named(word.strip(), catalog).key for word in some))


def zone_named(word: str) -> ZoneInfo:
    """Return a time zone; raises CannotRun."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(word)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CannotRun(f"no time zone {quoted(word)}", "write an IANA name such as Asia/Shanghai") from None


def choose_zone(reader: Reader, kinds: Sequence[TypeSpec], answer: Answer | None) -> ZoneInfo:
    """Return the zone of a space without a default: the answer, else the only one that fits its live days."""
    from reconciler.clock import now
    from reconciler.meegle.live_days import live_days
    from reconciler.meegle.time_zones import fitting

    fit = fitting((value for kind in kinds for value in live_days(reader, kind)), now())
    if answer is not None:
        return zone_named(
            given_or_answered(None, Question("Its time zone", "--time-zone", tuple(fit[:1])), answer)
        )
    if len(fit) == 1:
        return zone_named(fit[0])
    what = f"live days are midnights in {', '.join(fit)}" if fit else "no live day shows which it is"
    raise CannotRun("--time-zone is not given", f"{what}; give the zone of the space")


# -- what is written -------------------------------------------------------------------------------


def home(space: str, kind: TypeSpec) -> str:
    """Return the file for the items of a type."""
    from reconciler.manifest.files import STATE
    from reconciler.schema.pin_files import file_stem

    return f"{STATE}/{space}/{file_stem(kind.api_name, kind.key)}.yaml"


def files_of(reader: Reader, kinds: Sequence[TypeSpec], forge: str) -> dict[str, str]:
    """Return the text of each file of the new repository, without the items and their people."""
    from reconciler.adopt.pinning import pinned_files
    from reconciler.adopt.published_schemas import published
    from reconciler.adopt.starting_files import Start, name_person, starting_files
    from reconciler.schema.pins import FOLDER, Pins

    me = reader.catalog.people.by_key.get(reader.user_key)
    words = [one.word for one in kinds]
    times = {one.word: moments(reader, one) for one in kinds}
    zone = str(reader.settings.time_zone)
    start = Start(reader.name, reader.space_key, words, zone, me.email if me else "", times, forge)
    if any(field.type == "business" for kind in kinds for field in kind.fields):
        reader.read_lines()
    groups = {person[0]: (person[1],)} if (person := name_person(start.email)) else {}
    pins = Pins(reader.space_key, {kind.key: reader.catalog.types[kind.key] for kind in kinds})
    pinned = {
        f"{FOLDER}/{reader.name}/{file}": text
        for file, text in pinned_files(pins, reader.name, groups).items()
    }
    settings = "settings.schema.json"
    return starting_files(start) | {f"{FOLDER}/{settings}": published()[settings]} | pinned


def name_beside(name: str) -> str:
    """Return another name for a workflow, `reconciler-NAME`, if the name is taken by one that is not ours.

    A workflow that mentions reconciler is ours, or an author's edit of it: a second one would run twice.
    """
    from reconciler.adopt.workflows import FOLDER

    path = Path(name)
    if path.parent.as_posix() != FOLDER or not path.is_file() or b"reconciler" in path.read_bytes():
        return name
    return path.with_name(f"reconciler-{path.name}").as_posix()


def hide_own_folder(report: Report) -> None:
    """Make `.reconciler/` with its own .gitignore, so that no later `git add` takes what runs leave there."""
    from reconciler.desired.committed_run_files import foreign, own_folder

    if reason := foreign(Path.cwd()):
        report(f"note: {reason.what}; {reason.fix}")
    else:
        own_folder()


BY_HAND = {
    ".gitlab-ci.yml": "; add to its `include:` the line `- local: /.gitlab/reconciler/*.yml`",
    ".prettierignore": "; add the lines `state/` and `schemas/`, which our commands write",
    ".yamllint": "; it must not limit the length of lines",
}
"""The step that is left to a person if a file of theirs is kept."""

ALSO = {".yamllint": (".yamllint.yaml", ".yamllint.yml")}
"""Other names of a file, under which an author may have one: ours must not be read in its stead."""


def write_new(files: Mapping[str, str], report: Report) -> list[str]:
    """Write the files that are not there and return their names; the others are kept and reported."""
    written: list[str] = []
    for usual, text in files.items():
        if (name := name_beside(usual)) != usual:
            report(f"{usual} is not of reconciler and stays; ours is {Path(name).name} beside it")
        if theirs := next((one for one in ALSO.get(name, ()) if os.path.lexists(one)), None):
            report(f"kept {theirs}, which is there already{BY_HAND[name]}")
            continue
        try:
            create(Path(name), text)
        except FileExistsError:
            report(f"kept {name}, which is there already{BY_HAND.get(name, '')}")
        else:
            written.append(name)
    return written


def moments(reader: Reader, kind: TypeSpec) -> list[str]:
    """Return the date fields, as files name them, that hold times of the day in some live items."""
    from reconciler.desired.written_values import file_word
    from reconciler.fields import refusal
    from reconciler.meegle.live_days import sampled

    dates = [one for one in kind.fields if one.type == "date" and not refusal(one)]
    rows = sampled(reader, kind, [one.key for one in dates])
    return [
        file_word(one, kind)
        for one in dates
        if any(has_time(reader.catalog.codec(kind.key, one.key), row.get(one.key)) for row in rows)
    ]


def has_time(codec: Codec, wire: object) -> bool:
    """Return True if a live date is more than the day that would be written."""
    try:
        day = codec.decode(wire).value
    except ValueError:
        return False
    return day != codec.empty and codec.encode(day) != wire


def first_item(reader: Reader, kind: TypeSpec) -> int | None:
    """Return the id of one item of a type, as an example; None if there is none."""
    from reconciler.meegle.live_days import some_ids

    return next(iter(some_ids(reader, kind, 1)), None)


def pull_examples(examples: Mapping[str, int | None], space: str, report: Report) -> tuple[Pulled, ...]:
    """Pull one item of each type into its file, if the type has an item and the file is not there."""
    from reconciler.adopt.pull import Adoption, pull_items

    return tuple(
        pull_items(Adoption(Asked([AskedItem(space, Path(name).stem, item_id)]), Path(name)), space, report)
        for name, item_id in examples.items()
        if item_id is not None and not Path(name).exists()
    )


def pin_again(space: str, written: Sequence[str], report: Report) -> list[str]:
    """Pin the people and items that the new files name, and return the names of the files that this adds.

    The schemas for editors offer pinned people: those that this run wrote follow, an author's stay.
    """
    from reconciler.adopt.pinning import pinned_files, read_live_pins
    from reconciler.schema.pins import FOLDER, ITEMS, PEOPLE

    live = read_live_pins((), space, report)
    texts = pinned_files(live.pins, space, live.workspace.settings.groups())
    pinned = {f"{FOLDER}/{space}/{file}": text for file, text in texts.items()}
    for name in written:
        if name in pinned:
            write(Path(name), pinned[name])
    added = (f"{FOLDER}/{space}/{file}" for file in (PEOPLE, ITEMS))
    return write_new({name: pinned[name] for name in added if name in pinned}, report)
