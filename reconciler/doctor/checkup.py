"""What `doctor` does: reads the environment, visits the service step by step, and looks at the folder."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.clock import now
from reconciler.doctor import findings
from reconciler.doctor.findings import Finding
from reconciler.doctor.folder_checks import Folder
from reconciler.errors import CannotRun, ReconcilerError
from reconciler.meegle.connect import connection_for
from reconciler.meegle.http import endpoints as api
from reconciler.meegle.http.client import Client
from reconciler.meegle.http.connection import Connection
from reconciler.meegle.http.endpoints import Endpoint
from reconciler.meegle.http.failures import ApiRefusal, StopCode
from reconciler.meegle.http.token_file import unkept
from reconciler.meegle.live_days import live_days
from reconciler.meegle.reader import Reader
from reconciler.meegle.spaces import UnknownSpace, WrongKey, find_space, openable
from reconciler.meegle.time_zones import fitting, is_midnight
from reconciler.model import RunSpaces
from reconciler.schema.pin_changes import differences
from reconciler.schema.pins import FOLDER

RETRIES = 2
"""Repeated reads of one run: enough for a hiccup, few enough to report a larger trouble soon."""
OTHER_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
DAY = 24 * 3600 * 1000
PERMISSION = 10301
METADATA = frozenset({"all_types", "field_all", "meta", "flow_roles"})
"""Endpoints that a comparison of the pins with the space needs."""
DENIED = "check what the plugin applied for, and that its version with it is published and installed"


def check_up(space: str | None) -> Iterator[Finding]:
    """Yield the findings: the environment, then the service, then the folder.  Writes nothing.

    Of several spaces it looks at one; which credentials open it is decided as for a plan of all of them,
    unless `space` chooses one.
    """
    folder = Folder.here(space)
    yield from folder.others()
    several = len(folder.named) > 1
    chosen = (folder.space,) if space else folder.named
    try:
        connection = connection_for(folder.space, RunSpaces(folder.named, chosen) if several else None)
    except CannotRun as error:
        yield from findings.variables(error)
        yield Finding("service", "-", "not asked, since variables are wrong")
        yield from folder.findings()
        return
    yield Finding("variables", "ok", f"{connection.base_url}, plugin {connection.plugin_id}")
    if reason := unkept(connection, os.environ):
        yield Finding("token", "note", f"it is asked for in each run, since none can be kept: {reason}")
    with Client(connection, retries=RETRIES) as client:
        for one in Visit(client, connection, folder).run():
            yield replace(one, fix=connection.own_names(one.fix))
    yield from folder.findings()


class Visit(Struct):
    """One visit to the service, step by step; the first step that all later ones need ends it if it fails."""

    client: Client
    connection: Connection
    folder: Folder
    step: str = "plugin token"
    done: list[str] = field(default_factory=list)

    def run(self) -> Iterator[Finding]:
        """Yield the findings, to the end or to the step that failed."""
        try:
            yield from self.steps()
        except ReconcilerError as error:
            yield self.failure(error)
        else:
            yield findings.rate(self.connection.rate, self.client.counts.retries)

    def steps(self) -> Iterator[Finding]:
        """Yield step by step: token, clock, user, space, metadata, items."""
        self.client.sign_in()
        yield Finding("connection", "ok", self.road())
        yield Finding("plugin token", "ok", "the id and the secret are right")
        yield findings.clock(self.client.service_time, now(), pinned="SOURCE_DATE_EPOCH" in os.environ)
        self.step = "plugin"
        names = openable(self.client, self.connection.user_key)
        yield from self.user()
        desired = self.folder.space or next(iter(names.values()), "")
        key = self.key_of(desired) if desired else None
        yield findings.space(desired or "any space", key, sorted(names.values()))
        if key:
            kind = yield from self.metadata(key)
            yield from self.items(key, kind)
            yield findings.reads(self.done)
            if set(self.done) >= {*METADATA, "filter", "query"}:
                yield self.zone(desired, kind)
            yield from self.pins(desired)

    def road(self) -> str:
        """Return how the service is reached."""
        connection = self.connection
        secure = "TLS is verified" if connection.base_url.startswith("https:") else "on this machine"
        return f"{connection.host}, {secure}{', through MEEGLE_PROXY' if connection.proxy else ''}"

    def user(self) -> Iterator[Finding]:
        """Yield who acts (endpoints.md 4.7)."""
        key = self.connection.user_key
        rows = yield from self.ask(api.USER_QUERY, {}, {"user_keys": [key]})
        for row in rows or []:
            if row.get("user_key") == key:
                name = str(row.get("email") or row.get("name_en") or row.get("name_cn") or key)
                yield findings.acting(name, active=row.get("status") in {None, "", "activated"})

    def key_of(self, name: str) -> str | None:
        """Return the key of a space, found as a plan finds it; None if there is none."""
        key = self.folder.decisions.project_key
        try:
            return find_space(self.client, name, self.connection.user_key, key).key
        except (UnknownSpace, WrongKey):
            return None

    def metadata(self, key: str) -> Generator[Finding, None, str]:
        """Yield the metadata that may not be read; returns the key of one type."""
        rows = (yield from self.ask(api.ALL_TYPES, {"project_key": key}, None)) or []
        words = self.folder.types
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
        """Yield the calls about items that are not permitted."""
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
        """Compare the space's zone with the days of live items."""
        reader = Reader(self.client, name, self.folder.decisions, self.connection.user_key)
        days = live_days(reader, reader.open([kind], {}).types[kind])
        zone = reader.settings.time_zone
        held = sum(is_midnight(value, zone) for value in days) if zone else 0
        fit = () if zone and held == len(days) else fitting(days, now())
        return findings.zone(str(zone or ""), len(days), held, fit)

    def pins(self, name: str) -> Iterator[Finding]:
        """Compare the pins with the space."""
        self.step = "pins"
        if not set(self.done) >= METADATA:
            yield findings.Finding("pins", "-", "not asked, since metadata may not be read")
            return
        pinned = self.folder.pins.types
        reader = Reader(self.client, name, self.folder.decisions, self.connection.user_key)
        live = reader.open(pinned, {}).types if pinned else {}
        if any(one.type == "business" for spec in pinned.values() for one in spec.fields):
            reader.read_lines()
            live = reader.catalog.types
        found = differences(pinned, live)
        yield findings.pins(f"{FOLDER}/{name}", len(pinned), self.folder.pinned_on(), now(), found)

    def ask(
        self, endpoint: Endpoint, path: Mapping[str, str], body: object | None
    ) -> Generator[Finding, None, Any]:
        """Call one endpoint and return its data; a refusal is yielded as a finding."""
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
        """Return the finding on a failure: what caused it."""
        other = next((name for name in OTHER_PROXIES if os.environ.get(name)), "")
        proxied = self.connection.proxy is not None
        return findings.failed(self.step, error, proxied=proxied, other_proxy="" if proxied else other)
