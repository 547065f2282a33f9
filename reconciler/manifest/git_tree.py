"""Reads the files of a commit as git stores them, without attributes, filters, index or work tree.

`git archive` and `git checkout` obey the `.gitattributes` of the tree that they write, so a line such as
`state/** export-ignore` would make the base look empty.  `ls-tree` and `cat-file` obey no attributes.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from reconciler.errors import CannotRun
from reconciler.git import blobs, git_output
from reconciler.manifest.decoding import LARGEST
from reconciler.manifest.files import is_desired

LINK, MODULE = "120000", "160000"
MOST_KEPT = 4
"""Listings of commits that are cached: the base, the last applied commit, and those of unapplied fields."""
UNSOUND = frozenset({"", ".", ".."})
"""Names that only a forged tree holds; paths with them are ignored."""
PIN_LIMIT = 64 << 20
"""The largest pin file in bytes."""


class Submodule(CannotRun):
    """Files of the base belong to a submodule, whose repository holds their history."""

    def __init__(self, path: str, sha: str) -> None:
        """Make the message."""
        super().__init__(
            f"{path} is a submodule in the commit {sha[:12]}, so this repository does not hold its files",
            "run it inside of the submodule, with a commit of its own as the base",
        )


class Tree(Struct, frozen=True):
    """A listing of a commit: each path from the repository's root, with the id of its blob."""

    root: Path
    sha: str
    files: Mapping[str, str]
    links: Mapping[str, str]
    modules: frozenset[str]

    def read(self, paths: Iterable[str], largest: int = LARGEST) -> Iterator[tuple[str, bytes | None]]:
        """Yield the content of files, read by one git process; None for a file that is too large."""
        some = list(paths)
        yield from zip(some, blobs(self.root, [self.files[one] for one in some], largest), strict=True)

    def below(self, folder: str) -> Iterator[str]:
        """Yield the files that a run reads if it is given this path, of a folder or of a file."""
        return (one for one in self.files if is_read(one, folder))

    def links_at(self, folder: str) -> Iterator[str]:
        """Yield the links above a path, and those below it that may hide files that a run reads."""
        return (one for one in self.links if is_within(folder, one) or is_visible(one, folder))

    def target(self, link: str) -> str | None:
        """Return the path in the tree that a link leads to; None if it leads out of it."""
        (text,) = blobs(self.root, [self.links[link]], LARGEST)
        way = (text or b"").decode("utf-8", "surrogateescape")
        there = posixpath.normpath(posixpath.join(posixpath.dirname(link), way))
        return there if any(is_within(one, there) for one in self.files) else None

    def refuse_modules(self, folder: str) -> None:
        """Raise Submodule if a path, a folder above it or a folder below it is a submodule."""
        for one in sorted(self.modules):
            if is_within(folder, one) or is_visible(one, folder):
                raise Submodule(one, self.sha)


def is_within(path: str, folder: str) -> bool:
    """Return whether a path is the folder or lies below it; the empty folder is the root."""
    return folder in ("", path) or path.startswith(f"{folder}/")


def is_visible(path: str, folder: str) -> bool:
    """Return whether a path lies below a folder, outside of hidden folders."""
    inside = path[len(folder) :].lstrip("/").split("/")
    return is_within(path, folder) and not any(part.startswith(".") for part in inside)


def is_read(path: str, folder: str) -> bool:
    """Return whether a run that is given the folder, or the file itself, reads the file."""
    return path == folder or (is_visible(path, folder) and is_desired(posixpath.basename(path)))


@lru_cache(maxsize=MOST_KEPT)
def tree_of(root: Path, sha: str) -> Tree:
    """List the files of a commit; raises CannotRun if git cannot answer. Cached: a commit never changes."""
    listed = git_output(root, "ls-tree", "-r", "-z", "--full-tree", sha)
    files: dict[str, str] = {}
    links: dict[str, str] = {}
    modules: set[str] = set()
    for row in filter(None, listed.split("\0")):
        head, _, path = row.partition("\t")
        mode, _, name = head.split(" ")
        if not UNSOUND.isdisjoint(path.split("/")):
            continue
        if mode == MODULE:
            modules.add(path)
        else:
            (links if mode == LINK else files)[path] = name
    return Tree(root, sha, files, links, frozenset(modules))


@lru_cache(maxsize=16)
def prefix_of(root: Path) -> str:
    """Return the path of a folder in its repository, without a slash at the end; git is asked once."""
    return git_output(root, "rev-parse", "--show-prefix").strip("\n").rstrip("/")
