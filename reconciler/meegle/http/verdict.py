"""Decides what the answer to a PUT proves: written, refused, not written, or nothing."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from reconciler.errors import CannotRun
from reconciler.meegle.http.answers import REDIRECT_STATUS, Answer, Broken, Failure, Success
from reconciler.meegle.http.codes import Kind, code_kind, stop_code
from reconciler.meegle.http.failures import Redirected


class Accepted(Struct, frozen=True):
    """The service accepted; whether it stored the values is for the read-back to show."""

    log_id: str


class Refused(Struct, frozen=True):
    """A business refusal: parts may have been stored, and a repeated PUT would be refused again."""

    code: int
    message: str
    log_id: str


class NotWritten(Struct, frozen=True):
    """Proof that nothing was stored: it may be sent again, with a new X-IDEM-UUID."""

    kind: Literal["throttled", "token", "connection"]
    reason: str
    retry_after: float | None = None


class Ambiguous(Struct, frozen=True):
    """It may have been stored, now or a little later: only a read can tell.

    `repeatable`: if the old value is still there after a quiet time, one more attempt with the
    same X-IDEM-UUID is allowed.
    """

    reason: str
    code: int | None
    log_id: str
    repeatable: bool


class Fatal(Struct, frozen=True):
    """No further request can succeed."""

    error: CannotRun


Verdict: TypeAlias = Accepted | Refused | NotWritten | Ambiguous | Fatal


def put_verdict(answer: Answer, host: str) -> Verdict:
    """Return what the answer to a PUT proves (the table of `trust.md`)."""
    if answer.status in REDIRECT_STATUS:
        return Fatal(Redirected(host, answer.status))
    match answer.reply:
        case Success():
            return Accepted(answer.log_id)
        case Broken(reason=reason):
            return Ambiguous(reason, None, answer.log_id, repeatable=True)
        case Failure() as failure:
            return _verdict_of(failure, answer)


def _verdict_of(failure: Failure, answer: Answer) -> Verdict:
    code, message, log_id = failure.code, failure.message, answer.log_id
    kinds = {code_kind(each, message) for each in failure.codes}
    if len(kinds) > 1:
        # Proof that nothing was written must not come from one member that another denies.
        return Ambiguous(f"codes that disagree: {message}", code, log_id, repeatable=False)
    match kinds.pop():
        case Kind.THROTTLED:
            return NotWritten("throttled", message, answer.retry_after)
        case Kind.TOKEN:
            return NotWritten("token", message)
        case Kind.STOP:
            return Fatal(stop_code(code, message, log_id))
        case Kind.SEEN_BEFORE:
            # The same key again would only be refused again.
            return Ambiguous(message, code, log_id, repeatable=False)
        case Kind.PASSING:
            return Ambiguous(message, code, log_id, repeatable=False)
        case Kind.REFUSED | Kind.OK:
            return Refused(code, message, log_id)
