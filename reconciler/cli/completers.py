"""How a word may go on, for the shell: from pins, runs and files that are here.

A shell asks while somebody types: nothing is asked of the network, nothing is written, and what cannot be
read offers nothing and says nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from reconciler.schema.types import TypeSpec

Completer: TypeAlias = (
    "Callable[[click.Context, click.Parameter, str], list[str] | list[CompletionItem[str]]]"
)

SCHEMAS, STATE, RUNS = Path("schemas"), Path("state"), Path(".reconciler/runs")
NO_TYPES = frozenset({"people", "items", "profile", "probe-report"})
"""Stems of files beside the pins of types."""
ID = re.compile(r"(?<![\w.-])[1-9][0-9]{5,18}(?![\w.-])")
"""A number that is long enough for an item's id."""
MOST_FILES, MOST_BYTES = 2_000, 4_000_000
"""Where reading for ids ends: whoever waits for a word waits for a moment."""


def completer(words: Callable[[str, list[Path]], Iterable[str]]) -> Completer:
    """Return a completer that offers what begins with the word so far.

    `words` gets it, and the folders of pins: those of the space, if one is chosen and pinned.
    """

    @wraps(words)
    def complete(
        context: click.Context, _: click.Parameter, incomplete: str
    ) -> list[str] | list[CompletionItem[str]]:
        try:
            found = dict.fromkeys(words(incomplete, pin_folders(context.params)))
        except Exception:  # noqa: BLE001 - a broken file is the business of the next command, not of the shell
            return []
        # A shell takes a blank for the end of a word.
        fitting = [one for one in found if one.startswith(incomplete) and not re.search(r"\s", one)]
        return fitting if fitting or "/" not in incomplete else offered_file(incomplete)

    return complete


def answer_bash() -> None:
    """Have click understand Bash, which takes `--only=story` for three words."""
    from click.shell_completion import BashComplete, add_completion_class

    class Bash(BashComplete):
        def get_completion_args(self) -> tuple[list[str], str]:
            arguments, incomplete = super().get_completion_args()
            return [one for one in arguments if one != "="], incomplete

    add_completion_class(Bash)


def offered_file(incomplete: str) -> list[CompletionItem[str]]:
    """Let the shell offer files."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def pin_folders(given: Mapping[str, Any]) -> list[Path]:
    """Return the folders of pins: here, and beside or above the paths that stand on the line."""
    paths = [Path(), *(up for path in given.get("paths") or () for up in (Path(path), *Path(path).parents))]
    found = [folder for path in dict.fromkeys(paths) for folder in sorted((path / SCHEMAS).glob("*/"))]
    return [folder for folder in found if folder.name == given.get("space")] or found


def pinned_types(folders: Iterable[Path]) -> Iterator[TypeSpec]:
    """Yield the pinned types."""
    # Not by `read_pins`, which checks everything and takes three times as long to import.
    from msgspec import convert

    from reconciler.schema.types import TypeSpec

    for path in (path for folder in folders for path in sorted(folder.glob("*.json"))):
        if path.stem not in NO_TYPES and not path.stem.endswith(".schema"):
            pinned = json.loads(path.read_bytes())["type"]
            yield convert(pinned, TypeSpec, dec_hook=lambda kind, value: kind(value))


def field_words(one: TypeSpec) -> list[str]:
    """Return the words of the fields and roles of a type that can be managed."""
    from reconciler.fields import refusal

    fields = [field.alias or field.key for field in one.fields if refusal(field) is None]
    return ["name", *fields, *(f"roles.{role.name or role.key}" for role in one.roles)]


def ids_in_files() -> Iterator[str]:
    """Yield the item ids of the desired state, without reading it as YAML."""
    left = MOST_BYTES
    for path in sorted(STATE.rglob("*.y*ml"))[:MOST_FILES]:
        text = path.read_text(encoding="utf-8", errors="replace") if left > 0 else ""
        left -= len(text)
        yield from ID.findall(text)


@completer
def complete_ref(incomplete: str, folders: list[Path]) -> Iterator[str]:
    """Offer types, their fields and roles, and the ids of items in the files."""
    before, dot, _ = incomplete.partition(".")
    for one in pinned_types(folders):
        if dot and (before.isdigit() or one.answers_to(before)):
            yield from (f"{before}.{field}" for field in field_words(one))
        yield one.word
    if before.isdigit():
        yield from ids_in_files()


@completer
def complete_type(_: str, folders: list[Path]) -> Iterable[str]:
    """Offer the pinned types."""
    return (one.word for one in pinned_types(folders))


@completer
def complete_fields(incomplete: str, folders: list[Path]) -> Iterator[str]:
    """Offer fields and roles of the pinned types, for the last of the names between commas."""
    before, comma, _ = incomplete.rpartition(",")
    taken = set(before.split(","))
    if not comma:
        yield "all"
    for one in pinned_types(folders):
        yield from (f"{before}{comma}{word}" for word in field_words(one) if word not in taken)


@completer
def complete_run(_: str, __: list[Path]) -> Iterator[str]:
    """Offer the past runs, the newest first, and `last`."""
    yield "last"
    yield from sorted((path.parent.name for path in RUNS.glob("*/journal.jsonl")), reverse=True)


@completer
def complete_space(_: str, folders: list[Path]) -> Iterator[str]:
    """Offer the spaces that have pins."""
    yield from sorted(folder.name for folder in folders)
