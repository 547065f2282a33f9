"""Reads the desired state with a cache: only files that changed are parsed."""

# When a cache may be used
#
# A cache saves the parsing of files that did not change, nothing else.  `validate`, an apply and a plan that
# is saved read all files themselves, and so does CI, unless RECONCILER_CACHE names a folder.  What a
# repository brings must not decide what a reviewer sees: the cache lies outside of the checkout, and its
# entries are sealed (see `desired.cache`).
#
# An entry counts only if nothing on which its reading rested has changed: the content of the file, and its
# `context`, which is the version of the program, the settings and the pins.  Names that the pins settled are
# settled then, and live metadata has to confirm each of them in any case (`by_pins.is_confirmed`).
#
# With `--changed` other files are not even opened.  Two things about them still matter: whether they manage
# an item of a changed file, since no two places may set the same field, and the types of the items to which
# relations point.  The index of the cache knows both.

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import field

from reconciler.desired.cache import Cache, content_digest, context_of, stamp_of
from reconciler.desired.cached_file import (
    NOWHERE,
    Unfit,
    Written,
    outline_of,
    page_of,
    page_of_lines,
    read_page,
)
from reconciler.desired.cached_file import take as take_page
from reconciler.desired.file_reading import Reading, ReadLines, one_name
from reconciler.desired.mentions import points_somewhere
from reconciler.fields.values import Desired
from reconciler.manifest.nodes import Document, Outline, Scalar
from reconciler.schema.pins import FOLDER, PROBE_REPORT, pins_folder


class CachedReading(Reading, kw_only=True):
    """Files that are being read, or taken from the cache if they are unchanged.

    `home` is the settings' file.
    """

    home: Path | None
    cache: Cache
    contexts: dict[str, str] = field(default_factory=dict)
    values: dict[tuple[str, str], dict[Written, Desired]] = field(default_factory=dict)

    def take_all(
        self, files: Sequence[tuple[Path, str]], changed: set[str] | None, *, whole: bool
    ) -> Mapping[str, int] | None:
        """Read the files, or of them what changed; `whole` files are all that the cache should still hold.

        Returns the number of items by space if not all files were read.
        """
        if changed is not None:
            self.take_changed(files, changed)
            self.cache.save(whole=False)
            return self.cache.counts()
        for path, file in files:
            self.take(path, file)
        self.cache.save(whole=whole)
        return None

    def take(self, path: Path, file: str) -> None:
        """Read one file: from the cache if it holds the same content, else anew."""
        raw = self.content(path, file)
        if raw is None:
            return
        digest = content_digest(raw)
        if (kept := self.cache.page(file, digest)) and self.take_kept(file, *kept):
            return
        read = self.take_bytes(raw, file)
        if read and not (isinstance(read, Document) and read.rules):
            self.keep(path, file, digest, read)

    def keep(self, path: Path, file: str, digest: str, read: Document | ReadLines) -> None:
        """Put a file without mistakes into the cache."""
        outline = self.outlines[-1]
        space = one_name(outline.space.text, self.settings)
        desire = self.desire_of(space)
        kind = desire.catalog.type_of(outline.type.text)
        assert kind is not None  # noqa: S101 - a file of an unknown type is a mistake
        page = page_of(read, desire) if isinstance(read, Document) else page_of_lines(*read, desire)
        ids = ((space, kind.key, item_id) for item_id in outline.ids)
        self.cache.keep(path, file, digest, self.context(space), page, ids)

    def take_kept(self, file: str, context: str, content: bytes) -> bool:
        """Take a file from its page in the cache; return False if the page does not count any more."""
        try:
            page = read_page(content)
            outline = outline_of(page, file)
            space = one_name(outline.space.text, self.settings)
            if self.context(space) != context:
                return False
            known = self.values.setdefault((space, page.type[0]), {})
            take_page(self.desire_of(space), page, file, known)
        except Unfit:
            return False
        self.outlines.append(outline)
        return True

    def context(self, space: str) -> str:
        """Return the digest of everything on which the reading of a space's files rests."""
        if space not in self.contexts:
            folder = pins_folder(self.root, space, self.settings.homes)
            pins = folder.glob("*.json") if folder.is_dir() else ()
            rests = [path for path in pins if not path.name.endswith((".schema.json", PROBE_REPORT))]
            self.contexts[space] = context_of([*rests, *([self.home] if self.home else [])])
        return self.contexts[space]

    def take_changed(self, files: Sequence[tuple[Path, str]], changed: set[str]) -> None:
        """Read the changed files, those that the cache does not hold, and those that name the same items."""
        homes = {*self.settings.homes, self.root}
        pinned = (path.name for home in homes for path in (home / FOLDER).glob("*"))
        names = {*self.settings.spaces, *pinned}
        stamps = self.cache.stamps(map(self.context, names))
        due = [one for one in files if one[1] in changed or stamps.get(one[1]) != stamp_of(one[0])]
        for path, file in due or files[:1]:
            self.take(path, file)
        self.cache.save(whole=False)
        beside = self.beside(changed) - {file for _, file in due}
        for path, file in files:
            if file in beside:
                self.take(path, file)
        if any(points_somewhere(made.catalog, made.names.meanings) for made in self.desires.values()):
            for space in self.desires:
                for key, ids in self.cache.named(space).items():
                    of, type_ = (Scalar(word, plain=True, place=NOWHERE) for word in (space, key))
                    self.outlines.append(Outline("", of, type_, ids))

    def beside(self, changed: set[str]) -> set[str]:
        """Return the files that name an item of a changed file."""
        beside: set[str] = set()
        for one in self.outlines:
            space = one_name(one.space.text, self.settings)
            kind = self.desire_of(space).catalog.type_of(one.type.text)
            if kind and one.file in changed:
                for item_id in one.ids:
                    beside |= self.cache.files_of(space, kind.key, item_id)
        return beside
