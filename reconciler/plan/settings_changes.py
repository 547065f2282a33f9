"""How a change of the settings reads: each decision by its path, each member of a list by itself."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from reconciler.manifest.right_to_left import is_right_to_left
from reconciler.manifest.shapes import written
from reconciler.settings import Settings, SpaceSettings

PRESSING = (
    "guards",
    "windows",
    "protect",
    "drift",
    "ignore",
    "fields",
    "deprecated",
    "spaces",
    "people",
    "open_ids",
    "locale",
)
"""Parts of the settings; those that guard a space come first."""


def settings_changes(before: Settings, after: Settings) -> Iterator[str]:
    """Yield each decision that a change of the settings makes anew, each member of a list by itself.

    What guards the space comes first, so that no number of lines about people pushes it out of a view.
    """
    names = {*before.spaces, *after.spaces}
    old, new = (dict(flat_settings(written(with_spaces(one, names), Settings))) for one in (before, after))
    for path in sorted(old.keys() | new.keys(), key=pressing):
        had, has = old.get(path, []), new.get(path, [])
        if isinstance(had, str) or isinstance(has, str):
            if had != has:
                yield change_of(path, had or "", has or "")
            continue
        gone, come = Counter(had) - Counter(has), Counter(has) - Counter(had)
        yield from (f"{path}: − {one}" for one in gone.elements())
        yield from (f"{path}: + {one}" for one in come.elements())
        if had != has and not gone and not come:
            yield f"{path}: in another order"


def with_spaces(settings: Settings, names: Iterable[str]) -> Settings:
    """Return settings that say of every space what holds: of one that they do not name, the usual limits."""
    return replace(settings, spaces={name: settings.spaces.get(name, SpaceSettings()) for name in names})


def change_of(path: str, had: str | list[str], has: str | list[str]) -> str:
    """Return how one decision changed."""
    if not had:
        return f"{path}: not set → {has}"
    return f"{path}: {had} → {has}" if has else f"{path}: {had} → not set"


def pressing(path: str) -> tuple[int, str]:
    """Return by what changed settings are ordered: guards, drift, what is left out, all else, people."""
    words = path.split(".")
    part = next((word for word in words[2:3] if word in PRESSING), words[0])
    return PRESSING.index(part), path


def flat_settings(value: Any, path: str = "") -> Iterator[tuple[str, str | list[str]]]:
    """Yield every value of the settings by its path; lists by their members."""
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from flat_settings(one, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value:
        yield path, [compact(one) for one in value]
    elif value not in (None, {}, []):
        yield path, compact(value)


def compact(value: Any) -> str:
    """Return a decision as JSON without what is not set; letters that would turn it around as escapes."""
    said = without_blanks(value)
    text = json.dumps(said, ensure_ascii=False)
    return json.dumps(said) if is_right_to_left(text) else text


def without_blanks(value: Any) -> Any:
    """Return a decision without what is not set, in the maps inside of it, too."""
    if not isinstance(value, dict):
        return value
    return {key: without_blanks(one) for key, one in value.items() if one not in (None, "", [])}
