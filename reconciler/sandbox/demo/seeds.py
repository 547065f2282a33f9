"""Seeds and snapshots: a whole pretend tenant as readable YAML, in and out.

The format is published as `schemas/snapshot.schema.json`; `schema()` makes it from the models. JSON is
YAML, so a seed may be JSON too; the items of a snapshot are laid out as JSON inside YAML.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from reconciler.sandbox.http.admission import Credentials
from reconciler.sandbox.state.model import Item, Person, Space, plain
from reconciler.sandbox.state.switches import Options
from reconciler.sandbox.state.world import DEMO_CREDENTIALS, World

Json = Any
EMAIL: Final = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
SECTION: Final = re.compile(r"^(items|records):\n", re.MULTILINE)
ROW: Final = re.compile(r"^- ", re.MULTILINE)
UNPRINTABLE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
HIDDEN: Final = "hidden-{}@example.invalid"


class BadSeed(ValueError):
    """A seed or snapshot that cannot be read; the text says where and why."""


class Seed(BaseModel):
    """The people, spaces and work items of a pretend tenant. Values are in the wire shape of reads."""

    model_config = ConfigDict(extra="forbid", title="Snapshot of a space")

    format_version: Literal[1] = Field(1, description="Version of this format.")
    people: list[Person] = Field(description="Everybody whom values, roles and calls may name.")
    spaces: list[Space] = Field(description="Spaces with their types, fields, roles and options.")
    items: list[Item] = Field(default=[], description="Work items; `values` by field key.")
    records: list[dict[str, Any]] = Field(default=[], description="Operation records, as the API gives them.")
    switches: dict[str, Any] = Field(default={}, description="Switches of the pretend service to turn.")


def schema() -> Json:
    """Make the JSON Schema of the format."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Seed.model_json_schema()}


def read_seed(path: Path, options: Options | None = None) -> World:
    """Read a seed file into a world; raises BadSeed."""
    try:
        seed = Seed.model_validate(_parsed(path.read_text(encoding="utf-8")))
        return _world(seed, options or Options())
    except ValidationError as wrong:
        rows = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong.errors()[:5]]
        raise BadSeed(f"{path}: " + "; ".join(rows)) from None
    except (OSError, UnicodeDecodeError, YAMLError, ValueError) as wrong:
        raise BadSeed(f"{path}: {wrong}") from None


def _parsed(text: str) -> Json:
    """Parse JSON, or YAML; of a snapshot as `write_seed` lays it out, the long lists as the JSON they are."""
    if text.lstrip().startswith("{"):
        return json.loads(text)
    head, *sections = SECTION.split(text)
    try:
        lists = {name: _rows(rows) for name, rows in zip(sections[::2], sections[1::2], strict=True)}
        return YAML(typ="safe").load(head) | lists
    except (TypeError, ValueError, YAMLError):
        return YAML(typ="safe").load(text)


def _rows(section: str) -> list[Json]:
    return [json.loads(each) for each in ROW.split(section)[1:]]


def _world(seed: Seed, options: Options) -> World:
    options.set(seed.switches)
    keys = {space.key: {each.key for each in space.types} for space in seed.spaces}
    first = seed.spaces[0].key if seed.spaces else ""
    for item in seed.items:
        item.project = item.project or first
        if item.type_key not in keys.get(item.project, ()):
            raise BadSeed(f"items: {item.id}: no type {item.type_key} in space {item.project}")
    world = World(seed.spaces, seed.people, seed.items, options=options, credentials=_acting(seed.people))
    for item in seed.items:
        world.derive(item)
    for record in seed.records:
        world.records.setdefault(int(record["work_item_id"]), []).append(record)
    return world


def _acting(people: list[Person]) -> Credentials:
    """Act as the pretend service's usual user; where a snapshot has no such person, as its first."""
    usual = DEMO_CREDENTIALS
    if not people or any(each.key == usual.user_key for each in people):
        return usual
    return Credentials(usual.plugin_id, usual.plugin_secret, people[0].key)


def write_seed(world: World, items: Iterable[Item], *, named: Iterable[str] | None = None) -> str:
    """Write a world with these of its items as YAML; `named`: the e-mails to keep, None keeps all."""
    items = sorted(items, key=lambda item: item.id)
    kept = None if named is None else {each.lower() for each in named}
    seed: dict[str, Any] = {
        "format_version": 1,
        "people": [plain(_redacted(each, n, kept)) for n, each in enumerate(world.people.values(), 1)],
        "spaces": [plain(each) for each in world.spaces.values()],
        "items": [plain(each) for each in items],
        "records": [record for item in items for record in world.records.get(item.id, ())],
    }
    if kept is not None:
        seed |= {part: _hide_emails(seed[part], kept) for part in ("items", "records")}
    yaml = YAML(typ="safe")
    yaml.default_flow_style, yaml.allow_unicode, yaml.width = None, True, 110
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment] # ruamel types it as None
    stream = io.StringIO()
    yaml.dump({key: seed[key] for key in ("format_version", "people", "spaces")}, stream)
    # Items may be thousands: laid out as JSON, which is YAML too, they are read twenty times as fast.
    for name in ("items", "records"):
        if seed[name]:
            stream.write(f"{name}:\n" + "".join(f"- {_laid_out(each)}\n" for each in seed[name]))
    return stream.getvalue()


def _laid_out(row: dict[str, Json]) -> str:
    """Write a row as JSON with a line for each member, and for each value of an item."""
    lines = []
    for name, value in row.items():
        if name == "values" and value:
            inner = ",\n    ".join(f"{_text(key)}: {_text(each)}" for key, each in value.items())
            lines.append(f"{_text(name)}: {{\n    {inner}}}")
        else:
            lines.append(f"{_text(name)}: {_text(value)}")
    return "{" + ",\n  ".join(lines) + "}"


def _text(value: Json) -> str:
    """Write JSON that YAML readers take too: no control characters beyond what JSON itself escapes."""
    return UNPRINTABLE.sub(lambda m: f"\\u{ord(m[0]):04x}", json.dumps(value, ensure_ascii=False))


def _redacted(person: Person, n: int, kept: set[str] | None) -> Person:
    if kept is None or person.email.lower() in kept:
        return person
    return replace(person, email=HIDDEN.format(n))


def _hide_emails(node: Json, kept: set[str]) -> Json:
    """Put a stand-in for each e-mail address inside texts, but for those that are kept."""
    if isinstance(node, str):
        return EMAIL.sub(lambda m: m[0] if m[0].lower() in kept else HIDDEN.format("text"), node)
    if isinstance(node, list):
        return [_hide_emails(each, kept) for each in node]
    if isinstance(node, dict):
        return {key: _hide_emails(each, kept) for key, each in node.items()}
    return node


def emails_in(folder: Path) -> set[str]:
    """Find the addresses that files of desired state name, in lower case."""
    files = (
        each for each in sorted(folder.rglob("*")) if each.suffix in {".yaml", ".yml"} and each.is_file()
    )
    return {
        found.lower() for each in files for found in EMAIL.findall(each.read_text("utf-8", errors="replace"))
    }
