"""`reconciler validate`: everything that can be known without network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import options
from reconciler.cli.streams import on_stdout, put, tell, tell_written
from reconciler.gc_pause import gc_paused
from reconciler.language import settled, speaking

if TYPE_CHECKING:
    from reconciler.render.mistakes import Checked

AT_LINES = frozenset({"github", "codequality"})
"""Formats that name files from the repository's root."""


@click.command("validate")
@options.paths
@click.option(
    "--format",
    "formats",
    type=options.Output(options.CHECK_FORMATS),
    multiple=True,
    default=("text",),
    help=f"{', '.join(options.CHECK_FORMATS)}; =FILE writes there; may be given several times.",
)
@options.color
@options.narrowed
@gc_paused()
def command(
    paths: tuple[Path, ...], formats: tuple[tuple[str, Path | None], ...], spaces: tuple[str, ...]
) -> int:
    """Check the files without network or credentials; all mistakes at once."""
    from reconciler.desired.committed_run_files import unused_note
    from reconciler.desired.offline_reading import Validation, validate_files
    from reconciler.errors import InputError, Internal, Mistake, Place, ReconcilerError
    from reconciler.render.mistakes import Checked

    if len(formats) > 1:
        from reconciler.cli.formats import refuse_two

        refuse_two(formats)
    if note := unused_note(Path.cwd()):
        tell(note)
    try:
        checked = validate_files(paths, spaces)
    except ReconcilerError:
        raise
    except Exception as error:  # noqa: BLE001 - told in the format that was asked for
        told = Internal(error)
        place = Place(str(paths[0] if paths else "state"), 1, 1)
        checked = Validation(mistakes=(Mistake(place, told.what, told.fix),))
    ordered, deprecated = (InputError(some).mistakes for some in (checked.mistakes, checked.deprecated))
    items = sum(len(one.ids) for one in checked.outlines)
    rules = sum(one.rules for one in checked.outlines)
    folder = place_in_repository() if any(name in AT_LINES for name, _ in formats) else ""
    found = Checked(len(checked.outlines), items, ordered, checked.unchecked, folder, deprecated, rules)
    for name, path in formats:
        with on_stdout() if (name, path) == ("text", None) else speaking(settled()):
            put(name, path, check_view(name, found))
    tell_written(formats)
    return 1 if checked.mistakes else 0


def place_in_repository() -> str:
    """Return the way from the repository's root to this folder, which annotations name."""
    from reconciler.git import folder_prefix

    return folder_prefix(Path.cwd())


def check_view(name: str, found: Checked) -> str:
    """Render what a check of the files found, in one of `options.CHECK_FORMATS`."""
    from reconciler.render.mistakes import VIEWS

    if name == "codequality":
        from reconciler.render.code_quality import mistakes_code_quality

        return mistakes_code_quality(found.mistakes, found.folder, found.deprecated)
    if name == "junit":
        from reconciler.render.junit import mistakes_junit

        return mistakes_junit(found.mistakes, found.files, found.items)
    return VIEWS[name](found)
