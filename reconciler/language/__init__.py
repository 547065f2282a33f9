"""The language in which people are told things: English, or that of a catalogue.

Values hold English, and so do JSON, journals, records and saved plans; a text is translated where it is
shown.  `_` and `counted` translate phrases of a view.  `told` translates a finished English sentence that
came from below: the catalogue knows it by its template.  In English all three cost next to nothing.

`settle` sets the language of everything, as `locale:` in the settings says.  Without it everything is
English, but for text that goes to a terminal: the environment decides for that (`terminal_locale`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from reconciler import errors

if TYPE_CHECKING:
    from reconciler.language.catalogue import Catalogue

ENGLISH = "en"
LOCALE = re.compile(
    rb"""^locale:[ \t]*["']?([A-Za-z]+(?:-[A-Za-z]+)*)["']?[ \t]*(?:#.*)?\r?$""", re.MULTILINE
)
"""The line of the settings that names the language."""

SPOKEN: ContextVar[Catalogue | None] = ContextVar("SPOKEN", default=None)
"""The catalogue of the text that is being made; None for English."""

SETTLED: list[str] = []
"""The locale that the settings name, as the only entry; empty while they name none."""


def _(text: str, /, **values: object) -> str:
    """Translate a phrase and fill in its placeholders; the values stay as they are."""
    spoken = SPOKEN.get()
    if spoken:
        return spoken.filled_in(text, values) if values else spoken.gettext(text)
    return text.format_map(values) if values else text


def messages(*texts: str) -> tuple[str, ...]:
    """Mark texts of a table as messages, which are translated where they are shown; returns them."""
    return texts


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 item`, `2 items`."""
    spoken = SPOKEN.get()
    return spoken.counted(number, noun) if spoken else errors.counted(number, noun)


def told(text: str) -> str:
    """Translate a finished English sentence; what the catalogue does not recognize stays as it is."""
    spoken = SPOKEN.get()
    return spoken.told(text) if spoken else text


def language() -> str:
    """Return the language of the text that is being made, as HTML names it."""
    spoken = SPOKEN.get()
    return spoken.locale if spoken else ENGLISH


def begin(settings: bytes | None) -> None:
    """Begin a run: English, or as these settings say."""
    SETTLED.clear()
    SPOKEN.set(None)
    settle(settings)


def settle(settings: bytes | None) -> None:
    """Set the language of everything from here on, if these settings name one."""
    named = LOCALE.search(settings) if settings and b"locale" in settings else None
    locale = named[1].decode() if named else ""
    if locale == ENGLISH or (locale and locale in known()):
        SETTLED[:] = [locale]
        SPOKEN.set(catalogue_of(locale))


def known() -> tuple[str, ...]:
    """Return the languages that there are: English, and those with a catalogue."""
    from reconciler.language.catalogue import known_locales  # noqa: PLC0415 - only what names a language asks

    return (ENGLISH, *known_locales())


def settled() -> str:
    """Return the language of files, pipes, CI, comments and cards."""
    return SETTLED[0] if SETTLED else ENGLISH


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Make the text of a block in one language."""
    before = SPOKEN.set(catalogue_of(locale))
    try:
        yield
    finally:
        SPOKEN.reset(before)


def catalogue_of(locale: str) -> Catalogue | None:
    """Return the catalogue of a language; None for English."""
    if locale == ENGLISH:
        return None
    from reconciler.language.catalogue import read_catalogue  # noqa: PLC0415 - English needs none

    return read_catalogue(locale)


def terminal_locale(environ: Mapping[str, str]) -> str:
    """Return the language that the environment names for a terminal: ours for it, else English."""
    named = next(filter(None, (environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    word = named.partition(".")[0].partition("@")[0].replace("_", "-")
    if word in {"", "C", "POSIX"} or word.partition("-")[0] == ENGLISH:
        return ENGLISH
    from reconciler.language.catalogue import known_locales  # noqa: PLC0415 - English needs none

    tongue = word.partition("-")[0].casefold()
    alike = [one for one in known_locales() if one.partition("-")[0].casefold() == tongue]
    return next((one for one in alike if one.casefold() == word.casefold()), next(iter(alike), ENGLISH))


def told_whole(text: str) -> str:
    """Translate a sentence of which only the beginning is known, as help shows it in a list."""
    spoken = SPOKEN.get()
    return spoken.whole(text) if spoken else text


def sentence(what: str, fix: str) -> str:
    """Return what is wrong and what to do about it, as one sentence."""
    return f"{told(what)}{_('; ')}{told(fix)}" if fix else told(what)
