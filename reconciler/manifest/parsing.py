"""YAML bytes to authored values: one pass over the C scanner's events.

Only events are used.  Nodes lose anchors and tags, resolve aliases unseen and accept double
keys; whatever YAML offers beyond scalars, lists and maps is refused where it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from reconciler.errors import Mistake, Place, quoted
from reconciler.manifest.decoding import BAD_SIGN, BadSign, Refused, decode_file, refused_signs
from reconciler.manifest.likely_mistakes import (
    DIRECTIVE,
    FULL_WIDTH,
    FULL_WIDTH_COLON,
    INDENTS,
    Slip,
    slip_on,
    title_in,
)
from reconciler.manifest.nodes import BLANKS, AuthoredList, AuthoredMap, Node, Scalar, place_within

if TYPE_CHECKING:
    from reconciler.manifest.recovery import Mending

DEEPEST = 64
"""The deepest nesting of lists and maps."""

MOST_TOLD = 200
"""Reading a file stops after this many mistakes."""

WATCH = {
    "\\": re.compile(r"\\"),
    "#": re.compile(r"[ \t]#\S"),
    "\u00a0": re.compile(r"^ *\u00a0", re.MULTILINE),
    "\u3000": re.compile(r"^ *\u3000", re.MULTILINE),
    "-": re.compile(r"\n *-[^\s\d-]"),
    "?": re.compile(r"\?(?:[ \t]|$)", re.MULTILINE),
}
"""Signs that scalars need a second look: escapes, ` #x`, odd indentation, `-x`, keys after a `?`.

Most files have none of these characters, and the search for a character is cheap.
"""

# Why events are read, and nodes are never composed.
#
# libyaml offers two levels: events (`[`, scalar, `]`) and the tree that `compose` makes of them.
# Measured on the C composer: it drops anchors and tags, so that `!!python/object` looks like text;
# it resolves aliases unseen, so that a small file may grow without bound; it accepts duplicate keys;
# and 400 KB of `[[[` overflow its stack and kill the process, which no `except` catches.  Each of
# these is a way for a pull request to mean something that its reviewer did not see.
#
# The events hold all of it, in order, and each costs the same small time.  The loop below builds our
# own tree from them and stops at the first level that is too deep; anchors, aliases, tags, merge keys
# and duplicate keys become mistakes with their places.  The tree also keeps what a composer loses and
# codecs need: the text as written, whether it had quotes, and line and column of every key and value.
CParser: Any = YAML(typ="safe").Parser
"""The scanner and parser in C, on libyaml. Its events are read directly, without YAML's own loop."""

new = tuple.__new__
"""Makes a named tuple in half the time that its class takes: files are mostly scalars."""

HIDDEN = re.compile(r"\s+(#\S.*)$")
"""A comment after a plain scalar that may have been meant as part of its text."""


LIST_AS_TEXT = re.compile(r"-[^\s-].* - ", re.DOTALL)
"""`-a` above `- b`: YAML folds both into one text."""


class Slipped(Exception):
    """A line that YAML reads in a way that was surely not meant; carries the slip."""

    def __init__(self, slip: Slip) -> None:
        """Keep the slip."""
        super().__init__(str(slip.mistake))
        self.slip = slip


class Tree(Struct):
    """The authored tree of one file (None if it cannot be read) and its mistakes.

    `blanks` are the places of missing values. The mistake for one depends on what the place is for.
    """

    root: Node | None = None
    mistakes: list[Mistake] = field(default_factory=list)
    blanks: list[Place] = field(default_factory=list)
    signs: str = ""
    """The stand-ins with which the file was scanned; empty for nearly all files."""


def read_tree(raw: bytes, file: str) -> Tree:
    """Read one file's bytes; never raises, whatever they are.

    A line with a clear slip is mended in memory and the file is read again, so that the
    mistakes after it are reported, too.
    """
    try:
        text = decode_file(raw, file)
    except Refused as refused:
        return Tree(mistakes=[refused.mistake])
    if signs := list(refused_signs(text, file)):
        return Tree(mistakes=signs)
    lines = text.split("\n")
    tree, wrong = built(text, file, lines)
    if isinstance(wrong, Slip):
        return read_mended(tree, wrong, lines, file)
    if wrong:
        tree.mistakes.append(wrong)
        tree.root = None
    return tree


def built(text: str, file: str, lines: list[str]) -> tuple[Tree, Slip | Mistake | None]:
    """Return the tree of a text as far as it was read, and what stopped the reading."""
    builder = Builder(file, lines)
    wrong = builder.build(text)
    if builder.in_word:
        builder = Builder(file, lines, signs_for(text))
        wrong = builder.build(text)
    return builder.tree, wrong


def read_mended(tree: Tree, wrong: Slip, lines: list[str], file: str) -> Tree:
    """Mend one slip after the other, and return the last tree with all mistakes."""
    from reconciler.manifest.recovery import Mending  # noqa: PLC0415 - few files need it

    mending = Mending(lines)
    last: Slip | Mistake | None = wrong
    while isinstance(last, Slip) and mending.mend(last):
        tree, last = built("\n".join(mending.lines), file, mending.lines)
    return parsed_at_source(tree, mending, last.mistake if isinstance(last, Slip) else last)


def parsed_at_source(tree: Tree, mending: Mending, last: Mistake | None) -> Tree:
    """Return the tree and its mistakes, also the one that stopped reading, at their places in the file."""
    if last and last.place.line not in mending.moved:
        tree.mistakes.append(last)
    if mending.slips:
        tree.mistakes = [*mending.slips, *map(mending.as_written, tree.mistakes)]
        tree.blanks = list(map(mending.original, tree.blanks))
    if last:
        tree.root = None
    elif mending.slips and tree.root is not None:
        tree.root = mending.restored(tree.root)
    return tree


def signs_for(text: str) -> str:
    """Return the stand-ins with which a text can be scanned again."""
    from reconciler.manifest.stand_ins import stand_ins  # noqa: PLC0415 - few files need it

    return stand_ins(text)


def scanned(text: str, signs: str) -> Iterator[Any]:
    """Yield the events of a text; `signs`: its colons and question marks inside of words have stand-ins."""
    if not signs:
        return iter(CParser(text).get_event, None)
    from reconciler.manifest.stand_ins import masked, restored  # noqa: PLC0415 - few files need it

    return restored(iter(CParser(masked(text, signs)).get_event, None), signs)


class Builder:
    """Builds one file's tree from events; `open` holds the lists and maps that are not closed yet."""

    def __init__(self, file: str, lines: list[str], signs: str = "") -> None:
        """Begin with an empty tree; `signs` are the stand-ins for a second scan."""
        self.file = file
        self.lines = lines
        self.tree = Tree(signs=signs)
        self.nowhere = Scalar("", plain=False, place=Place(file, 1, 1))
        """Stands for a key whose value is left out, since the key itself is a mistake."""
        self.open: list[AuthoredList | AuthoredMap] = []
        self.waiting: list[Scalar | None] = []
        self.documents = 0
        self.watch = False
        self.forms = False
        self.decorations = False
        self.in_word = False

    def build(self, text: str) -> Mistake | Slip | None:
        """Read the document into the tree; returns the mistake that stopped reading, or None."""
        self.watch = any(sign in text and look.search(text) for sign, look in WATCH.items())
        self.forms = "\\" in text or not text.isascii()
        self.decorations = "&" in text or "!" in text
        try:
            self.take(scanned(text, self.tree.signs))
        except Refused as refused:
            return refused.mistake
        except Slipped as slipped:
            return slipped.slip
        except MarkedYAMLError as error:
            from reconciler.manifest.stand_ins import stops_in_word  # noqa: PLC0415 - few files need it
            from reconciler.manifest.syntax_errors import explain_scanner_error  # noqa: PLC0415 - few files need it

            self.in_word = stops_in_word(error, self.lines)
            return explain_scanner_error(error, self.lines, self.file, [node.place for node in self.open])
        except YAMLError:
            return Mistake(Place(self.file, 1, 1), "this is not YAML", "correct the file")
        return None

    def take(self, events: Iterator[Any]) -> None:
        """Build the tree. This loop is kept flat for speed: nearly all events are scalars."""
        file, watch, decorations, nowhere = self.file, self.watch, self.decorations, self.nowhere
        top: AuthoredList | AuthoredMap | None = None
        key: Scalar | None = None
        for event in events:
            if type(event) is not ScalarEvent:
                top, key = self.turn(event, top, key)
                continue
            mark = event.start_mark
            text, plain = event.value, not event.style
            place = new(Place, (file, mark.line + 1, mark.column + 1))
            if decorations and (event.anchor is not None or event.ctag is not None):
                self.decorated(event, place)
                plain = False
            scalar = new(Scalar, (text, plain, place, ""))
            if watch and text:
                scalar = self.looked_at(event, scalar, is_key=key is None and type(top) is AuthoredMap)
            if type(top) is not AuthoredMap:
                self.put(scalar, top, key)
            elif key is None:
                if text and text != "<<" and text not in top.keys_at:
                    top.keys_at[text] = key = scalar
                else:
                    key = self.named(top, scalar)
                continue
            elif key is not nowhere:
                top[key.text] = scalar
            if plain and text in BLANKS:
                self.blank(key, place)
            key = None

    # -- one event each ------------------------------------------------------------------

    def turn(
        self, event: Any, top: AuthoredList | AuthoredMap | None, key: Scalar | None
    ) -> tuple[AuthoredList | AuthoredMap | None, Scalar | None]:
        """Handle an event other than a scalar; returns the innermost open node, and the waiting key."""
        kind = type(event)
        if kind is MappingEndEvent or kind is SequenceEndEvent:
            self.end(event)
            return self.open[-1] if self.open else None, self.waiting.pop()
        if kind is AliasEvent:
            return top, self.put(self.alias(event), top, key)
        if kind is MappingStartEvent or kind is SequenceStartEvent:
            node = self.begin(event)
            self.waiting.append(self.put(node, top, key))
            self.open.append(node)
            return node, None
        if kind is DocumentStartEvent:
            self.document(event)
        return top, key

    def put(self, node: Node, top: AuthoredList | AuthoredMap | None, key: Scalar | None) -> Scalar | None:
        """Add a node to its parent; returns the key that now waits for a value."""
        if type(top) is AuthoredList:
            top.append(node)
        elif type(top) is not AuthoredMap:
            self.tree.root = node
        elif key is None:
            return self.named(top, node)
        elif key is not self.nowhere:
            top[key.text] = node
        return None

    def alias(self, event: AliasEvent) -> Scalar:
        """Refuse an alias. Its name becomes a text, so that reading goes on."""
        place = self.place(event)
        self.tell(self.titled(place, "an alias (*)", "write the value out"))
        return Scalar(f"*{event.anchor}", plain=False, place=place)

    def begin(self, event: MappingStartEvent | SequenceStartEvent) -> AuthoredList | AuthoredMap:
        """Make a list or a map."""
        mark = event.start_mark
        place = new(Place, (self.file, mark.line + 1, mark.column + 1))
        if event.anchor is not None or event.ctag is not None:
            self.decorated(event, place)
        if len(self.open) >= DEEPEST:
            raise Refused(
                Mistake(place, f"lists and maps deeper than {DEEPEST} levels", "nest them less deep")
            )
        return AuthoredMap(place) if type(event) is MappingStartEvent else AuthoredList(place)

    def end(self, event: MappingEndEvent | SequenceEndEvent) -> None:
        """Close a list or a map."""
        node = self.open.pop()
        if node:
            if self.forms and type(node) is AuthoredMap and not "".join(node.keys_at).isascii():
                self.same_in_normal_form(node)
        elif "#" in self.between(node.place, event.end_mark):
            self.tree.blanks.append(node.place)

    def document(self, event: DocumentStartEvent) -> None:
        """Refuse a second document, and directives before the first."""
        self.documents += 1
        if self.documents > 1:
            raise Refused(Mistake(self.place(event), "a second document", "move it to a file of its own"))
        if event.version or event.tags:
            self.tell(Mistake(self.place(event), *DIRECTIVE))

    # -- keys ------------------------------------------------------------------------------

    def named(self, parent: AuthoredMap, node: Node) -> Scalar:
        """Check one key of a map: it must be a text that the map does not have yet."""
        if type(node) is not Scalar:
            self.tell(Mistake(node.place, "a list or map as a key", "write the key as text"))
            return self.nowhere
        text = node.text
        keys = parent.keys_at
        if text in keys:
            self.tell(twice(node, keys[text]))
        elif text == "<<" and node.plain:
            self.tell(Mistake(node.place, "a merge key (<<)", "write the keys out"))
        elif not text:
            self.tell(Mistake(node.place, "an empty key", "write `key: value`"))
        else:
            keys[text] = node
            return node
        return self.nowhere

    def same_in_normal_form(self, node: AuthoredMap) -> None:
        """Refuse keys that look the same and differ only by Unicode normal form."""
        seen: dict[str, Scalar] = {}
        for text, scalar in node.keys_at.items():
            if not text.isascii():
                known = seen.setdefault(unicodedata.normalize("NFC", text), scalar)
                if known is not scalar:
                    self.tell(twice(scalar, known))

    # -- second looks --------------------------------------------------------------------

    def looked_at(self, event: ScalarEvent, scalar: Scalar, *, is_key: bool) -> Scalar:
        """Check a scalar of a file that has escapes, ` #x`, odd indentation or a `?`."""
        text, plain, place, _ = scalar
        if event.style == '"' and (hit := BAD_SIGN.search(text)):
            self.tell(BadSign(place, hit[0]))
        if not plain:
            return scalar
        before = self.lines[place.line - 1][: place.column - 1].strip(" -")
        odd = not before and (text[:1] in INDENTS or LIST_AS_TEXT.match(text))
        if odd and (slip := slip_on(self.lines, place.line, self.file)):
            raise Slipped(slip)
        if before.endswith("?") and is_key:
            title = title_in(self.lines[place.line - 1])
            fix = title.advice if title else "write `key: value`"
            self.tell(Mistake(place, "a key after a '?'", fix))
        end = event.end_mark
        rest = self.lines[end.line][end.column :] if end.line < len(self.lines) else ""
        cut = HIDDEN.match(rest)
        return Scalar(text, plain, place, cut[1]) if cut else scalar

    def blank(self, key: Scalar | None, place: Place) -> None:
        """Record a missing value. YAML reads `{key：value}` as a key without a value."""
        at = key.text.split(" ", 1)[0].find(FULL_WIDTH_COLON) if key and key.plain else -1
        if key and at >= 0:
            self.tell(Mistake(Place(self.file, key.place.line, key.place.column + at), *FULL_WIDTH))
        elif key and key.plain and self.tree.signs and ":" in key.text:
            self.without_space(key, place)
        else:
            self.tree.blanks.append(place_within(place, self.lines))

    def without_space(self, key: Scalar, place: Place) -> None:
        """Refuse a key without a value if a colon in it has no space: `{id:1}` is a key `id:1` to YAML."""
        from reconciler.manifest.syntax_errors import colon_in_brackets  # noqa: PLC0415 - few files need it

        line, start = self.lines[key.place.line - 1], key.place.column - 1
        if line[start + len(key.text) :].lstrip()[:1] == ":":
            self.tree.blanks.append(place_within(place, self.lines))
            return
        at = start + key.text.index(":")
        raise Refused(
            Mistake(key.place._replace(column=at + 1), *colon_in_brackets(line[:at], line[at + 1 :]))
        )

    def decorated(self, event: Any, place: Place) -> None:
        """Refuse an anchor or a tag."""
        if event.anchor is not None:
            self.tell(self.titled(place, "an anchor (&)", "delete it"))
        if event.ctag is not None:
            self.tell(self.titled(place, "a tag (!)", "delete it, the field's type reads the value"))

    def titled(self, place: Place, what: str, fix: str) -> Mistake:
        """Make a mistake, with the advice to quote if there is a title at its place."""
        title = title_in(self.lines[place.line - 1])
        meant = title and title.start == place.column - 1 and not title.text.startswith("!!")
        return Mistake(place, what, f"{fix}, or {title.advice}" if title and meant else fix)

    def between(self, place: Place, mark: Any) -> str:
        """Return the text from a place up to the line of a mark; empty if both are on one line."""
        return (
            "\n".join([self.lines[place.line - 1][place.column - 1 :], *self.lines[place.line : mark.line]])
            if mark.line >= place.line
            else ""
        )

    def place(self, event: Any) -> Place:
        """Return the place of an event."""
        mark = event.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1)

    def tell(self, mistake: Mistake) -> None:
        """Add a mistake; raises `Refused` if there are too many to read on."""
        if len(self.tree.mistakes) >= MOST_TOLD:
            raise Refused(mistake)
        self.tree.mistakes.append(mistake)


def twice(scalar: Scalar, known: Scalar) -> Mistake:
    """Make the mistake for a key that occurs twice in one map."""
    return Mistake(
        scalar.place, f"the key {quoted(scalar.text)} is a duplicate of line {known.place.line}", "keep one"
    )
