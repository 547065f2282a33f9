"""Help in another language than English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli.spoken_help import spoken, wrapped
from reconciler.language import speaking
from reconciler.render.width import columns

if TYPE_CHECKING:
    from tests.conftest import Desk


def test_help_is_in_the_language_of_the_settings(desk: Desk) -> None:
    desk.write("state/reconciler.yaml", "locale: zh-CN\n")
    done = desk.run("plan", "--help")
    assert done.out.startswith("用法：reconciler plan")
    assert "保存计划，供 apply 使用。" in done.out
    assert "Show this message" not in done.out
    assert all(columns(line) <= 100 for line in done.out.splitlines())


def test_what_click_adds_to_an_option_is_translated_too() -> None:
    with speaking("zh-CN"):
        assert spoken("Save what was found.  [default: x; required]") == "保存所发现的内容。  [默认：x；必填]"


def test_a_text_that_click_cut_is_translated_whole() -> None:
    with speaking("zh-CN"):
        assert spoken("Let PERSON (key, e-mail or name) resign; what they own...").startswith("让 PERSON")


def test_lines_break_between_words_and_wide_signs_and_before_no_full_stop() -> None:
    assert list(wrapped("改动一项 plan 之后，再看。", 10)) == ["改动一项", "plan 之后，", "再看。"]
