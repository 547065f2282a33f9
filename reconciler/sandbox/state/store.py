"""The state of the pretend service in a SQLite file: a write is in it before its answer leaves."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from reconciler.sandbox.state.model import Item, Person, Space, plain
from reconciler.sandbox.state.switches import Options
from reconciler.sandbox.state.world import World

Object = dict[str, Any]
TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS records (n INTEGER PRIMARY KEY, item INTEGER NOT NULL, body TEXT NOT NULL);
"""
NAMES = [each.name for each in fields(Item)]


class BadStore(ValueError):
    """A file that is not a database of the pretend service, or that another one holds open."""


class SqliteStore:
    """One open file. Write-ahead logging: a killed process leaves whole transactions behind."""

    def __init__(self, path: Path) -> None:
        try:
            self.link = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=1)
            self.link.execute("PRAGMA locking_mode=EXCLUSIVE")
            self.link.execute("PRAGMA journal_mode=WAL")
            self.link.execute("PRAGMA synchronous=NORMAL")
            self.link.executescript(TABLES)
            self.is_new = self.link.execute("SELECT count(*) FROM about").fetchone() == (0,)
        except sqlite3.Error as wrong:
            raise BadStore(f"{path}: {wrong}") from None

    def fill(self, world: World) -> None:
        """Keep a whole world, in one transaction."""
        about = about_of(world)
        with self.link:
            self.link.execute("BEGIN")
            self._items(world.items.values())
            self._records(each for rows in world.records.values() for each in rows)
            self.link.executemany(
                "INSERT INTO about VALUES (?, ?)", [(name, json.dumps(body)) for name, body in about.items()]
            )

    def read(self, options: Options) -> World:
        """Build the world that was kept."""
        about = {
            name: json.loads(body)
            for name, body in self.link.execute("SELECT name, body FROM about").fetchall()
        }
        items = [
            Item(**json.loads(body)) for (body,) in self.link.execute("SELECT body FROM items ORDER BY id")
        ]
        world = World(
            TypeAdapter(list[Space]).validate_python(about["spaces"]),
            TypeAdapter(list[Person]).validate_python(about["people"]),
            items,
            options=options,
        )
        for item, body in self.link.execute("SELECT item, body FROM records ORDER BY n"):
            world.records.setdefault(item, []).append(json.loads(body))
        return world

    def save_space(self, world: World) -> None:
        """Keep people and spaces as they are now."""
        with self.link:
            self.link.executemany(
                "INSERT OR REPLACE INTO about VALUES (?, ?)",
                [(name, json.dumps(body)) for name, body in about_of(world).items()],
            )

    def save(self, items: Iterable[Item], records: Iterable[Object]) -> None:
        """Keep items and operation records, all or none."""
        with self.link:
            self.link.execute("BEGIN")
            self._items(items)
            self._records(records)

    def _items(self, items: Iterable[Item]) -> None:
        rows = ((each.id, json.dumps({name: getattr(each, name) for name in NAMES})) for each in items)
        self.link.executemany("INSERT OR REPLACE INTO items VALUES (?, ?)", rows)

    def _records(self, records: Iterable[Object]) -> None:
        rows = ((each["work_item_id"], json.dumps(each)) for each in records)
        self.link.executemany("INSERT INTO records (item, body) VALUES (?, ?)", rows)

    def close(self) -> None:
        """Close the file."""
        self.link.close()


def about_of(world: World) -> Object:
    """Return people and spaces in their plain form."""
    return {
        "people": [plain(each) for each in world.people.values()],
        "spaces": [plain(each) for each in world.spaces.values()],
    }
