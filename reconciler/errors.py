"""Everything that can go wrong, as a tree; beside each error the package that it is of.

    ReconcilerError
      CannotRun
        Internal
        NothingFound        adopt
        Busy                apply
        JournalFailed       apply
        Foreign             desired
        Gone                doctor
        ForgeRefused        forge
        OddAnswer           forge
        Unreachable         forge
        NoGit               git
        NoRepository        git
        Refused             git
        Unreadable          git
        CannotWrite         manifest
        ForeignLink         manifest
        Submodule           manifest
        UnknownSpace        meegle
        WrongKey            meegle
        BadEnvironment      meegle/http
        CannotWait          meegle/http
        KeepsThrottling     meegle/http
        Redirected          meegle/http
        StopCode            meegle/http
        StrangeAnswer       meegle/http
        TlsFailed           meegle/http
        TokenRefused        meegle/http
        Unreachable         meegle/http
          Oversized         meegle/http
        WriteRefused        meegle/http
        BadPlan             plan
        NothingToRecord     plan
        BadPins             schema
        UnresolvedMerge     schema
      InputError
        CannotEdit          manifest/edit
      ApiRefusal            meegle/http
      Interrupted           meegle/http
    Mistake
      NoValue
      UnknownName
      WrongShape
      NoEffect              desired
      UnknownItem           fields
      UnknownPerson         fields
      BadSign               manifest
      CredentialInFile      manifest
      TooLarge              manifest

A `Mistake` is a value: one thing that an author got wrong, with its place; they are collected and reported
all at once, as an `InputError`.  A `ReconcilerError` ends the run, and the command exits with 1: `InputError`
for what the author can mend in the files, `CannotRun` for what lies outside them, with what to do about it.
Exceptions that never leave their package are not drawn.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Self

QUOTABLE = 60
"""The longest value in characters that a message repeats."""

LISTED = 8
"""The most known names that a message lists if none is similar."""


def quoted(text: str) -> str:
    """Return `text` in quotes if it is short and printable, else "this value"."""
    return f"'{text}'" if 0 < len(text) <= QUOTABLE and text.isprintable() else "this value"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 item`, `2 items`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def nearest(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return at most three known names that are similar to `word`, the most similar first."""
    from difflib import get_close_matches  # noqa: PLC0415 - most runs have no unknown name

    folded: dict[str, list[str]] = {}
    for name in sorted({name for name in known if name}):
        folded.setdefault(name.casefold(), []).append(name)
    hits = get_close_matches(word.casefold()[:QUOTABLE], folded, n=3, cutoff=0.6)
    return tuple(max(folded[hit], key=lambda name: alike(word, name)) for hit in hits)


def alike(word: str, name: str) -> float:
    """Return the similarity of two words, letter case included: 0 to 1."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - most runs have no unknown name

    return SequenceMatcher(None, word[:QUOTABLE], name).ratio()


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the advice for an unknown `word`: similar names, else some of the known names."""
    names = sorted({name for name in known if name})
    if near := nearest(word, names):
        return "did you mean " + " or ".join(quoted(name) for name in near) + "?"
    if not names:
        return "there are none"
    few = ", ".join(quoted(name) for name in names[:LISTED])
    return f"write one of {few}" + (f" and {len(names) - LISTED} more" if len(names) > LISTED else "")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in the files: its place, what is wrong, and what to do."""

    place: Place
    what: str
    fix: str

    def __str__(self) -> str:
        """Return the line that people see: `file:line:column: what; what to do`."""
        return f"{self.place}: {self.what}; {self.fix}"


class NoValue(Mistake):
    """A key has no value, or one that only looks like null."""

    def __init__(self, place: Place) -> None:
        """Make the message for a blank value at `place`."""
        fix = "write null to empty it, or delete the line to leave it alone"
        super().__init__(place, "no value", f"{fix} (`git diff` shows whether a formatter took a null away)")


class UnknownName(Mistake):
    """A name that is unknown here."""

    def __init__(self, place: Place, kind: str, name: str, owner: str, known: Iterable[str]) -> None:
        """Make the message: `no <kind> '<name>' on <owner>; did you mean …?`."""
        what = f"no {kind} '{name}'" if quoted(name) == f"'{name}'" else f"no such {kind}"
        super().__init__(place, f"{what} on {owner}", suggestion(name, known))


class WrongShape(Mistake):
    """A value of the wrong shape for its field."""

    def __init__(self, place: Place, expected: str, found: str, example: str) -> None:
        """Make the message: `expected <expected>, found <found>; write <example>`."""
        super().__init__(place, f"expected {expected}, found {found}", f"write {example}")


class ReconcilerError(Exception):
    """The run cannot start or cannot end; the command exits with 1.

    `mistakes` are what is wrong in the files beside it, so that all is said at once.
    """

    mistakes: tuple[Mistake, ...] = ()

    def beside(self, mistakes: Iterable[Mistake]) -> Self:
        """Keep the mistakes that were found before, in the order of their places; returns itself."""
        self.mistakes = tuple(sorted(set(mistakes), key=lambda m: (m.place, m.what, m.fix)))
        return self


class InputError(ReconcilerError):
    """The files hold mistakes: all of them, in the order of their places."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        """Collect, sort and keep the mistakes."""
        self.beside(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class CannotRun(ReconcilerError):
    """Something outside the files stops the run: what it is and what to do about it."""

    def __init__(self, what: str, fix: str) -> None:
        """Make the message `what; fix`."""
        self.what = what
        self.fix = fix
        super().__init__(f"{what}; {fix}")


class Internal(CannotRun):
    """Something failed that no part foresaw: a bug of ours, or a machine that has nothing left to give."""

    def __init__(self, error: BaseException) -> None:
        """Make the message: what the machine lacks, else where in the code it happened."""
        if isinstance(error, MemoryError):
            super().__init__("no memory is left", "give it more, or name fewer files at a time")
        elif isinstance(error, RuntimeError) and "thread" in str(error):
            super().__init__(
                "the machine starts no more threads", "raise its limit of processes, then run again"
            )
        elif isinstance(error, OSError) and error.errno in {errno.EMFILE, errno.ENFILE}:
            super().__init__("no more files can be opened", "raise the limit: `ulimit -n 1024`")
        else:
            super().__init__(
                f"an internal error ({type(error).__name__}{spot_of(error)})", "please report this as a bug"
            )


def spot_of(error: BaseException) -> str:
    """Return ` at FILE:LINE` for the innermost call that an error came from; nothing if it was not raised."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    return f" at {frame.tb_frame.f_code.co_filename.rpartition('/')[2]}:{frame.tb_lineno}" if frame else ""


def told_as(error: Exception) -> ReconcilerError:
    """Return what may be told of an error."""
    return error if isinstance(error, ReconcilerError) else Internal(error)


class Place(NamedTuple):
    """A spot in a file of the repository; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """Return `file:line:column`, which terminals and editors can follow."""
        return f"{self.file}:{self.line}:{self.column}"
