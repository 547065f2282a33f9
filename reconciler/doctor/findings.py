"""The findings of `doctor`, line by line: what is wrong, what caused it, and what to do.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from reconciler.errors import CannotRun, ReconcilerError, counted
from reconciler.meegle.http.failures import (
    ApiRefusal,
    BadEnvironment,
    KeepsThrottling,
    Redirected,
    StopCode,
    TlsFailed,
    TokenRefused,
    Unreachable,
)
from reconciler.schema.pin_changes import Difference

State = Literal["ok", "note", "wrong", "-"]
"""`-` where it was not asked."""

APART = timedelta(seconds=60)
"""How far two clocks may be apart: operation records are asked for up to a minute ahead of ours."""
OLD = timedelta(days=90)
NOBODY = 30006
AREAS: Mapping[type[ReconcilerError], str] = {
    TlsFailed: "TLS",
    Redirected: "host",
    KeepsThrottling: "rate",
    TokenRefused: "plugin token",
}
"""The area of a failure by its type; else the step's."""
CODES = {10204: "plugin secret", 10301: "", 10404: "", 1000051942: "rate"}
"""The area of a code after which nothing succeeds: else the user's; empty for the step's."""


class Finding(Struct, frozen=True):
    """One line of the screen: an area, its state, what was found, and what to do if anything."""

    area: str
    state: State
    what: str
    fix: str = ""

    def __str__(self) -> str:
        """Return the line."""
        what = f"{self.what}; {self.fix}" if self.fix else self.what
        return f"{self.state:<6}{self.area}: {what}"


PROBE = Finding("write permission", "-", "not asked (doctor --probe ITEM)")


def variables(error: CannotRun) -> Iterator[Finding]:
    """Yield one line for each variable that is missing or wrong, or why no variables count for the space."""
    if not isinstance(error, BadEnvironment):
        yield Finding("variables", "wrong", error.what, error.fix)
        return
    for one in error.problems:
        yield Finding("variables", "wrong", f"{one.variable} {one.what}", one.fix)


def failed(step: str, error: ReconcilerError, *, proxied: bool, other_proxy: str = "") -> Finding:
    """Return the finding on a failed step: what caused it.

    `proxied`: connections go to MEEGLE_PROXY; `other_proxy` is the name of a variable that other
    programs take a proxy from and this one does not.
    """
    what, fix = (error.what, error.fix) if isinstance(error, CannotRun) else (str(error), "")
    if isinstance(error, Unreachable):
        return unreachable(error, proxied=proxied, other_proxy=other_proxy)
    if isinstance(error, ApiRefusal) and error.code == NOBODY and error.endpoint == "projects":
        return Finding(
            "user key", "wrong", f"nobody has it: {error.what}", "set MEEGLE_USER_KEY to a member's key"
        )
    if isinstance(error, StopCode):
        return Finding(CODES.get(error.code, "user key") or step, "wrong", what, fix)
    return Finding(AREAS.get(type(error), step), "wrong", what, fix)


def unreachable(error: Unreachable, *, proxied: bool, other_proxy: str) -> Finding:
    """Tell a proxy that does not work from a host that does not answer."""
    if proxied and error.reason.startswith(("the proxy", "no connection")):
        fix = "check MEEGLE_PROXY: nothing can be reached through it"
        return Finding("proxy", "wrong", error.what, fix)
    fix = "check the spelling of MEEGLE_BASE_URL, and the network"
    return Finding("host", "wrong", error.what, fix + hint(other_proxy))


def hint(variable: str) -> str:
    """Return a hint that a proxy of other programs is not used here."""
    return f"; {variable} is not read here, set MEEGLE_PROXY" if variable else ""


def acting(name: str, *, active: bool) -> Finding:
    """Return who the plugin acts as, and what would be wiser."""
    if not active:
        fix = "set MEEGLE_USER_KEY to the user key of an active member of the space"
        return Finding("user key", "wrong", f"{name} is not active", fix)
    wise = "a service account is wise: people leave, and it may be given just what state/ needs"
    return Finding("user key", "ok", f"acts as {name} ({wise})")


def space(name: str, key: str | None, seen: Sequence[str]) -> Finding:
    """Return whether the plugin is in the space; `seen` are the spaces that it and the user may open."""
    if key:
        return Finding("plugin", "ok", f"installed in {name} ({key})")
    if not seen:
        fix = "install it in the space, and add the user of MEEGLE_USER_KEY there"
        return Finding("plugin", "wrong", "it is installed in no space that the user may open", fix)
    what = f"it is not installed in {name}, or the user may not open it; there is {', '.join(seen)}"
    return Finding("plugin", "wrong", what, "install it there, or mend `space:` in the files")


def reads(done: Sequence[str]) -> Finding:
    """Return what may be read."""
    return Finding("read permission", "ok", f"{counted(len(done), 'endpoint')}: {', '.join(done)}")


def zone(name: str, days: int, held: int, fit: Sequence[str]) -> Finding:
    """Return whether live days are midnights in the space's zone.

    `days`: how many were looked at; `held`: how many of them are midnights in the zone; `fit`: the
    zones in which all are.
    """
    line = "add `time_zone:` to the space in state/reconciler.yaml"
    some = "1 live day is a midnight" if days == 1 else f"{days} live days are midnights"
    there = f"{some} in {', '.join(fit)}" if fit else f"{counted(days, 'live day')} fit no zone"
    if not name:
        what = "the settings name none, so that no day is planned"
        return Finding(
            "time zone", "wrong", f"{what}; {there if days else 'no live day shows which it is'}", line
        )
    if not days:
        return Finding("time zone", "note", f"{name}; no live day to hold it against")
    if held == days:
        return Finding("time zone", "ok", f"{name}, where {some}")
    fix = f"mend `time_zone:` in state/reconciler.yaml; {there}"
    return Finding(
        "time zone",
        "wrong",
        f"{name}, where {days - held} of {counted(days, 'live day')} are no midnights",
        fix,
    )


def clock(service: datetime | None, ours: datetime, *, pinned: bool) -> Finding:
    """Compare our clock with the service's; `pinned`: SOURCE_DATE_EPOCH replaces ours."""
    if service is None:
        return Finding("clock", "note", "the service does not say its time")
    apart = ours - service
    if abs(apart) <= APART:
        return Finding("clock", "ok", f"{abs(apart).total_seconds():.0f} s from the service's")
    way = "ahead of" if apart > timedelta(0) else "behind"
    what = f"{abs(apart) - timedelta(microseconds=apart.microseconds)} {way} the service's"
    fix = "take SOURCE_DATE_EPOCH out" if pinned else "set it by NTP: plans and operation records go by it"
    return Finding("clock", "wrong", what, fix)


def pins(
    folder: str, pinned: int, changed: datetime | None, now: datetime, found: Iterable[Difference]
) -> Finding:
    """Return the age of the pins, and whether the space still matches; `changed`: their last commit."""
    if not pinned:
        return Finding("pins", "note", f"none in {folder}", "run `reconciler schema pull`")
    age = f"{counted((now - changed).days, 'day')} old" if changed else "not committed yet"
    some = list(found)
    if some:
        blocking = sum(one.effect == "blocks" for one in some)
        what = f"{age}, and the space has changed: {counted(len(some), 'difference')}, {blocking} blocking"
        return Finding(
            "pins", "wrong", what, "look at `reconciler schema check`, then `reconciler schema pull`"
        )
    if changed and now - changed > OLD:
        return Finding("pins", "note", f"{age}; the space is still as they say")
    return Finding("pins", "ok", f"{counted(pinned, 'type')}, {age}, and the space is as they say")


def rate(per_second: float, repeated: int) -> Finding:
    """Return the pace of the calls."""
    if repeated:
        what = f"{per_second:g} a second for each endpoint, and {repeated} reads had to be repeated"
        return Finding("rate", "note", what, "all that use this plugin share one limit")
    return Finding("rate", "ok", f"{per_second:g} a second for each endpoint" if per_second else "no limit")


def repository(*, program: bool, inside: bool, commit: str, shallow: bool, journals_ignored: bool) -> Finding:
    """Return what git knows of the folder."""
    if not program:
        return Finding("git", "note", "git is not installed", "install git: --base and why need it")
    if not inside:
        return Finding("git", "note", "this is not a git repository", "run it in a clone, or `git init`")
    if not commit:
        return Finding("git", "note", "nothing is committed yet", "commit state/ and schemas/")
    if shallow:
        fix = "`git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout"
        return Finding("git", "note", "a shallow clone: --base may find nothing", fix)
    if not journals_ignored:
        return Finding("git", "note", "the journals would be committed", "add .reconciler/ to .gitignore")
    return Finding("git", "ok", commit[:12])
