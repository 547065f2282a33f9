"""What an answer of the service means.  Values in, values out: no socket, no clock.

Success is HTTP 2xx and a JSON object and at least one code member and every one present the
integer 0.  For a write, the question is always the same: may it have been stored?
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Any, Final, Literal, TypeAlias

from reconciler.errors import CannotRun
from reconciler.meegle.http.failures import Redirected, StopCode
from reconciler.meegle.http.strict_json import Unfit, loads

LONGEST_MESSAGE: Final = 500
"""Characters of the service's own words that are kept, once our secrets are taken out of them."""
LONGEST_RETRY_AFTER: Final = 120.0
"""Seconds; a longer wish of the service is shortened to this."""

OK_STATUS: Final = range(200, 300)
REDIRECT_STATUS: Final = range(300, 400)
TOO_MANY: Final = 429
SERVER_STATUS: Final = range(500, 600)


@dataclass(frozen=True, slots=True)
class Success:
    """The whole JSON object of a good answer."""

    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """The service said no: its codes, the outer one first, and its own words."""

    codes: tuple[int, ...]
    message: str

    @property
    def code(self) -> int:
        """The code to diagnose by: the first that is not 0 (endpoints.md 1.2)."""
        return next(code for code in self.codes if code)


@dataclass(frozen=True, slots=True)
class Broken:
    """Nothing that can be trusted.

    `passing` where the next try may well be better, `oversized` where a smaller question would be answered.
    """

    reason: str
    passing: bool = True
    oversized: bool = False


Reply: TypeAlias = Success | Failure | Broken


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole HTTP answer, read.  `retry_after` is in seconds."""

    status: int
    reply: Reply
    log_id: str = ""
    retry_after: float | None = None


class Kind(Enum):
    """What a code means for the one who asked."""

    OK = auto()
    THROTTLED = auto()
    TOKEN = auto()
    STOP = auto()
    SEEN_BEFORE = auto()
    PASSING = auto()
    REFUSED = auto()


THROTTLED_CODES: Final = frozenset({10429})
SEEN_CODES: Final = frozenset({10430})
TOKEN_CODES: Final = frozenset({10021, 10022, 10211})
PASSING_CODES: Final = frozenset({50005})
MANY_MEANINGS: Final = 50006
PASSING_WORDS: Final = (
    "try again later",
    "fail to read/write db",
    "please contact platform",
    "bad gateway",
    "is in transition",
)
"""The texts of 50006 that speak of the service's own state (endpoints.md 10.4)."""

_USER = "set MEEGLE_USER_KEY to the user key of an active member of the space"
STOP_CODES: Final[Mapping[int, tuple[str, str]]] = {
    10204: (
        "the plugin id or its secret is wrong",
        "check MEEGLE_PLUGIN_ID and MEEGLE_PLUGIN_SECRET on the plugin's page",
    ),
    10023: ("the acting user does not exist", _USER),
    10301: (
        "the plugin may not do this",
        (
            "apply for the permission, publish a new version (or set MEEGLE_TOKEN_TYPE=virtual until there "
            "is one), install it in the space, add the user of MEEGLE_USER_KEY there; check the space's key"
        ),
    ),
    10302: ("the acting user has resigned", _USER),
    10404: ("the acting user cannot open this space", "add the user of MEEGLE_USER_KEY to the space"),
    20039: ("the acting user is not named", _USER),
    20042: ("the acting user's key is wrong", _USER),
    20049: ("the acting user belongs to another tenant group", _USER),
    1000051743: ("the acting user was not found", _USER),
    1000051942: (
        "the plan's quota of API calls is used up",
        "wait until it is renewed, or ask the tenant's administrator for a larger one",
    ),
}
"""Codes that end the run: what is wrong, and who can mend it (endpoints.md 2.5, 10.1)."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The service said yes; whether it stored the values is for the read-back to show."""

    log_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A business refusal: parts may have been stored, and repeating is no use."""

    code: int
    message: str
    log_id: str


@dataclass(frozen=True, slots=True)
class NotWritten:
    """Proof that nothing was stored: it may be sent again, with a new X-IDEM-UUID."""

    kind: Literal["throttled", "token", "connection"]
    reason: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """It may have been stored, now or a little later: only reading can tell.

    `repeatable`: if the old value is still there after a quiet time, one more attempt with the
    same X-IDEM-UUID is allowed.
    """

    reason: str
    code: int | None
    log_id: str
    repeatable: bool


@dataclass(frozen=True, slots=True)
class Fatal:
    """No further request can succeed."""

    error: CannotRun


Verdict: TypeAlias = Accepted | Refused | NotWritten | Ambiguous | Fatal


def read_answer(status: int, headers: Mapping[str, str], content: bytes) -> Answer:
    """Read one whole, decoded answer; `headers` are looked up in lower case."""
    body = _parse(content)
    reply = body if isinstance(body, Broken) else _reply(status, body)
    if isinstance(reply, Broken):
        reply = _with_status(status, reply)
    return Answer(status, reply, _log_id(headers, body), _retry_after(headers))


def http_date(text: str) -> datetime:
    """Read the date of a header, as UTC where it names no zone; ValueError where it is none."""
    try:
        moment = parsedate_to_datetime(text)
    except OverflowError as error:
        raise ValueError from error  # a year, an hour or a zone of twenty digits
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def unread_answer(status: int, broken: Broken) -> Answer:
    """Return the answer to a call whose content could not be taken in."""
    return Answer(status, _with_status(status, broken))


def kind_of(code: int, message: str) -> Kind:
    """Say what a code means; 50006 means many things and is told apart by its text."""
    if code == 0:
        return Kind.OK
    if code == MANY_MEANINGS:
        words = message.casefold()
        return Kind.PASSING if any(passing in words for passing in PASSING_WORDS) else Kind.REFUSED
    return _KINDS.get(code, Kind.REFUSED)


def kind_of_answer(answer: Answer) -> Kind | None:
    """Return the meaning of a refusal for a read, None where there is no code."""
    reply = answer.reply
    return kind_of(reply.code, reply.message) if isinstance(reply, Failure) else None


def worth_another_read(answer: Answer) -> bool:
    """Whether a read may be asked again, later."""
    match answer.reply:
        case Success():
            return False
        case Failure():
            return kind_of_answer(answer) in {Kind.THROTTLED, Kind.PASSING}
        case Broken(passing=passing):
            return passing


def was_throttled(answer: Answer) -> bool:
    """Whether the service asks for a slower pace, with its code or with the bare status."""
    if isinstance(answer.reply, Broken):
        return answer.status == TOO_MANY
    return kind_of_answer(answer) is Kind.THROTTLED


def verdict(answer: Answer, host: str) -> Verdict:
    """Say what the answer to a PUT proves (the table of `trust.md`)."""
    if answer.status in REDIRECT_STATUS:
        return Fatal(Redirected(host, answer.status))
    match answer.reply:
        case Success():
            return Accepted(answer.log_id)
        case Broken(reason=reason):
            return Ambiguous(reason, None, answer.log_id, repeatable=True)
        case Failure() as failure:
            return _verdict_of(failure, answer)


def stop_code(code: int, message: str, log_id: str) -> StopCode:
    """Make the error for a code that ends the run."""
    what, fix = STOP_CODES[code]
    return StopCode(code, message, log_id, what=what, fix=fix)


_KINDS: Final = {
    **dict.fromkeys(THROTTLED_CODES, Kind.THROTTLED),
    **dict.fromkeys(TOKEN_CODES, Kind.TOKEN),
    **dict.fromkeys(STOP_CODES, Kind.STOP),
    **dict.fromkeys(SEEN_CODES, Kind.SEEN_BEFORE),
    **dict.fromkeys(PASSING_CODES, Kind.PASSING),
}


def _verdict_of(failure: Failure, answer: Answer) -> Verdict:
    code, message, log_id = failure.code, failure.message, answer.log_id
    kinds = {kind_of(each, message) for each in failure.codes}
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


def _parse(content: bytes) -> dict[str, Any] | Broken:
    if not content.strip():
        return Broken("an empty answer")
    try:
        body = loads(content)
    except UnicodeDecodeError:
        return Broken("an answer that is not UTF-8")
    except Unfit as unfit:
        return Broken(str(unfit))
    except RecursionError:
        return Broken("an answer nested too deeply")
    except ValueError:
        html = content.lstrip()[:1] == b"<"
        return Broken("a page instead of JSON" if html else "an answer that is cut short or no JSON")
    return body if isinstance(body, dict) else Broken("an answer that is no JSON object")


def _reply(status: int, body: dict[str, Any]) -> Reply:
    codes = _codes(body)
    if not codes:
        return Broken("an answer without a code")
    if not all(type(code) is int for code in codes):
        return Broken("an answer whose code is no integer")
    if any(codes):
        return Failure(tuple(codes), _message(body))
    return Success(body) if status in OK_STATUS else Broken("an answer whose status and code disagree")


def _with_status(status: int, broken: Broken) -> Broken:
    passing = status in OK_STATUS or status in SERVER_STATUS or status == TOO_MANY
    return replace(broken, reason=f"{broken.reason}, HTTP {status}", passing=broken.passing and passing)


def _codes(body: dict[str, Any]) -> list[Any]:
    """Return every code member that is present: four places are known (endpoints.md 1.2)."""
    inner = [part for part in (body.get("error"), body.get("err")) if isinstance(part, dict)]
    outer = [body[name] for name in ("err_code", "code") if name in body]
    return outer + [part["code"] for part in inner if "code" in part]


def _message(body: dict[str, Any]) -> str:
    inner = [part for part in (body.get("err"), body.get("error")) if isinstance(part, dict)]
    texts = [body.get("err_msg"), body.get("message"), body.get("msg"), *(part.get("msg") for part in inner)]
    words = dict.fromkeys(text for text in texts if isinstance(text, str) and text)
    return ": ".join(words)


_LOG_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def _log_id(headers: Mapping[str, str], body: dict[str, Any] | Broken) -> str:
    err = body.get("err") if isinstance(body, dict) else None
    inner = err.get("log_id") if isinstance(err, dict) else None
    for candidate in (inner, headers.get("x-tt-logid"), headers.get("x-request-id")):
        if isinstance(candidate, str) and _LOG_ID.fullmatch(candidate):
            return candidate
    return ""


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return how long the service wishes us to wait, in seconds, at most LONGEST_RETRY_AFTER.

    A date is taken against the answer's own Date: our clock need not be the service's.
    """
    try:
        wish = headers["retry-after"].strip()
        if re.fullmatch(r"[0-9]{1,9}", wish):
            return min(float(wish), LONGEST_RETRY_AFTER)
        wait = http_date(wish) - http_date(headers["date"])
        return min(max(wait.total_seconds(), 0.0), LONGEST_RETRY_AFTER)
    except (KeyError, ValueError):
        return None  # no wish, or none that can be understood
