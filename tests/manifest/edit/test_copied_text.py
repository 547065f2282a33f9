"""A value is taken over in its author's words: text, indentation and the comments that belong to it."""

from __future__ import annotations

import pytest

from reconciler.manifest.edit.copied_text import comment_counts, comments, copied
from reconciler.manifest.edit.spans import Source, Way
from reconciler.manifest.edit.yaml_text import Copied, behind, inline
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Node
from reconciler.manifest.parsing import read_tree

FILE = """\
# head
a:
  # not of b

  # one
  # two
  b: 'x # y'   # behind
  list:  # why
  - 1  # first
  - {k: v}
  text: |  # kept
    one

      two # no comment
  flow: [1,
    2,  # second
    3]
c: {d: "e", f: [1, 2]}  # end
"""


def taken(*way: str) -> Copied:
    tree = read_tree(FILE.encode(), "f")
    node: Node = tree.root or AuthoredList(place=tree.mistakes[0].place)
    for step in way:
        assert isinstance(node, AuthoredMap)
        node = node[step]
    path: Way = way
    return copied(Source(FILE.encode(), "f"), path, node)


@pytest.mark.parametrize(
    ("way", "lines", "above", "beside"),
    [
        (("a", "b"), (" 'x # y'   # behind",), ("# one", "# two"), ("# behind",)),
        (("a", "list"), ("  # why", "- 1  # first", "- {k: v}"), (), ("# why", "# first")),
        (("a", "text"), (" |  # kept", "  one", "", "    two # no comment"), (), ()),
        (("a", "flow"), (" [1,", "  2,  # second", "  3]"), (), ("# second",)),
        (("c", "d"), (' "e"',), (), ()),
        (("c", "f"), (" [1, 2]",), (), ()),
    ],
)
def test_a_value_comes_with_its_lines_and_its_comments(
    way: tuple[str, ...], lines: tuple[str, ...], above: tuple[str, ...], beside: tuple[str, ...]
) -> None:
    one = taken(*way)
    assert (one.lines, one.above, one.beside) == (lines, above, beside)
    assert one.comments == above + beside


def test_it_is_written_elsewhere_as_it_was() -> None:
    assert list(behind("due:", taken("a", "b"), 6)) == [
        "# one",
        "      # two",
        "      due: 'x # y'   # behind",
    ]
    assert list(behind("t:", taken("a", "text"), 2)) == [
        "t: |  # kept",
        "    one",
        "",
        "      two # no comment",
    ]
    assert [inline(taken("a", one)) for one in ("b", "list", "flow")] == [
        '"x # y"',
        "[1, {k: v}]",
        "[1, 2, 3]",
    ]


def test_comments_are_told_from_signs_inside_of_values() -> None:
    text = 'a: "#x"  # one\nb: y#z\nc: [1] # two\n# three # still\n'
    text += "d:\n  |  # of the text\n  # text\ne: f\t# four"
    source = Source(text.encode(), "f")
    assert [one for _, one in comments(source)] == ["# one", "# two", "# three # still", "# four"]
    assert all(source.text[at] == "#" for at, _ in comments(source))
    assert comment_counts(b"a: 1 # x\nb: 2 # x\n", "f") == {"# x": 2}
