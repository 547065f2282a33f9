"""Probes a scratch item and writes what was found: the profile of the space, and a report for us."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler.adopt.destination import Home, read_home
from reconciler.adopt.item_selection import Asked, AskedItem, asked_item
from reconciler.desired.committed_run_files import own_folder, refuse_foreign
from reconciler.errors import CannotRun
from reconciler.manifest.safe_write import write

if TYPE_CHECKING:
    from reconciler.doctor.probe import Probe
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.http.connection import Connection
    from reconciler.meegle.http.refusal_log import RefusalLog
    from reconciler.meegle.writer import Writer
    from reconciler.model import Ref
    from reconciler.schema.profile import Report


class Probed(NamedTuple):
    """A finished probe; `journal` still holds the old values if one could not be put back."""

    found: Report
    item_id: int
    put_back: int
    seen_after: float
    listed_after: float
    report_file: str
    profile_file: str
    journal: Path


def probe_item(word: str, space: str | None, report: Callable[[str], None]) -> Probed:
    """Try the item `[SPACE/TYPE/]ID`; `report` gets a line for each type."""
    from reconciler.apply.lock import locked
    from reconciler.doctor.probe import Probe
    from reconciler.doctor.scratch_item import Scratch
    from reconciler.manifest.files import STATE
    from reconciler.meegle.connect import connect
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.http.refusal_log import RefusalLog

    refuse_foreign()
    asked = asked_item(word)
    home = read_home(STATE / "probe.yaml", space, [asked.space] if asked.space else [])
    connection = connect((), report, home.space)
    with Client(connection, writes=True, probes=True) as client:
        client.transport = log = RefusalLog(client.transport)
        writer, ref = open_probe_item(client, connection, home, asked)
        journal = journal_of(connection.host, writer.space_key, ref)
        probe = Probe(Scratch(writer, ref), journal, report)
        with locked(connection.host, writer.space_key):
            found = probe.run()
    return Probed(
        found=found,
        item_id=ref.id,
        put_back=probe.put_back,
        seen_after=probe.item.slowest,
        listed_after=probe.listed_after,
        report_file=write_report(home, probe, log, connection),
        profile_file=write_profile(home, found),
        journal=journal,
    )


def journal_of(host: str, space_key: str, ref: Ref) -> Path:
    """Return the file for the old values of an item."""
    return own_folder() / "probes" / f"{host.replace(':', '-')}-{space_key}-{ref.id}.json"


def open_probe_item(
    client: Client, connection: Connection, home: Home, asked: AskedItem
) -> tuple[Writer, Ref]:
    """Read the metadata of the item's type; a bare id is looked up.  Raises CannotRun."""
    from reconciler.meegle.writer import Writer
    from reconciler.schema.pins import read_pins
    from reconciler.schema.types import BUSINESS

    decisions = home.settings.space(home.space)
    writer = Writer(client, home.space, decisions, connection.user_key)
    pins = read_pins(home.pins_folder)
    groups = home.settings.groups()
    writer.open((), groups, pins)
    hits = Asked([asked]).find(writer).refs
    if not hits:
        raise CannotRun(
            f"no item {asked.id} in {home.space}", "write SPACE/TYPE/ID, and check who may see it"
        )
    catalog = writer.open([hits[0].type_key], groups, pins)
    if any(one.type == BUSINESS for one in catalog.types[hits[0].type_key].fields):
        writer.read_lines()
    return writer, hits[0]


def write_report(home: Home, probe: Probe, log: RefusalLog, connection: Connection) -> str:
    """Write the report on the open questions, which may be sent to strangers; returns its name."""
    from reconciler.doctor.probe_report import Around, refusals, report_of
    from reconciler.schema.pins import PROBE_REPORT

    around = Around(
        refusals(log.refusals.items()),
        probe.item.slowest,
        probe.listed_after,
        connection.host,
        connection.auth_mode,
        probe.item.writer.space_key,
    )
    return write_beside_the_pins(home, PROBE_REPORT, report_of(probe.found, around))


def write_profile(home: Home, found: Report) -> str:
    """Write the profile beside the pins; returns its name."""
    from reconciler.schema.pin_files import parsed
    from reconciler.schema.pins import PROFILE
    from reconciler.schema.profile import profile_of

    path = home.pins_folder / PROFILE
    before: dict[str, Any] = parsed(path) if path.is_file() else {}
    return write_beside_the_pins(home, PROFILE, profile_of(found, before))


def write_beside_the_pins(home: Home, name: str, whole: Mapping[str, Any]) -> str:
    """Write a file into the folder of the space's pins; returns its name."""
    from reconciler.schema.pins import pins_text

    path = home.pins_folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, pins_text(whole))
    return path.relative_to(home.root).as_posix()
