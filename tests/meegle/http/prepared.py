"""Answers of the service, and the verdict on each."""

from __future__ import annotations

import json

from reconciler.meegle.http.answers import (
    Answer,
    read_answer,
)
from reconciler.meegle.http.verdict import Verdict, put_verdict


def answer(status: int, body: object, **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


def envelope(outer: object, message: str = "", **inner: object) -> dict[str, object]:
    return {"err_code": outer, "err_msg": message, "err": inner}


def judged(status: int, body: object, **headers: str) -> Verdict:
    return put_verdict(answer(status, body, **headers), "project.feishu.cn")
