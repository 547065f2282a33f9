"""Which language is spoken: the settings decide for everything, a terminal's language for itself alone."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.language import terminal_locale
from tests.language.test_no_english import english
from tests.messages import compiled, read, translated

if TYPE_CHECKING:
    from tests.conftest import Desk

ROOT = Path(__file__).parents[2]
STATE = "space: demo\ntype: story\nitems:\n  - {id: 6300012320, fields: {priority: P0, due: null}}\n"
OLD_PLAN = ROOT / "tests/compat/c233f07/plan.json"
CHINESE = {"LANG": "zh_CN.UTF-8", "LC_ALL": "zh_CN.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}
WELL = "No changes. Live work items match the desired state."


@pytest.mark.parametrize(
    ("environ", "locale"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "zh_CN.GBK"}, "zh-CN"),
        ({"LANG": "zh_TW"}, "zh-CN"),
        ({"LANG": "zh"}, "zh-CN"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({}, "en"),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_CN", "LANG": "en_US"}, "zh-CN"),
    ],
)
def test_the_environment_names_the_language_of_a_terminal(environ: dict[str, str], locale: str) -> None:
    assert terminal_locale(environ) == locale


def test_the_settings_decide_for_text_and_json_stays_as_it_is(desk: Desk) -> None:
    desk.environ["SOURCE_DATE_EPOCH"] = "1795000000"
    desk.write("state/a.yaml", STATE)
    english_run = desk.run("plan", "--format", "text", "--format", "json=en.json", "--format", "html=en.html")
    desk.write("state/reconciler.yaml", "locale: zh-CN\n")
    run = desk.run("plan", "--format", "text", "--format", "json=zh.json", "--format", "html=zh.html")
    assert (english_run.code, run.code) == (0, 0)
    assert "计划：待更新 1 个工作项" in run.out
    assert "Plan: 1 item to update" in english_run.out
    assert (desk.folder / "zh.json").read_bytes() == (desk.folder / "en.json").read_bytes()
    page = (desk.folder / "zh.html").read_text("utf-8")
    assert '<html lang="zh-CN">' in page
    assert "只看未看" in page or "仅未看" in page


def test_locale_en_in_the_settings_is_english_on_a_chinese_terminal_too(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state/reconciler.yaml").write_text("locale: en\n", "utf-8")
    (tmp_path / "state/a.yaml").write_text(STATE, "utf-8")
    assert "Valid: 1 item" in on_terminal(tmp_path, "validate")[0]


def test_pipes_files_and_ci_never_follow_the_environment(desk: Desk) -> None:
    desk.environ |= CHINESE
    desk.write("state/a.yaml", STATE)
    done = desk.run("plan", "--format", "text", "--format", "markdown=plan.md", "--out", "plan.json")
    assert "Plan: 1 item to update" in done.out
    assert "### Plan for `demo`" in (desk.folder / "plan.md").read_text("utf-8")
    assert "Plan for" in desk.run("comment", "plan.json", "--print").out
    assert desk.run("plan", "--nosuch").err.startswith("Usage:")


def test_a_terminal_speaks_as_the_environment_says_and_its_files_do_not(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state/a.yaml").write_text(STATE.replace("priority", "priorty"), "utf-8")
    shutil.copytree(ROOT / "schemas/demo", tmp_path / "schemas/demo")
    shown, _ = on_terminal(tmp_path, "validate")
    assert "story 没有字段 'priorty'；是否想写 'priority'？" in shown
    assert "无效：1 个错误。" in shown
    in_ci, _ = on_terminal(tmp_path, "validate", CI="true")
    assert "did you mean 'priority'?" in in_ci
    on_terminal(tmp_path, "validate", "--format", "text=found.txt")
    assert "did you mean 'priority'?" in (tmp_path / "found.txt").read_text("utf-8")
    shown, told = on_terminal(tmp_path, "plan", "--offline", stderr_too=False)
    assert shown == ""
    assert "did you mean 'priority'?" in told
    assert on_terminal(tmp_path, "plan", "--help")[0].startswith("用法：")
    assert "没有选项 '--nosuch'" in on_terminal(tmp_path, "plan", "--nosuch")[0]


def on_terminal(folder: Path, *arguments: str, stderr_too: bool = True, **more: str) -> tuple[str, str]:
    """Run a command whose stdout is a terminal; returns what the terminal showed, and a piped stderr."""
    environ = {name: value for name, value in os.environ.items() if name not in {"CI", "NO_COLOR", "TERM"}}
    environ |= {**CHINESE, "NO_COLOR": "1", "TERM": "xterm", "PYTHONPATH": str(ROOT), **more}
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs if stderr_too else subprocess.PIPE,
    ) as running:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
        told = running.stderr.read() if running.stderr else b""
    os.close(ours)
    return shown.decode().replace("\r\n", "\n"), told.decode()


def test_a_plan_that_an_older_version_saved_in_english_shows_in_chinese(desk: Desk) -> None:
    shutil.copy(OLD_PLAN, desk.folder / "old.json")
    desk.write("state/reconciler.yaml", "locale: zh-CN\n")
    shown = desk.run("show", "old.json")
    assert shown.code == 0
    assert english(shown.out) == []
    comment = desk.run("comment", "old.json", "--print").out
    assert "的变更计划" in comment
    assert [line for line in english(comment) if not line.startswith(("|", "<", "-"))] == []


def test_what_people_wrote_is_never_translated(desk: Desk) -> None:
    item = desk.world.item(6300012320)
    item.name = WELL
    desk.write("state/reconciler.yaml", "locale: zh-CN\n")
    desk.write("state/a.yaml", STATE.replace("priority: P0", "notes: blocked"))
    for view in ("text", "markdown", "html", "github"):
        shown = desk.run("plan", "--format", view).out
        assert WELL in shown, view
        assert "blocked" in shown, view


def test_a_third_language_is_a_file(tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "reconciler", tmp_path / "reconciler", ignore=shutil.ignore_patterns("__pycache__")
    )
    catalogue = read(ROOT / "reconciler/locale/zh_CN/LC_MESSAGES/reconciler.po")
    for one in catalogue:
        if one.id and translated(one):
            one.string = tuple(f"¡{form}!" for form in one.id) if isinstance(one.id, tuple) else f"¡{one.id}!"
            if isinstance(one.id, tuple):
                one.string = one.string[:1]
    target = tmp_path / "reconciler/locale/eo/LC_MESSAGES/reconciler.mo"
    target.parent.mkdir(parents=True)
    target.write_bytes(compiled(catalogue))
    (tmp_path / "state").mkdir()
    (tmp_path / "state/reconciler.yaml").write_text("locale: eo\n", "utf-8")
    (tmp_path / "state/a.yaml").write_text("space: demo\ntype: story\nitems: [6300012320]\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "validate"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("¡Valid: ¡1 item! in ¡1 file!")


def test_an_unknown_language_is_told_with_those_that_there_are(desk: Desk) -> None:
    desk.write("state/reconciler.yaml", "locale: fr\n")
    desk.write("state/a.yaml", STATE)
    done = desk.run("validate")
    assert "unknown word 'fr'; write one of 'en', 'zh-CN'" in done.out


def test_json_of_every_kind_is_the_same_in_both_languages(desk: Desk) -> None:
    desk.environ["SOURCE_DATE_EPOCH"] = "1795000000"
    desk.write("state/a.yaml", STATE.replace("priority", "priorty"))
    first = [desk.run(name, "--format", "json").out for name in ("plan", "validate", "apply")]
    desk.write("state/reconciler.yaml", "locale: zh-CN\n")
    again = [desk.run(name, "--format", "json").out for name in ("plan", "validate", "apply")]
    assert again == first
    assert json.loads(first[0])
    assert json.loads(first[1])["valid"]
