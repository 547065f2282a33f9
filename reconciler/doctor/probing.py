"""`reconciler doctor --probe ITEM`: what a space accepts, tried on a scratch item that is put back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.cli.streams import say, tell
from reconciler.errors import CannotRun
from reconciler.manifest.safe_write import write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.adopt.asked import AskedItem
    from reconciler.adopt.home import Home
    from reconciler.doctor.probe import Probe
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.http.connection import Connection
    from reconciler.meegle.http.refusal_log import Ear
    from reconciler.meegle.writer import Writer
    from reconciler.model import Ref
    from reconciler.schema.profile import Report

NOTES = Path(".reconciler/probes")
"""Where the old values are while an item is tried."""
PUT_BACK_NOT = 3


def probed(item: str, space: str | None) -> int:
    """Try the item, say what was found, write the profile; 3 where a value could not be put back."""
    from reconciler.adopt.asked import asked_item
    from reconciler.adopt.home import read_home
    from reconciler.apply.lock import locked
    from reconciler.desired.by_pins import STATE
    from reconciler.desired.own_folder import refuse_foreign
    from reconciler.doctor.probe import Probe
    from reconciler.doctor.scratch_item import Scratch
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.http.refusal_log import Ear
    from reconciler.plan.planning import connect
    from reconciler.render.safe import safe_text

    refuse_foreign()
    asked = asked_item(item)
    home = read_home(STATE / "probe.yaml", space, [asked.space] if asked.space else [])
    connection = connect(())
    with Client(connection, writes=True, probes=True) as client:
        client.transport = ear = Ear(client.transport)
        writer, ref = opened(client, connection, home, asked)
        probe = Probe(
            Scratch(writer, ref),
            noted_at(connection.host, writer.space_key, ref),
            lambda line: say(f"{safe_text(line)}\n"),
        )
        with locked(connection.host, writer.space_key):
            report = probe.run()
    for type_, reason in report.skipped.items():
        say(f"{type_}: not tried, {reason}\n")
    for fact, what in report.facts.items():
        say(f"{fact.replace('_', ' ')}: {safe_text(what)}\n")
    late = f"{probe.item.slowest:.1f} s at most, in lists after {probe.listed_after:.1f} s"
    say(f"a written value is seen after {late}\n")
    told = write_report(home, probe, ear, connection)
    say(f"wrote {told}: no value of the space, names hashed; send it to us\n")
    say(f"wrote {write_profile(home, report)}\n")
    if report.left:
        tell(f"could not put back {', '.join(report.left)} of {ref.id}: {probe.journal} holds the old values")
        return PUT_BACK_NOT
    say(f"put back {len(probe.old)} values of {ref.id}\n")
    return 0


def noted_at(host: str, space_key: str, ref: Ref) -> Path:
    """Return where the old values of an item are kept."""
    return NOTES / f"{host.replace(':', '-')}-{space_key}-{ref.id}.json"


def opened(client: Client, connection: Connection, home: Home, asked: AskedItem) -> tuple[Writer, Ref]:
    """Read the metadata of the item's type; a bare id is looked up.  Raises CannotRun."""
    from reconciler.adopt.asked import Asked
    from reconciler.meegle.writer import Writer
    from reconciler.schema.pins import pins_folder, read_pins
    from reconciler.schema.types import BUSINESS

    decisions = home.settings.space(home.space)
    writer = Writer(client, home.space, decisions, connection.user_key)
    pins = read_pins(pins_folder(home.root, home.space))
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


def write_report(home: Home, probe: Probe, ear: Ear, connection: Connection) -> str:
    """Write what was seen of each open question, to be sent away; returns its name."""
    from reconciler.doctor.probe_report import Around, refusals, report_of
    from reconciler.schema.pins import PROBE_REPORT

    around = Around(
        refusals(ear.heard.items()),
        probe.item.slowest,
        probe.listed_after,
        connection.host,
        connection.auth_mode,
        probe.item.writer.space_key,
    )
    return write_beside_the_pins(home, PROBE_REPORT, report_of(probe.report, around))


def write_profile(home: Home, report: Report) -> str:
    """Write what was found beside the pins; returns its name."""
    from reconciler.schema.pin_files import parsed
    from reconciler.schema.pins import PROFILE, pins_folder
    from reconciler.schema.profile import profile_of

    path = pins_folder(home.root, home.space) / PROFILE
    before: dict[str, Any] = parsed(path) if path.is_file() else {}
    return write_beside_the_pins(home, PROFILE, profile_of(report, before))


def write_beside_the_pins(home: Home, name: str, whole: Mapping[str, Any]) -> str:
    """Write a file into the folder of the space's pins; returns its name."""
    from reconciler.schema.pins import pins_folder, text_of

    path = pins_folder(home.root, home.space) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, text_of(whole))
    return path.relative_to(home.root).as_posix()
