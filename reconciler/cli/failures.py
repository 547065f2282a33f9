"""Show in every format that was asked for why there is no plan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import click
from msgspec.structs import replace

from reconciler.cli.streams import put, tell
from reconciler.errors import CannotRun, told_as
from reconciler.forge.outputs import give_plan
from reconciler.manifest.safe_write import CannotWrite


@contextmanager
def failures_shown(
    paths: tuple[Path, ...],
    spaces: tuple[str, ...],
    formats: tuple[tuple[str, Path | None], ...],
    out: Path | None,
) -> Iterator[None]:
    """Tell why there is no plan in every format that was asked for; stderr tells people anyway.

    Files of an earlier run are emptied first: however this run ends, nobody takes them for its own.
    """
    from reconciler.manifest.safe_write import empty_outputs

    try:
        empty_outputs(out, *(path for _, path in formats))
        yield
    except (click.ClickException, click.exceptions.Abort):
        raise
    except Exception as error:
        from reconciler.cli.formats import VIEWS, Showing
        from reconciler.plan.failures import failed_plan
        from reconciler.plan.source_commit import checked_out, dated

        told = told_as(error)
        failed = replace(
            failed_plan(told, paths, spaces[0] if len(spaces) == 1 else None), commit=checked_out(Path.cwd())
        )
        make = cache(lambda: (dated(failed, paths),))
        for name, path in [("json", out), *formats] if out else formats:
            if (name, path) != ("text", None):
                with whatever_fails(path):
                    put(name, path, VIEWS[name](Showing((failed,), make)))
        give_plan(tell, [failed], make, formats, out)
        raise told from error


@contextmanager
def whatever_fails(path: Path | None) -> Iterator[None]:
    """Go on with the other views; a file that cannot be written is taken away, so that no old one is left."""
    try:
        yield
    except CannotRun as error:
        tell(f"error: {error}")
        with suppress(OSError):
            if isinstance(error, CannotWrite) and path and path.is_file() and not path.is_symlink():
                path.unlink()
