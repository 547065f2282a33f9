"""`reconciler init`: a new repository for a space, which plans at once.  Overwrites nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.streams import say, tell
from reconciler.errors import CannotRun, quoted, suggestion
from reconciler.manifest.disk import create

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from reconciler.fields.codec import Codec
    from reconciler.meegle.reader import Reader
    from reconciler.schema.catalog import Catalog
    from reconciler.schema.types import TypeSpec

OUTDATED = 2
HOST = "MEEGLE_BASE_URL"
HOSTS = ("https://project.feishu.cn", "https://project.larksuite.com")
SAMPLE = 50
"""Items of a type that are looked at for what metadata does not say: one `query`."""


@click.command("init")
@click.option("--host", metavar="URL", help=f"The service, where {HOST} is not set.")
@click.option("--space", metavar="SPACE", help="The space: its simple name or its key.")
@click.option("--type", "types", metavar="TYPE", multiple=True, help="A type of work item; may be repeated.")
@click.option(
    "--time-zone", "zone", metavar="ZONE", help="Of the space; Asia/Shanghai by default on feishu.cn alone."
)
@click.option(
    "--check", is_flag=True, help="Only say which lines of the workflows are outdated; 2 if any is."
)
@click.option("--upgrade", is_flag=True, help="Renew the workflows that init wrote and nobody edited.")
def command(
    host: str | None,
    space: str | None,
    types: tuple[str, ...],
    zone: str | None,
    *,
    check: bool,
    upgrade: bool,
) -> int:
    """Write a repository into this folder: state/, settings, pins, editor settings, workflows, a README.

    Asks on a terminal for what is not given.  Credentials come from the environment and are checked
    first.  What is there already stays as it is.  Writes nothing to the space.  --check and --upgrade
    look at the workflows of an older repository and need no credentials.
    """
    if check or upgrade:
        return checked(upgrade=upgrade)
    from reconciler.adopt.upgrade import age, check_workflows
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.reader import Reader
    from reconciler.meegle.spaces import openable
    from reconciler.plan.planning import connect
    from reconciler.settings import SpaceSettings

    decisions = SpaceSettings(time_zone=zone_named(zone) if zone else None)
    given = {} if os.environ.get(HOST) else {HOST: asked(host, "The service", "--host", HOSTS[0])}
    os.environ.update(given)
    connection = connect(())
    with Client(connection) as client:
        known = () if space else sorted(openable(client, connection.user_key).values())
        name = asked(space, "The space", "--space", *known)
        reader = Reader(client, name, decisions, connection.user_key)
        chosen = [kind.key for kind in chosen_types(reader.open((), {}), types)]
        catalog = reader.open(chosen, {})
        if reader.settings.time_zone is None:
            chosen_zone = zone_of(reader, [catalog.types[key] for key in chosen])
            reader = Reader(client, name, SpaceSettings(time_zone=chosen_zone), connection.user_key)
            catalog = reader.open(chosen, {})
        kinds = [catalog.types[key] for key in chosen]
        reader.meet([connection.user_key])
        started = write_new(files_of(reader, kinds, str(reader.settings.time_zone)))
        examples = {home(name, one): first_item(reader, one) for one in kinds}
    if adopted(examples, name):
        started += write_new(people_and_items(name))
    for path in started:
        say(f"wrote {path}\n")
    tell(*filter(None, [age()]), *check_workflows(Path.cwd()).lines)
    say("\nNow:\n")
    for variable, value in given.items():
        say(f"  export {variable}={value}\n")
    for line in ("validate", "plan", *(f"pull --type {one.word} --into {home(name, one)}" for one in kinds)):
        say(f"  reconciler {line}\n")
    return 0


def checked(*, upgrade: bool) -> int:
    """Report what is outdated in the workflows, and renew the unedited ones with `upgrade`."""
    from reconciler.adopt.upgrade import age, check_workflows

    tell(*filter(None, [age()]))
    done = check_workflows(Path.cwd(), upgrade=upgrade)
    for path in done.renewed:
        say(f"renewed {path}\n")
    for line in done.lines:
        say(f"{line}\n")
    if done.is_unreadable:
        return 1
    if done.is_outdated:
        return OUTDATED
    say("No outdated action in the workflows.\n")
    return 0


# -- what is asked ---------------------------------------------------------------------------------


def asked(given: str | None, what: str, flag: str, *known: str) -> str:
    """Return what was given, else what a person at a terminal answers; raises CannotRun elsewhere."""
    if given:
        return given
    if not sys.stdin.isatty():
        raise CannotRun(f"{flag} is not given", f"there is {', '.join(known)}" if known else "add it")
    choice = f" ({', '.join(known)})" if len(known) > 1 else ""
    answer: str = click.prompt(f"{what}{choice}", default=known[0] if known else None, err=True)
    return answer.strip()


def zone_named(word: str) -> ZoneInfo:
    """Return a time zone; raises CannotRun."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(word)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CannotRun(f"no time zone {quoted(word)}", "write an IANA name such as Asia/Shanghai") from None


def zone_of(reader: Reader, kinds: Sequence[TypeSpec]) -> ZoneInfo:
    """Return the zone of a space that has none by default: by a person, else by its live days."""
    from reconciler.clock import now
    from reconciler.meegle.live_days import live_days
    from reconciler.meegle.time_zones import fitting

    fit = fitting((value for kind in kinds for value in live_days(reader, kind)), now())
    if sys.stdin.isatty():
        return zone_named(asked(None, "Its time zone", "--time-zone", *fit[:1]))
    if len(fit) == 1:
        return zone_named(fit[0])
    what = f"live days are midnights in {', '.join(fit)}" if fit else "no live day shows which it is"
    raise CannotRun("--time-zone is not given", f"{what}; give the zone of the space")


def chosen_types(catalog: Catalog, words: Sequence[str]) -> list[TypeSpec]:
    """Return the types that were named, by flags or at the terminal; raises CannotRun."""
    known = sorted(one.word for one in catalog.types.values())
    some = words or asked(None, "Its types, parted by commas", "--type", *known).split(",")
    found: dict[str, TypeSpec] = {}
    for word in some:
        kind = catalog.type_of(word.strip())
        if kind is None:
            raise CannotRun(f"no type {quoted(word.strip())} in {catalog.space}", suggestion(word, known))
        found[kind.key] = kind
    return list(found.values())


# -- what is written -------------------------------------------------------------------------------


def home(space: str, kind: TypeSpec) -> str:
    """Return the file that begins with items of a type."""
    from reconciler.desired.by_pins import STATE
    from reconciler.schema.pin_files import file_stem

    return f"{STATE}/{space}/{file_stem(kind.api_name, kind.key)}.yaml"


def files_of(reader: Reader, kinds: Sequence[TypeSpec], zone: str) -> dict[str, str]:
    """Return the text of each file of the new repository but those of the items."""
    from reconciler.adopt.new_repository import Start, starting_files
    from reconciler.cli.publish_schemas import published
    from reconciler.cli.schema import pinned_files
    from reconciler.schema.pins import FOLDER, Pins

    me = reader.catalog.people.by_key.get(reader.user_key)
    words = [one.word for one in kinds]
    times = {one.word: moments(reader, one) for one in kinds}
    start = Start(reader.name, reader.space_key, words, zone, me.email if me else "", times)
    if any(field.type == "business" for kind in kinds for field in kind.fields):
        reader.read_lines()
    pins = Pins(reader.space_key, {kind.key: reader.catalog.types[kind.key] for kind in kinds})
    pinned = {
        f"{FOLDER}/{reader.name}/{file}": text for file, text in pinned_files(pins, reader.name).items()
    }
    settings = "settings.schema.json"
    return starting_files(start) | {f"{FOLDER}/{settings}": published()[settings]} | pinned


def write_new(files: Mapping[str, str]) -> list[str]:
    """Write the files that are not there; returns which, and tells which were kept."""
    written: list[str] = []
    for name, text in files.items():
        try:
            create(Path(name), text)
        except FileExistsError:
            tell(f"kept {name}, which is there already")
        else:
            written.append(name)
    return written


def moments(reader: Reader, kind: TypeSpec) -> list[str]:
    """Return the date fields that hold times of the day in some live items, as files name them."""
    from reconciler.desired.as_written import file_word
    from reconciler.fields import refusal
    from reconciler.meegle.http import endpoints as api
    from reconciler.meegle.rows import wire_values

    dates = [one for one in kind.fields if one.type == "date" and not refusal(one)]
    ids = item_ids(reader, kind, SAMPLE)
    if not dates or not ids:
        return []
    path = {"project_key": reader.space_key, "type_key": kind.key}
    body = {"work_item_ids": ids, "fields": [one.key for one in dates]}
    rows = [wire_values(row) for row in reader.client.read(api.QUERY, path=path, body=body).get("data") or []]
    return [
        file_word(one, kind)
        for one in dates
        if any(has_time(reader.catalog.codec(kind.key, one.key), row.get(one.key)) for row in rows)
    ]


def has_time(codec: Codec, wire: object) -> bool:
    """Whether a date as the service gives it is more than the day that would be written."""
    try:
        day = codec.decode(wire).value
    except ValueError:
        return False
    return day != codec.empty and codec.encode(day) != wire


def first_item(reader: Reader, kind: TypeSpec) -> int | None:
    """Return the id of one item of a type, for an example; None where there is none."""
    return next(iter(item_ids(reader, kind, 1)), None)


def item_ids(reader: Reader, kind: TypeSpec, count: int) -> list[int]:
    """Return the ids of a few items of a type (endpoints.md 6.4)."""
    from reconciler.meegle.http import endpoints as api

    body = {"work_item_type_keys": [kind.key], "page_num": 1, "page_size": count}
    rows = reader.client.read(api.FILTER, path={"project_key": reader.space_key}, body=body).get("data")
    return [int(row["id"]) for row in rows or []]


def adopted(examples: Mapping[str, int | None], space: str) -> bool:
    """Pull one item of each type into its file, where there is one and no file; says whether any was."""
    from reconciler.adopt.asked import Asked, AskedItem
    from reconciler.adopt.pull import Adoption, pull
    from reconciler.cli.adopted import show_pulled

    some = False
    for name, item_id in examples.items():
        if item_id is None or Path(name).exists():
            continue
        asked = Asked([AskedItem(space, Path(name).stem, item_id)])
        show_pulled(pull(Adoption(asked, Path(name)), space, tell))
        some = True
    return some


def people_and_items(space: str) -> dict[str, str]:
    """Return the pins of whom and what the new files name."""
    from reconciler.cli.schema import live_pins
    from reconciler.schema.pins import FOLDER, ITEMS, PEOPLE, pin_files

    _, pins, _ = live_pins((), space)
    return {
        f"{FOLDER}/{space}/{name}": text for name, text in pin_files(pins).items() if name in {PEOPLE, ITEMS}
    }
