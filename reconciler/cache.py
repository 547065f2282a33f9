"""What files were found to want, kept between plans, so that only files that changed are read again.

A row holds the page of one file (see `pages`) under the SHA-256 of its content and of all that its
reading rests on beside it: settings, pins, and the version of the program.  Only files without any
mistake are kept.  An index of items says which files name an item.

The cache is a convenience of `plan`, in `.reconciler/cache`.  What is damaged, of another version or not
our own is not used, and whatever fails here only costs time.  `apply` never reads it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler import __version__

FORMAT = 1
FOLDER = Path(".reconciler") / "cache"
NAME = "wishes.sqlite3"
PATIENCE = 1.0
"""Seconds to wait for another process."""
RACY = 2_000_000_000
"""Nanoseconds for which the time of a file may not tell two contents apart."""
TABLES = """
CREATE TABLE IF NOT EXISTS files
  (name TEXT PRIMARY KEY, stamp TEXT, digest TEXT, context TEXT, page TEXT, seal TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS items
  (space TEXT, type TEXT, id INTEGER, name TEXT, PRIMARY KEY (space, type, id, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS items_of_file ON items (name);
"""
Json = Any


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a content."""
    return hashlib.sha256(content).hexdigest()


def context_of(files: Iterable[Path]) -> str:
    """Return the SHA-256 of all that the reading of a file rests on: the version, settings and pins."""
    made = hashlib.sha256(f"{__version__} {FORMAT}".encode())
    for path in sorted(files):
        content = path.read_bytes()
        made.update(f"\0{path.name}\0{len(content)}\0".encode() + content)
    return made.hexdigest()


def stamp_of(path: Path) -> str:
    """Return what tells that a file is the same without reading it; empty where it is too fresh to tell."""
    seen = path.lstat()
    if time.time_ns() - max(seen.st_mtime_ns, seen.st_ctime_ns) < RACY:
        return ""
    return f"{seen.st_size} {seen.st_mtime_ns} {seen.st_ctime_ns} {seen.st_ino}"


@dataclass(slots=True)
class Cache:
    """The open cache of one folder; a failing one is like an empty one."""

    base: sqlite3.Connection
    files: list[tuple[str, ...]] = field(default_factory=list)
    items: list[tuple[str, str, int, str]] = field(default_factory=list)
    met: set[str] = field(default_factory=set)

    def page(self, name: str, digest: str) -> tuple[str, Json] | None:
        """Return the context and the page of a file with this content, if they are kept and whole."""
        self.met.add(name)
        for context, text, seal in self.ask(
            "SELECT context, page, seal FROM files WHERE name = ? AND digest = ?", name, digest
        ):
            if isinstance(text, str) and digest_of(f"{context} {text}".encode()) == seal:
                return context, json.loads(text)
        return None

    def stamps(self, contexts: Iterable[str]) -> dict[str, str]:
        """Return the stamps of the files that were kept in one of these contexts."""
        known = set(contexts)
        rows = self.ask("SELECT name, stamp, context FROM files")
        return {name: stamp for name, stamp, context in rows if stamp and context in known}

    def files_of(self, space: str, type_key: str, item_id: int) -> set[str]:
        """Return the files that name an item."""
        rows = self.ask(
            "SELECT name FROM items WHERE space = ? AND type = ? AND id = ?", space, type_key, item_id
        )
        return {name for (name,) in rows}

    def named(self, space: str) -> dict[str, tuple[int, ...]]:
        """Return the ids of all items that the kept files of a space name, by type key."""
        found: dict[str, list[int]] = {}
        for type_key, item_id in self.ask("SELECT DISTINCT type, id FROM items WHERE space = ?", space):
            found.setdefault(type_key, []).append(item_id)
        return {type_key: tuple(ids) for type_key, ids in found.items()}

    def counts(self) -> dict[str, int]:
        """Return how many items the kept files name, by space."""
        every = "SELECT DISTINCT space, type, id FROM items"
        return dict(self.ask(f"SELECT space, COUNT(*) FROM ({every}) GROUP BY space"))  # noqa: S608 - constant

    def keep(
        self,
        path: Path,
        name: str,
        digest: str,
        context: str,
        page: Json,
        ids: Iterable[tuple[str, str, int]],
    ) -> None:
        """Keep the page of a file, and whom it names; written by `save`."""
        text = json.dumps(page, ensure_ascii=False, separators=(",", ":"))
        seal = digest_of(f"{context} {text}".encode())
        self.files.append((name, stamp_of(path), digest, context, text, seal))
        self.items += [(*one, name) for one in ids]

    def save(self, *, whole: bool) -> None:
        """Write what is new; after a `whole` run files that are gone are forgotten."""
        try:
            with self.base:
                kept = {name for (name,) in self.base.execute("SELECT name FROM files")} if whole else set()
                old = [(name,) for name in (kept - self.met) | {row[0] for row in self.files}]
                self.base.executemany("DELETE FROM items WHERE name = ?", old)
                self.base.executemany("DELETE FROM files WHERE name = ?", old)
                self.base.executemany("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)", self.files)
                self.base.executemany("INSERT OR IGNORE INTO items VALUES (?, ?, ?, ?)", self.items)
        except sqlite3.Error:
            return
        self.files, self.items = [], []

    def ask(self, question: str, *values: object) -> list[Any]:
        """Return the rows of an answer; none where the cache fails."""
        try:
            return self.base.execute(question, values).fetchall()
        except sqlite3.Error:
            return []


@contextmanager
def opened(root: Path, *, make: bool) -> Iterator[Cache | None]:
    """Yield the cache below a folder; None where there is none to be used and none is to be made."""
    base = connected(root / FOLDER, make=make)
    if base is None:
        yield None
        return
    with closing(base):
        yield Cache(base)


def connected(folder: Path, *, make: bool) -> sqlite3.Connection | None:
    """Open the database of a cache; one that is damaged is thrown away and begun anew."""
    try:
        if make:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_ours(folder):
            return None
        file = folder / NAME
        if not file.exists():
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        if not is_ours(file):
            return None
    except OSError:
        return None
    return begun(file) or (begun(file) if thrown_away(file) else None)


def begun(file: Path) -> sqlite3.Connection | None:
    """Open a database with its tables; None where it is none of ours."""
    try:
        base = sqlite3.connect(file, timeout=PATIENCE)
    except sqlite3.Error:
        return None
    try:
        base.executescript(TABLES)
        base.execute("SELECT name, stamp, digest, context, page, seal FROM files LIMIT 1").fetchone()
    except sqlite3.Error:
        base.close()
        return None
    return base


def thrown_away(file: Path) -> bool:
    """Remove a database that cannot be used, unless another process is only holding it."""
    try:
        with closing(sqlite3.connect(file, timeout=PATIENCE)) as base:
            base.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError:
        return False
    except sqlite3.Error:
        pass
    try:
        file.unlink()
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError:
        return False
    return True


def is_ours(path: Path) -> bool:
    """Whether nobody else could have written what stands there."""
    seen = path.lstat()
    return (
        not stat.S_ISLNK(seen.st_mode)
        and seen.st_uid == os.geteuid()
        and not seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    )
