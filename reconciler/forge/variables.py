"""Reads the variables of a job: addresses and tokens, each checked, none repeated in a message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from reconciler.errors import CannotRun
from reconciler.meegle.http.connection import is_loopback

ADDRESS: Final = re.compile(
    r"(https?)://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?"
)
PROXY: Final = re.compile(r"https?://(?:[!-?A-~]+@)?(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?/?")
TOKEN: Final = re.compile(r"[!-~]+")


def checked_variable(environ: Mapping[str, str], name: str, form: re.Pattern[str], fix: str) -> str:
    """Return a variable that has its form; an address must be https, or of this machine."""
    value = environ.get(name, "")
    hit = form.fullmatch(value)
    if hit is None or (form is ADDRESS and hit[1] != "https" and not is_loopback(hit[2])):
        raise CannotRun(f"{name} is {'not usable' if value else 'not set'}", fix)
    return value
