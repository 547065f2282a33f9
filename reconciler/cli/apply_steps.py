"""The steps that the commands which write share: show, ask, send, report, and the exit code."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click
from msgspec import Struct

from reconciler.apply.ports import Stop
from reconciler.cli.leaving import leave
from reconciler.cli.progress import progress
from reconciler.cli.signals import GRACE, Signals
from reconciler.cli.streams import on_stderr, on_stdout, say, say_json, say_text, tell
from reconciler.clock import ticks
from reconciler.errors import CannotRun, ReconcilerError, told_as
from reconciler.language import _
from reconciler.model import Plan
from reconciler.settings import Settings

NOT_ALL, REFUSED = 3, 4


CODES = {"applied": 0, "stopped": 1, "rows": NOT_ALL}
"""The exit code that a run has earned by the word for its end; an interrupted one leaves by its signal."""


class Way(Struct, frozen=True):
    """How a plan is carried out: `agreed` to beforehand or not, when to end early, and how to report.

    `full`: one line a field in text.
    """

    agreed: bool
    max_errors: int | None
    deadline: float | None
    wait: float | None
    fmt: str
    full: bool


@contextmanager
def failures_told(fmt: str) -> Iterator[None]:
    """Tell programs, too, what ends a run that could not start."""
    try:
        yield
    except (click.ClickException, click.exceptions.Abort):
        raise
    except Exception as error:
        from reconciler.forge.outputs import give

        told = told_as(error)
        give(tell, exit_reason="error")
        if fmt == "json":
            from reconciler.plan.failures import failures_of
            from reconciler.render.events import failed_event

            say(failed_event(failures_of(told)))
        raise told from error


def refuse_silence(*, yes: bool) -> None:
    """Raise CannotRun if a confirmation is needed and no terminal can give one."""
    if not (yes or (sys.stdin and sys.stdin.isatty())):
        raise CannotRun(
            "no terminal to ask for confirmation",
            "pass --yes, or apply a plan saved by `reconciler plan --out`",
        )


def execute(plan: Plan, settings: Settings, way: Way) -> int:
    """Show a plan, ask, carry it out, and return the exit code that it earned."""
    from reconciler.clock import real_now
    from reconciler.forge.outputs import give
    from reconciler.plan.openings import at_hour
    from reconciler.render.events import idle_event, plan_event
    from reconciler.render.text import plan_text

    plan = at_hour(plan, real_now())
    if way.fmt == "text":
        with on_stdout():
            say_text(plan_text(plan, full=way.full))
    else:
        say(plan_event(plan))
    refused = any(not guard.ok for guard in plan.guards)
    if refused:
        return refuse(way)
    if not (plan.updates or plan.blocks):
        reason = "rows" if plan.blocked_rules else "no_changes"
        give(tell, exit_reason=reason)
        if way.fmt == "json":
            say(idle_event(reason))
        return CODES.get(reason, 0)
    if plan.updates and not way.agreed:
        with on_stderr():
            click.confirm(_("Apply this?"), abort=True, err=True)
    return apply_plan(plan, settings, way)


def refuse(way: Way) -> int:
    """Report that a guard refuses the plan before anything was sent."""
    from reconciler.forge.outputs import give
    from reconciler.render.events import idle_event

    tell("refused by a guard, nothing sent")
    give(tell, exit_reason="guard")
    if way.fmt == "json":
        say(idle_event("guard"))
    return REFUSED


def apply_plan(plan: Plan, settings: Settings, way: Way) -> int:
    """Carry a plan out, show its report, and return the exit code that it earned."""
    from reconciler.apply.carry_out import bind, carry_out, ending, with_requests
    from reconciler.apply.ports import Stop
    from reconciler.clock import real_now
    from reconciler.forge.outputs import give_report
    from reconciler.meegle.connect import connect
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.writer import Writer
    from reconciler.plan.openings import closed_words
    from reconciler.render.events import report_events
    from reconciler.render.text import report_text

    signals = Signals()
    until = until_of(way.deadline)
    stop = Stop(signals.asked, threading.Event(), until, way.max_errors)
    connection = connect((), tell, plan.space)
    on_line = say_json if way.fmt == "json" else None
    with Client(connection, writes=True, stop=stop.cut, until=until) as client, signals.listening():
        writer = Writer(client, plan.space, settings.space(plan.space), connection.user_key)
        with interruptible(signals, way), holding_lock(plan, way, stop):
            plan = bind(plan, writer, connection.host, settings)
            # Once more: somebody may have answered late, or the lock was held for hours.
            if closed := closed_words(plan, real_now()):
                tell(closed)
                return refuse(way)
            with progress(len(plan.updates)) as ended:
                state = settings.start.as_posix()
                done = carry_out(plan, writer, stop, state=state, grace=GRACE, on_item=ended, on_line=on_line)
            tell(f"journal {done.journal}, last hash {done.last_hash}")
        report = with_requests(done.report, client)
        reason = ending(report, interrupted=bool(signals.number))
        if reason == "applied" and plan.blocked_rules:
            reason = "rows"
        give_report(tell, report, reason)
        if way.fmt == "text":
            with on_stdout():
                say_text(report_text(plan, report, full=way.full))
        else:
            say(report_events(report, reason, len(plan.blocked_rules)))
        if signals.number:
            leave(signals.number)
    return CODES[reason]


@contextmanager
def interruptible(signals: Signals, way: Way) -> Iterator[None]:
    """End with the code of a signal what a signal ended before anything was sent."""
    try:
        yield
    except ReconcilerError as error:
        if signals.number:
            from reconciler.forge.outputs import give
            from reconciler.render.events import idle_event

            tell(str(error))
            give(tell, exit_reason="interrupted")
            say(idle_event("interrupted") if way.fmt == "json" else "")
            leave(signals.number)
        raise


@contextmanager
def holding_lock(plan: Plan, way: Way, stop: Stop) -> Iterator[None]:
    """Hold the lock of the plan's space, for which one may wait until the deadline."""
    from reconciler.apply.lock import locked

    wait = way.wait or 0.0
    left = wait if stop.deadline is None else min(wait, max(0.0, stop.deadline - ticks()))
    with locked(plan.host, plan.space_key, wait=left, stopped=stop.asked.wait, report=tell):
        yield


def until_of(deadline: float | None) -> float | None:
    """Return when a run that begins now must be over; planning and sending have this long each."""
    return None if deadline is None else ticks() + deadline
