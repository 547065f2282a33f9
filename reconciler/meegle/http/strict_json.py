"""Read the JSON of an answer strictly: whatever no service should send is refused with its reason."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec.structs import asdict

_QUOTE: Final = b'"'
_QUOTE_AS_NUMBER: Final = rb"\u0022"
_EXACT: Final = frozenset({str, int})
"""Types that msgspec reads as the standard library does: a whole number of over 64 bits becomes a float."""
_READER: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder()
_WRITER: Final = msgspec.json.Encoder()


class _List(msgspec.Struct):
    """The members of a list's answer in their documented order (endpoints.md 6.4)."""

    err_code: Any = msgspec.UNSET
    err_msg: Any = msgspec.UNSET
    err: Any = msgspec.UNSET
    data: list[dict[str, msgspec.Raw]] = msgspec.field(default_factory=list)
    pagination: Any = msgspec.UNSET


_LISTS: Final = msgspec.json.Decoder(_List)


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
    return value if _is_whole(written, content) else _loads_with_reasons(content)


def parse_rows(content: bytes, members: Iterable[str]) -> Any:
    """Return the same, but just the named members of each row of `data`; raises as `parse_json` does.

    A list says which items there are, and most of a row is values that nobody reads: they have to be JSON,
    and are passed over.  A member of the answer or of a row that is named twice is refused as ever.
    """
    try:
        body = _LISTS.decode(content)
        if not _is_whole(_WRITER.encode(body), content):
            return parse_json(content)
        rows = [{name: _member(row[name]) for name in members if name in row} for row in body.data]
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        return parse_json(content)  # another form, or a mistake: the whole answer knows it
    read = asdict(body) | {"data": rows}
    return {name: value for name, value in read.items() if value is not msgspec.UNSET}


def _member(raw: msgspec.Raw) -> Any:
    value = _READER.decode(raw)
    return value if type(value) in _EXACT else parse_json(bytes(raw))


def _is_whole(written: bytes, content: bytes) -> bool:
    """Return True if nothing was lost of what was read, which was written again: it has as many quotes."""
    if written == content:
        return True
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
