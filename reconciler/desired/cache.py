"""Caches the desired items of files between plans, so that only changed files are read again.

A row holds the page of one file (see `pages`) under the SHA-256 of its content and of all that its
reading rests on beside it: settings, pins, and the version of the program.  Only files without any
mistake are kept.  An index of items says which files name an item.

The cache is a convenience of `plan` for people, and lies in the user's cache folder, never in the checkout:
what a repository brings must not decide what is shown.  Its file and its seals are made with a secret of
that folder, which no repository can know.  What is damaged, of another version or not our own is not used,
and whatever fails here only costs time.  No plan that an apply may take is made with it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from reconciler import __version__
from reconciler.errors import CannotRun, quoted
from reconciler.manifest.ownership import ours

FORMAT = 3
VARIABLE = "RECONCILER_CACHE"
OFF = "off"
APP = "meegle-reconciler"
KEY_FILE = "key"
KEY_BYTES = 32
PATIENCE = 1.0
"""Seconds to wait for another process."""
RACY = 2_000_000_000
"""Nanoseconds for which the time of a file may not tell two contents apart."""
TABLES = """
CREATE TABLE IF NOT EXISTS files
  (name TEXT PRIMARY KEY, stamp TEXT, digest TEXT, context TEXT, page BLOB, seal TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS items
  (space TEXT, type TEXT, id INTEGER, name TEXT, PRIMARY KEY (space, type, id, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS items_of_file ON items (name);
"""


def content_digest(content: bytes) -> str:
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


class Unusable(Exception):
    """Why there is no cache; nothing but time is lost."""


def cache_folder(environ: Mapping[str, str], root: Path) -> Path | None:
    """Return the folder of caches for a run in `root`; None where there is to be none.

    Raises Unusable where there can be none, CannotRun for a RECONCILER_CACHE that cannot be meant.
    """
    named = environ.get(VARIABLE, "")
    if named == OFF or (not named and environ.get("CI")):
        return None
    if named:
        place = Path(named)
        if not place.is_absolute() or is_in_checkout(place, root):
            what = f"{VARIABLE} is {quoted(named)}, which is no full path of a folder outside the checkout"
            raise CannotRun(what, f"name such a folder, or set {VARIABLE}=off")
        return place
    import platformdirs

    try:
        place = platformdirs.user_cache_path(APP, appauthor=False)
    except RuntimeError:  # neither HOME nor the list of users knows the user: `docker run --user 1234`
        raise Unusable("there is no home folder") from None
    if not place.is_absolute():
        raise Unusable("there is no home folder")
    if is_in_checkout(place, root):
        raise Unusable(f"{place} is in the checkout")
    return place


def is_in_checkout(place: Path, root: Path) -> bool:
    """Return True if a folder is where a checkout may have put it: below the one with `.git`, else `root`."""
    at = root.resolve()
    top = next((one for one in (at, *at.parents) if os.path.lexists(one / ".git")), at)
    return place.resolve().is_relative_to(top)


class Cache(Struct):
    """The open cache of one checkout; a failing one is like an empty one."""

    base: sqlite3.Connection
    secret: bytes
    files: list[tuple[str | bytes, ...]] = field(default_factory=list)
    items: list[tuple[str, str, int, str]] = field(default_factory=list)
    met: set[str] = field(default_factory=set)

    def page(self, name: str, digest: str) -> tuple[str, bytes] | None:
        """Return the context and the page of a file with this content, if they are kept and whole."""
        self.met.add(name)
        for context, page, seal in self.ask(
            "SELECT context, page, seal FROM files WHERE name = ? AND digest = ?", name, digest
        ):
            if isinstance(page, bytes) and hmac.compare_digest(self.seal(context, page), str(seal)):
                return context, page
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
        page: bytes,
        ids: Iterable[tuple[str, str, int]],
    ) -> None:
        """Keep the page of a file, and whom it names; written by `save`."""
        self.files.append((name, stamp_of(path), digest, context, page, self.seal(context, page)))
        self.items += [(*one, name) for one in ids]

    def seal(self, context: str, page: bytes) -> str:
        """Return what proves that a page was written here."""
        return hmac.digest(self.secret, f"{context} ".encode() + page, "sha256").hex()

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
def open_cache(place: Path, root: Path) -> Iterator[Cache]:
    """Open the cache of a checkout; raises Unusable where the folder is not ours or cannot be written."""
    try:
        secret = secret_of(place)
        file = place / f"{hmac.digest(secret, os.fsencode(root.resolve()), 'sha256').hex()[:32]}.sqlite3"
        made_private(file)
    except OSError as error:
        raise Unusable(f"{place}: {error.strerror}") from None
    base = begun(file) or (begun(file) if thrown_away(file) else None)
    if base is None:
        raise Unusable(f"{file} cannot be opened")
    with closing(base):
        yield Cache(base, secret)


def secret_of(place: Path) -> bytes:
    """Make the folder of caches if there is none, and return its secret.

    Raises Unusable where the folder is not ours alone, OSError where it cannot be made.
    """
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not ours(place.lstat(), 0o700):
        raise Unusable(f"{place} is not a folder of yours alone")
    return secret_in(place)


def secret_in(place: Path) -> bytes:
    """Return the secret of the folder of caches, which is made with it."""
    file = place / KEY_FILE
    made_private(file, os.urandom(KEY_BYTES))
    secret = file.read_bytes()
    if len(secret) != KEY_BYTES:
        raise Unusable(f"{file} is cut; remove it")
    return secret


def made_private(file: Path, content: bytes = b"") -> None:
    """Make a file of ours alone where there is none, whole at once; raises Unusable for any other."""
    if not os.path.lexists(file):
        part = file.with_name(f".{os.urandom(8).hex()}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
        try:
            os.link(part, file)
        except FileExistsError:
            pass  # Another process was faster, and its content counts.
        finally:
            part.unlink()
    if not ours(file.lstat(), 0o600):
        raise Unusable(f"{file} is not a file of yours alone")


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
