"""The shape of a desired-state file: what is missing, what is too much, and what is kept."""

from __future__ import annotations

import pytest

from reconciler.manifest.loading import read_bytes
from tests.manifest.reports import CREDENTIAL, ID, NO_VALUE, said

SHAPES = [
    ("- 6300012345\n", "1:1: expected a map, found a list; write `key: value` lines below it"),
    ("null\n", "1:1: expected a map, found null; write `key: value` lines below it"),
    ("demo\n", "1:1: expected a map, found text; write `key: value` lines below it"),
    (
        "space: demo\ntype: story\nitem: [1]\n",
        "1:1: no items; write `items: …`|3:1: no key 'item' on this map; did you mean 'items'?",
    ),
    ("type: story\nitems: [1]\n", "1:1: no space; write `space: …`"),
    ("space: demo\nitems: [1]\n", "1:1: no type; write `type: …`"),
    ("space: demo\ntype: story\n", "1:1: no items; write `items: …`"),
    (
        "space: demo\ntype: story\nitems: {a: b}\n",
        "3:8: expected a list, found a map; begin each entry with '- '",
    ),
    (
        "space: demo\ntype: story\nitems: 6300012345\n",
        "3:8: expected a list, found text; begin each entry with '- '",
    ),
    (
        "space: demo\ntype: story\nitems:\n",
        "3:7: no value; begin each entry with '- '",
    ),
    (
        "space: demo\ntype: story\nitems: null\n",
        "3:8: expected a list, found null; begin each entry with '- '",
    ),
    (
        "space:\ntype: story\nitems: [1]\n",
        "1:7: no value; write its project_key or simple_name",
    ),
    (
        "space: null\ntype: story\nitems: [1]\n",
        "1:8: expected the name of a space, found null; write its project_key or simple_name",
    ),
    (
        "space: ''\ntype: story\nitems: [1]\n",
        "1:8: expected the name of a space, found an empty text; write its project_key or simple_name",
    ),
    (
        "space: [demo]\ntype: story\nitems: [1]\n",
        "1:8: expected the name of a space, found a list; write its project_key or simple_name",
    ),
    (
        "space: demo\ntype: {key: story}\nitems: [1]\n",
        "2:7: expected the name of a type, found a map; write its key, api_name or name",
    ),
    *(
        (
            f"space: {name}\ntype: story\nitems: [1]\n",
            f"1:8: '{name}' cannot be a space; write its project_key or simple_name",
        )
        for name in ("a/b", "..", "../other", "a?b", "%2f".replace("%", "a%"), "a b", "演示", "x" * 65)
        if len(name) <= 60
    ),
    (
        f"space: {'x' * 65}\ntype: story\nitems: [1]\n",
        "1:8: this value cannot be a space; write its project_key or simple_name",
    ),
    (
        "space: demo\ntype: story\ndefaults: [a]\nitems: [1]\n",
        "3:11: expected a map, found a list; write `key: value` lines below it",
    ),
    (
        "space: demo\ntype: story\ndefaults: {field: {}}\nitems: [1]\n",
        "3:12: no key 'field' on this map; did you mean 'fields'?",
    ),
    (
        "space: demo\ntype: story\ndefaults: {fields: x}\nitems: [1]\n",
        "3:20: expected a map, found text; write `key: value` lines below it",
    ),
    ("space: demo\ntype: story\ndefaults: {fields: {a: }}\nitems: [1]\n", f"3:24: {NO_VALUE}"),
    ("space: demo\ntype: story\nitems: [1]\nplugin_secret: s3cr3t\n", f"4:1: {CREDENTIAL}"),
    ("space: demo\ntype: story\nitems: [1]\nbase_url: http://evil.example\n", f"4:1: {CREDENTIAL}"),
    ("space: demo\ntype: story\nitems: [1]\nMEEGLE_USER_KEY: '7'\n", f"4:1: {CREDENTIAL}"),
    ("space: demo\ntype: story\nitems: [1]\nX-Plugin-Token: s3cr3t\n", f"4:1: {CREDENTIAL}"),
    ("space: demo\ntype: story\nitems: [1]\npassword: x\n", f"4:1: {CREDENTIAL}"),
]


@pytest.mark.parametrize(("text", "line"), SHAPES)
def test_a_file_of_another_shape_is_told_what_is_missing_or_too_much(text: str, line: str) -> None:
    assert said(text) == line.split("|")


ITEMS = [
    ("'6300012345'", "4:5: an id in quotes; write 6300012345 without quotes"),
    ('"6300012345"', "4:5: an id in quotes; write 6300012345 without quotes"),
    ("12.0", f"4:5: '12.0' is not an id; {ID}"),
    ("id:6300012345", "4:5: no space after the colon; write `id: 6300012345`, or 6300012345 alone"),
    ("-1", f"4:5: '-1' is not an id; {ID}"),
    ("+63", f"4:5: '+63' is not an id; {ID}"),
    ("6_300", f"4:5: '6_300' is not an id; {ID}"),
    ("0x10", f"4:5: '0x10' is not an id; {ID}"),
    ("0", f"4:5: '0' is not an id; {ID}"),
    ("0123", f"4:5: '0123' is not an id; {ID}"),
    ("1e9", f"4:5: '1e9' is not an id; {ID}"),
    ("true", f"4:5: 'true' is not an id; {ID}"),
    ("６３００", f"4:5: '６３００' is not an id; {ID}"),
    ("null", f"4:5: expected an id, found null; {ID}"),
    ("~", f"4:5: no value; {ID}"),
    ("''", f"4:5: expected an id, found an empty text; {ID}"),
    (
        "9223372036854775808",
        "4:5: 9223372036854775808 is larger than any id; copy the number from the item's address",
    ),
    ("9" * 5000, f"4:5: this value is not an id; {ID}"),
    (
        "https://project.feishu.cn/demo/story/detail/6300012345",
        "4:5: an address instead of an id; write 6300012345",
    ),
    (
        "https://project.feishu.cn/demo/story/detail/6300012345?parentUrl=%2Fdemo#comments",
        "4:5: an address instead of an id; write 6300012345",
    ),
    ("6300012345 Checkout", "4:5: '6300012345 Checkout' is not an id; write 6300012345"),
    ("m-6300012345", "4:5: 'm-6300012345' is not an id; write 6300012345"),
    ("[6300012345]", f"4:5: expected an id, found a list; {ID}"),
    ("{fields: {}}", "4:5: no id; write `id: …`"),
    ("{id: }", f"4:10: no value; {ID}"),
    ("{id: '1'}", "4:10: an id in quotes; write 1 without quotes"),
    ("{id: [1]}", f"4:10: expected an id, found a list; {ID}"),
    ("{id: 1, field: {}}", "4:13: no key 'field' on this map; did you mean 'fields'?"),
    (
        "{id: 1, priority: P0}",
        "4:13: no key 'priority' on this map; write a field below `fields:`, a role below `roles:`",
    ),
    ("{id: 1, fields: null}", "4:21: expected a map, found null; write `key: value` lines below it"),
    ("{id: 1, fields: [a]}", "4:21: expected a map, found a list; write `key: value` lines below it"),
    ("{id: 1, roles: ana}", "4:20: expected a map, found text; write `key: value` lines below it"),
    ("{id: 1, roles: }", "4:20: no value; write `key: value` lines below it"),
    ("{id: 1, expect: [name]}", "4:21: expected a map, found a list; write `key: value` lines below it"),
    ("{id: 1, unmanaged: platform}", "4:24: expected a list, found text; begin each entry with '- '"),
    ("{id: 1, unmanaged: {a: b}}", "4:24: expected a list, found a map; begin each entry with '- '"),
    (
        "{id: 1, unmanaged: [[a]]}",
        "4:25: expected the name of a field, found a list; write its key, alias or name",
    ),
    (
        "{id: 1, unmanaged: [null]}",
        "4:25: expected the name of a field, found null; write its key, alias or name",
    ),
    ("{id: 1, token: s3cr3t}", f"4:13: {CREDENTIAL}"),
]


@pytest.mark.parametrize(("item", "line"), ITEMS)
def test_an_item_of_another_shape_is_told_at_its_place(item: str, line: str) -> None:
    assert said(f"space: demo\ntype: story\nitems:\n  - {item}\n") == [line]


def test_what_is_right_in_a_file_is_kept_beside_its_mistakes() -> None:
    text = "space: demo\ntype: story\nitems: [1, '2', {id: 3, fields: {a: b}, bad: x}, {fields: {a: b}}, 4]\n"
    document, mistakes = read_bytes(text.encode(), "f.yaml")
    assert document is not None
    assert [entry.id for entry in document.items] == [1, 3, 4]
    assert len(mistakes) == 3
