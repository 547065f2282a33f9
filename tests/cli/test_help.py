"""Help is light, usage errors are 1, and a traceback is never an answer."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.cli import COMMANDS, group, main
from reconciler.cli.habits import all_commands

if TYPE_CHECKING:
    from tests.conftest import Desk

HEAVY = ("httpx", "pydantic", "ruamel", "deepdiff", "rich", "flask", "jinja2", "tenacity", "httpcore")


def cpu_of(arguments: list[str]) -> float:
    """Return the CPU seconds of one process, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from reconciler.cli import main; main(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.alone
def test_help_costs_at_most_seven_bare_interpreters() -> None:
    bare, ours = (
        min(cpu_of(arguments) for _ in range(7))
        for arguments in (["-I", "-c", "pass"], ["-I", "-m", "reconciler", "--help"])
    )
    assert ours <= 7 * bare


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nonsense"],
        ["nonsense"],
        ["plan", "--nonsense"],
        ["plan", "--format", "pdf"],
        ["apply", "--deadline", "1"],
    ],
)
def test_wrong_usage_ends_with_1_and_a_hint(tmp_path: Path, arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 1
    assert "Usage:" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_without_settings_or_network(tmp_path: Path, command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", command, "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={},
    )
    assert done.stdout.startswith(f"Usage: reconciler {command}")


def test_validate_needs_no_environment(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state/a.yaml").write_text("space: demo\ntype: story\nitems: [1, 2]\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "validate"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={},
    )
    assert done.stdout.startswith("Valid: 2 items in 1 file.")


def test_validate_shows_mistakes_as_text_data_and_annotations(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state/a.yaml").write_text("space: demo\ntype: story\nitems: [0]\n", encoding="utf-8")
    shown = {
        form: subprocess.run(
            [sys.executable, "-m", "reconciler", "validate", "--format", form],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={},
        )
        for form in ("text", "json", "github")
    }
    assert {done.returncode for done in shown.values()} == {1}
    assert shown["text"].stdout.startswith("state/a.yaml:3:9: '0' is not an id; ")
    assert '"valid": false' in shown["json"].stdout
    assert shown["github"].stdout.startswith("::error file=state/a.yaml,line=3,col=9::'0' is not an id; ")


@pytest.mark.parametrize("words", [name.split() for name in all_commands(group)], ids=" ".join)
def test_help_of_a_command_is_its_page(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    pages = []
    for arguments in (["help", *words], [*words, "--help"]):
        assert main(arguments) == 0
        pages.append(capsys.readouterr().out)
    assert pages[0] == pages[1].rstrip("\n") + "\n"
    assert pages[0].startswith(f"Usage: reconciler {' '.join(words)}")


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help"]) == 0
    listed = capsys.readouterr().out
    assert [name for name in COMMANDS if f"\n  {name} " not in listed] == []


@pytest.mark.parametrize("words", [name.split() for name in all_commands(group)], ids=" ".join)
def test_every_command_takes_a_log_level_behind_it(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--log-level", "loud"]) == 1
    told = capsys.readouterr().err
    assert "Invalid value for '--log-level': 'loud' is not one of" in told


@pytest.mark.parametrize(
    "words",
    [
        ["--log-level", "debug", "plan"],
        ["plan", "--log-level", "debug"],
        ["--log-level", "error", "plan", "--log-level=debug"],
    ],
    ids=" ".join,
)
def test_a_log_level_is_heard_wherever_it_is_written(desk: Desk, words: list[str]) -> None:
    desk.stories("6300012345")
    with desk.start(*words) as process:
        _, told = process.communicate()
    assert process.returncode == 0
    assert "DEBUG reconciler" in told


def test_without_a_log_level_no_request_is_told(desk: Desk) -> None:
    desk.stories("6300012345")
    with desk.start("plan") as process:
        _, told = process.communicate()
    assert process.returncode == 0
    assert "DEBUG" not in told
