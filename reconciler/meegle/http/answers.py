"""Interprets an answer of the service.  Values in, values out: no socket, no clock.

Success is HTTP 2xx and a JSON object and at least one code member and every one present the
integer 0.  For a write, the question is always the same: may it have been stored?
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from reconciler.meegle.http.codes import Kind, code_kind
from reconciler.meegle.http.strict_json import Unfit, parse_json, parse_rows

LONGEST_MESSAGE: Final = 500
"""Characters of the service's own words that are kept, once our secrets are taken out of them."""
LONGEST_RETRY_AFTER: Final = 120.0
"""Seconds; a longer Retry-After is shortened to this."""

OK_STATUS: Final = range(200, 300)
REDIRECT_STATUS: Final = range(300, 400)
TOO_MANY: Final = 429
SERVER_STATUS: Final = range(500, 600)


class Success(Struct, frozen=True):
    """The whole JSON object of a good answer."""

    body: dict[str, Any]


class Failure(Struct, frozen=True):
    """A refusal: its codes, the outer one first, and the service's own words."""

    codes: tuple[int, ...]
    message: str

    @property
    def code(self) -> int:
        """The code to diagnose by: the first that is not 0 (endpoints.md 1.2)."""
        return next(code for code in self.codes if code)


class Broken(Struct, frozen=True):
    """An answer that cannot be trusted.

    `passing`: the next try may well be better; `oversized`: a smaller question would be answered.
    """

    reason: str
    passing: bool = True
    oversized: bool = False


Reply: TypeAlias = Success | Failure | Broken


class Answer(Struct, frozen=True):
    """One whole HTTP answer, read.  `retry_after` is in seconds."""

    status: int
    reply: Reply
    log_id: str = ""
    retry_after: float | None = None


def read_answer(
    status: int, headers: Mapping[str, str], content: bytes, members: Iterable[str] | None = None
) -> Answer:
    """Read one whole, decoded answer; `headers` are looked up in lower case.

    `members`: all that will be read of each row of its `data`; None for all of it.
    """
    body = _parse(content, members)
    reply = body if isinstance(body, Broken) else _reply(status, body)
    if isinstance(reply, Broken):
        reply = _with_status(status, reply)
    return Answer(status, reply, _log_id(headers, body), _retry_after(headers))


def http_date(text: str) -> datetime:
    """Read the date of a header, as UTC if it names no zone; raises ValueError."""
    try:
        moment = parsedate_to_datetime(text)
    except OverflowError as error:
        raise ValueError from error  # a year, an hour or a zone of twenty digits
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def unread_answer(status: int, broken: Broken) -> Answer:
    """Return the answer to a call whose content could not be taken in."""
    return Answer(status, _with_status(status, broken))


def kind_of_answer(answer: Answer) -> Kind | None:
    """Return what a refusal means for a read, None for any other answer."""
    reply = answer.reply
    return code_kind(reply.code, reply.message) if isinstance(reply, Failure) else None


def worth_another_read(answer: Answer) -> bool:
    """Return True if a read may be asked again, later."""
    match answer.reply:
        case Success():
            return False
        case Failure():
            return kind_of_answer(answer) in {Kind.THROTTLED, Kind.PASSING}
        case Broken(passing=passing):
            return passing


def was_throttled(answer: Answer) -> bool:
    """Return True if the service asks for a slower pace, with its code or with the bare status."""
    if isinstance(answer.reply, Broken):
        return answer.status == TOO_MANY
    return kind_of_answer(answer) is Kind.THROTTLED


def _parse(content: bytes, members: Iterable[str] | None) -> dict[str, Any] | Broken:
    if not content.strip():
        return Broken("an empty answer")
    try:
        body = parse_json(content) if members is None else parse_rows(content, members)
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
    """Return the seconds of Retry-After, at most LONGEST_RETRY_AFTER.

    A date is taken against the answer's own Date: our clock need not be the service's.
    """
    try:
        asked = headers["retry-after"].strip()
        if re.fullmatch(r"[0-9]{1,9}", asked):
            return min(float(asked), LONGEST_RETRY_AFTER)
        wait = http_date(asked) - http_date(headers["date"])
        return min(max(wait.total_seconds(), 0.0), LONGEST_RETRY_AFTER)
    except (KeyError, ValueError):
        return None  # missing, or not understood
