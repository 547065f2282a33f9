"""The examples of the help pages are command lines that there are."""

from __future__ import annotations

import re
import shlex

import pytest

from reconciler.cli import COMMANDS, group, main
from reconciler.cli.examples import EXAMPLES
from reconciler.cli.habits import all_commands

OURS = re.compile(r"`reconciler ([^`]+)`")
LINES = [line for one in EXAMPLES.values() for line in one.lines if line.startswith("reconciler ")]


def test_every_command_has_examples() -> None:
    assert set(COMMANDS) - set(EXAMPLES) <= {"version"}
    assert set(EXAMPLES) <= set(all_commands(group))
    for path, one in EXAMPLES.items():
        assert any(path in line for line in one.lines), path


@pytest.mark.parametrize("line", LINES)
def test_every_example_is_understood(line: str) -> None:
    words = shlex.split(line.partition(" > ")[0])[1:]
    commands = all_commands(group)
    path = next(path for n in (3, 2, 1) if (path := " ".join(words[:n])) in commands)
    commands[path].make_context(path, words[len(path.split()) :])


@pytest.mark.parametrize("path", EXAMPLES)
def test_every_next_step_names_commands_that_there_are(path: str) -> None:
    for words in OURS.findall(EXAMPLES[path].next_step):
        assert words.split()[0] in COMMANDS


@pytest.mark.parametrize("path", EXAMPLES)
def test_a_help_page_ends_with_its_examples(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*path.split(), "--help"]) == 0
    page = capsys.readouterr().out
    assert "\nExamples:\n  " in page.replace("\n  Examples:\n    ", "\nExamples:\n  ")
    assert all(line in page for line in EXAMPLES[path].lines)
    assert "Next: " in page


def test_help_begins_with_where_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "Begin with `reconciler demo`" in capsys.readouterr().out
