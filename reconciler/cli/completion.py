"""`reconciler completion`: the script by which a shell asks this program how a word may go on."""

from __future__ import annotations

import click

from reconciler.cli import VARIABLE
from reconciler.cli.streams import say


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the script that completes words in SHELL.

    In ~/.bashrc or ~/.zshrc: eval "$(reconciler completion bash)", with zsh for bash.  For fish:
    reconciler completion fish > ~/.config/fish/completions/reconciler.fish
    """
    from click.shell_completion import ShellComplete, get_completion_class

    from reconciler.cli import group

    if asking := get_completion_class(shell):
        # Not its own `source`, which starts the shell to look at its version.
        say(ShellComplete.source(asking(group, {}, "reconciler", VARIABLE)))
    return 0
