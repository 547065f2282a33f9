"""Remembers which items of a space were in sync, for runs that read only what has moved since.

No value of the space is kept: of each item that was in sync a keyed digest of what was desired of it, and for
each type when it was looked at last, by the service's clock.  So whoever reads the file learns nothing, and a
run can show nothing that it may not see itself.

The file is in the folder that RECONCILER_CACHE names, one for each service, identity and space.  It is sealed
with the folder's secret, which no repository knows, and replaced in one step.  Two runs at once need no lock:
either file is true by itself, and the one that is written last counts.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from msgspec import MsgspecError, Struct, msgpack

from reconciler.desired.cache import VARIABLE, Unusable, cache_folder, secret_of
from reconciler.errors import CannotRun
from reconciler.manifest.ownership import FILE, ours
from reconciler.manifest.safe_write import write

FORMAT = "1"
SEAL_BYTES = 32


class Remembered(Struct, frozen=True):
    """The items of one type that were in sync.

    `rests_on` is the digest of the metadata by which they were compared.  `looked_at` is when the latest run
    began, `full_at` when the latest one began that read all items; both in epoch milliseconds of the service.
    `runs` counts the runs since then.  `in_sync` has a digest of the desired values of each item.
    """

    rests_on: bytes
    looked_at: int
    full_at: int
    runs: int
    in_sync: dict[int, bytes]


class MemoryFile(Struct, frozen=True):
    """Where the memory of one service, identity and space is, and the secret that seals it."""

    path: Path
    secret: bytes
    about: bytes

    @property
    def name(self) -> str:
        """Return the name for notes, which may leave this machine in a comment: no folder is in it."""
        return self.path.name

    def read(self) -> dict[str, Remembered]:
        """Return what is remembered of each type; nothing if there is no file.  Raises Unusable."""
        try:
            number = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise Unusable(f"{self.name}: {error.strerror}") from None
        if not ours(os.fstat(number), FILE):
            os.close(number)
            raise Unusable(f"{self.name} is not a file of yours alone")
        with os.fdopen(number, "rb") as file:
            content = file.read()
        seal, text = content[:SEAL_BYTES], content[SEAL_BYTES:]
        if not hmac.compare_digest(seal, self.seal(text)):
            raise Unusable(f"{self.name} is damaged")
        try:
            return msgpack.decode(text, type=dict[str, Remembered])
        except MsgspecError:
            raise Unusable(f"{self.name} is damaged") from None

    def write(self, memory: dict[str, Remembered]) -> None:
        """Replace what is remembered; raises Unusable."""
        text = msgpack.encode(memory)
        try:
            if os.path.lexists(self.path) and not ours(self.path.lstat(), FILE):
                raise Unusable(f"{self.name} is not a file of yours alone")
            write(self.path, self.seal(text) + text, mode=FILE)
        except (OSError, CannotRun) as error:
            raise Unusable(f"{self.name}: {getattr(error, 'reason', error)}") from None

    def seal(self, text: bytes) -> bytes:
        """Return what proves that a memory was written here, and of whom."""
        return hmac.digest(self.secret, self.about + b"\0" + text, "sha256")


class Memories(NamedTuple):
    """The folder of memories, and its secret."""

    folder: Path
    secret: bytes

    def file(self, identity: tuple[str, ...], space_key: str) -> MemoryFile:
        """Return the file of a space as one identity sees it."""
        about = json.dumps([FORMAT, *identity, space_key]).encode()
        name = hmac.digest(self.secret, about, "sha256").hex()[:32]
        return MemoryFile(self.folder / f"{name}.since", self.secret, about)


def memories(environ: Mapping[str, str], root: Path) -> Memories:
    """Return the memories of this machine; raises CannotRun if the environment names no folder of ours."""
    folder = cache_folder(environ, root) if environ.get(VARIABLE) else None
    if folder is None:
        what = "--since-last needs a folder in which this machine remembers what was in sync"
        raise CannotRun(what, f"set {VARIABLE} to its full path, outside the checkout")
    try:
        return Memories(folder, secret_of(folder))
    except Unusable as error:
        reason = str(error)
    except OSError as error:
        reason = f"{folder}: {error.strerror}"
    raise CannotRun(f"--since-last can remember nothing: {reason}", f"name another folder in {VARIABLE}")
