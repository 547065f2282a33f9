"""`reconciler sandbox`: the pretend service on loopback, and snapshots of what it holds."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.local_service import pretend_service
from reconciler.manifest.safe_write import write

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
