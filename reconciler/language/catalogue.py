"""A catalogue of translations, and how it recognizes a finished English sentence by its template."""

from __future__ import annotations

import gettext
import re
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import NamedTuple

DOMAIN = "reconciler"
PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)(?:![rs])?(?::[^{}]*)?\}")
NUMBER = "number"
"""The placeholder of a count; its template has a plural form."""
VALUES = frozenset({"file", "label", "name", "path", "place", "ref", "shown", "space", "title", "url", "who"})
"""Placeholders that hold a name or a value, which is never translated."""
QUOTES = frozenset("'\"`‘“")
"""Signs before a placeholder that quotes a value, which is never translated."""
QUOTED = r"(?<![^\W_])'[^']*'(?![^\W_])|`[^`]*`|" + '"[^"]*"'
"""What a sentence quotes; an apostrophe in a word is no quote."""
LEAST = 4
"""Letters that a template must have, so that it recognizes its own sentences alone."""
DEEP = 6
"""How far sentences inside of sentences are looked for."""


class Template(NamedTuple):
    """A message with placeholders: how its sentences are recognized, and the translation."""

    message: str
    chunk: str
    """The longest text between placeholders; a sentence that lacks it is another's."""
    open_start: bool
    open_end: bool

    @property
    def pattern(self) -> re.Pattern[str]:
        """The pattern of the message's sentences, with what comes before or after a part of a sentence."""
        return pattern_of(self.message, open_start=self.open_start, open_end=self.open_end)


@lru_cache(maxsize=2048)
def pattern_of(message: str, *, open_start: bool, open_end: bool) -> re.Pattern[str]:
    """Return the pattern of a message's sentences."""
    seen: set[str] = set()
    made, end = "", 0
    for hit in PLACEHOLDER.finditer(message):
        made += re.escape(message[end : hit.start()])
        name, end = hit[1], hit.end()
        made += (
            f"(?P={name})" if name in seen else rf"(?P<{name}>\d+)" if name == NUMBER else f"(?P<{name}>.*?)"
        )
        seen.add(name)
    made += re.escape(message[end:])
    before, after = "(?P<_before>.+?)" if open_start else "", "(?P<_after>.+)" if open_end else ""
    return re.compile(f"{before}{made}{after}", re.DOTALL)


def content_of(name: str) -> str:
    """Return the pattern of what a placeholder may hold: no more than one sentence."""
    if name == NUMBER:
        return r"\d+"
    return "'[^']*'|this value" if name.startswith("quoted_") else r"(?:(?!; |\n).)*?"


class Catalogue:
    """The translations of one language."""

    def __init__(self, locale: str, messages: gettext.GNUTranslations) -> None:
        """Keep the messages; templates are sorted when a sentence is first looked up."""
        self.locale = locale
        self.messages = messages
        self.told = lru_cache(maxsize=4096)(self.translated)

    def gettext(self, text: str) -> str:
        """Translate one message."""
        return self.messages.gettext(text)

    def counted(self, number: int, noun: str) -> str:
        """Return a number with its noun."""
        one, many = f"{{number}} {noun}", f"{{number}} {noun}s"
        return self.messages.ngettext(one, many, number).format(number=number)

    @cached_property
    def templates(self) -> tuple[Template, ...]:
        """Every message with placeholders, or that is a part of sentences; the longest first."""
        made = [
            made
            for message in self.english
            if (made := template_of(message))
            and (PLACEHOLDER.search(message) or made.open_start or made.open_end)
        ]
        return tuple(sorted(made, key=lambda one: (one.open_start or one.open_end, -weight(one.message))))

    @cached_property
    def english(self) -> tuple[str, ...]:
        """The messages in English, of those with a plural both forms."""
        known = getattr(self.messages, "_catalog", {})
        plain = [key for key in known if isinstance(key, str) and key]
        counted = {key[0] for key in known if isinstance(key, tuple)}
        return tuple(dict.fromkeys([*plain, *counted, *(f"{one}s" for one in counted)]))

    def translated(self, text: str, depth: int = 0) -> str:
        """Translate a finished sentence; what is not recognized stays as it is."""
        if depth > DEEP or not text or text.isspace():
            return text
        if (exact := self.messages.gettext(text)) != text:
            return exact
        for one in self.templates:
            if one.chunk in text and (hit := one.pattern.fullmatch(text)):
                return self.filled(one, hit, depth)
        return self.by_parts(text, depth)

    def filled(self, one: Template, hit: re.Match[str], depth: int) -> str:
        """Return the translation of a template, with what its sentence holds translated, too."""
        found = hit.groupdict()
        before, after = found.pop("_before", "") or "", found.pop("_after", "") or ""
        values = {
            name: value if is_value(one.message, name) else self.translated(value, depth + 1)
            for name, value in found.items()
        }
        if NUMBER in values and (hits := self.plural(one.message, int(found[NUMBER]))):
            shown = hits
        else:
            shown = self.messages.gettext(one.message)
        made = PLACEHOLDER.sub(lambda hit: values.get(hit[1], hit[0]), shown)
        return (
            (self.translated(before, depth + 1) if before else "")
            + made
            + (self.translated(after, depth + 1) if after else "")
        )

    def plural(self, message: str, number: int) -> str:
        """Return the form for a number of a message that has a plural, else nothing."""
        for singular in (message, message.removesuffix("s")):
            shown = self.messages.ngettext(singular, f"{singular}s", number)
            if shown not in {singular, f"{singular}s"}:
                return shown
        return ""

    def by_parts(self, text: str, depth: int) -> str:
        """Translate the parts of a text that is put together of sentences."""
        for joint in ("\n", "  ", "; ", ". ", ": ", ", ", " or ", " and "):
            parts = split(text, joint)
            if len(parts) > 1:
                shown = [self.translated(part, depth + 1) for part in parts]
                if shown != parts:
                    return self.joined(parts, shown, joint)
        return text

    def joined(self, parts: list[str], shown: list[str], joint: str) -> str:
        """Join translated parts; a joint between two parts of which none was translated stays."""
        made = shown[0]
        for (before, was), after in zip(zip(parts, shown, strict=True), shown[1:], strict=False):
            made += (self.messages.gettext(joint) if before != was else joint) + after
        return made


def split(text: str, joint: str) -> list[str]:
    """Split a text at a joint that stands outside of quotes."""
    parts, end = [], 0
    for hit in re.finditer(QUOTED + "|" + re.escape(joint), text):
        if hit[0] == joint:
            parts.append(text[end : hit.start()])
            end = hit.end()
    return [*parts, text[end:]]


def weight(message: str) -> int:
    """Count the letters of a message outside of its placeholders."""
    return sum(map(str.isalpha, PLACEHOLDER.sub("", message)))


def template_of(message: str) -> Template | None:
    """Return a message's template; None where it would recognize what is none of its sentences."""
    if weight(message) < LEAST and not message.startswith("{number}"):
        return None
    chunk = max(PLACEHOLDER.split(message)[::2], key=len)
    return Template(message, chunk, message[0] in " ,;(", message[-1] in " (")


def is_value(message: str, name: str) -> bool:
    """Return True if a placeholder holds a name or a quoted value."""
    base = name.rstrip("0123456789_")
    at = message.find(f"{{{name}")
    return base in VALUES or (at > 0 and message[at - 1] in QUOTES)


@cache
def read_catalogue(locale: str) -> Catalogue:
    """Read the catalogue of a language."""
    folder = resources.files("reconciler") / "locale" / locale.replace("-", "_") / "LC_MESSAGES"
    with (folder / f"{DOMAIN}.mo").open("rb") as file:
        return Catalogue(locale, gettext.GNUTranslations(file))


@cache
def known_locales() -> tuple[str, ...]:
    """Return the languages that have a catalogue."""
    folder = resources.files("reconciler") / "locale"
    if not folder.is_dir():
        return ()
    return tuple(sorted(one.name.replace("_", "-") for one in folder.iterdir() if one.is_dir()))
