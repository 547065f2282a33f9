"""Plan the spaces of one run side by side, each by itself: the one road, taken once a space.

Spaces with tokens of their own are read at the same time, each at its own pace.  Spaces that share a token
share its limit, so they take turns in one lane.  A space that fails keeps no other from being planned.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import replace as with_fields
from typing import Final, TypeAlias

from msgspec import Struct, field

from reconciler.desired.workspace import Workspace
from reconciler.errors import CannotRun, ReconcilerError, quoted, told_as
from reconciler.meegle.http.client import Client
from reconciler.meegle.http.connection import Connection
from reconciler.meegle.http.throttle import Paces
from reconciler.meegle.reader import Reader
from reconciler.meegle.space_variables import lanes
from reconciler.model import Plan
from reconciler.plan.planning import PlanOptions, plan

Result: TypeAlias = Plan | ReconcilerError
"""The plan of a space, or why there is none."""
LOOK: Final = 0.2
"""Seconds after which a wait for the lanes hears of a signal."""


class Task(Struct):
    """One space of a run: its files, what is asked, how it is reached, and its result.

    `missed`: the REFs of the selection that select nothing here, and why.
    """

    workspace: Workspace
    options: PlanOptions
    connection: Connection | None = None
    result: Result | None = None
    missed: dict[str, CannotRun] = field(default_factory=dict)


def plan_spaces(
    workspaces: Sequence[Workspace],
    options: Callable[[Workspace], PlanOptions],
    connect: Callable[[Workspace], Connection],
    until: float | None = None,
) -> list[Result]:
    """Plan each space; the results are in the order of the workspaces, however long each takes.

    Raises CannotRun for a REF of the selection that selects nothing in any space, and for two names of one
    space.
    """
    tasks = [Task(one, options(one)) for one in workspaces]
    for task in tasks:
        task.options = task.options._replace(missed=task.missed)
        try:
            task.connection = connect(task.workspace)
        except ReconcilerError as error:
            task.result = error
    known = [(number, task.connection) for number, task in enumerate(tasks) if task.connection]
    run_lanes([[tasks[number] for number in lane] for lane in lanes(known)], until)
    refuse_missed(tasks)
    refuse_one_space(tasks)
    return [task.result or CannotRun("the space was not planned", "run it again") for task in tasks]


def run_lanes(found: Sequence[Sequence[Task]], until: float | None) -> None:
    """Take the lanes at the same time, each in a thread of its own; a signal ends all waits."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=copy_context().run, args=(take_lane, lane, stop, until), daemon=True)
        for lane in found
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(LOOK)
    except BaseException:
        stop.set()
        raise


def take_lane(lane: Sequence[Task], stop: threading.Event, until: float | None) -> None:
    """Plan the spaces of one token, one after the other, at the pace that they share."""
    paces: Paces = {}
    slowest = min(
        (one.connection.rate for one in lane if one.connection and one.connection.rate), default=0.0
    )
    for task in lane:
        if task.connection is None:
            continue
        try:
            with Client(
                with_fields(task.connection, rate=slowest), stop=stop, until=until, paces=paces
            ) as client:
                task.result = plan_one(task, client, task.connection.user_key)
        except Exception as error:  # noqa: BLE001 - told as that of the space
            task.result = told_as(error)


def plan_one(task: Task, client: Client, user_key: str) -> Plan:
    """Plan one space with a client of its own."""
    workspace = task.workspace
    return plan(workspace, Reader(client, workspace.space, workspace.decisions, user_key), task.options)


def refuse_missed(tasks: Sequence[Task]) -> None:
    """Raise for the first REF that selects nothing in any space, if each space was planned."""
    if any(isinstance(task.result, ReconcilerError) for task in tasks):
        return
    first: Mapping[str, CannotRun] = tasks[0].missed
    for ref, error in first.items():
        if all(ref in task.missed for task in tasks):
            raise error


def refuse_one_space(tasks: Sequence[Task]) -> None:
    """Refuse two names of one space: what their files desire of one item was never held together."""
    known: dict[tuple[str, str], str] = {}
    for task in tasks:
        if isinstance(task.result, Plan):
            name = task.workspace.space
            first = known.setdefault((task.result.host, task.result.space_key), name)
            if first != name:
                raise CannotRun(
                    f"the files call one space both {quoted(first)} and {quoted(name)}",
                    "call it by one name; `project_key:` below `spaces:` in the settings names a key",
                )
