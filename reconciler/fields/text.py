"""Texts that are one string on the wire: `text`, `link`, `telephone` and `email`."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Hashable, Iterator
from typing import Any

from reconciler.errors import QUOTABLE, Mistake
from reconciler.fields.codec import ScalarCodec
from reconciler.fields.json_schema import Schema
from reconciler.fields.unread import Unreadable
from reconciler.fields.values import EMPTY, EMPTY_LABEL, Desired, Seen, Wrong
from reconciler.manifest.editor_words import ANY_TEXT
from reconciler.manifest.nodes import Node, Scalar

TELEPHONE = re.compile(r"(?:\+?[0-9]{1,4})?(?:[-()*#]*[0-9]){3,50}")
LONGEST_TELEPHONE = 54
EMAIL = re.compile(r"[^@\r\n]+@[^@\r\n]+")
LONGEST_EMAIL = 254
WEB_ADDRESS = re.compile(r"https?://[^\s/][^\s]*", re.IGNORECASE)


UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
"""Unicode's categories of blanks, breaks, control and format characters, all of them invisible."""

NAMED = "write one, or delete the line"
LINK: Schema = {"type": "string", "pattern": r"^\s*[hH][tT][tT][pP][sS]?://[^\s/]"}


def canonical_text(text: str) -> str | None:
    """Normalise differences that the service does not keep: NFC, line feeds, no trailing newlines."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.rstrip("\n") or EMPTY


def text_of(wire: Any) -> str | None:
    """Read a string, or null; raises Unreadable for anything else."""
    if wire is not None and not isinstance(wire, str):
        raise Unreadable("a text", wire)
    return wire


def is_blank(text: str) -> bool:
    """Return whether a text has no visible character; no page says which ones the service cuts off."""
    return all(unicodedata.category(sign) in UNSEEN for sign in text)


def written_text(scalar: Scalar) -> str:
    """Return a scalar's text, whatever type YAML gives it; raises `Wrong` if a comment cut off its end."""
    if not scalar.hidden:
        return scalar.text
    whole = f"{scalar.text} {scalar.hidden}"
    advice = f": {json.dumps(whole, ensure_ascii=False)}" if len(whole) <= QUOTABLE else ""
    raise Wrong(Mistake(scalar.place, "the text after ' #' is a comment to YAML", f"quote the text{advice}"))


def nothing_in(scalar: Scalar, fix: str = "write null to empty the field") -> Wrong:
    """Make the error for a text without a visible character."""
    return Wrong(Mistake(scalar.place, "an empty text", fix))


class TextCodec(ScalarCodec):
    """`text`: a string both ways (field-formats.md section 4.1)."""

    desired_shape = "a text"
    example = '"a text in quotes"'
    compared = "as text; Unicode forms, line ends and newlines at the end do not count"
    cleared_by = '""'

    def parse(self, node: Node) -> Desired:
        """Read a text; an item's name cannot be emptied."""
        if self.is_name and isinstance(node, Scalar) and node.is_null:
            raise Wrong(Mistake(node.place, "an item without a name", NAMED))
        return super().parse(node)

    def read_scalar(self, scalar: Scalar) -> Hashable:
        """Read the text; a name has one line."""
        text = self.fold(written_text(scalar))
        if text is EMPTY:
            raise nothing_in(scalar, NAMED) if self.is_name else nothing_in(scalar)
        if self.is_name and "\n" in text:
            raise Wrong(Mistake(scalar.place, "a line break in a name", "write it on one line"))
        return text

    @property
    def is_name(self) -> bool:
        """Return whether this is the item's name, the only text that is known to have a single line."""
        return self.spec.key == "name"

    def fold(self, text: str) -> str | None:
        """Return the canonical form; a name also loses the blanks at its ends."""
        return canonical_text(text.strip() if self.is_name else text)

    def shapes(self) -> Iterator[Schema]:
        """Describe a text, also one that an editor reads as a number or boolean."""
        yield ANY_TEXT

    def decode(self, wire: Any) -> Seen:
        """Read a string, or any of the empty forms."""
        text = self.fold(text_of(wire) or "")
        if text is EMPTY and self.is_name:
            raise Unreadable("a name", wire)
        return Seen(text)

    def holds(self, wire: Any, desired: Desired) -> bool:
        """Compare texts directly first: a desired text is canonical, and an equal answer decodes to it."""
        return (type(wire) is str and wire == desired) or super().holds(wire, desired)

    def encode(self, value: Any) -> Any:
        """Send the string, `""` to clear."""
        return value or ""

    def show(self, value: Any) -> str:
        """Quote the text, so that blanks at its ends are visible."""
        return EMPTY_LABEL if value is EMPTY else f'"{value}"'

    def dump(self, value: Any) -> Any:
        """Write the text itself."""
        return value


class PatternCodec(TextCodec):
    """A text that must match a pattern; blanks at its ends are ignored."""

    compared = "byte by byte, without the blanks around it"

    def read_scalar(self, scalar: Scalar) -> Hashable:
        """Read a text that matches the pattern."""
        text = self.fold(written_text(scalar))
        if text is EMPTY:
            raise nothing_in(scalar)
        if not self.fits(text):
            raise self.misshapen(scalar)
        return text

    def fold(self, text: str) -> str | None:
        """Return the text without the blanks around it."""
        return text.strip() or EMPTY

    def fits(self, text: str) -> bool:
        """Return whether the service would accept the text."""
        return bool(WEB_ADDRESS.fullmatch(text))


class LinkCodec(PatternCodec):
    """`link`: one http or https address, compared byte by byte (field-formats.md section 4.4)."""

    desired_shape = "a web address"
    example = '"https://…"'

    def shapes(self) -> Iterator[Schema]:
        """Describe an address."""
        yield LINK


class TelephoneCodec(PatternCodec):
    """`telephone`: digits with signs and no blanks, at most 54 (field-formats.md section 4.6)."""

    desired_shape = "a telephone number"
    example = '"+86-13800000000", at most 54 characters'
    compared = "without any blanks"

    def fold(self, text: str) -> str | None:
        """Return the number without any blanks: the service's pattern has none."""
        return "".join(text.split()) or EMPTY

    def fits(self, text: str) -> bool:
        """Return whether the number matches the service's pattern."""
        return len(text) <= LONGEST_TELEPHONE and bool(TELEPHONE.fullmatch(text))


class EmailCodec(PatternCodec):
    """`email`: a text with one @ in it, at most 254; it is no person (field-formats.md section 4.7)."""

    desired_shape = "an e-mail address"
    example = '"ops@example.com"'

    def fits(self, text: str) -> bool:
        """Return whether the address matches the service's pattern."""
        return len(text) <= LONGEST_EMAIL and bool(EMAIL.fullmatch(text))
