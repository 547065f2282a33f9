"""A catalogue of translations, and how it recognizes a finished English sentence by its template."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import NamedTuple

DOMAIN = "reconciler"
PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)(?::([0-9.,]*[a-z%]?))?\}")
NUMBER, BEFORE, AFTER = "number", "_before", "_after"
"""The placeholder of a count, whose template has a plural form; what is around a part of a sentence."""
VALUES = frozenset({"file", "label", "name", "path", "place", "ref", "shown", "space", "title", "url", "who"})
"""Placeholders that hold a name or a value, which is never translated."""
TAILS = frozenset({"more", "open_ones"})
"""Placeholders that hold the rest of a sentence."""
KEYS = frozenset({"location"})
"""Placeholders that hold the key of a file."""
VARIABLE = "variable"
"""The placeholder that holds the name of an environment variable."""
OWN = re.compile(r"(MEEGLE_[A-Z]+(?:_[A-Z]+)*)(__[A-Z0-9_]+)")
"""The name of a variable of one space, and what it ends in."""
QUOTES = frozenset("'\"`‘“")
"""Signs before a placeholder that quotes a value, which is never translated."""
QUOTED = r"(?<![A-Za-z0-9])'[^']*'(?![A-Za-z0-9])|`[^`]*`|" + '"[^"]*"'
"""What a sentence quotes; an apostrophe in a word is no quote."""
OPENING, CLOSING = frozenset(" ,;("), frozenset(" (")
"""Signs at the beginning and at the end of a message that is a part of sentences."""
JOINTS = ("\n", "  ", "; ", ". ", ": ", ", or ", ", ", " or ", " and ")
"""What stands between sentences that are put together."""
WORD_JOINTS = frozenset({" or ", " and "})
PLACED = re.compile(r"\S+:\d+:\d+: ")
"""Where a mistake is, before its sentence."""
FEWEST, LEAST = 2, 4
"""Letters of a template: of any, and of one that recognizes its sentences without help."""
WORD = re.compile(r"[a-z]{2,}")
IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z0-9'`\"]")
CLOSE = re.compile(r"[\u4e00-\u9fff（，。；：、]")
"""Signs before which Chinese has no blank."""


class Template(NamedTuple):
    """A message with placeholders, and the longest text between them: a sentence that lacks it is another's.

    A weak one has hardly a word of its own, such as `{what} on {owner}`: it recognizes a sentence only if a
    part of it is recognized, too.
    """

    message: str
    chunk: str
    weak: bool


class Catalogue:
    """The translations of one language."""

    def __init__(self, locale: str, messages: gettext.GNUTranslations) -> None:
        """Keep the messages; templates are sorted when a sentence is first looked up."""
        self.locale = locale
        self.messages = messages
        self.told: Callable[[str], str] = lru_cache(maxsize=4096)(self.translated)

    def gettext(self, text: str) -> str:
        """Translate one message."""
        return self.messages.gettext(text)

    def filled_in(self, text: str, values: Mapping[str, object]) -> str:
        """Translate a phrase and fill in its placeholders."""
        return fill(self.messages.gettext(text), values)

    def whole(self, beginning: str) -> str:
        """Translate the message that has a beginning, to the end of its first sentence."""
        known = next((one for one in self.english if one.startswith(beginning)), None)
        return self.gettext(known).partition("；")[0] if known else beginning

    def counted(self, number: int, noun: str) -> str:
        """Return a number with its noun."""
        one, many = f"{{number}} {noun}", f"{{number}} {noun}s"
        return fill(self.messages.ngettext(one, many, number), {NUMBER: number})

    @cached_property
    def templates(self) -> tuple[Template, ...]:
        """Every message with placeholders, or that is a part of sentences; the one with most words first."""
        made = [
            made
            for message in self.english
            if (PLACEHOLDER.search(message) or is_open(message)) and (made := template_of(message))
        ]
        return tuple(
            sorted(made, key=lambda one: (is_open(one.message), -weight(one.message), -literal(one.message)))
        )

    @cached_property
    def english(self) -> tuple[str, ...]:
        """The messages in English, of those with a plural both forms."""
        known = getattr(self.messages, "_catalog", {})
        plain = [key for key in known if isinstance(key, str) and key]
        singular = {key[0] for key in known if isinstance(key, tuple)}
        return tuple(dict.fromkeys([*plain, *singular, *(f"{one}s" for one in singular)]))

    def translated(self, text: str) -> str:
        """Translate a finished sentence; what is not recognized stays as it is.

        Of several templates that fit, the one is right that leaves the least in English.
        """
        if not WORD.search(text) or re.fullmatch(QUOTED, text):
            return text
        for form in (text, f"{text}\n", f"\n{text}\n"):
            if (exact := self.messages.gettext(form)) != form:
                return exact.strip("\n")
        if own := self.of_one_space(text):
            return own
        if (where := PLACED.match(text)) and where.end() < len(text):
            return where[0] + self.told(text[where.end() :])
        whole: list[str] = []
        found: list[str] = []
        for one in self.templates:
            if one.chunk in text and (hit := pattern_of(one.message).fullmatch(text)):
                (whole if "; " in one.message.strip("; ") else found).extend(self.as_template(one, hit))
        parts = self.by_parts(text)
        ordered = [*whole, parts, *found] if len(split(text, "; ")) > 1 else [*whole, *found, parts]
        return min(ordered, key=english_words)

    def of_one_space(self, text: str) -> str | None:
        """Translate advice about the variables of one space, which is known with the plain names."""
        own = dict(OWN.findall(text))
        plain = OWN.sub(r"\1", text)
        if len(set(own.values())) != 1 or (shown := self.messages.gettext(plain)) == plain:
            return None
        names = re.compile(rf"(?:{'|'.join(sorted(own, key=len, reverse=True))})(?![A-Z_])")
        return names.sub(lambda hit: f"{hit[0]}{own[hit[0]]}", shown)

    def as_template(self, one: Template, hit: re.Match[str]) -> Iterator[str]:
        """Yield the translation of a sentence by its template, with the sentences in it translated, too."""
        found = hit.groupdict()
        values = {
            name: value if is_value(one.message, name) else self.told(value) for name, value in found.items()
        }
        if one.weak and values == found:
            return
        before, after = values.pop(BEFORE, ""), values.pop(AFTER, "")
        message = self.messages.gettext(one.message).strip("\n")
        if NUMBER in values:
            message = self.plural(one.message, int(found[NUMBER])) or message
        yield f"{before}{fill(message, values)}{after}"

    def plural(self, message: str, number: int) -> str:
        """Return the form for a number of a message that has a plural, else nothing."""
        for singular in (message, message.removesuffix("s")):
            shown = self.messages.ngettext(singular, f"{singular}s", number)
            if shown not in {singular, f"{singular}s"}:
                return shown
        return ""

    def by_parts(self, text: str) -> str:
        """Translate the parts of a text that is put together of sentences, or of quoted values."""
        for joint in JOINTS:
            parts = split(text, joint)
            if joint == "; ":  # what follows may be one message in which there is a semicolon, too
                parts = [parts[0], joint.join(parts[1:])] if len(parts) > 1 else parts
            if len(parts) > 1:
                shown = [self.told(part) for part in parts]
                if shown != parts:
                    return self.joined(parts, shown, joint)
                if joint in WORD_JOINTS and not any(" " in re.sub(QUOTED, "", part) for part in parts):
                    return self.messages.gettext(joint).join(parts)
        return text

    def joined(self, parts: list[str], shown: list[str], joint: str) -> str:
        """Join translated parts; a joint between parts that were not translated stays."""
        made = shown[0]
        for n in range(1, len(parts)):
            same = parts[n - 1] == shown[n - 1] and parts[n] == shown[n]
            made += (joint if same else self.messages.gettext(joint)) + shown[n]
        return made


def fill(message: str, values: Mapping[str, object]) -> str:
    """Fill in placeholders, with a blank between ideographs and Latin words and none between ideographs."""
    made, end = "", 0
    for hit in PLACEHOLDER.finditer(message):
        made = spaced(made, message[end : hit.start()])
        made = spaced(made, format(values[hit[1]], hit[2] or "") if hit[1] in values else hit[0])
        end = hit.end()
    return spaced(made, message[end:])


def spaced(before: str, after: str) -> str:
    """Put two texts together, each as it is but for the blank between them."""
    if IDEOGRAPH.match(before[-2:-1]) and before[-1:] == " " and CLOSE.match(after):
        return before[:-1] + after
    if (IDEOGRAPH.match(before[-1:]) and LATIN.match(after)) or (
        LATIN.match(before[-1:]) and IDEOGRAPH.match(after)
    ):
        return f"{before} {after}"
    return before + after


@lru_cache(maxsize=2048)
def pattern_of(message: str) -> re.Pattern[str]:
    """Return the pattern of a message's sentences, of a part of sentences with what is around it."""
    message = message.strip("\n")
    seen: set[str] = set()
    made, end = "", 0
    for hit in PLACEHOLDER.finditer(message):
        made += re.escape(message[end : hit.start()])
        name, end = hit[1], hit.end()
        content = content_of(name, last=end == len(message))
        made += f"(?P={name})" if name in seen else f"(?P<{name}>{content})"
        seen.add(name)
    made += re.escape(message[end:])
    before = f"(?P<{BEFORE}>.*?)" if message[0] in OPENING else ""
    after = f"(?P<{AFTER}>.*)" if message[-1] in CLOSING else ""
    return re.compile(f"{before}{made}{after}", re.DOTALL)


def content_of(name: str, *, last: bool) -> str:
    """Return the pattern of what a placeholder may hold: one sentence, at the end of a message more."""
    if name == NUMBER or name.endswith("_id"):
        return r"\d+"
    if name.startswith("quoted_"):
        return "'[^']*'|this value"
    if name in KEYS:
        return r"[\w.-]+"
    if name == VARIABLE:
        return r"[A-Z][A-Z0-9_]+"
    return ".*?" if last or name in TAILS else r"(?:(?!; |\n).)*?"


def template_of(message: str) -> Template | None:
    """Return a message's template; None if it has no word of its own."""
    words = weight(message)
    names = [hit[1] for hit in PLACEHOLDER.finditer(message)]
    typed = any(name in {NUMBER, VARIABLE} | KEYS or name.startswith("quoted_") for name in names)
    chunk = max(PLACEHOLDER.split(message.strip("\n"))[::3], key=len)
    return Template(message, chunk, weak=words < LEAST and not typed) if words >= FEWEST else None


def is_open(message: str) -> bool:
    """Return True if a message is a part of sentences."""
    return message[0] in OPENING or message[-1] in CLOSING


def split(text: str, joint: str) -> list[str]:
    """Split a text at a joint that is outside of quotes."""
    parts, end = [], 0
    for hit in re.finditer(QUOTED + "|" + re.escape(joint), text):
        if hit[0] == joint:
            parts.append(text[end : hit.start()])
            end = hit.end()
    return [*parts, text[end:]]


def literal(message: str) -> int:
    """Count the signs of a message outside of its placeholders."""
    return len(PLACEHOLDER.sub("", message))


def weight(message: str) -> int:
    """Count the letters of a message outside of its placeholders."""
    return sum(map(str.isalpha, PLACEHOLDER.sub("", message)))


def english_words(text: str) -> int:
    """Count the words in small letters outside of quotes."""
    return len(WORD.findall(re.sub(QUOTED, "", text)))


def is_value(message: str, name: str) -> bool:
    """Return True if a placeholder holds a name or a quoted value."""
    at = message.find(f"{{{name}")
    return name.rstrip("_") in VALUES | KEYS or (at > 0 and message[at - 1] in QUOTES)


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
