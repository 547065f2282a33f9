"""The steps that the commands which write share: show, ask, send, report, and the exit code."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple

import click
from msgspec import Struct
from msgspec.structs import replace

from reconciler.apply.ports import Stop
from reconciler.cli.leaving import leave
from reconciler.cli.progress import progress
from reconciler.cli.signals import GRACE, Signals
from reconciler.cli.streams import on_stderr, on_stdout, say, say_json, say_text, tell
from reconciler.clock import ticks
from reconciler.errors import CannotRun, ReconcilerError, told_as
from reconciler.language import _
from reconciler.model import Plan, RunSpaces
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.http.connection import Connection
    from reconciler.meegle.writer import Writer
    from reconciler.model.outcomes import Report

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


class Part(NamedTuple):
    """The plan of one space of a run, and the settings it is carried out by; `spaces`: those of the run."""

    plan: Plan
    settings: Settings
    spaces: RunSpaces | None = None


def execute(parts: Sequence[Part], way: Way) -> int:
    """Show the plans of a run, ask, carry them out, and return the exit code that they earned.

    Nothing is sent unless every space was planned and no guard or window refuses any of them.
    """
    from reconciler.clock import real_now
    from reconciler.plan.openings import at_hour

    parts = [one._replace(plan=at_hour(one.plan, real_now())) for one in parts]
    plans = tuple(one.plan for one in parts)
    show_plans(plans, way)
    if failed := [one for one in plans if one.failures]:
        return not_planned(failed, way)
    if any(not guard.ok for plan in plans for guard in plan.guards):
        return refuse(way)
    due = [one for one in parts if one.plan.updates or one.plan.blocks]
    if not due:
        return idle("rows" if any(one.blocked_rules for one in plans) else "no_changes", way)
    if any(one.plan.updates for one in due) and not way.agreed:
        with on_stderr():
            click.confirm(_("Apply this?"), abort=True, err=True)
    return apply_plans(parts, due, way)


def show_plans(plans: Sequence[Plan], way: Way) -> None:
    """Show what is about to be applied."""
    if way.fmt != "text":
        from reconciler.render.events import plan_event

        for plan in plans:
            say(of_space(plan_event(plan), plan, plans))
        return
    with on_stdout():
        if len(plans) == 1:
            from reconciler.render.text import plan_text

            say_text(plan_text(plans[0], full=way.full))
        else:
            from reconciler.render.spaces import plans_text

            say_text(plans_text(plans, full=way.full))


def of_space(lines: str, plan: Plan, plans: Sequence[object]) -> str:
    """Return events; in a run about several spaces each names its own."""
    if len(plans) == 1:
        return lines
    from reconciler.render.events import with_space

    return with_space(lines, plan.space)


def idle(reason: str, way: Way) -> int:
    """Report a run that has nothing to send."""
    from reconciler.forge.outputs import give
    from reconciler.render.events import idle_event

    give(tell, exit_reason=reason)
    if way.fmt == "json":
        say(idle_event(reason))
    return CODES.get(reason, 0)


def not_planned(failed: Sequence[Plan], way: Way) -> int:
    """Report that a space of the run could not be planned, so that nothing is sent to any."""
    from reconciler.forge.outputs import give
    from reconciler.render.events import failed_event
    from reconciler.render.spaces import named

    names = ", ".join(one.space for one in failed)
    tell(f"nothing sent, since not every space was planned: {names}; --space leaves a space out")
    give(tell, exit_reason="error")
    if way.fmt == "json":
        say(failed_event(failure for one in failed for failure in named(one).failures))
    return 1


def refuse(way: Way) -> int:
    """Report that a guard refuses the plan before anything was sent."""
    from reconciler.forge.outputs import give
    from reconciler.render.events import idle_event

    tell("refused by a guard, nothing sent")
    give(tell, exit_reason="guard")
    if way.fmt == "json":
        say(idle_event("guard"))
    return REFUSED


class Opened(NamedTuple):
    """A space that is open for writing, with its lock held and its plan bound to the metadata of now."""

    part: Part
    connection: Connection
    client: Client
    writer: Writer
    stop: Stop

    @property
    def plan(self) -> Plan:
        """The plan that is carried out."""
        return self.part.plan


class Ended(NamedTuple):
    """How the plan of one space ended, with the word for it."""

    plan: Plan
    report: Report
    reason: str


def apply_plans(parts: Sequence[Part], due: Sequence[Part], way: Way) -> int:
    """Carry out the plans that have something to send, show their reports, and return the exit code.

    All spaces are opened, locked and checked before the first PUT to any of them.
    """
    from reconciler.clock import real_now
    from reconciler.plan.openings import closed_words

    signals, until = Signals(), until_of(way.deadline)
    with ExitStack() as clients, signals.listening():
        with interruptible(signals, way), ExitStack() as locks:
            opened = [
                opened_space(one, way, signals, until, clients, locks, several=len(parts) > 1) for one in due
            ]
            # Once more: somebody may have answered late, or a lock was held for hours.
            if closed := [words for one in opened if (words := closed_words(one.plan, real_now()))]:
                tell(*closed)
                return refuse(way)
            ended = [carried_out(one, way, signals, several=len(parts) > 1) for one in opened]
        left = sum(len(one.plan.blocked_rules) for one in parts) - sum(
            len(one.plan.blocked_rules) for one in ended
        )
        reason = report_all(ended, way, several=len(parts) > 1, blocked_rules=left)
        if signals.number:
            leave(signals.number)
    return CODES[reason]


@contextmanager
def naming_space(plan: Plan, *, several: bool) -> Iterator[None]:
    """Let an error about one space of several name it."""
    try:
        yield
    except CannotRun as error:
        if not several:
            raise
        raise CannotRun(f"the space {plan.space}: {error.what}", error.fix) from error


def opened_space(
    part: Part,
    way: Way,
    signals: Signals,
    until: float | None,
    clients: ExitStack,
    locks: ExitStack,
    *,
    several: bool,
) -> Opened:
    """Open a space for writing, hold its lock, and bind its plan."""
    from reconciler.apply.carry_out import bind
    from reconciler.meegle.connect import connect
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.http.connection import by_own_names
    from reconciler.meegle.writer import Writer

    plan, settings, spaces = part
    stop = Stop(signals.asked, threading.Event(), until, way.max_errors)
    with naming_space(plan, several=several):
        connection = connect((), tell, plan.space, spaces)
        with by_own_names(connection):
            client = clients.enter_context(Client(connection, writes=True, stop=stop.cut, until=until))
            writer = Writer(client, plan.space, settings.space(plan.space), connection.user_key)
            locks.enter_context(holding_lock(plan, way, stop))
            bound = bind(plan, writer, connection.host, settings)
    return Opened(part._replace(plan=bound), connection, client, writer, stop)


def carried_out(opened: Opened, way: Way, signals: Signals, *, several: bool) -> Ended:
    """Carry out the plan of one space; of several, an error is told as the end of this one."""
    from reconciler.apply.carry_out import carry_out, ending, with_requests
    from reconciler.meegle.http.connection import by_own_names

    plan, settings = opened.plan, opened.part.settings
    if signals.number:
        return Ended(plan, untried(plan, "interrupted"), "interrupted")

    def on_line(line: str) -> None:
        say_json(of_space(line, plan, [plan, plan] if several else [plan]))

    try:
        with by_own_names(opened.connection), progress(len(plan.updates)) as on_item:
            done = carry_out(
                plan,
                opened.writer,
                opened.stop,
                state=settings.start.as_posix(),
                grace=GRACE,
                on_item=on_item,
                on_line=on_line if way.fmt == "json" else None,
            )
    except ReconcilerError as error:
        if not several or signals.number:
            raise
        tell(f"error: the space {plan.space}: {error}")
        return Ended(plan, untried(plan, str(error)), "stopped")
    tell(f"journal {done.journal}, last hash {done.last_hash}")
    report = with_requests(done.report, opened.client)
    reason = ending(report, interrupted=bool(signals.number))
    return Ended(plan, report, "rows" if reason == "applied" and plan.blocked_rules else reason)


def untried(plan: Plan, why: str) -> Report:
    """Return the report of a plan of which nothing was sent."""
    from reconciler.model.outcomes import NotTried, Report, Row

    rows = (
        Row(update.ref, update.title, one.key, one.name, NotTried(why), one)
        for update in plan.updates
        for one in update.changes
    )
    return Report(tuple(rows), stopped=why)


def report_all(ended: Sequence[Ended], way: Way, *, several: bool, blocked_rules: int) -> str:
    """Show what became of each row, and return the word for how the run ended.

    `blocked_rules`: those of spaces that had nothing to send.
    """
    from reconciler.forge.outputs import give_report
    from reconciler.render.events import report_events, spaces_event
    from reconciler.render.text import report_text

    reasons = {one.reason for one in ended} | ({"rows"} if blocked_rules else set())
    reason = next(word for word in ("interrupted", "stopped", "rows", "applied") if word in reasons)
    rows = tuple(row for one in ended for row in one.report.rows)
    give_report(tell, replace(ended[0].report, rows=rows), reason)
    if way.fmt == "json":
        for one in ended:
            events = report_events(one.report, one.reason, len(one.plan.blocked_rules))
            say(of_space(events, one.plan, [one, one] if several else [one]))
        if several:
            say(spaces_event([(one.plan, one.report) for one in ended], reason))
        return reason
    with on_stdout():
        if several:
            from reconciler.render.spaces import reports_text

            say_text(reports_text([(one.plan, one.report) for one in ended], full=way.full))
        else:
            say_text(report_text(ended[0].plan, ended[0].report, full=way.full))
    return reason


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
