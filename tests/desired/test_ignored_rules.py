"""A rule may not set what the settings leave to the space."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk

RULES = "space: demo\ntype: story\nrules:\n  - {name: a, where: [priority = P0], fields: {scale: S}}\n"
IGNORE = "spaces: {demo: {ignore: [{type: story, field: scale, why: theirs%s}]}}\n"


@pytest.mark.parametrize(("until", "code"), [("", 1), (", until: 2999-01-01", 1), (", until: 2020-01-01", 0)])
def test_a_rule_on_an_ignored_field_is_refused(desk: Desk, until: str, code: int) -> None:
    desk.write("state/rules.yaml", RULES)
    desk.write("state/reconciler.yaml", IGNORE % until)
    done = desk.run("plan")
    assert done.code == code
    told = "state/rules.yaml:4:48: the settings ignore Scale, which the rule a sets"
    assert (told in done.err) == bool(code)
