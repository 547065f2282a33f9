"""The files of a commit, as git keeps them: no attribute, filter, index or work tree stands between.

`git archive` and `git checkout` obey `.gitattributes` of the very tree that they write, so a line such as
`state/** export-ignore` would make a base that wanted nothing.  `ls-tree` and `cat-file` obey none.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from reconciler.errors import CannotRun
from reconciler.git import blobs, told
from reconciler.manifest.decoding import LARGEST
from reconciler.manifest.files import is_desired

LINK, MODULE = "120000", "160000"
MOST_KEPT = 4
"""Listings of commits that are kept: the base, the last applied commit, and those of rows left behind."""
UNSOUND = frozenset({"", ".", ".."})
"""Names that only a made-up tree holds; nothing of it is taken for a file of ours."""
PIN_LIMIT = 64 << 20
"""Bytes of the largest pin file that is read."""


class Submodule(CannotRun):
    """Files of the base lie in another repository, which holds their history."""

    def __init__(self, path: str, sha: str) -> None:
        """Make the message."""
        super().__init__(
            f"{path} is a submodule in the commit {sha[:12]}, so this repository does not hold its files",
            "run it inside of the submodule, with a commit of its own as the base",
        )


@dataclass(frozen=True, slots=True)
class Tree:
    """What stands in a commit: each path from the repository's top, with the id of its content."""

    root: Path
    sha: str
    files: Mapping[str, str]
    links: Mapping[str, str]
    modules: frozenset[str]

    def read(self, paths: Iterable[str], largest: int = LARGEST) -> Iterator[tuple[str, bytes | None]]:
        """Yield the content of files by one git process; None for one that is too large to be read."""
        some = list(paths)
        yield from zip(some, blobs(self.root, [self.files[one] for one in some], largest), strict=True)

    def below(self, folder: str) -> Iterator[str]:
        """Yield the files that a run reads where it is given a folder, or a file, of that path."""
        return (one for one in self.files if is_read(one, folder))

    def links_at(self, folder: str) -> Iterator[str]:
        """Yield the links on the way to a path, and those below it that may hide what a run reads."""
        return (one for one in self.links if is_within(folder, one) or is_visible(one, folder))

    def target(self, link: str) -> str | None:
        """Return where a link leads in the tree; None where that is nowhere in it."""
        (text,) = blobs(self.root, [self.links[link]], LARGEST)
        way = (text or b"").decode("utf-8", "surrogateescape")
        there = posixpath.normpath(posixpath.join(posixpath.dirname(link), way))
        return there if any(is_within(one, there) for one in self.files) else None

    def refuse_modules(self, folder: str) -> None:
        """Raise Submodule where a path, or something on the way to it or below it, is one."""
        for one in sorted(self.modules):
            if is_within(folder, one) or is_visible(one, folder):
                raise Submodule(one, self.sha)


def is_within(path: str, folder: str) -> bool:
    """Whether a path is a folder's own or lies below it; the empty one is the top."""
    return folder in ("", path) or path.startswith(f"{folder}/")


def is_visible(path: str, folder: str) -> bool:
    """Whether a path lies below a folder, and in no hidden folder there."""
    inside = path[len(folder) :].lstrip("/").split("/")
    return is_within(path, folder) and not any(part.startswith(".") for part in inside)


def is_read(path: str, folder: str) -> bool:
    """Whether a run that is given the folder, or this very file, reads the file."""
    return path == folder or (is_visible(path, folder) and is_desired(posixpath.basename(path)))


@lru_cache(maxsize=MOST_KEPT)
def tree_of(root: Path, sha: str) -> Tree:
    """List a commit, which never changes; raises CannotRun where git cannot answer."""
    listed = told(root, "ls-tree", "-r", "-z", "--full-tree", sha)
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


def prefix_of(root: Path) -> str:
    """Return where a folder lies in its repository, without a slash at the end."""
    return told(root, "rev-parse", "--show-prefix").strip("\n").rstrip("/")
