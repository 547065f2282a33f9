"""`reconciler help`: the pages of `--help`."""

from __future__ import annotations

import click

from reconciler.cli.streams import say


def complete_command(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Offer the commands."""
    root = context.find_root()
    listed = root.command.list_commands(root) if isinstance(root.command, click.Group) else []
    return [name for name in listed if name.startswith(incomplete)]


@click.command("help")
@click.argument("words", nargs=-1, metavar="[COMMAND]...", shell_complete=complete_command)
@click.pass_context
def command(context: click.Context, words: tuple[str, ...]) -> int:
    """Explain COMMAND as its `--help` does; without one, list all commands."""
    shown = context.find_root()
    for word in words:
        if not isinstance(shown.command, click.Group):
            break
        name, found, _ = shown.command.resolve_command(shown, [word, "--help"])
        if found is None:
            break
        shown = click.Context(found, parent=shown, info_name=name)
    say(f"{shown.get_help()}\n")
    return 0
