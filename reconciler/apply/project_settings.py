"""The settings by which a saved plan, or the way back from a journal, is carried out.

Both may have been made of another project of the repository than `state/`: they name its folder.  Whoever
made the file chose that name, so it counts only for a folder below this one, and it replaces no settings of
`state/` that are about the same space.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reconciler.errors import InputError
from reconciler.manifest.files import STATE, inside
from reconciler.settings import Settings, find_settings, nearest_settings


def settings_of_project(named: Iterable[str], space: str) -> Settings:
    """Return the settings of the first folder that is there, else of `state/`; raises InputError."""
    root = Path.cwd()
    here, mistakes = nearest_settings(STATE, root)
    start = next((path for one in named if (path := inside(root, one))), STATE)
    if not is_about(here, space) and (find_settings(start) or not find_settings(STATE)):
        here, mistakes = nearest_settings(start, root)
    if mistakes:
        raise InputError(mistakes)
    return here


def is_about(settings: Settings, space: str) -> bool:
    """Return True if the settings name a space, by its name or its key."""
    return any(space in {name, one.project_key} for name, one in settings.spaces.items())
