"""Why a run could not plan, as a plan that programs and views can show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from reconciler.desired.file_reading import one_name
from reconciler.desired.offline_reading import read_files
from reconciler.errors import CannotRun, InputError, ReconcilerError
from reconciler.manifest.files import STATE
from reconciler.model import Failure, Plan
from reconciler.settings import nearest_settings


def failed_plan(error: ReconcilerError, paths: Sequence[Path], space: str | None) -> Plan:
    """Return the plan that tells why there is none, for the space that was meant as far as that is known."""
    try:
        name = space or space_meant(paths)
    except Exception:  # noqa: BLE001 - what ended the run may end this, too, and the reason is to be told
        name = ""
    return Plan(
        host="",
        space=name,
        space_key="",
        types={},
        updates=(),
        blocks=(),
        in_sync=0,
        named=0,
        failures=tuple(failures_of(error)),
    )


def space_meant(paths: Sequence[Path]) -> str:
    """Return the one space of the settings, else of the files; empty where there are several or none."""
    settings, _ = nearest_settings(paths[0] if paths else STATE, Path.cwd())
    names = {*settings.spaces}
    if len(names) != 1:
        _, settings, manifest, _ = read_files(paths)
        names = {one_name(document.space.text, settings) for document in manifest.documents}
    return names.pop() if len(names) == 1 else ""


def failures_of(error: ReconcilerError) -> Iterator[Failure]:
    """Yield what is wrong in the files, then what stopped the run."""
    yield from (Failure(one.what, one.fix, one.place) for one in error.mistakes)
    if isinstance(error, CannotRun):
        yield Failure(error.what, error.fix)
    elif not isinstance(error, InputError):
        yield Failure(str(error), "")
