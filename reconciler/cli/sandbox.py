"""`reconciler sandbox`: the pretend service on loopback, snapshots of it, and doors to what happens in it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from reconciler.cli.local_service import knock, pretend_service
from reconciler.cli.streams import say, say_json
from reconciler.manifest.safe_write import write
from reconciler.render.safe import safe_text

FILE = click.Path(path_type=Path)
Command = TypeVar("Command", bound=Callable[..., Any])


@click.group("sandbox", invoke_without_command=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 = a free one.")
@click.option("--db", type=FILE, help="Keep the state in this SQLite file.")
@click.option("--seed", type=FILE, help="Begin with what this YAML file says.")
@click.option("--generate", metavar="TYPE=N", multiple=True, help="Make N more items of a type.")
@click.option("--space", metavar="NAME", multiple=True, help="Serve one more space like the first.")
@click.option("--own-plugin", metavar="SPACE", multiple=True, help="Give this space a plugin of its own.")
@click.option("--write-log", type=FILE, help="One JSON line for each call that would change state.")
@click.option("--options", type=FILE, help="Switches for open questions and faults, as YAML.")
@click.pass_context
def command(
    context: click.Context,
    port: int,
    db: Path | None,
    seed: Path | None,
    generate: tuple[str, ...],
    space: tuple[str, ...],
    own_plugin: tuple[str, ...],
    write_log: Path | None,
    options: Path | None,
) -> int:
    """Serve a pretend Feishu Project on loopback; prints the variables to export, then serves."""
    if context.invoked_subcommand:
        return 0
    service = pretend_service()
    code: int = service.serve(
        port, db, seed, generate, write_log, options, spaces=space, own_plugins=own_plugin
    )
    return code


@command.command("snapshot")
@click.argument("file", type=FILE)
@click.option("--db", type=FILE, help="Of the state in this SQLite file.")
@click.option("--seed", type=FILE, help="Of what this YAML file says.")
@click.option("--generate", metavar="TYPE=N", multiple=True, help="With N more items of a type.")
@click.option("--only", metavar="REF", multiple=True, help="Only this type or item.")
@click.option("--keep-emails", is_flag=True, help="Keep every e-mail, not only those that state/ names.")
def snapshot(
    file: Path,
    *,
    db: Path | None,
    seed: Path | None,
    generate: tuple[str, ...],
    only: tuple[str, ...],
    keep_emails: bool,
) -> int:
    """Write what the pretend service holds to FILE, for `--seed` and `plan --snapshot`."""
    code: int = pretend_service().snapshot(
        file, db=db, seed=seed, generate=generate, only=only, keep_emails=keep_emails, write=write
    )
    return code


# -- what happens in a sandbox that runs -------------------------------------------------------------


@command.group("do")
def do() -> None:
    """Let something happen in a sandbox that runs, as people, admins and tokens do it.

    It is found by RECONCILER_SANDBOX, which `reconciler sandbox` prints beside its other lines, or by --at.
    """


at = click.option("--at", metavar="URL", help="Which sandbox: the address in RECONCILER_SANDBOX.")
in_space = click.option("--space", metavar="SPACE", help="In which space (default: the first).")
by = click.option(
    "--by", metavar="WHO", help="Who does it: key, e-mail or name (default: the plugin's user)."
)


def named_option(action: Command) -> Command:
    """Add the arguments that name an option of a field."""
    for name in ("option", "field", "type_"):
        action = click.argument(name, metavar=name.rstrip("_").upper())(action)
    return action


@do.command("edit")
@click.argument("item")
@click.argument("field")
@click.argument("value")
@by
@at
def edit(item: str, field: str, value: str, *, by: str | None, at: str | None) -> int:
    """Change FIELD of ITEM as a person does in the page; `roles.NAME` is a role.

    VALUE is a label, an e-mail, a day, a number or a text; several have commas between them; `null` empties.
    JSON in brackets is a value of the API.
    """
    knock(at, "edit", {"id": item, "key": field, "value": wire(value), **known(by=by)})
    say(f"Edited {safe_text(field)} of {safe_text(item)}.\n")
    return 0


@do.command("delete")
@click.argument("item")
@by
@at
def delete(item: str, *, by: str | None, at: str | None) -> int:
    """Delete ITEM as a person does in the page."""
    knock(at, "delete", {"id": item, **known(by=by)})
    say(f"Deleted {safe_text(item)}.\n")
    return 0


@do.command("rename-option")
@named_option
@click.argument("label")
@in_space
@at
def rename_option(
    type_: str, field: str, option: str, label: str, *, space: str | None, at: str | None
) -> int:
    """Give OPTION of FIELD another LABEL; its id and the values of items stay."""
    body = {"type": type_, "field": field, "option": option, "label": label, **known(space=space)}
    told = knock(at, "rename-option", body)
    say(f"Renamed {safe_text(option)} ({safe_text(str(told['option']))}) to {safe_text(label)}.\n")
    return 0


@do.command("remove-option")
@named_option
@click.option("--disable", is_flag=True, help="Keep it on the items that have it, and offer it no more.")
@in_space
@at
def remove_option(
    type_: str, field: str, option: str, *, disable: bool, space: str | None, at: str | None
) -> int:
    """Take OPTION of FIELD away; items that have it keep the value."""
    body = {"type": type_, "field": field, "option": option, "disable": disable, **known(space=space)}
    told = knock(at, "remove-option", body)
    what = "Disabled" if disable else "Removed"
    say(f"{what} {safe_text(str(told['label']))} ({safe_text(str(told['option']))}).\n")
    return 0


@do.command("leave")
@click.argument("person")
@at
def leave(person: str, *, at: str | None) -> int:
    """Let PERSON (key, e-mail or name) resign; what they own stays theirs until somebody changes it."""
    told = knock(at, "leave", {"person": person})
    say(f"{safe_text(person)} ({safe_text(str(told['key']))}) resigned.\n")
    return 0


@do.command("rotate-secret")
@click.argument("secret", required=False)
@click.option("--space", metavar="SPACE", help="The plugin that this space has for itself.")
@at
def rotate_secret(secret: str | None, *, space: str | None, at: str | None) -> int:
    """Give the plugin another SECRET, by default a random one, and print the line to export.

    The old secret gets no token any more, and every token of the plugin ends.
    """
    told = knock(at, "rotate-secret", known(secret=secret, space=space))
    variable = told.get("variable", "MEEGLE_PLUGIN_SECRET")
    say(f"export {safe_text(variable)}={shlex.quote(str(told['secret']))}\n")
    return 0


@do.command("expire-tokens")
@at
def expire_tokens(*, at: str | None) -> int:
    """End the life of all tokens now."""
    knock(at, "expire-tokens", {})
    say("All tokens ended.\n")
    return 0


@do.command("options")
@click.argument("switches", metavar="[NAME=VALUE]...", nargs=-1)
@at
def switch(switches: tuple[str, ...], *, at: str | None) -> int:
    """Turn switches, by `NAME=VALUE` with JSON or a word as the value, and print all of them."""
    body = {}
    for one in switches:
        name, sign, value = one.partition("=")
        if not sign:
            raise click.UsageError(f"{one!r} turns no switch; write NAME=VALUE")
        body[name] = json_or_word(value)
    say_json(f"{json.dumps(knock(at, 'options', body), indent=1)}\n")
    return 0


@do.command("writes")
@at
def writes(*, at: str | None) -> int:
    """Print the log of calls that would change state, one JSON line a call."""
    say_json("".join(f"{json.dumps(one)}\n" for one in knock(at, "writes", {})))
    return 0


def known(**members: Any) -> dict[str, Any]:
    """Return the members that were given."""
    return {name: one for name, one in members.items() if one is not None}


def wire(word: str) -> Any:
    """Return what a value on the command line means: JSON in brackets or quotes, null, else a text."""
    if word != "null" and word[:1] not in {"{", "[", '"'}:
        return word
    return json_or_word(word)


def json_or_word(text: str) -> Any:
    """Return JSON, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text
