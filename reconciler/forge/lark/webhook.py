"""Sends a card to a custom bot of a chat.

The signature is the HMAC-SHA256 of nothing, in base64; its key is the timestamp, a line feed and the secret.
A body takes 20 KB, a bot 100 messages a minute and 5 a second.  An answer is HTTP 200 with a `code`; only 0
means that the card is in the chat (open.feishu.cn, "Use custom bots in a group").
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from reconciler.clock import now
from reconciler.errors import CannotRun
from reconciler.forge.rest import ForgeRefused, Known, OddAnswer, Rest, Unreachable
from reconciler.forge.variables import PROXY, TOKEN, checked_variable
from reconciler.meegle.http.connection import is_loopback
from reconciler.render.safe import safe_text

WEBHOOK: Final = "RECONCILER_LARK_WEBHOOK"
SECRET: Final = "RECONCILER_LARK_SECRET"  # noqa: S105 - the name of a variable
HOSTS: Final = frozenset({"open.feishu.cn", "open.larksuite.com"})
HOOK: Final = re.compile(
    r"(?P<origin>(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?)"
    r"/open-apis/bot/v2/hook/[A-Za-z0-9_-]{1,100}"
)
LARK: Final = Known("Lark", WEBHOOK, {None: "check the bot in the settings of the chat"})
REASONS: Final = {
    19021: "the signature is not the bot's, or this clock is an hour off: check RECONCILER_LARK_SECRET",
    19022: "the bot takes nothing from this address: add it to the bot's list of addresses",
    19024: "the bot asks for a word that the card does not hold: take the keyword out of the bot's settings",
    9499: "the request is not one that the bot takes, or there were too many",
    11232: "the bot got too many messages; 100 a minute and 5 a second are taken",
    19001: "there is no such bot: make RECONCILER_LARK_WEBHOOK anew",
}


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot's address, which is a credential, and the secret that signs, if the bot has one."""

    url: str = field(repr=False)
    origin: str
    secret: str = field(repr=False, default="")
    proxy: str | None = field(repr=False, default=None)


def bot_from(environ: Mapping[str, str]) -> Bot:
    """Read the variables; raises CannotRun, which names a variable and no value."""
    fix = "take the webhook address of a custom bot from the settings of the chat"
    url = checked_variable(environ, WEBHOOK, TOKEN, fix)
    hit = HOOK.fullmatch(url)
    if hit is None or (hit["scheme"] != "https" and not is_loopback(hit["host"])):
        raise CannotRun(f"{WEBHOOK} is not usable", fix)
    extra = {one.strip().lower() for one in environ.get("MEEGLE_ALLOWED_HOSTS", "").split(",")}
    host = hit["host"].lower()
    if host not in HOSTS | extra and not is_loopback(host):
        raise CannotRun(f"{WEBHOOK} names a host that is not allowed", "add the host to MEEGLE_ALLOWED_HOSTS")
    proxy = environ.get("RECONCILER_FORGE_PROXY")
    return Bot(
        url,
        hit["origin"],
        checked_variable(environ, SECRET, TOKEN, "copy it again") if environ.get(SECRET) else "",
        checked_variable(environ, "RECONCILER_FORGE_PROXY", PROXY, "write it as http://HOST:PORT")
        if proxy
        else None,
    )


def signature(timestamp: int, secret: str) -> str:
    """Return the signature of a message."""
    key = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(hmac.new(key, digestmod=hashlib.sha256).digest()).decode()


def send_card(bot: Bot, card: Mapping[str, Any]) -> str | None:
    """Send a card; returns why the chat did not get it, None where it did."""
    body: dict[str, Any] = {"msg_type": "interactive", "card": card}
    if bot.secret:
        timestamp = int(now().timestamp())
        body = {"timestamp": str(timestamp), "sign": signature(timestamp, bot.secret), **body}
    try:
        with Rest(LARK, bot.origin, {}, proxy=bot.proxy) as rest:
            told = rest.ask("send a card", "POST", bot.url, body, read=False)
    except (ForgeRefused, OddAnswer, Unreachable) as error:
        return str(error)
    return webhook_refusal(told)


def webhook_refusal(told: object) -> str | None:
    """Return what an answer means; None for a success, which older bots tell as `StatusCode`."""
    answer = told if isinstance(told, dict) else {}
    code = answer.get("code", answer.get("StatusCode"))
    if code == 0 and type(code) is int:
        return None
    message = str(answer.get("msg") or answer.get("StatusMessage") or "")[:200]
    why = (
        REASONS.get(code, "see what the bot says") if isinstance(code, int) else "that is no answer of a bot"
    )
    return safe_text(f"Lark refused the card: {code} {message!r}; {why}")


def host_of(bot: Bot) -> str:
    """Return the host, which is no secret."""
    return urlsplit(bot.origin).netloc
