"""`reconciler init`: a new repository for a space, which plans at once.  Overwrites nothing."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.streams import on_stderr, say, say_told, tell
from reconciler.errors import CannotRun
from reconciler.language import told

if TYPE_CHECKING:
    from reconciler.adopt.new_repository import Question

OUTDATED = 2
HOST = "MEEGLE_BASE_URL"
HOSTS = ("https://project.feishu.cn", "https://project.larksuite.com")


@click.command("init")
@click.option("--host", metavar="URL", help=f"The service, where {HOST} is not set.")
@click.option(
    "--space",
    "spaces",
    metavar="SPACE",
    multiple=True,
    help="The space: its simple name or its key.  With --upgrade each one with secrets of its own.",
)
@click.option("--type", "types", metavar="TYPE", multiple=True, help="A type of work item; may be repeated.")
@click.option(
    "--time-zone",
    "zone",
    metavar="ZONE",
    help="The space's zone; feishu.cn alone has a default: Asia/Shanghai.",
)
@click.option(
    "--forge",
    type=click.Choice(["github", "gitlab"]),
    default="github",
    show_default=True,
    help="Where the repository is: whose workflows are written.",
)
@click.option(
    "--check", is_flag=True, help="Only report outdated lines of the workflows; exit 2 if there are any."
)
@click.option("--upgrade", is_flag=True, help="Renew the workflows that init wrote and nobody edited.")
def command(
    host: str | None,
    spaces: tuple[str, ...],
    types: tuple[str, ...],
    zone: str | None,
    *,
    forge: str,
    check: bool,
    upgrade: bool,
) -> int:
    """Write a repository into this folder: state/, settings, pins, editor settings, workflows, a README.

    Asks on a terminal for what is not given.  Credentials come from the environment and are checked
    first.  What is there already stays as it is.  Writes nothing to the space.  --check and --upgrade
    look at the workflows of an older repository and need no credentials.  --upgrade --space A --space B lets
    the workflows of GitHub hand on the secrets of these spaces, MEEGLE_PLUGIN_ID__A and so on.
    """
    if spaces and check and not upgrade:
        raise CannotRun("--space is not for --check", "leave it out, or renew the workflows with --upgrade")
    if check or upgrade:
        return report_outdated(spaces, upgrade=upgrade)
    if len(spaces) > 1:
        words = shlex.join(word for one in spaces for word in ("--space", one))
        raise CannotRun(
            "a new repository begins with one space",
            f"then hand on the secrets of all by `reconciler init --upgrade {words}`",
        )
    from reconciler.adopt.new_repository import Given, Question, given_or_answered, write_repository
    from reconciler.adopt.upgrade import age, check_workflows
    from reconciler.cli.adopted import show_pulled

    answer = prompt if sys.stdin.isatty() else None
    service = Question("The service", "--host", HOSTS[:1])
    chosen = {} if os.environ.get(HOST) else {HOST: given_or_answered(host, service, answer)}
    os.environ.update(chosen)
    begun = write_repository(Given(next(iter(spaces), None), types, zone, forge), answer, tell)
    for done in begun.pulled:
        show_pulled(done)
    for path in begun.written:
        say_told(f"wrote {path}\n")
    tell(*filter(None, [age()]), *check_workflows(Path.cwd()).lines)
    say_told("\nNow:\n")
    for variable, value in chosen.items():
        say(f"  export {variable}={value}\n")
    pulls = (f"pull --type {word} --into {home}" for word, home in begun.homes.items())
    for line in ("validate", "plan", *pulls):
        say(f"  reconciler {line}\n")
    return 0


def prompt(question: Question) -> str:
    """Ask a person at the terminal."""
    known = question.known
    choice = f" ({', '.join(known)})" if len(known) > 1 else ""
    with on_stderr():
        text = f"{told(question.what)}{choice}"
        answer: str = click.prompt(text, default=known[0] if known else None, err=True)
    return answer


def report_outdated(spaces: tuple[str, ...], *, upgrade: bool) -> int:
    """Report what is outdated in the workflows, and renew the unedited ones with `upgrade`."""
    from reconciler.adopt.upgrade import age, check_workflows

    tell(*filter(None, [age()]))
    done = check_workflows(Path.cwd(), upgrade=upgrade, spaces=spaces)
    for path in done.renewed:
        say_told(f"renewed {path}\n")
    for line in done.lines:
        say_told(f"{line}\n")
    if done.is_unreadable:
        return 1
    if done.is_outdated:
        return OUTDATED
    say_told("No outdated action in the workflows.\n")
    return 0
