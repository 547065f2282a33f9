"""Values that do not depend on a field's type: read from a scalar as written, or taken as they are."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

from reconciler.errors import nearest, quoted, suggestion
from reconciler.manifest.document import SEGMENT
from reconciler.manifest.nodes import Scalar
from reconciler.manifest.shapes import Unfit, unexpected

ZONE = re.compile(r"[A-Z][A-Za-z0-9_+/-]*")
"""An IANA name; names such as `localtime` mean another zone on every machine."""
COUNT = re.compile(r"0|[1-9][0-9]{0,8}")
DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,12})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
OPEN_ID = re.compile(r"ou_[A-Za-z0-9]{1,64}")


def text_of(node: object, *, expected: str = "a text", fix: str = "write one word") -> str:
    """Read a text, whatever type YAML gives it."""
    if isinstance(node, Scalar) and node.text and not node.is_null and not node.is_blank:
        return node.text
    if isinstance(node, str) and node:
        return node
    raise unexpected(expected, node, fix)


def zone_of(node: object) -> ZoneInfo:
    """Read an IANA zone name."""
    if isinstance(node, ZoneInfo):
        return node
    text = text_of(node, expected="a time zone", fix="write an IANA name such as Asia/Shanghai")
    try:
        if ZONE.fullmatch(text):
            return ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        pass
    known = [name for name in available_timezones() if ZONE.fullmatch(name)]
    fix = suggestion(text, known) if nearest(text, known) else "write an IANA name such as Asia/Shanghai"
    raise Unfit(f"no time zone {quoted(text)}", fix)


def count_of(node: object) -> int:
    """Read a count: a whole number from 0 to 999,999,999."""
    if isinstance(node, int) and not isinstance(node, bool) and node >= 0:
        return node
    text = text_of(node, expected="a number", fix="write a whole number such as 100")
    if isinstance(node, Scalar) and node.plain and COUNT.fullmatch(text):
        return int(text)
    raise Unfit(f"{quoted(text)} is not a whole number", "write a whole number such as 100, without quotes")


def share_of(node: object) -> Decimal:
    """Read `30%` or `0.3`."""
    if isinstance(node, Decimal):
        return node
    text = text_of(node, expected="a share", fix="write it as 30%")
    number = text.removesuffix("%")
    if not DECIMAL.fullmatch(number):
        raise Unfit(f"{quoted(text)} is not a share", "write it as 30%")
    share = Decimal(number) / (100 if text.endswith("%") else 1)
    if share > 1:
        raise Unfit(f"{quoted(text)} is more than 100%", "write it as 30%")
    return share


def scale_of(node: object) -> Decimal:
    """Read the API's value of one unit of an authored number: above 0."""
    if isinstance(node, Decimal) and node > 0:
        return node
    text = text_of(node, expected="a scale", fix="write a number such as 0.01")
    if DECIMAL.fullmatch(text) and Decimal(text):
        return Decimal(text)
    raise Unfit(f"{quoted(text)} is not a scale", "write a number above 0, such as 0.01")


def day_of(node: object) -> date:
    """Read a day of the calendar."""
    if isinstance(node, date):
        return node
    text = text_of(node, expected="a day", fix="write it as 2027-01-31")
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError as error:
        raise Unfit(f"{quoted(text)} is not a day of the calendar", "write it as 2027-01-31") from error
    raise Unfit(f"{quoted(text)} is not a day", "write it as 2027-01-31")


def names_of(node: object) -> tuple[str, ...]:
    """Read one person or group, or a list of them."""
    fix = "write e-mails, user keys or names of this map"
    if isinstance(node, list | tuple) and not isinstance(node, Scalar):
        if not node:
            raise Unfit("a group without members", fix)
        return tuple(text_of(one, expected="a person", fix=fix) for one in node)
    return (text_of(node, expected="a person or a list of them", fix=fix),)


def segment_of(node: object) -> str:
    """Read a segment of a request's path: a space's key or name."""
    fix = "write letters, digits, '_' and '-'"
    text = text_of(node, expected="the name of a space", fix=fix)
    if SEGMENT.fullmatch(text):
        return text
    raise Unfit(f"{quoted(text)} cannot be a space", fix)


def word_of(node: object, words: tuple[str, ...]) -> str:
    """Read one of the given words."""
    choice = " or ".join(words)
    text = text_of(node, expected=choice, fix=f"write {choice}")
    if text in words:
        return text
    raise Unfit(f"unknown word {quoted(text)}", suggestion(text, words))


def open_id_of(node: object) -> str:
    """Read the open_id of a person in Feishu (Lark), never that of everybody in a chat."""
    text = text_of(node, expected="an open_id", fix="write it as ou_…")
    if OPEN_ID.fullmatch(text):
        return text
    raise Unfit(f"{quoted(text)} is no open_id of a person", "write it as ou_…")
