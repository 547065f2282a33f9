"""Colour is laid on a finished text and changes no word of it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from reconciler.language import speaking
from reconciler.model import Plan
from reconciler.render.color import colored
from reconciler.render.text import plan_text
from tests.render.plans import long_plans, plans

CODE = re.compile("\x1b\\[[0-9]+m")


@given(plans | long_plans())
def test_without_its_colour_a_text_is_what_it_was(plan: Plan) -> None:
    plain = plan_text(plan)
    assert CODE.sub("", colored(plain)) == plain


@pytest.mark.parametrize(
    "line",
    [
        "      ~ Priority  P1 → P0   :12",
        "      - Notes     x → (empty)   :16",
        "  x demo/story/6300012399",
        "error: no such file",
        "Plan: 1 item to update (1 field).",
        "No changes. Live work items match the desired state.",
        "state/demo/stories.yaml:12:9: no field 'priorty'",
    ],
)
def test_what_a_line_begins_with_has_a_colour(line: str) -> None:
    assert re.fullmatch("\x1b\\[[0-9]+m.+\x1b\\[0m.*", colored(line))
    assert CODE.sub("", colored(line)) == line


@pytest.mark.parametrize(
    "line",
    [
        "错误：没有该文件或文件夹",
        "计划：待更新 1 个工作项（1 个字段）。",
        "冲突：demo/story/6300012301",
        "说明：有改动",
    ],
)
def test_what_a_chinese_line_begins_with_has_a_colour(line: str) -> None:
    with speaking("zh-CN"):
        assert re.fullmatch("\x1b\\[[0-9]+m.+\x1b\\[0m.*", colored(line))
