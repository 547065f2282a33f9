"""Serve the pretend service on loopback until interrupted."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from waitress import wasyncore
from waitress.server import create_server

from .app import create_app
from .demo import demo_world
from .options import load_options
from .world import World

LOOPBACK, THREADS = "127.0.0.1", 64


class Running:
    """A context manager that serves a world on a free loopback port in a thread; `url` is where."""

    def __init__(self, world: World, *, port: int = 0, write_log: Path | None = None) -> None:
        app = create_app(world, write_log=write_log)
        self.world = world
        listener = socket.create_server((LOOPBACK, port))
        self.url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        self.sockets: dict[int, socket.socket] = {}
        self.server = create_server(app, sockets=[listener], threads=THREADS, map=self.sockets)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.loop, daemon=True)

    def loop(self) -> None:
        """Serve until ended; sockets are closed by the thread that waits on them."""
        while not self.ended.is_set():
            wasyncore.loop(timeout=0.05, count=1, map=self.sockets)
        wasyncore.close_all(self.sockets)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended.set()
        self.thread.join()


def serve(
    port: int,
    db: Path | None,
    seed: Path | None,
    generate: Sequence[str],
    write_log: Path | None,
    options: Path | None = None,
) -> int:
    """Print the export lines when the port accepts, then serve until SIGINT or SIGTERM."""
    if db or seed or generate:
        sys.stderr.write("sandbox: --db, --seed and --generate are not served yet\n")
        return 2
    world = demo_world(load_options(options) if options else None)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))
    running = Running(world, port=port, write_log=write_log)
    known = world.credentials
    sys.stdout.write(
        f"export MEEGLE_BASE_URL={running.url}\nexport MEEGLE_PLUGIN_ID={known.plugin_id}\n"
        f"export MEEGLE_PLUGIN_SECRET={known.plugin_secret}\nexport MEEGLE_USER_KEY={known.user_key}\n"
    )
    sys.stdout.flush()
    running.server.run()
    return 0
