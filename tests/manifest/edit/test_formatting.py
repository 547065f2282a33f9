"""One layout for all files: what they say stays, comments too, and a second time changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given

from reconciler.errors import InputError
from reconciler.manifest.edit.formatting import formatted, same_content
from tests.manifest.drawn import comments, files

ROUGH = b"""\


# head\x20\x20
type:   'story'
# the space
space : demo


items:
- fields: {b : 1 , "a":[x,y,] ,}
  id: 3   # three
-   6300012300   # bare
    # the second one
-   fields:
         name: 'it''s'
         # c
         x: 'say "no"'
         d: |
              a


              b
         l:
         - a
         -   b   # b
    roles: {}
    id: 4
defaults:
    fields:
       a: "q"\x20\x20\x20
# tail


# the end

"""


def test_a_rough_file_becomes_a_smooth_one() -> None:
    assert (
        formatted(ROUGH, "f").decode()
        == """\
# head
# the space
space: demo
type: "story"
defaults:
  fields:
    a: "q"

items:
  - id: 3   # three
    fields: {b: 1, "a": [x, y]}
  - 6300012300   # bare
    # the second one
  - id: 4
    fields:
      name: "it's"
      # c
      x: 'say "no"'
      d: |
           a


           b
      l:
        - a
        - b   # b
    roles: {}
# tail

# the end
"""
    )


@pytest.mark.parametrize(
    "text",
    [
        "space: demo\ntype: story\nitems:\n  - 1\n",
        "# yaml-language-server: $schema=x\nspace: demo\ntype: story\nitems: [1, {id: 2}]\n",
        "items:\n  - id: 1\n    fields:\n      a: |+\n        x\n\n\n",
        "items:\n  - id: 1\n    fields:\n      a: 'x\n\n        y'\n",
        "items: [\n  1,   # one\n  2,\n]\n",
    ],
)
def test_what_is_laid_out_well_stays(text: str) -> None:
    assert formatted(text.encode(), "f") == text.encode()


def test_line_ends_and_the_byte_order_mark_stay() -> None:
    raw = b"\xef\xbb\xbf" + ROUGH.replace(b"\n", b"\r\n")
    assert formatted(raw, "f") == b"\xef\xbb\xbf" + formatted(ROUGH, "f").replace(b"\n", b"\r\n")


def test_an_item_keeps_its_order_where_a_comment_stands_above_its_id() -> None:
    raw = b"items:\n  - fields: {a: 1}\n    # the id\n    id: 1\n"
    assert formatted(raw, "f") == raw


def test_a_block_at_the_very_end_takes_no_newline_for_its_own() -> None:
    rough = (
        b"space : demo   # the space  \ntype: story\nitems:\n  - id: 1\n    fields:\n      a: |\n        b  "
    )
    smooth = rough.replace(b"space :", b"space:").replace(b"space  \n", b"space\n")
    assert formatted(rough, "f") == smooth


def test_a_file_with_mistakes_is_refused() -> None:
    with pytest.raises(InputError):
        formatted(b"items: [\n", "f")


ROUGHER: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "empty lines and loose colons": lambda text: re.sub(r"(?m)^(space|type|items):", r"\n\n\1 : ", text),
    "items further right": lambda text: re.sub(r"(?m)^( +)", r"\1   ", text),
    "items at the left": lambda text: re.sub(r"(?m)^  ", "", text),
    "blanks at the ends": lambda text: re.sub(r"(?m)([a-z0-9])$", r"\1  ", text),
}


@pytest.mark.parametrize("how", ROUGHER)
@given(text=files())
def test_any_file_keeps_its_meaning_and_comments_and_is_laid_out_once(text: str, how: str) -> None:
    rough = ROUGHER[how](text)
    raw = rough.encode()
    once = formatted(raw, "f")
    assert same_content(raw, once, "f")
    assert sorted(comments(once.decode())) == sorted(comments(text))
    assert formatted(once, "f") == once
    assert (b"\r\n" in once) == (b"\r\n" in raw)


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("a: [\n    x,\n    y,\n  ]\n", "a: [x, y]\n"),
        ("a:\n  {\n    b: [1, 2],\n    c: {\n      d: e }\n  }\n", "a:\n  {b: [1, 2], c: {d: e}}\n"),
        ("a: [x,\n  y]   # note\nb: 1\n", "a: [x, y]   # note\nb: 1\n"),
        ("a: [\n]\n", "a: []\n"),
        ('a: ["x # y",\n  z]\n', 'a: ["x # y", z]\n'),
        ("- [a,\n   b]\n- {\n    id: 1 }\n", "- [a, b]\n- {id: 1}\n"),
        (
            "a: [x, y] # one\nb: 1 # two\nc:   # three\n  d: 1\n",
            "a: [x, y]  # one\nb: 1  # two\nc:   # three\n  d: 1\n",
        ),
        (
            "a: [https://x.example/a,\n  https://x.example/b]\n",
            "a: [https://x.example/a, https://x.example/b]\n",
        ),
        ("a: [x,\r\n  y]\r\nb: 1\r\n", "a: [x, y]\r\nb: 1\r\n"),
    ],
)
def test_brackets_over_lines_are_joined(broken: str, whole: str) -> None:
    assert formatted(broken.encode(), "f").decode() == whole
    assert formatted(whole.encode(), "f").decode() == whole


@pytest.mark.parametrize(
    "text",
    [
        "a: [\n  x,  # why x\n  y\n]\n",
        "a: [  # these\n  x, y]\n",
        "a: [\n  # these\n  x, y\n]\n",
        "a: [x\n  # last\n]\n",
        "a: {\n  b: 1,  # one\n  c: 2}\n",
        'a: ["x\n  y", z]\n',
    ],
)
def test_brackets_with_comments_or_broken_texts_keep_their_lines(text: str) -> None:
    assert formatted(text.encode(), "f").decode() == text
