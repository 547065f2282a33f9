"""The command line: the only part that prints, asks or exits.  One file a command group.

Commands are a table and are imported when they run, so that help needs nothing but click.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from reconciler import __version__
from reconciler.cli.streams import locale_of, on_stderr, tell
from reconciler.errors import InputError, Internal, ReconcilerError
from reconciler.language import ENGLISH, begin

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

SETTINGS = "state/reconciler.yaml"
"""The settings that decide from the start in which language people are told things."""

COMMANDS: dict[str, str] = {
    "demo": "Plan and apply the demo state on the embedded sandbox; needs no account.",
    "sandbox": "Serve a pretend Feishu Project on loopback.",
    "validate": "Check the files without network; all mistakes at once.",
    "plan": "Show what would change on the live items.",
    "show": "Show a saved plan.",
    "doctor": "Say on one screen what is wrong, and what to do.",
    "init": "Write a new repository: state/, settings, pins, editor settings, workflows.",
    "pull": "Write live items into files, and bring files up to the live items.",
    "move": "Move fields from one file into another, or into its defaults.",
    "fmt": "Lay out the files: order, quotes and blanks.",
    "drift": "Say what moved in the space since the last apply, and by whom; heal it.",
    "record": "Remember what an apply carried out, for the plans after it.",
    "comment": "Show a saved plan on its pull request, or drift in an issue.",
    "notify": "Send one card about a plan, drift or a run to a chat of Feishu (Lark).",
    "accept": "Open or update the pull request that accepts drift into the files.",
    "runs": "Show past applies by their journals, and check that none was changed.",
    "rollback": "Put back what an apply changed and nobody touched since.",
    "why": "Say where a desired value comes from, what is live, and who changed it.",
    "rules": "List the members of rules over many items, and what each lacks.",
    "schema": "Pin the space's metadata in schemas/, and say what changed since.",
    "apply": "Carry out a saved plan, or plan and apply.",
    "completion": "Print the script that completes words in your shell.",
    "help": "Explain a command, or list them all.",
    "version": "Print the version.",
}
"""Each command and its help in one line; the command stands in a module of its name."""


def set_log_level(_: click.Context, __: click.Parameter, level: str | None) -> None:
    """Report requests on stderr from this level up."""
    if level:
        import logging

        logging.getLogger().setLevel(level.upper())


LEVELS = click.Choice(["debug", "info", "warning", "error"])
LOG_LEVEL = click.Option(
    ["--log-level"],
    type=LEVELS,
    expose_value=False,
    callback=set_log_level,
    help="Report requests on stderr from this level up (warning).",
)


def with_log_level(command: click.Command) -> click.Command:
    """Give a command and the members of a group `--log-level`: it may be written anywhere on the line."""
    if LOG_LEVEL not in command.params:
        command.params.append(LOG_LEVEL)
        for member in command.commands.values() if isinstance(command, click.Group) else ():
            with_log_level(member)
    return command


VARIABLE = "_RECONCILER_COMPLETE"
"""The variable that says, for click, that a shell asks how a word may go on."""


HELP = frozenset({"-h", "--help"})


class Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"reconciler.cli.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - each module of the table holds one
        return with_log_level(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; only where help is asked for, its examples are read."""
        name, command, rest = super().resolve_command(ctx, args)
        if name and command and not HELP.isdisjoint(rest):
            from reconciler.cli.examples import with_examples

            with_examples(command, name)
        return name, command, rest

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Offer the commands of the table, without importing any."""
        from click.shell_completion import CompletionItem

        offered = [
            CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)
        ]
        return [*offered, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with `reconciler demo`, which needs no account; `reconciler doctor` and `reconciler init` "
    "lead to your own space.  `reconciler help COMMAND` explains a command, with examples.",
)
@click.version_option(__version__, prog_name="reconciler", message="%(prog)s %(version)s")
@click.option(
    "--log-level",
    type=LEVELS,
    default="warning",
    expose_value=False,
    callback=set_log_level,
    help=LOG_LEVEL.help,
)
def group() -> None:
    """Keep Feishu Project (Meegle) work items the way the repository says they are."""
    import logging

    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def begin_language() -> None:
    """Speak as the settings of this folder say, and help as its reader's terminal says."""
    try:
        with open(SETTINGS, "rb") as file:  # noqa: PTH123 - help needs nothing but click
            begin(file.read())
    except OSError:
        begin(None)
    if locale_of(sys.stdout) != ENGLISH:
        from reconciler.cli.spoken_help import SpokenHelp

        click.Context.formatter_class = SpokenHelp
    else:
        click.Context.formatter_class = click.HelpFormatter


def show_usage(error: click.ClickException) -> None:
    """Show what is wrong with a command line."""
    if locale_of(sys.stderr) == ENGLISH:
        error.show()
        return
    import io

    shown = io.StringIO()
    error.show(shown)
    tell(*shown.getvalue().splitlines())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code; the one place that decides it."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if VARIABLE in os.environ:
        from reconciler.cli.completers import answer_bash

        answer_bash()
    begin_language()
    try:
        code = group.main(words.copy(), prog_name="reconciler", standalone_mode=False)
    except click.exceptions.Abort:
        tell("cancelled, nothing sent")
        return 1
    except click.ClickException as error:
        from reconciler.cli.habits import with_advice

        show_usage(with_advice(error, words, group))
        return 1
    except ReconcilerError as error:
        from reconciler.render.mistakes import mistakes_text

        with on_stderr():
            tell(*mistakes_text(error.mistakes))
        if not isinstance(error, InputError):
            tell(f"error: {error}")
        return 1
    except Exception as error:  # noqa: BLE001 - a traceback is never an answer
        tell(f"error: {Internal(error)}")
        return 1
    return code if isinstance(code, int) else 0
