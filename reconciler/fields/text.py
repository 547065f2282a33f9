"""Texts: `text`, `multi_text` in its plain form, and `link`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable
from typing import Any

from reconciler.authored import Scalar
from reconciler.errors import Mistake
from reconciler.fields.base import EMPTY, EMPTY_LABEL, ScalarCodec, Seen, Wrong

FORMATTED = "formatted"
"""The note of a live rich text that plain text would flatten."""

PLAIN_TAGS = frozenset({"p", "br", "div", "span"})
"""HTML elements in which `doc_html` wraps text that has no formatting."""


def canonical(text: str) -> str | None:
    """Fold what the service does not keep apart: NFC, line feeds, no trailing newlines."""
    folded = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    return folded or EMPTY


def canonical_rich(text: str) -> str | None:
    """Fold a rich text's plain projection (field-formats.md section 12.3)."""
    lines = (line.rstrip() for line in text.replace("\u00a0", " ").splitlines())
    return canonical(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n"))


class TextCodec(ScalarCodec):
    """`text`: a string both ways, emptied by `""` (field-formats.md section 4.1)."""

    wanted_shape = "a text"
    example = '"a text in quotes"'

    def read_scalar(self, scalar: Scalar) -> Hashable:
        """Take the scalar as it stands, whatever YAML would guess."""
        if scalar.hidden:
            raise Wrong(
                Mistake(
                    scalar.place,
                    "the text after ' #' is a comment to YAML",
                    f'quote the text: "{(scalar.text + " " + scalar.hidden)[:60]}"',
                )
            )
        text = canonical(scalar.text)
        if text is EMPTY:
            raise Wrong(Mistake(scalar.place, "an empty text", "write null to empty the field"))
        if self.spec.key == "name" and "\n" in text:
            raise Wrong(Mistake(scalar.place, "a line break in a name", "write it on one line"))
        return text

    def decode(self, wire: Any) -> Seen:
        """Read a string, or any of the empty forms."""
        if wire is None:
            return Seen(EMPTY)
        if not isinstance(wire, str):
            raise ValueError(f"expected a string, got {type(wire).__name__}")
        return Seen(canonical(wire))

    def encode(self, value: Any) -> Any:
        """Send the string, `""` to clear."""
        return value or ""

    def show(self, value: Any) -> str:
        """Quote the text, so that blanks at its ends are seen."""
        return EMPTY_LABEL if value is EMPTY else f'"{value}"'

    def dump(self, value: Any) -> Any:
        """Write the text itself."""
        return value


class RichTextCodec(TextCodec):
    """`multi_text` held to plain text; a formatted live text is never overwritten by it."""

    def read_scalar(self, scalar: Scalar) -> Hashable:
        """Read as text, folded as rich texts are."""
        text = canonical_rich(str(super().read_scalar(scalar)))
        if text is EMPTY:
            raise Wrong(Mistake(scalar.place, "an empty text", "write null to empty the field"))
        return text

    def decode(self, wire: Any) -> Seen:
        """Read the string of `fields[]`, or the object of `multi_texts` (section 12.1)."""
        if isinstance(wire, dict):
            text = wire.get("doc_text")
            html = wire.get("doc_html") or ""
            if not isinstance(text, str | None) or not isinstance(html, str):
                raise ValueError("a multi_texts entry without text")
            tags = {tag.lower() for tag in re.findall(r"<\s*([A-Za-z][A-Za-z0-9-]*)", html)}
            return Seen(canonical_rich(text or ""), (FORMATTED,) if tags - PLAIN_TAGS else ())
        seen = super().decode(wire)
        return Seen(canonical_rich(str(seen.value))) if seen.value else seen

    def objection(self, live: Seen, after: Hashable) -> str | None:  # noqa: ARG002 - any change would flatten it
        """Refuse to flatten formatting, pictures or mentions."""
        if FORMATTED in live.notes:
            return "the live text has formatting that plain text would destroy"
        return None


class LinkCodec(TextCodec):
    """`link`: one http or https address (field-formats.md section 4.4)."""

    wanted_shape = "a link"
    example = '"https://…"'

    def read_scalar(self, scalar: Scalar) -> Hashable:
        """Take an absolute http(s) address, trimmed."""
        text = str(super().read_scalar(scalar)).strip()
        if not re.fullmatch(r"https?://[^\s/][^\s]*", text, re.IGNORECASE):
            raise self.misshapen(scalar)
        return text

    def decode(self, wire: Any) -> Seen:
        """Read a string, trimmed."""
        return super().decode(wire.strip() if isinstance(wire, str) else wire)
