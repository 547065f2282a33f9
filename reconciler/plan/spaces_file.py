"""Reads the plans of a run, of one space or of several in one document; `spaces_data.py` writes it.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from reconciler.plan.plan_data import FORMAT, seal_of
from reconciler.plan.plan_file import BadPlan, parse_members, parse_plan, wrong_member
from reconciler.plan.plan_json import PlanFile, SpacesFile
from reconciler.plan.spaces_data import COMMON


def load_plans(text: str | bytes) -> tuple[PlanFile, ...]:
    """Read the plans of a run; raises BadPlan for another format, a broken seal, or anything but a plan."""
    data = parse_members(text)
    if not (isinstance(data, dict) and "spaces" in data):
        return (parse_plan(data),)
    try:
        SpacesFile.model_validate(data)
    except ValidationError as error:
        raise wrong_member(error) from None
    if seal_of(data) != data["seal"]:
        raise BadPlan("its seal is broken, so it was changed since it was written")
    names = [one["name"] for one in data["spaces"]]
    if len(set(names)) != len(names) or not {one["space"] for one in data["resource_changes"]} <= {*names}:
        raise BadPlan("its rows do not name its spaces")
    return tuple(map(parse_plan, split(data)))


def split(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the plans of which a document was made, as plain data."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in document["resource_changes"]:
        rows.setdefault(row["space"], []).append({name: one for name, one in row.items() if name != "space"})
    made = []
    for one in document["spaces"]:
        space = {name: one[name] for name in ("name", "key", "types")}
        made.append(
            {
                **{name: value for name, value in one.items() if name not in space},
                **{name: document[name] for name in COMMON},
                "format_version": FORMAT,
                "space": space,
                "resource_changes": rows.get(one["name"], []),
            }
        )
    return made
