"""Every text for people has a translation in every catalogue, and a finished sentence is recognized."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from reconciler.language import known, speaking, told
from tests.messages import LOCALES, brought_up, compiled, read, source_form, translated

CATALOGUES = sorted(LOCALES.glob("*/LC_MESSAGES/reconciler.po"))
CHINESE = LOCALES / "zh_CN/LC_MESSAGES/reconciler.po"
PLACEHOLDER = re.compile(r"\{[a-z_0-9]*(?::[^{}]*)?\}")
CODE = re.compile(r"`[^`]*`|'[^']*'|\{[^{}]*\}|\[[^]]*\]")
"""What a sentence quotes: commands, keys and values."""


def rows(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    for one in catalogue:
        if one.id and translated(one):
            yield forms(one.id)[0], forms(one.string)[0]


def forms(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, tuple | list) else (str(text),)


@pytest.fixture(scope="module", params=CATALOGUES, ids=lambda path: path.parent.parent.name)
def path(request: pytest.FixtureRequest) -> Path:
    assert isinstance(request.param, Path)
    return request.param


def test_no_text_for_people_lacks_a_translation(path: Path) -> None:
    lacking = [forms(one.id)[0] for one in brought_up(path) if one.id and not translated(one)]
    assert lacking == []


def test_a_translation_fills_in_what_its_text_does(path: Path) -> None:
    def filled_in(one: Message) -> bool:
        wanted = set(PLACEHOLDER.findall(forms(one.id)[0]))
        return all(set(PLACEHOLDER.findall(form)) == wanted for form in forms(one.string))

    assert [one.id for one in read(path) if translated(one) and not filled_in(one)] == []


def test_a_catalogue_is_as_the_source_and_as_it_was_compiled(path: Path) -> None:
    assert path.read_bytes() == source_form(brought_up(path)), "run `make messages`"
    assert path.with_suffix(".mo").read_bytes() == compiled(read(path)), "run `make messages`"


def test_a_translation_keeps_the_commands_and_the_beginning_of_lines(path: Path) -> None:
    for text, shown in rows(read(path)):
        assert re.findall(r"`[^`]*`", text) == re.findall(r"`[^`]*`", shown) or sorted(
            re.findall(r"`[^`]*`", text)
        ) == sorted(re.findall(r"`[^`]*`", shown)), text
        assert text.count("\n") == shown.count("\n"), text
        assert re.match(r"  +|\Z|", text)[0] == re.match(r"  +|\Z|", shown)[0], text  # type: ignore[index]


def test_chinese_has_full_width_signs_and_blanks_beside_latin_words() -> None:
    narrow = re.compile(r"[\u4e00-\u9fff][,;:?!()]|[,;()][\u4e00-\u9fff]")
    tight = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")
    shown = [CODE.sub("", one) for _, one in rows(read(CHINESE))]
    assert [one for one in shown if narrow.search(one) or tight.search(one)] == []


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("no field 'priorty' on story", "story 没有字段 'priorty'"),
        ("drift: report", "漂移：仅报告"),
        ("option 'P0' of Priority is disabled", "Priority 的选项 'P0' 已停用"),
        ("a note of nobody", "a note of nobody"),
        ("'No changes. Live work items match the desired state.'",) * 2,
        (
            "unknown person 'deleted, of another type, or not visible'",
            "未知人员 'deleted, of another type, or not visible'",
        ),
        (
            "note: every file is read, since no cache can be kept: there is no home folder",
            "说明：读取了每个文件，因为无法保留缓存：没有主目录",
        ),
        (
            "not before 2026-11-13 00:00 (freeze), by the clock of Asia/Shanghai",
            "2026-11-13 00:00 之前不可应用（freeze），以 Asia/Shanghai 的时钟为准",
        ),
        (
            "closed without an end (freeze) for story, by the clock of Europe/Berlin, as the base has it",
            "无限期关闭（freeze），适用于 story，以 Europe/Berlin 的时钟为准，基准如此规定",
        ),
        (
            "state/a.yaml:4:31: the option 'P3' of Priority is deprecated; use 'P2' (3 places)",
            "state/a.yaml:4:31: Priority 的选项 'P3' 已弃用；请改用 'P2'（3 处）",
        ),
        ("protected", "受保护"),
        (
            "MEEGLE_PLUGIN_ID__A is not set; set MEEGLE_PLUGIN_ID__A, set MEEGLE_USER_KEY__A",
            "MEEGLE_PLUGIN_ID__A 未设置；请设置 MEEGLE_PLUGIN_ID__A，请设置 MEEGLE_USER_KEY__A",
        ),
        (
            "check MEEGLE_PLUGIN_ID__WEB_SHOP and MEEGLE_PLUGIN_SECRET__WEB_SHOP on the plugin's page",
            "请在插件页面核对 MEEGLE_PLUGIN_ID__WEB_SHOP 与 MEEGLE_PLUGIN_SECRET__WEB_SHOP",
        ),
    ],
)
def test_a_finished_sentence_is_recognized_and_what_it_quotes_stays(english: str, chinese: str) -> None:
    assert told(english) == english
    with speaking("zh-CN"):
        assert told(english) == chinese


def test_chinese_is_known() -> None:
    assert known() == ("en", "zh-CN")
