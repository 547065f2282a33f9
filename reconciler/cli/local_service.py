"""The embedded sandbox as a service on loopback, for the commands that start it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from reconciler.errors import CannotRun

if TYPE_CHECKING:
    from reconciler.desired.workspace import Workspace
    from reconciler.meegle.http.connection import Connection


@contextmanager
def service(workspace: Workspace, snapshot: Path | None, report: Callable[..., None]) -> Iterator[Connection]:
    """Yield how to reach the space, or a snapshot that stands for it."""
    with services(snapshot, report) as connection_of:
        yield connection_of(workspace)


@contextmanager
def services(
    snapshot: Path | None, report: Callable[..., None]
) -> Iterator[Callable[[Workspace], Connection]]:
    """Yield what returns how to reach a space, or the snapshot that stands for all spaces."""
    from reconciler.meegle.connect import connect
    from reconciler.meegle.http.connection import connection_from

    if snapshot is None:
        yield lambda one: connect(one.mistakes, report, one.space, one.spaces)
        return
    with served(snapshot) as variables:
        yield lambda _: connection_from(variables)


@contextmanager
def served(file: Path) -> Iterator[Mapping[str, str]]:
    """Serve a snapshot on a free port; yields the environment variables that lead to it."""
    service = pretend_service()
    try:
        world, _ = service.open_world(None, file, (), service.Options())
    except ValueError as error:
        raise CannotRun(
            f"no snapshot can be read: {error}", "make it with `reconciler pull --snapshot`"
        ) from None
    with service.Running(world) as running:
        known = running.world.credentials
        yield {
            "MEEGLE_BASE_URL": running.url if is_of_feishu(world) else nameless(running.url),
            "MEEGLE_PLUGIN_ID": known.plugin_id,
            "MEEGLE_PLUGIN_SECRET": known.plugin_secret,
            "MEEGLE_USER_KEY": known.user_key,
            "MEEGLE_RATE": "0",
        }


def is_of_feishu(world: Any) -> bool:
    """Return True if the copied spaces have feishu.cn's time zone, the default."""
    from reconciler.settings import DEFAULT_ZONE

    return all(one.zone == DEFAULT_ZONE for one in world.spaces.values())


def nameless(url: str) -> str:
    """Return the address under the name of this machine, which has no time zone by default.

    So a day is as unknown offline as it was where the copy was made, until the settings say the zone.
    """
    return url.replace("127.0.0.1", "localhost")


def pretend_service() -> ModuleType:
    """Import the sandbox, which is an extra of the package."""
    try:
        from reconciler.sandbox.http import serving as service
    except ModuleNotFoundError as missing:
        raise CannotRun(
            f"the sandbox needs {missing.name}", "install it: pip install 'meegle-reconciler[sandbox]'"
        ) from None
    return service


def knock(address: str | None, door: str, body: Mapping[str, Any]) -> Any:
    """Send an object to a door of a sandbox that runs, and return its answer."""
    from reconciler.sandbox.http import door_client

    address = address or os.environ.get(door_client.VARIABLE)
    if not address:
        fix = "export the lines that `reconciler sandbox` prints, or give --at URL"
        raise CannotRun("no sandbox is known here", fix)
    try:
        return door_client.knock(address, door, body)
    except ValueError as error:
        what, _, fix = str(error).rpartition("; ")
        raise CannotRun(what or fix, fix if what else "docs/sandbox.md lists what each door takes") from None
