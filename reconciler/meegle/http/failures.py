"""The ways in which a call can fail.

The first group reaches callers; `NotSent` and `NoAnswer` stay inside this package, where they
tell whether a request can have had an effect.  No message holds a header, a body or a secret:
they are made from names of ours and from what the service itself said.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from reconciler.errors import CannotRun, ReconcilerError
from reconciler.meegle.http.advice import RENEW, advice_on, likely


class Problem(Struct, frozen=True):
    """One environment variable that is missing or wrong; its value is never repeated."""

    variable: str
    what: str
    fix: str


class BadEnvironment(CannotRun):
    """Variables that say where to connect and as whom are missing or wrong: all problems at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems and make one message of them."""
        self.problems = tuple(problems)
        super().__init__(
            ", ".join(f"{problem.variable} {problem.what}" for problem in self.problems),
            ", ".join(dict.fromkeys(problem.fix for problem in self.problems)),
        )


class Unreachable(CannotRun):
    """No usable answer came, also after the retries that a read may have."""

    def __init__(self, host: str, reason: str) -> None:
        """Make the message for `host`; `reason` is one of our own phrases."""
        self.reason = reason
        super().__init__(
            f"no usable answer from {host} ({reason})",
            "check MEEGLE_BASE_URL, MEEGLE_PROXY and the network, then run it again",
        )


class Oversized(Unreachable):
    """An answer beyond the cap: whoever can ask for less at a time may go on."""


class StrangeAnswer(CannotRun):
    """A good answer whose content has another form than the API's pages say."""

    def __init__(self, host: str, endpoint: str, place: str) -> None:
        """Make the message; `place` is a path of names of ours."""
        super().__init__(
            f"the answer of {host} to {endpoint} has another form than documented (at {place})",
            "nothing was concluded from it; run it again, and report it if it stays so",
        )


class KeepsThrottling(CannotRun):
    """The service refused by rate again and again although we slowed down."""

    def __init__(self, host: str) -> None:
        """Make the message for `host`."""
        super().__init__(
            f"{host} keeps refusing for too many requests",
            "all that use this plugin share one limit: wait, set a lower MEEGLE_RATE, or use a second plugin",
        )


class CannotWait(CannotRun):
    """The next try would come later than the run may last."""

    def __init__(self, host: str, seconds: float) -> None:
        """Make the message for `host`."""
        super().__init__(
            f"{host} allows no more requests or gives no answer;"
            f" the next try is in {seconds:.0f} s, after the deadline",
            "run it again later, or with a longer --deadline",
        )


class Redirected(CannotRun):
    """The service answered with a redirect, which would carry the token to another place."""

    def __init__(self, host: str, status: int) -> None:
        """Make the message; the target is a stranger's text and is not repeated."""
        super().__init__(
            f"{host} answered with a redirect (HTTP {status}), which is never followed",
            "set MEEGLE_BASE_URL to the address that people of this tenant open in the browser",
        )


class TlsFailed(CannotRun):
    """The server could not prove who it is; there is no switch to go on without proof."""

    def __init__(self, host: str, reason: str) -> None:
        """Make the message; `reason` is OpenSSL's verdict."""
        super().__init__(
            f"no trusted TLS connection to {host} ({reason})",
            "check MEEGLE_BASE_URL; a private authority belongs into the system's trusted certificates",
        )


class TokenRefused(CannotRun):
    """A token is refused again right after its renewal."""

    def __init__(self, code: int, message: str, log_id: str, *, own: bool = False) -> None:
        """Make the message from the service's answer; `own`: a person's token, which cannot be renewed."""
        words = code_and_message(code, message, log_id)
        if own:
            super().__init__(
                f"the service refuses the token of MEEGLE_USER_TOKEN: {words}",
                "it lives two hours: get a new one, or take it out to act by the plugin",
            )
            return
        found = advice_on(code, message)
        because = f", likely because {found.cause}" if found else ""
        super().__init__(
            f"the service refuses a fresh token: {words}{because}", found.fix if found else RENEW
        )


class WriteRefused(CannotRun):
    """A request that this command may not make was stopped before it left the process."""

    def __init__(self, method: str) -> None:
        """Make the message; the path may hold anything and is not repeated."""
        super().__init__(
            f"a {method} request outside the list of what this command may ask was stopped",
            "nothing was sent; please report this as a bug",
        )


class StopCode(CannotRun):
    """A code after which no further request can succeed, as something in the set-up is wrong."""

    def __init__(self, code: int, message: str, log_id: str, *, what: str, fix: str) -> None:
        """Make the message: our plain words first, then the service's own."""
        self.code = code
        self.log_id = log_id
        super().__init__(f"{what}: {code_and_message(code, message, log_id)}", fix)


class ApiRefusal(ReconcilerError):
    """The service understood a read and refused it.

    `message` is the service's own text: strangers may have written parts of it.
    """

    def __init__(self, code: int, message: str, log_id: str, *, status: int, endpoint: str) -> None:
        """Keep the parts, for callers that know what to do about a code."""
        self.code = code
        self.message = message
        self.log_id = log_id
        self.status = status
        self.endpoint = endpoint
        self.what = f"{endpoint} was refused: {code_and_message(code, message, log_id)}"
        super().__init__(self.what + likely(code, message))


class Interrupted(ReconcilerError):
    """The run was asked to stop while it waited or before it sent."""

    def __init__(self) -> None:
        """Make the message."""
        super().__init__("interrupted")


class NotSent(Exception):
    """The request never reached the service: no connection, no name, no free socket."""

    def __init__(self, reason: str) -> None:
        """Keep the reason, one of our own phrases."""
        self.reason = reason
        super().__init__(reason)


class NoAnswer(Exception):
    """The request may have reached the service, and no whole answer came back."""

    def __init__(self, reason: str) -> None:
        """Keep the reason, one of our own phrases."""
        self.reason = reason
        super().__init__(reason)


def code_and_message(code: int, message: str, log_id: str) -> str:
    """Return `code "message" (log id …)`, the service's words for a support ticket."""
    words = f'{code} "{message}"' if message else str(code)
    return f"{words} (log id {log_id})" if log_id else words
