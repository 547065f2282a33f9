"""Knocks at a door of a sandbox that runs on this machine: needs the standard library alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any, Final

VARIABLE: Final = "RECONCILER_SANDBOX"
ADDRESS: Final = re.compile(r"http://(127\.0\.0\.1):([0-9]{1,5})(/_sandbox/[A-Za-z0-9_-]+)(?:/[a-z-]*)?/?")
"""Where the doors are, as the sandbox prints it; the line on stderr has a door's name behind it."""
PATIENCE: Final = 30


def knock(address: str, door: str, body: Mapping[str, Any]) -> Any:
    """Send an object to a door and return its answer; raises ValueError with a sentence."""
    hit = ADDRESS.fullmatch(address.strip())
    if hit is None:
        raise ValueError(
            f"{address!r} leads to no sandbox; give the address that `reconciler sandbox` printed"
        )
    connection = HTTPConnection(hit[1], int(hit[2]), timeout=PATIENCE)
    try:
        connection.request(
            "POST", f"{hit[3]}/{door}", json.dumps(dict(body)), {"Content-Type": "application/json"}
        )
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
    except (OSError, HTTPException, OverflowError):
        raise ValueError(
            f"no sandbox answers at 127.0.0.1:{hit[2]}; start it, and export its lines"
        ) from None
    finally:
        connection.close()
    if answer.status != 200:  # noqa: PLR2004 - the one status of a door that did what it is for
        raise ValueError(text.strip() or "the sandbox that answers there is another one; export its lines")
    return json.loads(text)
