"""Wrong command lines of people who know another tool lead to our words.

`python -m tests.cli.test_habits` writes the table of docs/coming-from.md.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import pytest

from reconciler.cli import COMMANDS, group, main
from reconciler.cli.habits import HABITS, Habit, all_commands, options_of

if TYPE_CHECKING:
    from collections.abc import Iterator


PAGE = Path(__file__).parents[2] / "docs/coming-from.md"
BEGIN, END = "<!-- made by tests/cli/test_habits.py -->\n", "<!-- end -->\n"
QUOTED: Final = re.compile(r"`([^`]+)`")
ASKED_FOR: Final = (
    "plan -target=x",
    "plan -target x",
    "apply --target x",
    "apply -auto-approve",
    "apply --auto-approve",
    "plan -json",
    "plan --json",
    "plan -out=x",
    "apply --dry-run",
    "import",
    "import story.a 6300012345",
    "state",
    "state list",
    "refresh",
    "diff",
    "sync",
    "destroy",
    "destroy --yes",
    "history",
)


def last_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run a wrong command line; returns what it says after the usage, which is one line."""
    assert main(arguments) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("Usage: reconciler ")
    usage, _, line = told.err.partition("\n\n")
    assert "help" in usage
    assert line.count("\n") == 1
    return line.strip()


@pytest.mark.parametrize("habit", HABITS, ids=lambda one: f"{one.tool}: {one.line}")
def test_each_habit_leads_to_our_word_in_one_line(habit: Habit, capsys: pytest.CaptureFixture[str]) -> None:
    line = last_line(shlex.split(habit.line), capsys)
    assert line.startswith("Error: No such ")
    assert line.endswith(f"; {habit.ours}")


def test_the_table_covers_twenty_kinds_of_five_tools() -> None:
    tools = {tool for one in HABITS for tool in one.tool.split(", ")} - {"any"}
    assert len(tools) >= 5
    for tool in tools:
        assert sum(tool in one.tool for one in HABITS) >= 5, tool
    assert len({one.ours for one in HABITS}) >= 20
    assert len({one.line for one in HABITS}) == len(HABITS)


@pytest.mark.parametrize("line", ASKED_FOR)
def test_the_commonest_habits_are_all_answered_with_a_word_of_ours(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = last_line(shlex.split(line), capsys)
    assert said.partition("; ")[2] in {one.ours for one in HABITS}


def named_words(habit: Habit) -> Iterator[list[str]]:
    """Yield the words of each command or option of ours that an answer names."""
    for quoted in QUOTED.findall(habit.ours):
        words = quoted.split()
        if words[0] == "reconciler":
            yield words[1:]
        elif words[0] in COMMANDS or words[0].startswith("--"):
            yield words


@pytest.mark.parametrize("habit", HABITS, ids=lambda one: f"{one.tool}: {one.line}")
def test_every_answer_names_commands_and_options_that_exist(habit: Habit) -> None:
    commands = all_commands(group)
    options = {path: options_of(one, context(one)) for path, one in commands.items()}
    for words in named_words(habit):
        path = next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in commands), None)
        written = [word.partition("=")[0] for word in words if word.startswith("--")]
        assert path or written, words
        here = habit.line.split()[0]
        for option in written:
            known = options[path] if path else options.get(here, set().union(*options.values()))
            assert option in known, (habit.line, option)


def context(command: click.Command) -> click.Context:
    return command.make_context("x", ["--help"], resilient_parsing=True)


@pytest.mark.parametrize("name", sorted(all_commands(group)))
def test_a_slip_in_a_command_or_an_option_is_suggested(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    *before, word = name.split()
    if len(word) > 3:
        slip = word[:1] + word[2] + word[1] + word[3:]
        if slip != word:
            assert f"'{word}'" in last_line([*before, slip], capsys)
    command = all_commands(group)[name]
    for option in options_of(command, context(command)) - {"-h"}:
        if len(option) > 6:
            slip = f"{option[:-3]}{option[-2:]}"
            said = last_line([*name.split(), slip], capsys)
            assert said.partition("; ")[2].startswith("did you mean --"), said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("state/demo/a.yaml", "write the command before it: `reconciler plan state/demo/a.yaml`"),
        (
            "plan.json",
            "write the command before it: `reconciler show plan.json`, `reconciler apply plan.json`",
        ),
        ("--format json plan", "write it behind the command: `reconciler plan --format`"),
        ("init -upgrade", "write it with two dashes: --upgrade"),
        ("-version", "write it with two dashes: --version"),
        ("plan -help", "write it with two dashes: --help"),
        ("fmt --detailed-exitcode", "`--detailed-exitcode` exits 2 where anything would change"),
        ("improt", next(one.ours for one in HABITS if one.line == "import")),
        ("xyzzy", "`reconciler help` lists them"),
        ("help xyzzy", "`reconciler help` lists them"),
        ("schema pul", "did you mean 'pull'?"),
    ],
)
def test_other_slips_lead_on_too(line: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert last_line(line.split(), capsys).partition("; ")[2] == said


def test_an_option_of_another_command_is_told_with_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    said = last_line(["plan", "--max-changes", "3"], capsys)
    assert "it is an option of `reconciler " in said
    assert "`reconciler apply`" in said


def test_an_unknown_option_that_nobody_has_is_named_as_it_was_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert last_line(["plan", "-zzz"], capsys) == "Error: No such option '-zzz'"


@pytest.mark.parametrize("name", sorted(all_commands(group)))
def test_a_missing_argument_says_where_it_comes_from(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = all_commands(group)[name]
    missing = [one for one in command.params if one.required]
    if missing:
        said = last_line(name.split(), capsys)
        assert said.startswith("Error: Missing ")
        assert "; " in said


def table() -> str:
    """Return the table of the page."""
    rows = (f"| {one.tool} | `{one.line}` | {one.ours} |\n" for one in HABITS)
    return f"| from | you type, after `reconciler` | here |\n| --- | --- | --- |\n{''.join(rows)}"


def test_the_page_holds_the_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.partition(BEGIN)[2].partition(END)[0] == table(), "python -m tests.cli.test_habits"


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}{table()}{END}{rest.partition(END)[2]}", encoding="utf-8")
