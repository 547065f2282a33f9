"""`reconciler sandbox`: the pretend service on loopback."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.errors import CannotRun

FILE = click.Path(path_type=Path)


@click.command("sandbox")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 = a free one.")
@click.option("--db", type=FILE, help="Keep the state in this SQLite file.")
@click.option("--seed", type=FILE, help="Begin with what this YAML file says.")
@click.option("--generate", metavar="TYPE=N", multiple=True, help="Make N more items of a type.")
@click.option("--write-log", type=FILE, help="One JSON line for each call that would change state.")
@click.option("--options", type=FILE, help="Switches for open questions and faults, as YAML.")
def command(
    port: int,
    db: Path | None,
    seed: Path | None,
    generate: tuple[str, ...],
    write_log: Path | None,
    options: Path | None,
) -> int:
    """Serve a pretend Feishu Project on loopback; prints the variables to export, then serves."""
    try:
        from reconciler.sandbox.command import serve
    except ModuleNotFoundError as missing:
        raise CannotRun(
            f"the sandbox needs {missing.name}", "install it: pip install 'meegle-reconciler[sandbox]'"
        ) from None
    return serve(port, db, seed, generate, write_log, options)
