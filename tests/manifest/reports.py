"""The lines that a person sees after a mistake in a file."""

from __future__ import annotations

from reconciler.manifest.loading import read_bytes
from reconciler.render.mistakes import mistakes_text

ITEM = "space: demo\ntype: story\nitems:\n  - id: 6300012345\n    fields:\n"
"""Five lines; what a row adds begins at line 6 and, as a field, at column 7."""

ID = "write the item's number, such as 6300012345"
NO_VALUE = (
    "no value; write null to empty it, or delete the line to leave it alone "
    "(`git diff` shows whether a formatter took a null away)"
)
TITLE = "a text that YAML reads as something else; quote the text: "
CREDENTIAL = (
    "credentials do not belong in files; "
    "delete it here, revoke it if it was pushed, and set the environment variable"
)


def said(raw: str | bytes) -> list[str]:
    """The lines of a report on one file, without its name."""
    _, mistakes = read_bytes(raw if isinstance(raw, bytes) else raw.encode(), "f.yaml")
    return [line.removeprefix("f.yaml:") for line in mistakes_text(mistakes)]
