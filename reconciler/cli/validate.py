"""`reconciler validate`: everything that can be known without network."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli import options
from reconciler.cli.output import say


@click.command("validate")
@options.paths
@click.option("--format", "fmt", type=click.Choice(["text", "json", "github"]), default="text")
def command(paths: tuple[Path, ...], fmt: str) -> int:
    """Check the files without network or credentials; all mistakes at once."""
    from reconciler.cli.workspace import read_files
    from reconciler.errors import InputError
    from reconciler.manifest import report
    from reconciler.render.mistakes import VIEWS

    _, _, manifest, mistakes = read_files(paths)
    ordered = InputError(mistakes).mistakes
    say(VIEWS[fmt](manifest, ordered, report(ordered)))
    return 1 if mistakes else 0
