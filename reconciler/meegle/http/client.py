"""The one way to the service: layers around a transport, and two things to do with them.

    Guard > Retry (reads) > Auth > Throttle > Counting > Deadline > Reading > the network

There is no `httpx.Client` on top: it would follow cookies, redirects' next requests and the
environment, and they may not decide where a token goes.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType, TracebackType
from typing import Any, Final, Self

import httpx

from reconciler.errors import CannotRun, ReconcilerError
from reconciler.meegle.http.ahead import Ahead, Question
from reconciler.meegle.http.answers import REDIRECT_STATUS, Answer, Broken, Failure, Success, http_date
from reconciler.meegle.http.auth import LONGEST_LIFE, VISIBLE, Auth, Tokens
from reconciler.meegle.http.codes import Kind, code_kind, stop_code
from reconciler.meegle.http.connection import Connection, password_in
from reconciler.meegle.http.counting import Counting, Counts
from reconciler.meegle.http.endpoints import BATCH_UPDATE, PLUGIN_TOKEN, UPDATE, Endpoint
from reconciler.meegle.http.failures import (
    ApiRefusal,
    CannotWait,
    Interrupted,
    KeepsThrottling,
    NoAnswer,
    NotSent,
    Oversized,
    Redirected,
    StrangeAnswer,
    TokenRefused,
    Unreachable,
    WriteRefused,
)
from reconciler.meegle.http.guard import Guard
from reconciler.meegle.http.layer import answer_of, mark_members
from reconciler.meegle.http.network import DEADLINE, Deadline, Network
from reconciler.meegle.http.reading import SIZE_CAP, Reading
from reconciler.meegle.http.retry import RUN_BUDGET, Budget, Retry
from reconciler.meegle.http.secrets import Secrets
from reconciler.meegle.http.shapes import trouble_in
from reconciler.meegle.http.throttle import Paces, Permit, Throttle
from reconciler.meegle.http.token_file import keep, kept
from reconciler.meegle.http.verdict import Ambiguous, Fatal, NotWritten, Verdict, put_verdict
from reconciler.meegle.http.wait_limit import WaitLimit

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_IDEM = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Client:
    """Speak with one service as one identity.  Synchronous and thread-safe; a context manager.

    Without `writes` no request that could change anything leaves, whoever makes it; `probes` lets one
    more kind of write out.  `stop` ends every wait, and none that the service asks for lasts past `until`,
    by `clock.ticks`.  `paces` are shared with other clients of the same token.  `transport` stands in for
    the network; `clock` and `wait` are for tests.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        writes: bool = False,
        probes: bool = False,
        transport: httpx.BaseTransport | None = None,
        stop: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], bool] | None = None,
        deadline: float = DEADLINE,
        size_cap: int = SIZE_CAP,
        retries: int = RUN_BUDGET,
        until: float | None = None,
        paces: Paces | None = None,
    ) -> None:
        """Put the layers together; nothing is sent yet."""
        self._connection = connection
        self._closed = threading.Event()
        waits = wait or (stop or self._closed).wait
        before_wait = WaitLimit(connection.host, until)
        self._secrets = Secrets(
            connection.plugin_secret, connection.user_token, password_in(connection.proxy)
        )
        self._budget = Budget(retries)
        network = transport or Network(connection.base_url, connection.proxy)
        whole = Deadline(Reading(network, connection.host, self._secrets, size_cap), deadline)
        self._counting = Counting(whole, clock)
        self._throttle = Throttle(
            self._counting, connection.rate, wait=waits, before_wait=before_wait, clock=clock, paces=paces
        )
        self._token_file = connection.token_file
        self._tokens = Tokens(self._find_token, clock)
        asking = Retry(self._throttle, self._budget, wait=waits, before_wait=before_wait)
        self._token_desk = Guard(asking, connection.base_url, writes=False)
        authorised = Auth(self._throttle, connection, self._tokens)
        retrying = Retry(authorised, self._budget, wait=waits, before_wait=before_wait)
        self.transport: httpx.BaseTransport = Guard(
            retrying, connection.base_url, writes=writes, probes=probes
        )
        """The outermost layer: even a raw request sent through it is guarded."""
        self._ahead = Ahead(self._read)

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the client; an error names the variables that the identity was read from."""
        self.close()
        if isinstance(error, CannotRun) and (named := self._connection.told(error)) is not error:
            raise named from error

    def close(self) -> None:
        """Close the connections; calls under way in other threads fail, and are not repeated."""
        self._closed.set()
        self._ahead.close()
        self.transport.close()

    @property
    def counts(self) -> Counts:
        """The counts of requests so far, for the line `Requests: …`."""
        return self._counting.counts(self._budget.spent)

    @property
    def service_time(self) -> datetime | None:
        """The time of the latest answer by the service's clock; None if its header Date is missing or odd."""
        try:
            return http_date(self._counting.date)
        except ValueError:
            return None

    @property
    def host(self) -> str:
        """Which service is asked: its name, with its port if one was given."""
        return self._connection.host

    @property
    def identity(self) -> tuple[str, ...]:
        """Which service is asked, and as whom: what may be seen by one may be hidden from another."""
        one = self._connection
        token = hashlib.sha256(one.user_token.encode()).hexdigest() if one.user_token else ""
        return (one.host, one.plugin_id, one.user_key, str(one.auth_mode), str(int(one.virtual)), token)

    @property
    def plugin_id(self) -> str:
        """Which plugin asks."""
        return self._connection.plugin_id

    @property
    def token_generation(self) -> int:
        """A number that changes with the token: an X-IDEM-UUID means nothing beyond one token."""
        return self._tokens.generation

    def sign_in(self) -> None:
        """Get a token, unless there is one.  Raises as `read` does."""
        self._tokens.current()

    def read(
        self, endpoint: Endpoint, *, path: Mapping[str, str] = _NOTHING, body: object | None = None
    ) -> dict[str, Any]:
        """Ask, and return the whole JSON object of a good answer; repeated as reads may be.

        Raises ApiRefusal for a business refusal, CannotRun where no request can succeed (which
        includes Unreachable: no usable answer), Interrupted when asked to stop.
        """
        return self.ask(Question(endpoint, path, body))

    def ask(self, question: Question) -> dict[str, Any]:
        """Read one question as `read` does; an answer that was asked for ahead is taken."""
        early = self._ahead.take(question)
        return self._read(question) if early is None else early

    def ahead(self, questions: Iterable[Question]) -> AbstractContextManager[None]:
        """Ask at once what will be read within a `with` block; raises as `read` does if no token comes."""
        some = list(questions)
        if some:
            self.sign_in()
        return self._ahead.asked(some)

    def _read(self, question: Question) -> dict[str, Any]:
        endpoint = question.endpoint
        answer = self._ask(self.transport, question)
        if place := trouble_in(endpoint, answer.get("data")):
            raise StrangeAnswer(self._connection.host, endpoint.name, place)
        return answer

    def permit(self) -> Permit:
        """Wait until one PUT may leave, with a token at hand.  Raises as `read` does."""
        self._tokens.current()
        return self._throttle.permit(UPDATE)

    def update(
        self,
        *,
        project_key: str,
        type_key: str,
        item_id: int,
        update_fields: list[dict[str, Any]],
        idem: str,
        permit: Permit,
    ) -> Verdict:
        """Send exactly one PUT, never repeated here, and return what its answer proves.

        Raises only for what is wrong before anything is sent: an impossible path or key, or a client that
        may not write.
        """
        if not _IDEM.fullmatch(idem):
            raise ValueError("an X-IDEM-UUID is 1 to 64 letters, digits, '_' or '-'")
        path = {"project_key": project_key, "type_key": type_key, "item_id": str(item_id)}
        request = self._request(UPDATE, path, {"update_fields": update_fields})
        request.headers["X-IDEM-UUID"] = idem
        request.extensions = {**request.extensions, "permit": permit}
        return self._verdict(request)

    def batch_update(
        self, *, project_key: str, type_key: str, item_id: int, field_key: str, value: object
    ) -> Verdict:
        """Set one field of one item by the batch endpoint, which works later; for probes alone (7.3)."""
        body = {
            "project_key": project_key,
            "work_item_type_key": type_key,
            "work_item_ids": [item_id],
            "update_mode": "UPDATE",
            "field_key": field_key,
            "after_field_value": value,
        }
        return self._verdict(self._request(BATCH_UPDATE, {}, body))

    def _verdict(self, request: httpx.Request) -> Verdict:
        try:
            response = self.transport.handle_request(request)
        except NotSent as failure:
            return NotWritten("connection", failure.reason)
        except NoAnswer as failure:
            return Ambiguous(failure.reason, None, "", repeatable=True)
        except Unreachable as failure:
            return NotWritten("connection", f"no token: {failure.reason}")
        except CannotWait as error:
            return NotWritten("connection", str(error))
        except Interrupted:
            return NotWritten("connection", "interrupted before it was sent")
        except WriteRefused:
            raise
        except CannotRun as error:
            return Fatal(error)
        return put_verdict(answer_of(response), self._connection.host)

    def _find_token(self) -> tuple[str, float]:
        """Return the token of an earlier run, looked for once; else a new one, kept for the next.

        A person's own token is the only one there is: nothing here can renew it.
        """
        if self._connection.user_token:
            return self._connection.user_token, LONGEST_LIFE
        path, self._token_file = self._token_file, None
        if path and (found := kept(path)):
            self._secrets.add(found[0])
            return found
        made = self._fetch_token()
        if self._connection.token_file:
            keep(self._connection.token_file, *made)
        return made

    def _fetch_token(self) -> tuple[str, float]:
        connection = self._connection
        plugin = {"plugin_id": connection.plugin_id, "plugin_secret": connection.plugin_secret}
        body = {**plugin, "type": int(connection.virtual)}
        try:
            answer = self._ask(self._token_desk, Question(PLUGIN_TOKEN, body=body))
        except ApiRefusal as refusal:
            raise _no_token(str(refusal)) from None
        token = _token_in(answer)
        if token is None:
            raise _no_token("its answer holds none")
        self._secrets.add(token[0])
        return token

    def _ask(self, transport: httpx.BaseTransport, question: Question) -> dict[str, Any]:
        request = self._request(question.endpoint, question.path, question.body)
        mark_members(request, question.members)
        try:
            response = transport.handle_request(request)
        except (NotSent, NoAnswer) as failure:
            reason = failure.reason
        else:
            return self._body_of(answer_of(response), question.endpoint)
        raise Unreachable(self._connection.host, reason)

    def _body_of(self, answer: Answer, endpoint: Endpoint) -> dict[str, Any]:
        if answer.status in REDIRECT_STATUS:
            raise Redirected(self._connection.host, answer.status)
        match answer.reply:
            case Success(body=body):
                return body
            case Broken(reason=reason, oversized=oversized):
                raise (Oversized if oversized else Unreachable)(self._connection.host, reason)
            case Failure() as failure:
                raise self._refusal(failure, answer, endpoint)

    def _refusal(self, failure: Failure, answer: Answer, endpoint: Endpoint) -> ReconcilerError:
        code, message, log_id = failure.code, failure.message, answer.log_id
        match code_kind(code, message):
            case Kind.STOP:
                return stop_code(code, message, log_id)
            case Kind.TOKEN:
                return TokenRefused(code, message, log_id, own=bool(self._connection.user_token))
            case Kind.THROTTLED:
                return KeepsThrottling(self._connection.host)
            case _:
                return ApiRefusal(code, message, log_id, status=answer.status, endpoint=endpoint.name)

    def _request(self, endpoint: Endpoint, path: Mapping[str, str], body: object | None) -> httpx.Request:
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "Content-Type": "application/json",
            "User-Agent": self._connection.user_agent,
        }
        content = b"" if body is None else json.dumps(body, allow_nan=False, separators=(",", ":")).encode()
        url = _parsed(self._connection.base_url + endpoint.path(path))
        return httpx.Request(endpoint.method, url, headers=headers, content=content)


@lru_cache(maxsize=64)
def _parsed(address: str) -> httpx.URL:
    """Parse an address once: reads of many items go to the same one."""
    return httpx.URL(address)


def _token_in(answer: Mapping[str, Any]) -> tuple[str, float] | None:
    """Return the token and its remaining seconds, if the answer holds a usable one."""
    inner = answer.get("data")
    if not isinstance(inner, dict):
        return None
    token, left = inner.get("token"), inner.get("expire_time")
    if not isinstance(token, str) or not VISIBLE.fullmatch(token):
        return None
    if isinstance(left, bool) or not isinstance(left, int | float) or not 0 < left <= LONGEST_LIFE:
        return None
    return token, float(left)


def _no_token(reason: str) -> CannotRun:
    return CannotRun(
        f"the service gives no token ({reason})", "check MEEGLE_PLUGIN_ID and MEEGLE_PLUGIN_SECRET"
    )
