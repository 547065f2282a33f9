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
    from reconciler.cli.workspace import validate_files
    from reconciler.errors import InputError
    from reconciler.manifest import report
    from reconciler.render.mistakes import VIEWS, Checked

    manifest, mistakes, unchecked = validate_files(paths)
    ordered = InputError(mistakes).mistakes
    items = sum(len(document.items) for document in manifest.documents)
    say(VIEWS[fmt](Checked(len(manifest.documents), items, ordered, report(ordered), unchecked)))
    return 1 if mistakes else 0
