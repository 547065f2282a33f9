"""`reconciler doctor`: one screen that says what is wrong and what to do.  Writes nothing."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import options
from reconciler.cli.streams import say

if TYPE_CHECKING:
    from reconciler.doctor.findings import Finding
    from reconciler.errors import ReconcilerError
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.http.connection import Connection
    from reconciler.meegle.http.endpoints import Endpoint
    from reconciler.schema.pins import Pins
    from reconciler.settings import SpaceSettings

RETRIES = 2
"""Repeated reads of one run: enough for a hiccup, few enough to say soon that there is more."""
OTHER_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
DAY = 24 * 3600 * 1000
PERMISSION = 10301
METADATA = frozenset({"all_types", "field_all", "meta", "flow_roles"})
"""Endpoints by which pins are held against the space."""
DENIED = "check what the plugin applied for, and that its version with it is published and installed"


@click.command("doctor")
@click.option(
    "--probe", metavar="ITEM", help="Try on this scratch item what the space accepts: writes to it."
)
@options.space
def command(probe: str | None, space: str | None) -> int:
    """Say what is wrong and what to do: variables, connection, permissions, clock, pins, git.

    Writes nothing to the space.  With --probe it writes values to one scratch item in each form, puts
    the old ones back, and writes schemas/SPACE/profile.json.
    """
    if probe:
        from reconciler.doctor.probing import probed

        return probed(probe, space)
    from reconciler.doctor.findings import PROBE
    from reconciler.render.safe import safe_text

    found = [*findings(space), PROBE]
    for one in found:
        say(f"{safe_text(str(one))}\n")
    return 1 if any(one.state == "wrong" for one in found) else 0


def findings(space: str | None) -> Iterator[Finding]:
    """Yield what is found: the environment, then the service, then the folder."""
    from reconciler.doctor.findings import Finding, variables
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.http.connection import connection_from
    from reconciler.meegle.http.failures import BadEnvironment
    from reconciler.meegle.http.token_file import unkept

    place = Place.here(space)
    try:
        connection = connection_from(os.environ)
    except BadEnvironment as error:
        yield from variables(error)
        yield Finding("service", "-", "not asked, since variables are wrong")
        yield from place.findings()
        return
    yield Finding("variables", "ok", f"{connection.base_url}, plugin {connection.plugin_id}")
    if reason := unkept(connection, os.environ):
        yield Finding("token", "note", f"it is asked for in each run, since none can be kept: {reason}")
    with Client(connection, retries=RETRIES) as client:
        yield from Visit(client, connection, place).findings()
    yield from place.findings()


# -- the folder --------------------------------------------------------------------------------------


@dataclass(slots=True)
class Place:
    """The folder: which space its files are about, by their names and pins."""

    root: Path
    space: str
    types: tuple[str, ...]
    pins: Pins
    wrong: Finding | None
    decisions: SpaceSettings

    @classmethod
    def here(cls, space: str | None) -> Place:
        """Look at this folder; files that cannot be read are a finding like another."""
        from reconciler.desired.by_pins import STATE, of_space, one_name, read_files
        from reconciler.doctor.findings import Finding
        from reconciler.errors import ReconcilerError
        from reconciler.schema.pins import Pins, pins_folder, read_pins
        from reconciler.settings import SpaceSettings

        root, wrong, pins = Path.cwd(), None, Pins()
        if not STATE.exists():
            fix = "run `reconciler init`, or go to where it is"
            finding = Finding("files", "note", f"no {STATE}/ here", fix)
            return cls(root, space or "", (), pins, finding, SpaceSettings())
        _, settings, manifest, mistakes = read_files(())
        if mistakes:
            what = f"{len(mistakes)} mistakes in the files"
            wrong = Finding("files", "wrong", what, "look at `reconciler validate`")
        names = [*(one.space.text for one in manifest.documents), *settings.spaces]
        chosen = one_name(space or (names[0] if names else ""), settings)
        types = dict.fromkeys(one.type.text for one in of_space(manifest, chosen, settings).documents)
        try:
            pins = read_pins(pins_folder(root, chosen))
        except ReconcilerError as error:
            wrong = Finding("pins", "wrong", str(error))
        return cls(root, chosen, tuple(types), pins, wrong, settings.space(chosen))

    def findings(self) -> Iterator[Finding]:
        """Yield what the files and git say."""
        from reconciler.doctor.findings import Finding, repository
        from reconciler.errors import CannotRun
        from reconciler.git import NoGit, NoRepository, head, text

        if self.wrong:
            yield self.wrong
        commit, program, inside = None, True, True
        try:
            commit = head(self.root)
        except NoGit:
            program = False
        except NoRepository:
            inside = False
        except CannotRun as error:
            yield Finding("git", "wrong", error.what, error.fix)
            return
        yield repository(
            program=program,
            inside=inside,
            commit=commit or "",
            shallow=(text(self.root, "rev-parse", "--is-shallow-repository") or "").strip() == "true",
            journals_ignored=text(self.root, "check-ignore", "-q", ".reconciler/x") is not None,
        )

    def pinned_on(self) -> datetime | None:
        """Return when the pins were last committed."""
        from reconciler.git import text
        from reconciler.schema.pins import FOLDER

        at = text(self.root, "log", "-1", "--format=%ct", "--", f"{FOLDER}/{self.space}") or ""
        return datetime.fromtimestamp(int(at), UTC) if at.strip().isdecimal() else None


# -- the service -------------------------------------------------------------------------------------


@dataclass(slots=True)
class Visit:
    """One visit to the service, step by step; a step after which no later one can do better ends it."""

    client: Client
    connection: Connection
    place: Place
    step: str = "plugin token"
    done: list[str] = field(default_factory=list)

    def findings(self) -> Iterator[Finding]:
        """Yield what is found, to the end or to the step that failed."""
        from reconciler.doctor.findings import rate
        from reconciler.errors import ReconcilerError

        try:
            yield from self.steps()
        except ReconcilerError as error:
            yield self.failure(error)
        else:
            yield rate(self.connection.rate, self.client.counts.retries)

    def steps(self) -> Iterator[Finding]:
        """Yield step by step: token, clock, user, space, metadata, items."""
        from reconciler.clock import now
        from reconciler.doctor.findings import Finding, clock, reads, space
        from reconciler.meegle.spaces import openable

        self.client.sign_in()
        yield Finding("connection", "ok", self.road())
        yield Finding("plugin token", "ok", "the id and the secret are right")
        yield clock(self.client.service_time, now(), pinned="SOURCE_DATE_EPOCH" in os.environ)
        self.step = "plugin"
        names = openable(self.client, self.connection.user_key)
        yield from self.user()
        desired = self.place.space or next(iter(names.values()), "")
        key = self.key_of(desired) if desired else None
        yield space(desired or "any space", key, sorted(names.values()))
        if key:
            kind = yield from self.metadata(key)
            yield from self.items(key, kind)
            yield reads(self.done)
            if set(self.done) >= {*METADATA, "filter", "query"}:
                yield self.zone(desired, kind)
            yield from self.pins(desired)

    def road(self) -> str:
        """Say how the service is reached."""
        connection = self.connection
        secure = "TLS is verified" if connection.base_url.startswith("https:") else "on this machine"
        return f"{connection.host}, {secure}{', through MEEGLE_PROXY' if connection.proxy else ''}"

    def user(self) -> Iterator[Finding]:
        """Yield as whom it acts (endpoints.md 4.7)."""
        from reconciler.doctor.findings import acting
        from reconciler.meegle.http import endpoints as api

        key = self.connection.user_key
        rows = yield from self.ask(api.USER_QUERY, {}, {"user_keys": [key]})
        for row in rows or []:
            if row.get("user_key") == key:
                name = str(row.get("email") or row.get("name_en") or row.get("name_cn") or key)
                yield acting(name, active=row.get("status") in {None, "", "activated"})

    def key_of(self, name: str) -> str | None:
        """Return the key of a space on the road that a plan takes; None where it finds none."""
        from reconciler.meegle.spaces import UnknownSpace, WrongKey, find_space

        key = self.place.decisions.project_key
        try:
            return find_space(self.client, name, self.connection.user_key, key).key
        except (UnknownSpace, WrongKey):
            return None

    def metadata(self, key: str) -> Generator[Finding, None, str]:
        """Yield what of the metadata may not be read; returns the key of one type."""
        from reconciler.meegle.http import endpoints as api

        rows = (yield from self.ask(api.ALL_TYPES, {"project_key": key}, None)) or []
        words = self.place.types
        named = [
            one for one in rows if {one.get("type_key"), one.get("api_name"), one.get("name")} & {*words}
        ]
        kind = str((named or rows or [{"type_key": "story"}])[0]["type_key"])
        at = {"project_key": key, "type_key": kind}
        yield from self.ask(api.FIELD_ALL, {"project_key": key}, {"work_item_type_key": kind})
        for endpoint in (api.META, api.FLOW_ROLES):
            yield from self.ask(endpoint, at, None)
        yield from self.ask(api.BUSINESS_ALL, {"project_key": key}, None)
        return kind

    def items(self, key: str, kind: str) -> Iterator[Finding]:
        """Yield what of the items may not be read."""
        from reconciler.clock import now
        from reconciler.meegle.http import endpoints as api

        page = {"work_item_type_keys": [kind], "page_num": 1, "page_size": 1}
        rows = yield from self.ask(api.FILTER, {"project_key": key}, page)
        ids = [int(row["id"]) for row in rows or []]
        if not ids:
            return
        at = {"project_key": key, "type_key": kind}
        yield from self.ask(api.QUERY, at, {"work_item_ids": ids, "fields": ["aborted"]})
        until = int(now().timestamp() * 1000)
        span = {"start": until - DAY, "end": until, "op_record_module": ["field_mod"], "page_size": 1}
        yield from self.ask(api.OP_RECORDS, {}, {"project_key": key, "work_item_ids": ids, **span})

    def zone(self, name: str, kind: str) -> Finding:
        """Hold the space's zone against days of live items."""
        from reconciler.clock import now
        from reconciler.doctor import findings as checkup
        from reconciler.meegle.live_days import live_days
        from reconciler.meegle.reader import Reader
        from reconciler.meegle.time_zones import fitting, is_midnight

        reader = Reader(self.client, name, self.place.decisions, self.connection.user_key)
        days = live_days(reader, reader.open([kind], {}).types[kind])
        zone = reader.settings.time_zone
        held = sum(is_midnight(value, zone) for value in days) if zone else 0
        fit = () if zone and held == len(days) else fitting(days, now())
        return checkup.zone(str(zone or ""), len(days), held, fit)

    def pins(self, name: str) -> Iterator[Finding]:
        """Hold the pins against the space."""
        from reconciler.clock import now
        from reconciler.doctor import findings as checkup
        from reconciler.meegle.reader import Reader
        from reconciler.schema.pin_changes import differences
        from reconciler.schema.pins import FOLDER

        self.step = "pins"
        if not set(self.done) >= METADATA:
            yield checkup.Finding("pins", "-", "not asked, since metadata may not be read")
            return
        pinned = self.place.pins.types
        reader = Reader(self.client, name, self.place.decisions, self.connection.user_key)
        live = reader.open(pinned, {}).types if pinned else {}
        if any(one.type == "business" for spec in pinned.values() for one in spec.fields):
            reader.read_lines()
            live = reader.catalog.types
        found = differences(pinned, live)
        yield checkup.pins(f"{FOLDER}/{name}", len(pinned), self.place.pinned_on(), now(), found)

    def ask(
        self, endpoint: Endpoint, path: Mapping[str, str], body: object | None
    ) -> Generator[Finding, None, Any]:
        """Ask one endpoint and return its data; yields that it may not be asked, and goes on."""
        from reconciler.doctor.findings import Finding
        from reconciler.meegle.http.failures import ApiRefusal, StopCode

        try:
            data = self.client.read(endpoint, path=path, body=body).get("data")
        except ApiRefusal as refusal:
            known = str(refusal) != refusal.what
            yield Finding("read permission", "wrong", str(refusal), "" if known else DENIED)
        except StopCode as stop:
            if stop.code != PERMISSION:
                raise
            yield Finding("read permission", "wrong", f"{endpoint.name}: {stop.what}", stop.fix)
        else:
            self.done.append(endpoint.name)
            return data
        return None

    def failure(self, error: ReconcilerError) -> Finding:
        """Say whose doing a failure is."""
        from reconciler.doctor.findings import failed

        other = next((name for name in OTHER_PROXIES if os.environ.get(name)), "")
        proxied = self.connection.proxy is not None
        return failed(self.step, error, proxied=proxied, other_proxy="" if proxied else other)
