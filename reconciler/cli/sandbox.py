"""`reconciler sandbox`: the pretend service on loopback, and snapshots of what it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.errors import CannotRun
from reconciler.manifest.safe_write import write

if TYPE_CHECKING:
    from types import ModuleType

FILE = click.Path(path_type=Path)


@click.group("sandbox", invoke_without_command=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 = a free one.")
@click.option("--db", type=FILE, help="Keep the state in this SQLite file.")
@click.option("--seed", type=FILE, help="Begin with what this YAML file says.")
@click.option("--generate", metavar="TYPE=N", multiple=True, help="Make N more items of a type.")
@click.option("--write-log", type=FILE, help="One JSON line for each call that would change state.")
@click.option("--options", type=FILE, help="Switches for open questions and faults, as YAML.")
@click.pass_context
def command(
    context: click.Context,
    port: int,
    db: Path | None,
    seed: Path | None,
    generate: tuple[str, ...],
    write_log: Path | None,
    options: Path | None,
) -> int:
    """Serve a pretend Feishu Project on loopback; prints the variables to export, then serves."""
    if context.invoked_subcommand:
        return 0
    code: int = pretend_service().serve(port, db, seed, generate, write_log, options)
    return code


@command.command("snapshot")
@click.argument("file", type=FILE)
@click.option("--db", type=FILE, help="Of the state in this SQLite file.")
@click.option("--seed", type=FILE, help="Of what this YAML file says.")
@click.option("--generate", metavar="TYPE=N", multiple=True, help="With N more items of a type.")
@click.option("--only", metavar="REF", multiple=True, help="Only this type or item.")
@click.option("--keep-emails", is_flag=True, help="Keep every e-mail, not only those that state/ names.")
def snapshot(
    file: Path,
    *,
    db: Path | None,
    seed: Path | None,
    generate: tuple[str, ...],
    only: tuple[str, ...],
    keep_emails: bool,
) -> int:
    """Write what the pretend service holds to FILE, for `--seed` and `plan --snapshot`."""
    code: int = pretend_service().snapshot(
        file, db=db, seed=seed, generate=generate, only=only, keep_emails=keep_emails, write=write
    )
    return code


@contextmanager
def served(file: Path) -> Iterator[Mapping[str, str]]:
    """Serve a snapshot on a free port; yields the variables by which it is reached."""
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
    """Whether the copied spaces have feishu.cn's days, as those have that say nothing of it."""
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
