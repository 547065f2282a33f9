"""YAML bytes to authored values: one pass over the C scanner's events.

Only events are used.  Nodes lose anchors and tags, resolve aliases unseen and accept double
keys; whatever YAML offers beyond scalars, lists and maps is refused at its first sight.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLStreamError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from reconciler.authored import AuthoredList, AuthoredMap, Node, Place, Scalar
from reconciler.errors import Mistake, NoValue

LARGEST = 1024 * 1024
"""Bytes that one file may have."""

DEEPEST = 64
"""Levels of lists and maps that one file may have."""

BLANKS = frozenset({"", "~", "Null", "NULL"})
"""Plain scalars that YAML takes for null and an author may have meant otherwise."""

BAD_SIGN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff\ufffe\uffff]"
)
"""Control, bidi and separator characters: a value must not steer what shows it."""

ENDS = frozenset({MappingEndEvent, SequenceEndEvent})
STARTS = frozenset({ScalarEvent, AliasEvent, MappingStartEvent, SequenceStartEvent})

TITLE = re.compile(
    r"^(?P<lead>\s*(?:- +)?(?:[^\s:#'\"\[{][^:#'\"]*:\s+|- +))(?P<value>[\[{*&!%>|?@`\-].*|.*\S: .*)$"
)
"""A line whose value looks like a title that YAML reads as something else."""


class Refused(Exception):
    """The file cannot be read on; carries the mistake."""

    def __init__(self, mistake: Mistake) -> None:
        """Keep the mistake."""
        super().__init__(str(mistake))
        self.mistake = mistake


@dataclass(slots=True)
class Tree:
    """The authored tree of one file (None if there is none) and what is wrong with it."""

    root: Node | None = None
    mistakes: list[Mistake] = field(default_factory=list)


def read_tree(raw: bytes, file: str) -> Tree:
    """Read one file's bytes; never raises, whatever they are."""
    tree = Tree()
    try:
        text = decoded(raw, file)
        lines = text.splitlines()
        refuse_slips(lines, file)
        builder = Builder(file, lines, tree.mistakes)
        tree.root = builder.build(text)
    except Refused as refused:
        tree.mistakes.append(refused.mistake)
    return tree


def decoded(raw: bytes, file: str) -> str:
    """Return the text of a file; a byte order mark is fine, any other encoding than UTF-8 is not."""
    start = Place(file, 1, 1)
    if len(raw) > LARGEST:
        raise Refused(Mistake(start, f"a file of {len(raw)} bytes", f"split it; at most {LARGEST} are read"))
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(Mistake(start, "the file is UTF-16", "save it as UTF-8"))
    body = raw.removeprefix(b"\xef\xbb\xbf")
    if (at := body.find(b"\x00")) >= 0:
        line = body.count(b"\n", 0, at) + 1
        raise Refused(
            Mistake(
                Place(file, line, at - body.rfind(b"\n", 0, at)), "a NUL byte", "save the file as UTF-8 text"
            )
        )
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        before = body[: error.start]
        place = Place(file, before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        guess = "looks like GBK" if is_gbk(body) else "is no UTF-8"
        raise Refused(Mistake(place, f"the file {guess}", "save it as UTF-8")) from None


def is_gbk(body: bytes) -> bool:
    """Whether the bytes read as the usual Chinese encoding."""
    try:
        body.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


def refuse_slips(lines: list[str], file: str) -> None:
    """Refuse what a scanner would report in its own words, or not at all."""
    for number, line in enumerate(lines, 1):
        if line.startswith(("<<<<<<< ", "=======", ">>>>>>> ")) and re.fullmatch(
            r"(<{7}|>{7}) .*|={7}", line
        ):
            raise Refused(Mistake(Place(file, number, 1), "a conflict marker", "resolve the merge"))
        if line.startswith("%") and number == 1:
            raise Refused(Mistake(Place(file, number, 1), "a YAML directive", "delete the line"))
        indent = re.match(r"[ \t\u00a0\u3000]*", line)
        blank = indent.group() if indent else ""
        for sign, name in (("\t", "a tab"), ("\u00a0", "a no-break space"), ("\u3000", "a full-width space")):
            if sign in blank and line.strip():
                raise Refused(
                    Mistake(
                        Place(file, number, blank.index(sign) + 1),
                        f"{name} as indentation",
                        "indent with spaces",
                    )
                )
        if hit := BAD_SIGN.search(line):
            shown = f"\\u{ord(hit.group()):04x}"
            raise Refused(
                Mistake(Place(file, number, hit.start() + 1), f"the character {shown}", "delete it")
            )


class Builder:
    """Builds one file's tree from events."""

    def __init__(self, file: str, lines: list[str], mistakes: list[Mistake]) -> None:
        """Keep what places and hidden comments are read from."""
        self.file = file
        self.lines = lines
        self.mistakes = mistakes

    def build(self, text: str) -> Node | None:
        """Return the root of the only document; raises `Refused` where reading must stop."""
        try:
            return self.document(YAML(typ="safe").parse(text))
        except RecursionError:
            raise Refused(self.too_deep(Place(self.file, 1, 1))) from None
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise Refused(self.syntax(line, column, str(error.problem or "not YAML"))) from None
        except (YAMLError, YAMLStreamError, ValueError):
            raise Refused(Mistake(Place(self.file, 1, 1), "this is not YAML", "correct the file")) from None

    def document(self, events: Iterator[Any]) -> Node | None:
        """Build the tree with a stack of open lists and maps."""
        root: Node | None = None
        stack: list[AuthoredList | AuthoredMap] = []
        keys: list[Scalar | None] = []
        documents = 0
        for event in events:
            kind = type(event)
            if kind in ENDS:
                stack.pop()
                keys.pop()
                continue
            if kind is DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise Refused(
                        Mistake(self.place(event), "a second document", "move it to a file of its own")
                    )
            if kind not in STARTS:
                continue
            node = self.node(event, len(stack))
            if not stack:
                root = node
            elif isinstance(parent := stack[-1], AuthoredList):
                parent.append(node)
            elif (key := keys[-1]) is None:
                keys[-1] = self.key(parent, node)
                continue
            else:
                parent[key.text] = node
                keys[-1] = None
            if not isinstance(node, Scalar):
                stack.append(node)
                keys.append(None)
        if isinstance(root, Scalar) and (
            mistake := self.slip(root.place.line, self.lines[root.place.line - 1])
        ):
            raise Refused(mistake)
        return root

    def node(self, event: Any, depth: int) -> Node:
        """Make the node that an event begins."""
        if type(event) is ScalarEvent:
            return self.scalar(event)
        if type(event) is AliasEvent:
            raise Refused(self.titled(event, "an alias (*)", "write the value out"))
        place = self.place(event)
        self.plain_only(event)
        if depth >= DEEPEST:
            raise Refused(self.too_deep(place))
        return AuthoredMap(place) if type(event) is MappingStartEvent else AuthoredList(place)

    def key(self, parent: AuthoredMap, node: Node) -> Scalar:
        """Check one key of a map: a scalar, and not there yet in any normal form."""
        if not isinstance(node, Scalar):
            raise Refused(Mistake(node.place, "a list or map as a key", "write the key as text"))
        normal = unicodedata.normalize("NFC", node.text)
        for other, scalar in parent.keys_at.items():
            if other == node.text or unicodedata.normalize("NFC", other) == normal:
                raise Refused(
                    Mistake(
                        node.place,
                        f"the key '{node.text[:60]}' stands at line {scalar.place.line} too",
                        "keep one",
                    )
                )
        parent.keys_at[node.text] = node
        return node

    def scalar(self, event: ScalarEvent) -> Scalar:
        """Make a scalar with its place, its style, and what a comment may have cut off."""
        place = self.place(event)
        self.plain_only(event)
        plain = not event.style
        text: str = event.value
        if BAD_SIGN.search(text):
            sign = BAD_SIGN.search(text)
            shown = f"\\u{ord(sign.group()):04x}" if sign else ""
            raise Refused(Mistake(place, f"the character {shown}", "delete it"))
        return Scalar(text, plain, place, self.hidden(event) if plain else "")

    def hidden(self, event: ScalarEvent) -> str:
        """Return the ` #x` text after a plain scalar, if the rest of the line begins so."""
        end = event.end_mark
        rest = self.lines[end.line][end.column :] if end.line < len(self.lines) else ""
        if " #" not in rest:
            return ""
        cut = re.match(r"\s+(#\S.*)$", rest)
        return cut.group(1) if cut else ""

    def plain_only(self, event: Any) -> None:
        """Refuse anchors and tags."""
        if event.anchor is not None:
            raise Refused(self.titled(event, "an anchor (&)", "write the value out"))
        if event.tag is not None:
            raise Refused(self.titled(event, "a tag (!)", "delete it; values are read by their field's type"))

    def place(self, event: Any) -> Place:
        """Return where an event starts."""
        mark = event.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1)

    def too_deep(self, place: Place) -> Mistake:
        """Make the mistake of a file that nests too deep."""
        return Mistake(place, f"lists and maps deeper than {DEEPEST} levels", "flatten it")

    def titled(self, event: Any, what: str, fix: str) -> Mistake:
        """Make a mistake, with the advice to quote where the line looks like a title."""
        place = self.place(event)
        title = self.quote_it(place.line)
        return Mistake(place, what, f"{fix}; or {title.fix}" if title else fix)

    def quote_it(self, line: int) -> Mistake | None:
        """Return the advice to quote a title, if the line holds one."""
        source = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        if hit := TITLE.match(source):
            value = re.sub(r"\s+#.*$", "", hit.group("value")).rstrip()
            if not looks_like_yaml(value):
                place = Place(self.file, line, hit.start("value") + 1)
                shown = value.replace('"', '\\"')
                return Mistake(
                    place, "a text that YAML reads as something else", f'quote the text: "{shown[:60]}"'
                )
        return None

    def syntax(self, line: int, column: int, problem: str) -> Mistake:
        """Turn a scanner's complaint into plain words."""
        for number in (line, line - 1):
            source = self.lines[number - 1] if 0 < number <= len(self.lines) else ""
            if mistake := self.slip(number, source):
                return mistake
        place = Place(self.file, min(line, max(1, len(self.lines))), column)
        words = {
            "did not find expected ',' or ']'": ("a list without its closing ']'", "close it"),
            "did not find expected ',' or '}'": ("a map without its closing '}'", "close it"),
            "found unexpected end of stream": ("a quote that is not closed", "close it"),
            "mapping values are not allowed in this context": (
                "a second ': ' in one value",
                "quote the text",
            ),
            "could not find expected ':'": ("a line without ': '", "write `key: value`"),
        }
        what, fix = words.get(problem, (f"this is not YAML ({problem[:80]})", "correct the line"))
        return Mistake(place, what, fix)

    def slip(self, number: int, source: str) -> Mistake | None:
        """Recognise the likeliest slips on one line."""
        if (at := source.find("：")) >= 0 and ": " not in source and not source.rstrip().endswith(":"):
            return Mistake(Place(self.file, number, at + 1), "a full-width colon '：'", "write ': '")
        if mistake := self.quote_it(number):
            return mistake
        if hit := re.match(r"^\s*(?:- )?([A-Za-z_][\w-]*):(?=[^\s:/])", source):
            return Mistake(
                Place(self.file, number, hit.end()), "no space after the colon", f"write `{hit.group(1)}: …`"
            )
        return None


def looks_like_yaml(value: str) -> bool:
    """Whether a value that begins like YAML is closed like YAML: a list, a map, a block."""
    if value.startswith("["):
        return value.endswith("]")
    if value.startswith("{"):
        return value.endswith("}")
    return bool(re.fullmatch(r"[>|][-+0-9]*|-", value))


def blanks(node: Node) -> Iterator[Mistake]:
    """Yield the blank values below a node: absence is never guessed to mean empty."""
    if isinstance(node, Scalar):
        if node.plain and node.text in BLANKS:
            yield NoValue(node.place)
        return
    for child in node.values() if isinstance(node, AuthoredMap) else node:
        yield from blanks(child)
