"""`reconciler help`: the pages of `--help`."""

from __future__ import annotations

import click

from reconciler.cli.streams import say


@click.command("help")
@click.argument("words", nargs=-1, metavar="[COMMAND]...")
@click.pass_context
def command(context: click.Context, words: tuple[str, ...]) -> int:
    """Explain COMMAND as its `--help` does; without one, list all commands."""
    shown = context.find_root()
    for word in words:
        if not isinstance(shown.command, click.Group):
            break
        name, found, _ = shown.command.resolve_command(shown, [word])
        if found is None:
            break
        shown = click.Context(found, parent=shown, info_name=name)
    say(f"{shown.get_help()}\n")
    return 0
