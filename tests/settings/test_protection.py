"""`protect` and `deprecated` in the settings: each slip at its place."""

from __future__ import annotations

import pytest

from reconciler.settings import read_settings

HEAD = "spaces:\n  demo:\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "protect: [{type: story}]",
            "3:15: all of story would be protected; name an `item`, a `field`",
        ),
        ("protect: [{type: story, item: 012}]", "3:35: "),
        ("protect: [{type: story, field: []}]", "3:36: an empty list; write one word at least"),
        ("protect: [{item: 7}]", "3:15: no type; write `type: …`"),
        ("protect: {type: story}", "3:14: expected a list, found a map; begin each entry with '- '"),
        ("deprecated: [{type: story}]", "3:18: no field; write `field: …`"),
        ("deprecated: [{type: story, feild: x}]", "3:32: no key 'feild' on this map; did you mean 'field'?"),
    ],
)
def test_a_slip_is_told_at_its_place(line: str, told: str) -> None:
    _, mistakes = read_settings(f"{HEAD}    {line}\n".encode(), "s.yaml")
    assert any(str(one).removeprefix("s.yaml:").startswith(told) for one in mistakes), mistakes
