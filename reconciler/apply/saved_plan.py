"""Saved plans: read, and compared with the place where they are to be carried out."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import CannotRun, quoted
from reconciler.manifest.files import SUFFIXES
from reconciler.plan.plan_file import BadPlan, load_plan, plan_of
from reconciler.plan.plan_json import PlanFile

if TYPE_CHECKING:
    from reconciler.model import Change, Plan, Ref
    from reconciler.plan.guard import Raised
    from reconciler.schema.catalog import Catalog
    from reconciler.schema.types import TypeSpec
    from reconciler.settings import Settings, SpaceSettings

LARGEST = 256 * 1024 * 1024
"""Bytes of the largest plan that is read."""
SNIFFED = 4096
"""Bytes that are enough to tell JSON from YAML as people write it."""
MEMBERS = frozenset({"format_version", "resource_changes", "seal"})
"""Members of every plan that no desired-state file has."""
SEVERAL = b'"spaces"'
"""What every plan of several spaces holds."""
SHORTEST = 7
"""Digits of the shortest name of a commit."""


def is_plan(paths: Sequence[Path]) -> bool:
    """Return True if the one path names a saved plan, under any name.

    Desired state is in folders and in YAML files, so any other file is meant to be a plan, damaged or not;
    a YAML file is a plan if it holds one.
    """
    if len(paths) != 1 or paths[0].is_dir():
        return False
    path = paths[0]
    if path.suffix.casefold() not in SUFFIXES:
        return path.suffix != "" or path.exists()
    return holds_plan(path)


def holds_plan(path: Path) -> bool:
    """Return True if a file holds JSON with the members that every plan of ours has."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            if not file.read(SNIFFED).lstrip().startswith(b"{"):
                return False
            file.seek(0)
            made = json.loads(file.read(LARGEST))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(made, dict) and made.keys() >= MEMBERS


def read_plans(path: Path) -> tuple[PlanFile, ...]:
    """Read a plan by its spaces; raises CannotRun for an unreadable file, BadPlan if it is not a plan."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        fix = "check the path; `reconciler plan --out FILE` saves a plan"
        raise CannotRun(f"cannot read {path} ({error.strerror})", fix) from None
    except OSError as error:
        raise CannotRun(f"cannot read {path} ({error.strerror})", "check the path") from None
    if len(raw) > LARGEST:
        raise BadPlan("it is too large")
    if SEVERAL not in raw:
        return (load_plan(raw),)
    from reconciler.plan.spaces_file import load_plans  # most plans are of one space

    return load_plans(raw)


def open_plans(
    path: Path, spaces: Sequence[str], raised: Raised, commit: str | None, max_age: float | None
) -> list[tuple[Plan, Settings]]:
    """Read a saved plan, and judge what is in it of each space by the guards of the settings here.

    `spaces`: those of a plan of several that are asked for.  A space that could not be planned keeps all
    others from being applied, unless it is not asked for.
    """
    made = chosen_plans(read_plans(path), spaces)
    if failed := [one.space.name for one in made if one.errored]:
        names = ", ".join(failed)
        raise BadPlan(
            f"the run that made it failed for {names}; --space leaves a space out"
            if len(made) > 1
            else "the run that made it failed"
        )
    return [open_plan(one, raised, commit, max_age) for one in made]


def chosen_plans(made: Sequence[PlanFile], spaces: Sequence[str]) -> Sequence[PlanFile]:
    """Return the plans of the spaces that are asked for.

    A plan of one space may be narrowed to several, and RECONCILER_SPACE says nothing of it: the run that made
    it was told its space.  What failed before it knew its space is no space's.
    """
    known = [one.space.name for one in made]
    by_variable = [*spaces] == os.environ.get("RECONCILER_SPACE", "").split()
    if not spaces or known == [""] or (len(made) == 1 and by_variable):
        return made
    keys = {name for one in made for name in (one.space.name, one.space.key)}
    for name in spaces:
        if name not in keys and not (len(made) == 1 and keys & {*spaces}):
            raise CannotRun(f"the plan has no space {quoted(name)}", f"there is {', '.join(known)}")
    return [one for one in made if {one.space.name, one.space.key} & {*spaces}]


def open_plan(
    made: PlanFile, raised: Raised, commit: str | None, max_age: float | None
) -> tuple[Plan, Settings]:
    """Judge the plan of one space by the guards of the settings here."""
    from reconciler.apply.project_settings import settings_of_project
    from reconciler.clock import now
    from reconciler.git import commit_of
    from reconciler.plan.earlier_commit import settings_at
    from reconciler.plan.guard import guarded, spaces_before
    from reconciler.plan.openings import type_names
    from reconciler.schema.pins import pins_folder, read_pins

    refuse_partly_read(made)
    refuse_stale(made, now(), commit=commit, max_age=max_age)
    plan = plan_of(made)
    root, settings = Path.cwd(), settings_of_project(made.desired.roots, plan.space)
    sha = commit_of(root, plan.base) if plan.base else None
    base = settings_at(root, (settings.start,), sha, settings) if sha else None
    pinned = read_pins(pins_folder(root, plan.space, settings.homes)).types
    names = type_names(pinned)
    earlier = spaces_before(base, settings, plan) if base else ()
    refuse_protected(plan, (settings.space(plan.space), *earlier), pinned)
    return guarded(plan, settings, raised, now(), base, names), settings


def refuse_partly_read(made: PlanFile) -> None:
    """Refuse a plan whose run did not read all items: it may lack rows."""
    if made.since_last:
        raise BadPlan("--since-last made it, which does not read everything")


def refuse_other_target(plan: Plan, *, host: str, space_key: str, metadata_digest: str) -> None:
    """Refuse a plan that was made for another service, another space or other metadata."""
    if plan.host != host:
        raise BadPlan(f"it was made for {plan.host}, and MEEGLE_BASE_URL names {host}")
    if plan.space_key != space_key:
        raise BadPlan(f"it was made for the space {plan.space_key}, and {plan.space} is now {space_key}")
    if plan.metadata_digest != metadata_digest:
        raise BadPlan("a field, an option or a role that it touches has changed in the space")


def refuse_protected(plan: Plan, spaces: Iterable[SpaceSettings], *known: Mapping[str, TypeSpec]) -> None:
    """Refuse a plan with rows that are protected since it was made; `known` has the names of types."""
    from reconciler.plan.protection import protected_rows, unplannable

    if why := unplannable(protected_rows(plan, spaces, *known), plan):
        raise BadPlan(why)


def refuse_unreadable(plan: Plan, catalog: Catalog) -> None:
    """Refuse a plan with a value that its field cannot hold: whoever can write a plan can seal it."""
    for update in plan.updates:
        for one in update.changes:
            if not is_readable(one, update.ref, catalog):
                raise BadPlan(
                    f"{plan.address(update.ref)} {one.name} has a value that is none of the field's"
                )


def is_readable(change: Change, ref: Ref, catalog: Catalog) -> bool:
    """Return True if the field can hold both values of a change, and its rule is about members of a set."""
    try:
        codec = catalog.codec(ref.type_key, change.key)
        for one in (change.before, change.after):
            codec.decode(one)
        parts = [codec.decode(list(one)).value for one in (change.contains, change.excludes) if one]
    except (KeyError, ValueError, TypeError, OverflowError):
        return False
    return all(isinstance(one, frozenset) for one in parts)


def refuse_stale(made: PlanFile, at: datetime, *, commit: str | None, max_age: float | None) -> None:
    """Refuse a plan of another commit (a full hash or its beginning), or one older than `max_age` seconds."""
    if commit is not None:
        planned = made.desired.commit or ""
        if len(commit) < SHORTEST or not planned.startswith(commit.lower()):
            raise BadPlan(f"it was made of {planned or 'no commit'}, and {quoted(commit)} is required")
        if made.desired.dirty:
            raise BadPlan("it was made of files that differ from their commit")
    age = (at - made.timestamp).total_seconds()
    if max_age is not None and not 0 <= age <= max_age:
        raise BadPlan(f"it is {age:.0f} s old, and at most {max_age:.0f} s are allowed")
