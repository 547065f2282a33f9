"""Read the JSON of an answer strictly: whatever no service should send is refused with its reason."""

from __future__ import annotations

import json
import math
from typing import Any, Final

import msgspec

_QUOTE: Final = b'"'
_QUOTE_AS_NUMBER: Final = rb"\u0022"
_READER: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder()
_WRITER: Final = msgspec.json.Encoder()


class Unfit(ValueError):
    """JSON that a reader might take and that no service should send."""


def parse_json(content: bytes) -> Any:
    """Return the value that `content` holds in UTF-8.

    Raises Unfit for a member that is named twice and for a number that is none or too large,
    UnicodeDecodeError, RecursionError where it is nested too deeply, and ValueError for what is not JSON.

    msgspec reads in half the time of the standard library, and keeps the last of two members of one name.
    The text of the one that got lost is missing when the value is written again, and with it its quotes.
    """
    try:
        value = _READER.decode(content)
        written = _WRITER.encode(value)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        return _loads_with_reasons(content)
    return value if written == content or _as_many_quotes(written, content) else _loads_with_reasons(content)


def _as_many_quotes(written: bytes, content: bytes) -> bool:
    return written.count(_QUOTE) == content.count(_QUOTE) and _QUOTE_AS_NUMBER not in content


def _loads_with_reasons(content: bytes) -> Any:
    return json.loads(
        content.decode(),
        object_pairs_hook=_members,
        parse_constant=_no_constant,
        parse_float=_finite,
    )


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Unfit("an answer that names a member twice")
    return members


def _no_constant(_: str) -> Any:
    raise Unfit("an answer with NaN or Infinity")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise Unfit("an answer with a number that is too large")
    return number
