"""Files of desired state as the pins alone read them, file after file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from reconciler.desired.claims import Desire
from reconciler.desired.items import DesiredItem
from reconciler.desired.mentions import Mentions
from reconciler.desired.names import Meanings
from reconciler.errors import Mistake
from reconciler.fields.people import UnknownPerson
from reconciler.fields.related import UnknownItem
from reconciler.manifest.loading import read_bytes, read_file
from reconciler.manifest.nodes import Document, Manifest, Outline
from reconciler.schema.catalog import Catalog
from reconciler.schema.pins import Pins, pins_folder, read_pins
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.desired.item_rules import ItemRule
    from reconciler.desired.line_reading import LineMeanings
    from reconciler.manifest.plain_lines import PlainFile

OPEN_QUESTIONS = (UnknownPerson, UnknownItem)


class Offline(Struct, frozen=True):
    """The desired items of the files as the pins alone read them, with every mistake.

    It is `complete` if the pins know all types that the files name.  `meanings` and `mentions` are what the
    reading met: the names of fields and roles, and the people and items that only the space can look up.
    """

    pins: Pins
    catalog: Catalog
    items: tuple[DesiredItem, ...]
    mistakes: tuple[Mistake, ...]
    complete: bool
    meanings: Meanings
    mentions: Mentions
    rules: tuple[ItemRule, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Return True if nothing is wrong and nothing is left for the space to tell."""
        return self.complete and not self.mistakes

    @property
    def wrong(self) -> list[Mistake]:
        """The mistakes that need no space to be told."""
        return [one for one in self.mistakes if not isinstance(one, OPEN_QUESTIONS)]

    @property
    def open_questions(self) -> list[Mistake]:
        """The names that only the space can resolve."""
        return [one for one in self.mistakes if isinstance(one, OPEN_QUESTIONS)]


class Files(Struct, frozen=True):
    """The files of a run by space, as the pins read them; trees are kept only where nothing is pinned.

    `named` counts the items that all files name where not all were read.
    """

    root: Path
    settings: Settings
    mistakes: list[Mistake]
    outlines: tuple[Outline, ...]
    offline: Mapping[str, Offline]
    unread: Mapping[str, Manifest]
    named: Mapping[str, int] | None = None

    def outlines_of(self, space: str) -> tuple[Outline, ...]:
        """Return what the files of one space are about."""
        return tuple(one for one in self.outlines if one_name(one.space.text, self.settings) == space)


class ReadLines(NamedTuple):
    """A file that was read line by line, and its items in the order of its entries."""

    plain: PlainFile
    items: tuple[DesiredItem, ...]


class Reading(Struct):
    """Files that are being read by the pins of their spaces; `unread` are those of types without a pin."""

    root: Path
    settings: Settings
    mistakes: list[Mistake]
    pins: dict[str, Pins] = field(default_factory=dict)
    desires: dict[str, Desire] = field(default_factory=dict)
    outlines: list[Outline] = field(default_factory=list)
    unread: dict[str, list[Document]] = field(default_factory=dict)
    lines: dict[str, LineMeanings] = field(default_factory=dict)

    def desire_of(self, space: str) -> Desire:
        """Return the desired items of a space as far as its files were read."""
        if space not in self.desires:
            self.pins[space] = pins = read_pins(pins_folder(self.root, space, self.settings.homes))
            catalog = pins.catalog(space, self.settings.space(space), self.settings.groups())
            self.desires[space] = Desire(catalog)
        return self.desires[space]

    def take(self, path: Path, file: str) -> None:
        """Read one file."""
        if (raw := self.content(path, file)) is not None:
            self.take_bytes(raw, file)

    def content(self, path: Path, file: str) -> bytes | None:
        """Return the bytes of a file; report a mistake and return None if they cannot be read."""
        raw, wrong = read_file(path, file)
        self.mistakes += wrong
        return raw

    def take_lines(self, raw: bytes, file: str) -> ReadLines | None:
        """Read a file line by line; None if it has to be read as a whole.

        The first file of a space is, since a file that cannot be read must not make its space known.
        """
        from reconciler.desired.line_reading import LineMeanings  # most runs have few files
        from reconciler.manifest.plain_lines import plain_file

        plain = plain_file(raw, file)
        space = one_name(plain.space.text, self.settings) if plain else ""
        if plain is None or space not in self.desires:
            return None
        items = self.lines.setdefault(space, LineMeanings(self.desires[space])).take(plain)
        return ReadLines(plain, items) if items is not None else None

    def take_bytes(self, raw: bytes, file: str) -> Document | ReadLines | None:
        """Read the bytes of a file, of the disk or of a commit; return its content if it holds no mistake."""
        if self.desires and (lines := self.take_lines(raw, file)):
            plain, items = lines
            self.outlines.append(Outline(file, plain.space, plain.type, tuple(one.ref.id for one in items)))
            desire = self.desires[one_name(plain.space.text, self.settings)]
            told = len(desire.mistakes)
            for item in items:
                desire.join(item)
            return None if len(desire.mistakes) > told else lines
        document, wrong = read_bytes(raw, file)
        self.mistakes += wrong
        if document is None:
            return None
        self.outlines.append(
            Outline(
                file,
                document.space,
                document.type,
                tuple(entry.id for entry in document.items),
                len(document.rules),
            )
        )
        space = one_name(document.space.text, self.settings)
        desire = self.desire_of(space)
        if desire.catalog.type_of(document.type.text) is None:
            self.unread.setdefault(space, []).append(document)
            return None
        told = len(desire.mistakes)
        desire.take(document)
        if document.rules:
            from reconciler.desired.ignored_rules import ignored_fields  # most files have items

            desire.mistakes += ignored_fields(desire, file, self.settings.space(space))
        return None if wrong or len(desire.mistakes) > told else document

    def done(self, named: Mapping[str, int] | None = None) -> Files:
        """Return what was read; `named` counts the items of all files if not all were read."""
        offline = {
            space: Offline(
                self.pins[space],
                made.catalog,
                made.items(),
                tuple(made.mistakes),
                space not in self.unread,
                made.names.meanings,
                made.mentions,
                tuple(made.rules),
            )
            for space, made in self.desires.items()
        }
        kept = {
            space: Manifest(tuple(some)) for space, some in self.unread.items() if not self.pins[space].types
        }
        return Files(self.root, self.settings, self.mistakes, tuple(self.outlines), offline, kept, named)


def of_space(manifest: Manifest, space: str, settings: Settings) -> Manifest:
    """Return the files of one space."""
    return Manifest(tuple(one for one in manifest.documents if one_name(one.space.text, settings) == space))


def one_name(name: str, settings: Settings) -> str:
    """Return the name under which the settings know a space that files may name by its key."""
    return next((known for known, one in settings.spaces.items() if one.project_key == name), name)
