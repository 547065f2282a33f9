"""Admits calls: tokens, rates, people and idempotency keys (endpoints.md 2 and 3)."""

from __future__ import annotations

import secrets
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from reconciler.sandbox.http.refusals import Refusal
from reconciler.sandbox.state.model import Person
from reconciler.sandbox.state.switches import Options

REFRESH_LIFE_S: Final = 14 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Token:
    """A live token; `user_key` only for user tokens; `until` in epoch seconds.

    `space`: the key of the space whose own plugin it is of; empty: of the plugin that the others share.
    """

    text: str
    until: float
    user_key: str = ""
    space: str = ""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of a plugin: its id, its secret and a person to act as."""

    plugin_id: str
    plugin_secret: str
    user_key: str


@dataclass(frozen=True, slots=True)
class Rates:
    """Limits of one endpoint; None: the space-wide ones of the options."""

    per_second: int | None = None
    per_minute: bool = False


# The order in which a call is admitted.  No page states it, so a switch of docs/sandbox.md moves the
# most doubtful step.
#
#  1. The token.  Without a valid one there is nobody whose rate could be counted, and an expired
#     token must answer as such at any rate: the client renews it and repeats the call.
#  2. The rate (10429), counted by token and endpoint.  It comes before the user and the body, so a
#     call with wrong input is throttled as well.  A refused call does not count: a client that waits
#     and repeats must get in, or two clients could lock each other out for ever.
#  3. The person in X-USER-KEY, on endpoints that act as one: unknown and resigned people are refused.
#  4. The idempotency key (10430), last: it is used up only by a call that the steps above let in, so
#     a throttled PUT may be repeated with its own key.  From here on the key is spent, even if the
#     call then fails for its body: a repeat is refused, and only a read can tell what was written.
#     `idem_at_once` spends the key before step 1 instead: then a throttled PUT, repeated with its
#     key, gets 10430 although nothing was written.
class Gate:
    """Tokens, limiter and idempotency keys of one pretend service."""

    def __init__(self, credentials: Credentials, options: Options, clock: Callable[[], float]) -> None:
        self.credentials = credentials
        self.options = options
        self.clock = clock
        self.tokens: dict[str, Token] = {}
        self.codes: dict[str, str] = {}
        """OAuth codes → user keys; each good for one exchange."""
        self.refresh: dict[str, str] = {}
        self._used: dict[str, int] = {}
        self._plugin: dict[str, str] = {}
        self._seen: set[tuple[str, str, str]] = set()
        self._calls: dict[tuple[str, str], deque[float]] = {}

    def plugin_token(self, prefix: str, space: str = "") -> tuple[str, int]:
        """Give a plugin's token and its remaining seconds: the same one until it expires (2.2)."""
        now = self.clock()
        token = self.tokens.get(self._plugin.get(f"{prefix}{space}", ""))
        if token is None or token.until <= now:
            token = self._issue(prefix, space=space)
            self._plugin[f"{prefix}{space}"] = token.text
        return token.text, int(token.until - now)

    def user_token(self, user_key: str, space: str = "") -> tuple[Token, str]:
        """Issue a fresh user token and its refresh token (2.3)."""
        token = self._issue("u-", user_key, space)
        refresh = f"r-{uuid.uuid4()}"
        self.refresh[refresh] = user_key
        return token, refresh

    def code(self, user_key: str) -> str:
        """Make a single-use OAuth code, as the front end would get one."""
        code = secrets.token_hex(16)
        self.codes[code] = user_key
        return code

    def expire_tokens(self, space: str | None = None) -> None:
        """End the life of all tokens now, or of those of one space's own plugin."""
        for key, each in self.tokens.items():
            if space is None or each.space == space:
                self.tokens[key] = replace(each, until=0.0)

    def _issue(self, prefix: str, user_key: str = "", space: str = "") -> Token:
        token = Token(f"{prefix}{uuid.uuid4()}", self.clock() + self.options.token_life_s, user_key, space)
        self.tokens[token.text] = token
        return token

    def token(self, text: str | None) -> Token:
        """Find the live token of a header; absent 10021, unknown or expired 10022 or 10211."""
        if not text:
            raise Refusal("no_token")
        token = self.tokens.get(text)
        if token is None or token.until <= self.clock():
            expired = self.options.expired_token_code
            raise Refusal("token_info", "token is nil") if expired != 10022 else Refusal("bad_token")  # noqa: PLR2004 - the code is the switch's value
        if self.options.token_calls:
            self._used[token.text] = self._used.get(token.text, 0) + 1
            if self._used[token.text] >= self.options.token_calls:
                self.tokens[token.text] = replace(token, until=0.0)
        return token

    def limit(self, token: str, template: str, rates: Rates) -> None:
        """Refuse with 10429 what is beyond the endpoint's rates; a refused call does not count."""
        if not self.options.throttle:
            return
        now = self.clock()
        slack = self.options.slack_ms / 1000
        calls = self._calls.setdefault((token, template), deque())
        while calls and calls[0] <= now - (60 - slack):
            calls.popleft()
        lately = 0
        for at in reversed(calls):
            if at <= now - (1 - slack):
                break
            lately += 1
        if lately >= (rates.per_second or self.options.per_second):
            raise Refusal("throttled")
        if rates.per_minute and len(calls) >= self.options.per_minute:
            raise Refusal("throttled")
        calls.append(now)

    def once(self, token: str, template: str, key: str | None) -> None:
        """Refuse with 10430 a key seen before with this token at this endpoint (2.4)."""
        if not key or not self.options.idem:
            return
        mark = (token, template, key)
        if mark in self._seen:
            raise Refusal("repeated")
        self._seen.add(mark)

    def forget_keys(self) -> None:
        """Take every key for a new one from now on; a service remembers them for a while only."""
        self._seen.clear()

    def person(self, token: Token, header: str | None, people: Mapping[str, Person], unknown: str) -> Person:
        """Return the person that the call acts as; `unknown` is this endpoint's refusal of unknown keys."""
        key = token.user_key or header
        if not key:
            raise Refusal("no_user_key")
        person = people.get(key)
        if person is None:
            raise Refusal(unknown, f"user: {key} not exist" if unknown != "no_user_info" else "")
        if person.status == "resigned":
            raise Refusal("resigned")
        return person
