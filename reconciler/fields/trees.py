"""Cascades: `tree_select`, `tree_multi_select` and `business`; written as paths of labels."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeAlias

from reconciler.errors import Mistake, UnknownName, WrongShape, quoted
from reconciler.fields.choice import OneCodec, SeveralCodec
from reconciler.fields.codec import describe_node
from reconciler.fields.json_schema import Schema, map_schema, one_of
from reconciler.fields.options import ambiguous_label, bearing, fold_label, id_form, label_forms, refuse_cut
from reconciler.fields.spec import FieldSpec, Option
from reconciler.fields.unread import Unreadable, is_id, is_unset
from reconciler.fields.values import Wrong
from reconciler.manifest.editor_words import unoffered
from reconciler.manifest.nodes import AuthoredList, Node, Scalar

Path: TypeAlias = tuple[str, ...]
"""Option ids from the root down to the chosen level."""

SEPARATOR = " / "
SLASH = re.compile(r"\s*/\s*")
SAMPLE = "label / label, or [label, label]"
DEEPEST = 32
"""More levels than any cascade has; a deeper value is refused."""
MEMBERS = frozenset({"value", "label", "children"})
"""Members of the object for a cascade without a choice, all of them empty."""


class Tree:
    """The options of one cascade, found by path, by a unique label, or by id."""

    def __init__(self, spec: FieldSpec) -> None:
        """Index the tree of `spec`."""
        self.spec = spec
        self.owner = spec.label
        self.nodes = dict(walk(spec.options))
        self.rank = {path: rank for rank, path in enumerate(self.nodes)}

    # -- from what is written to a path ------------------------------------------------------

    def read(self, node: Node) -> Path:
        """Read `A / B`, `[A, B]`, `{id: …}` or a unique label; raises `Wrong`."""
        if (chosen := id_form(node)) is not None:
            paths = [path for path in self.nodes if path[-1] == chosen.text]
            if not paths:
                ids = [path[-1] for path in self.nodes]
                raise Wrong(UnknownName(chosen.place, "option id", chosen.text, self.owner, ids))
            path = self.only(chosen, paths)
        elif isinstance(node, AuthoredList):
            path = self.by_list(node)
        elif isinstance(node, Scalar) and node.text.strip():
            path = self.by_text(node)
        else:
            raise Wrong(WrongShape(node.place, f"a path of {self.owner}", describe_node(node), SAMPLE))
        if self.spec.level == "leaf" and not self.is_leaf(path):
            below = [self.label((*path, child.id)) for child in self.nodes[path][-1].children]
            raise Wrong(
                Mistake(
                    node.place,
                    f"{quoted(self.label(path))} is not a last level, and {self.owner} takes only those",
                    f"write {quoted(below[0])}" + (" or one beside it" if len(below) > 1 else ""),
                )
            )
        return path

    def by_list(self, node: AuthoredList) -> Path:
        """Go down level by level, by label or `{id: …}`."""
        path: Path = ()
        options = self.spec.options
        for step in node:
            if (chosen := id_form(step)) is not None:
                hits = [option for option in options if option.id == chosen.text]
            elif isinstance(step, Scalar):
                hits = bearing(step.text, options)
            else:
                raise Wrong(
                    WrongShape(step.place, f"a label of {self.owner}", describe_node(step), "[label, label]")
                )
            text = chosen or step
            assert isinstance(text, Scalar)  # noqa: S101 - both branches above have one
            if not hits:
                raise Wrong(self.unknown(text, text.text, path))
            if len(hits) > 1:
                raise Wrong(ambiguous_label(text, self.owner, [f"{{id: {one.id}}}" for one in hits]))
            path, options = (*path, hits[0].id), hits[0].children
        if not path:
            raise Wrong(WrongShape(node.place, f"a path of {self.owner}", "an empty list", SAMPLE))
        return path

    def by_text(self, scalar: Scalar) -> Path:
        """Read labels separated by `/`, which a label may contain, too; or one unique label."""
        refuse_cut(scalar, tuple(nodes[-1] for nodes in self.nodes.values()))
        paths = self.candidates(scalar.text.strip())
        if not paths:
            raise Wrong(self.lost(scalar))
        return self.only(scalar, paths)

    def candidates(self, text: str) -> list[Path]:
        """Return every path that a text may mean: by all its labels, else by its last label or id."""
        ends = bearing(text, tuple(nodes[-1] for nodes in self.nodes.values()))
        by_label = list(self.matches(text, self.spec.options)) or [
            path for path, nodes in self.nodes.items() if any(nodes[-1] is end for end in ends)
        ]
        return by_label + [path for path in self.nodes if path[-1] == text and path not in by_label]

    def matches(self, text: str, options: tuple[Option, ...]) -> Iterator[Path]:
        """Yield every path whose labels, joined by slashes, are `text`; enabled options first."""
        for desired in (False, True):
            hits = [
                (option.id, *rest)
                for option in options
                if option.disabled is desired and option.label
                for rest in self.rests(text, option)
            ]
            if hits:
                yield from hits
                return

    def rests(self, text: str, option: Option) -> Iterator[Path]:
        """Yield the rest of each path below `option` whose labels are `text`."""
        label = fold_label(option.label)
        if fold_label(text) == label:
            yield ()
        elif fold_label(text).startswith(label) and (slash := SLASH.match(fold_label(text), len(label))):
            yield from self.matches(fold_label(text)[slash.end() :], option.children)

    def only(self, scalar: Scalar, paths: list[Path]) -> Path:
        """Return the only path; raises `Wrong` if there are several."""
        if len(paths) > 1:
            raise Wrong(ambiguous_label(scalar, self.owner, [flow(self.written(path)) for path in paths[:3]]))
        return paths[0]

    def lost(self, scalar: Scalar) -> Mistake:
        """Return the mistake at the step at which a path leaves the tree."""
        path: Path = ()
        options = self.spec.options
        for word in SLASH.split(scalar.text.strip()):
            hits = bearing(word, options)
            if not hits:
                return self.unknown(scalar, word, path)
            path, options = (*path, hits[0].id), hits[0].children
        return self.unknown(scalar, scalar.text, ())

    def unknown(self, scalar: Scalar, word: str, path: Path) -> Mistake:
        """Make the mistake for an unknown label below `path`."""
        options = self.nodes[path][-1].children if path else self.spec.options
        owner = f"{self.label(path)} of {self.owner}" if path else self.owner
        labels = [option.label for option in options if not option.disabled]
        if not path and word not in labels:
            labels += [
                nodes[-1].label for path, nodes in self.nodes.items() if path[1:] and not self.gone(path)
            ]
        return UnknownName(scalar.place, "option", word, owner, labels)

    # -- from a path to what is sent and written ---------------------------------------------

    def decode(self, wire: Any) -> Path:
        """Read the ids of a path; `()` if nothing is chosen."""
        return decode_path(wire)

    def encode(self, path: Path) -> Any:
        """Return the full nested form."""
        return chain(path, self.labels(path))

    @property
    def otherwise(self) -> Mapping[str, Callable[[Path], Any]]:
        """Send the ids alone."""
        return {"bare": bare_path}

    def label(self, path: Path) -> str:
        """Return the labels of a path; an id if the space has no label for it."""
        return SEPARATOR.join(self.labels(path))

    def labels(self, path: Path) -> list[str]:
        """Return the label of each level of a path."""
        return [
            nodes[-1].label
            if (nodes := self.nodes.get(path[:depth])) and nodes[-1].label
            else path[depth - 1]
            for depth in range(1, len(path) + 1)
        ]

    def written(self, path: Path) -> Any:
        """Return the shortest YAML form that is read as this path: text, list of labels, or list of ids."""
        for depth in range(1, len(path) + 1):
            options = self.nodes[path[: depth - 1]][-1].children if depth > 1 else self.spec.options
            if path[:depth] not in self.nodes:
                return [{"id": one} for one in path]
            if [one.id for one in bearing(self.labels(path)[depth - 1], options)] != [path[depth - 1]]:
                return [{"id": one} for one in path]
        text = self.label(path)
        return text if self.candidates(text) == [path] else self.labels(path)

    def shapes(self) -> Iterator[Schema]:
        """Describe the paths that editors offer (without disabled ones), lists of labels, and `{id: …}`."""
        chosen = {
            path: self.written(path) for path in self.nodes if self.spec.level != "leaf" or self.is_leaf(path)
        }
        for gone in (False, True):
            texts = [
                text
                for path, text in chosen.items()
                if isinstance(text, str) and bool(self.gone(path)) is gone
            ]
            if texts and gone:
                yield unoffered(texts)
            elif texts:
                yield {"enum": [form for text in texts for form in label_forms(text)]}
        steps: Schema = {"not": {"anyOf": [{"type": "null"}, {"type": "array"}]}}
        yield {"type": "array", "items": steps, "minItems": 1}
        yield map_schema({"id": one_of(sorted({path[-1] for path in chosen}))}, required=("id",))

    def is_leaf(self, path: Path) -> bool:
        """Return whether a path has no children."""
        return not self.nodes[path][-1].children

    def gone(self, path: Path) -> str | None:
        """Return why a path may not be newly chosen, or None."""
        nodes = self.nodes.get(path)
        if nodes is None:
            return f"option {self.label(path)} of {self.owner} was removed"
        disabled = next((option for option in nodes if option.disabled), None)
        return f"option '{disabled.label}' of {self.owner} is disabled" if disabled else None


def walk(
    options: tuple[Option, ...], above: tuple[Option, ...] = ()
) -> Iterator[tuple[Path, tuple[Option, ...]]]:
    """Yield every node of a tree: its path of ids, and the options along it."""
    for option in options:
        nodes = (*above, option)
        yield tuple(one.id for one in nodes), nodes
        yield from walk(option.children, nodes)


def flow(written: Any) -> str:
    """Return the YAML form of a path in brackets."""
    match written:
        case str():
            return quoted(written)
        case {"id": one}:
            return f"{{id: {one}}}"
        case _:
            return "[" + ", ".join(step if isinstance(step, str) else flow(step) for step in written) + "]"


def decode_path(wire: Any) -> Path:
    """Read `{value, label, children: {…} | null}`; `()` if nothing is chosen.

    A bare id is not a path: the levels above it are unknown.
    """
    path: list[str] = []
    level = wire
    while not is_unset(level, MEMBERS):
        if not isinstance(level, dict) or not is_id(level.get("value")) or len(path) >= DEEPEST:
            raise Unreadable("an option with those below it", wire)
        path.append(level["value"])
        below = level.get("children")
        level = below[0] if isinstance(below, list) and len(below) == 1 else below
    return tuple(path)


def chain(path: Path, labels: list[str]) -> dict[str, Any] | None:
    """Return the wire form of a path, with labels and the null at its end (section 6.3)."""
    made: dict[str, Any] | None = None
    for one, label in zip(reversed(path), reversed(labels), strict=True):
        made = {"value": one, "label": label, "children": made}
    return made


def bare_path(path: Path) -> dict[str, Any]:
    """Return the shortest wire form of a path: no labels, and no null at its end."""
    first, *rest = path
    return {"value": first, "children": bare_path(tuple(rest))} if rest else {"value": first}


class TreeSelectCodec(OneCodec):
    """`tree_select`: one path of nested options both ways (field-formats.md sections 6.3 and 10)."""

    desired_shape = "a path of labels"
    example = "Region / City, [Region, City], or {id: …}"
    compared = "by the option ids of the whole path"

    @cached_property
    def offer(self) -> Tree:
        """The options, indexed once."""
        return Tree(self.spec)


class TreeMultiSelectCodec(SeveralCodec):
    """`tree_multi_select`: a set of paths, shared parents repeated (field-formats.md section 6.4)."""

    desired_shape = "a list of paths"
    example = "[Region / City, Region / Town], or {contains: [Region / City]}"
    compared = "as a set of paths of option ids"

    @cached_property
    def offer(self) -> Tree:
        """The options, indexed once."""
        return Tree(self.spec)


class Lines:
    """The business lines of a space: written as paths of names, sent by the id of the last one."""

    def __init__(self, spec: FieldSpec) -> None:
        """Index the lines of `spec`."""
        self.tree = Tree(spec)
        self.paths = {path[-1]: path for path in self.tree.nodes}
        self.rank = {path[-1]: rank for path, rank in self.tree.rank.items()}

    def read(self, node: Node) -> str:
        """Read a path; the id of its last line is the value."""
        return self.tree.read(node)[-1]

    def decode(self, wire: Any) -> str | None:
        """Read the id; no page documents an object here."""
        if not is_id(wire):
            raise Unreadable("the id of a business line", wire)
        return str(wire)

    def encode(self, option: str) -> Any:
        """Return the id."""
        return option

    @property
    def otherwise(self) -> Mapping[str, Callable[[str], Any]]:
        """Return no other form."""
        return {}

    def path(self, option: str) -> Path:
        """Return the path of a line; only its id if the line no longer exists."""
        return self.paths.get(option, (option,))

    def label(self, option: str) -> str:
        """Return the names of the path, the top line first."""
        return self.tree.label(self.path(option))

    def written(self, option: str) -> Any:
        """Return the YAML form of a path; `{id: …}` for a line that no longer exists."""
        return self.tree.written(self.paths[option]) if option in self.paths else {"id": option}

    def shapes(self) -> Iterator[Schema]:
        """Describe a path."""
        return self.tree.shapes()

    def gone(self, option: str) -> str | None:
        """Return why a line may not be newly chosen, or None."""
        return self.tree.gone(self.path(option))


class BusinessCodec(OneCodec):
    """`business`: the id of a business line, written as a path of names (field-formats.md section 6.5)."""

    desired_shape = "a business line"
    example = "Group / Line, [Group, Line], or {id: …}"
    compared = "by the id of the business line"
    by_lines = True

    @cached_property
    def offer(self) -> Lines:
        """The business lines, indexed once."""
        return Lines(self.spec)
