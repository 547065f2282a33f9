"""Serve the pretend service on loopback until interrupted, and write snapshots of it."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ruamel.yaml.error import YAMLError
from waitress.server import create_server
from waitress.wasyncore import close_all

from reconciler.sandbox.demo.generate import BadCount, generate
from reconciler.sandbox.demo.more_spaces import add_space, exports, named, own_plugin
from reconciler.sandbox.demo.seeds import BadSeed, emails_in, read_seed, write_seed
from reconciler.sandbox.demo.space import demo_world
from reconciler.sandbox.http.admin import DOOR
from reconciler.sandbox.http.app import create_app
from reconciler.sandbox.http.door_client import VARIABLE
from reconciler.sandbox.http.tcp_faults import Front
from reconciler.sandbox.state.model import Item
from reconciler.sandbox.state.store import BadStore, SqliteStore
from reconciler.sandbox.state.switches import Options, load_options
from reconciler.sandbox.state.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOOPBACK, THREADS = "127.0.0.1", 64
PATIENCE = 10
"""Seconds in which the loop ends; the machine may be busy."""


class Running:
    """A context manager that serves a world on a free loopback port in a thread; `url` is where.

    `around` puts one more layer around the service: answers that no switch can bring about.
    """

    def __init__(
        self,
        world: World,
        *,
        port: int = 0,
        write_log: Path | None = None,
        around: Callable[[WSGIApplication], WSGIApplication] = lambda app: app,
    ) -> None:
        app = around(create_app(world, write_log=write_log))
        self.world = world
        listener = socket.create_server((LOOPBACK, port), backlog=256)
        self.url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        self._open: dict[int, Any] = {}
        self.server: Any = create_server(app, map=self._open, sockets=[listener], threads=THREADS)
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Workers first, then the loop, then what it held: a trigger closed under a worker or under the pull
        # that ends the loop, or a socket under the loop, is an error blamed on a later test.
        self.server.task_dispatcher.shutdown(timeout=2)
        held: dict[int, Any] = {}
        self.server.trigger.pull_trigger(lambda: _let_go(self._open, held))
        self.thread.join(PATIENCE)
        close_all(held)


def _let_go(watched: dict[int, Any], held: dict[int, Any]) -> None:
    """Take everything out of the loop's map, which ends the loop."""
    held.update(watched)
    watched.clear()


def open_world(
    db: Path | None,
    seed: Path | None,
    wishes: Sequence[str],
    options: Options,
    *,
    spaces: Sequence[str] = (),
    own_plugins: Sequence[str] = (),
) -> tuple[World, SqliteStore | None]:
    """Make the world to serve: the database's, else the seed's or the demo space with what is added to it.

    `spaces`: names of more spaces; `own_plugins`: names of the spaces that have a plugin of their own.
    """
    store = SqliteStore(db) if db else None
    if store is not None and not store.is_new:
        world = store.read(options)
    else:
        world = read_seed(seed, options) if seed else demo_world(options)
        for name in spaces:
            add_space(world, name)
        generate(world, list(wishes))
        if store is not None:
            store.fill(world)
    world.store = store
    for name in (*spaces, *own_plugins):
        named(world, name)
    for name in own_plugins:
        own_plugin(world, name)
    exports(world)
    return world, store


def serve(
    port: int,
    db: Path | None,
    seed: Path | None,
    generate: Sequence[str],
    write_log: Path | None,
    options: Path | None = None,
    *,
    spaces: Sequence[str] = (),
    own_plugins: Sequence[str] = (),
) -> int:
    """Print the export lines once the port accepts, then serve until SIGINT or SIGTERM; 1: cannot start."""
    try:
        switches = load_options(options) if options else Options()
        world, _ = open_world(db, seed, generate, switches, spaces=spaces, own_plugins=own_plugins)
        world.pages = {}
        if write_log is not None:
            write_log.open("a").close()  # An empty log says that nothing was written; none says nothing.
        fronted = world.options.front or bool(world.options.connection_faults)
        running = Running(world, port=0 if fronted else port, write_log=write_log)
        front = Front(running.url, world, port=port) if fronted else None
    except (BadSeed, BadStore, BadCount, YAMLError, ValueError, OSError) as wrong:
        sys.stderr.write(f"sandbox: {wrong}\n")
        return 1
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))
    if front is not None:
        front.thread.start()
    url = front.url if front else running.url
    sys.stderr.write(f"sandbox: switches at {url}/_sandbox/{world.admin_token}/options\n")
    sys.stdout.write(
        "".join(
            f"export {name}={value}\n"
            for name, value in (
                ("MEEGLE_BASE_URL", url),
                *exports(world),
                (VARIABLE, f"{url}{DOOR}{world.admin_token}"),
            )
        )
    )
    sys.stdout.flush()
    running.server.run()
    return 0


def _written(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def snapshot(
    file: Path,
    *,
    db: Path | None = None,
    seed: Path | None = None,
    generate: Sequence[str] = (),
    only: Sequence[str] = (),
    state: Path | None = Path("state"),
    keep_emails: bool = False,
    write: Callable[[Path, str], object] = _written,
) -> int:
    """Write the database's, seed's or demo space's state to `file` as a seed; 1: it cannot.

    `only`: type keys, API names or item ids; none: everything. E-mails are hidden but for those that files
    under `state` name, unless `keep_emails`.
    """
    try:
        world, _ = open_world(db, seed, generate, Options())
        named = None if keep_emails else emails_in(state) if state else set()
        text = write_seed(
            world, [each for each in world.items.values() if _asked(world, each, only)], named=named
        )
        write(file, text)
    except (BadSeed, BadStore, BadCount, OSError) as wrong:
        sys.stderr.write(f"sandbox: {wrong}\n")
        return 1
    return 0


def _asked(world: World, item: Item, only: Sequence[Any]) -> bool:
    item_type = world.type_of(item)
    return not only or bool({item.type_key, item_type.api_name, str(item.id)} & set(only))
