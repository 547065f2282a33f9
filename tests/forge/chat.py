"""A stand-in for a custom bot of a Feishu chat (open.feishu.cn, "Use custom bots in a group").

Every answer is HTTP 200 with a `code`: 19021 for a wrong signature or a timestamp that is an hour off, 19022
for an address that is not on the bot's list, 19024 where the keyword is missing, 9499 for what is no message
or larger than 20 KB, 11232 for more than 5 a second or 100 a minute, 19001 for another hook.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, request
from werkzeug.serving import make_server

HOOK = "0a1b2c3d-4e5f-6789"
LARGEST = 20 * 1024


@dataclass(slots=True)
class Chat:
    """What came, and how the bot is set."""

    cards: list[dict[str, Any]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    secret: str = ""
    keyword: str = ""
    closed: bool = False
    old: bool = False
    """Answers in the older form."""
    times: list[float] = field(default_factory=list)
    url: str = ""

    def refusal(self, hook: str, raw: bytes) -> tuple[int, str]:
        self.times = [one for one in self.times if one > time.monotonic() - 60]
        if hook != HOOK:
            return 19001, "param invalid: incoming webhook access token invalid"
        if self.closed:
            return 19022, "Ip Not Allowed"
        if len(raw) > LARGEST:
            return 9499, "Bad Request"
        try:
            told = json.loads(raw)
        except ValueError:
            return 9499, "Bad Request"
        if self.secret:
            key = f"{told.get('timestamp')}\n{self.secret}".encode()
            sign = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
            late = abs(int(told.get("timestamp") or 0) - time.time()) > 3600
            if late or not hmac.compare_digest(sign, str(told.get("sign"))):
                return 19021, "sign match fail or timestamp is not within one hour from current time"
        if self.keyword and self.keyword not in json.dumps(told, ensure_ascii=False):
            return 19024, "Key Words Not Found"
        if sum(one > time.monotonic() - 1 for one in self.times) >= 5 or len(self.times) >= 100:
            return 11232, "frequency limited"
        if told.get("msg_type") != "interactive" or not isinstance(told.get("card"), dict):
            return 9499, "Bad Request"
        self.times.append(time.monotonic())
        self.sizes.append(len(raw))
        self.cards.append(told["card"])
        return 0, "success"


def app_of(chat: Chat) -> Flask:
    app = Flask("chat")

    @app.post("/open-apis/bot/v2/hook/<hook>")
    def take(hook: str) -> dict[str, Any]:
        code, message = chat.refusal(hook, request.get_data())
        if chat.old:
            return {"StatusCode": code, "StatusMessage": message}
        return {"code": code, "msg": message, "data": {}}

    return app


@contextmanager
def running() -> Iterator[Chat]:
    chat = Chat()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app_of(chat), threaded=True)
    chat.url = f"http://127.0.0.1:{server.server_port}/open-apis/bot/v2/hook/{HOOK}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield chat
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def page_of(card: dict[str, Any]) -> str:
    """An HTML stand-in of how a card looks, for a person to look at."""
    from html import escape  # noqa: PLC0415 - for pictures alone

    def text(one: dict[str, Any]) -> str:
        shown = escape(one["content"])
        if one["tag"] == "lark_md":
            head, _, at = shown.partition("&lt;at")
            shown = f"<b>{head.replace('**', '')}</b>" + ("<i>@mention</i>" if at else "")
        return shown

    rows = []
    for one in card["elements"]:
        if one["tag"] == "div":
            rows.append(f"<div>{text(one['text'])}</div>")
        else:
            rows += [f"<button>{text(button['text'])}</button>" for button in one["actions"]]
    colors = {"red": "#f54a45", "orange": "#ff8800", "blue": "#3370ff", "green": "#34c724"}
    color = colors[card["header"]["template"]]
    return (
        "<meta charset=utf-8><style>body{font:14px/1.6 'Noto Sans CJK SC',sans-serif;width:560px;margin:20px}"
        f"h1{{font-size:16px;background:{color};color:#fff;margin:0;padding:9px}}"
        "section{border:1px solid #ddd;padding:10px;overflow-wrap:anywhere}</style>"
        f"<h1>{text(card['header']['title'])}</h1>"
        f"<section>{''.join(rows)}</section>"
    )
