"""Plans of several spaces as the data of one JSON document: the rows in one list, all else by space.  Pure.

A document is made of plans of one space, each with its own seal; `spaces_file.py` takes it apart again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from reconciler.canonical_json import canonical
from reconciler.plan.plan_data import SealedPlan, seal_of, text_of

if TYPE_CHECKING:
    from reconciler.plan.plan_data import Made
    from reconciler.plan.plan_json import ExitReason

SPACES_FORMAT: Final = "1.1"
"""The format of a document of several spaces; that of one space is older, and stays readable as it is."""
COMMON: Final = ("reconciler_version", "timestamp")
"""Members that all plans of a run share."""
WORST: Final[tuple[ExitReason, ...]] = ("error", "guard", "blocked", "changes", "no_changes")
"""The words for how a run ended; the first that holds for a space holds for the run."""
FIELD: Final = ("key", "op", "before", "after")
"""The members of a field that a digest is made of."""


def plans_text(plans: Sequence[Made]) -> str:
    """Return the text of the plans of a run: of one space as ever, of several as one document."""
    every = [data_of(one) for one in plans]
    return text_of(every[0] if len(every) == 1 else joined(every))


def data_of(made: Made) -> Mapping[str, Any]:
    """Return the data of a plan, of one that was read, too."""
    if isinstance(made, SealedPlan):
        return made.data
    from reconciler.plan.plan_file import plan_data  # only a plan that was read has a model

    return plan_data(made)


def joined(plans: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the document of several plans of one run, as plain data."""
    errored = any(one["errored"] for one in plans)
    made = {
        **{name: plans[0][name] for name in COMMON},
        "format_version": SPACES_FORMAT,
        "applyable": not errored
        and all(guard["ok"] for one in plans for guard in one["guards"])
        and any(one["applyable"] for one in plans),
        "complete": all(one["complete"] for one in plans),
        "errored": errored,
        "exit_reason": worst(one["exit_reason"] for one in plans),
        "resource_changes": [
            {**row, "space": one["space"]["name"]} for one in plans for row in one["resource_changes"]
        ],
        "spaces": [part(one) for one in plans],
        "digest": rows_digest(plans),
    }
    return {**made, "seal": seal_of(made)}


def worst(reasons: Iterable[ExitReason]) -> ExitReason:
    """Return the word for how a run ended whose spaces ended so."""
    found = set(reasons)
    return next(one for one in WORST if one in found)


def part(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a document holds of one space beside its rows."""
    elsewhere = {*COMMON, "format_version", "resource_changes", "space"}
    return {**{name: one for name, one in plan.items() if name not in elsewhere}, **plan["space"]}


def rows_digest(plans: Iterable[Mapping[str, Any]]) -> str:
    """Return the SHA-256 of the changes of all spaces, in the form in which one space's digest has them."""
    rows = sorted(
        canonical([one["space"]["key"], row["type"], row["id"], *(field[name] for name in FIELD)])
        for one in plans
        for row in one["resource_changes"]
        for field in row["fields"]
    )
    return hashlib.sha256("\n".join(rows).encode("utf-8", "surrogatepass")).hexdigest()


def run_digest(plans: Sequence[Made]) -> str:
    """Return the digest of a run: that of its one space, or of the rows of all."""
    return plans[0].digest if len(plans) == 1 else rows_digest([data_of(one) for one in plans])
