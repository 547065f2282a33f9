"""`reconciler version`: the version, as `--version` prints it."""

from __future__ import annotations

import click

from reconciler import __version__
from reconciler.cli.streams import say


@click.command("version")
def command() -> int:
    """Print the version."""
    say(f"reconciler {__version__}\n")
    return 0
