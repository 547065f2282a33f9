"""`reconciler doctor`: one screen about what is wrong and what to do.  Writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.cli import options
from reconciler.cli.streams import on_stdout, say, say_told, tell
from reconciler.language import _, sentence, told
from reconciler.render.width import padded

if TYPE_CHECKING:
    from reconciler.doctor.findings import Finding

PUT_BACK_NOT = 3
STATE = 6
"""Columns of a state."""


@click.command("doctor")
@click.option(
    "--probe", metavar="ITEM", help="Try on this scratch item what the space accepts: writes to it."
)
@options.space
def command(probe: str | None, space: str | None) -> int:
    """Say what is wrong and what to do: variables, connection, permissions, clock, pins, git.

    Writes nothing to the space.  With --probe it writes values to one scratch item in each form, puts
    the old ones back, and writes schemas/SPACE/profile.json.
    """
    if probe:
        return probed(probe, space)
    from reconciler.doctor.checkup import check_up
    from reconciler.doctor.findings import PROBE
    from reconciler.render.safe import safe_text

    found = [*check_up(space), PROBE]
    for one in found:
        with on_stdout():
            say(f"{safe_text(finding_line(one))}\n")
    return 1 if any(one.state == "wrong" for one in found) else 0


def finding_line(one: Finding) -> str:
    """Return a line of the screen."""
    return f"{padded(told(one.state), STATE)}{told(one.area)}{_(': ')}{sentence(one.what, one.fix)}"


def probed(item: str, space: str | None) -> int:
    """Try the item, and print what was found."""
    from reconciler.doctor.probe_item import probe_item
    from reconciler.errors import counted
    from reconciler.render.safe import safe_text

    done = probe_item(item, space, lambda line: say_told(f"{safe_text(line)}\n"))
    for type_, reason in done.found.skipped.items():
        say_told(f"{type_}: not tried, {reason}\n")
    for fact, what in done.found.facts.items():
        say_told(f"{fact.replace('_', ' ')}: {safe_text(what)}\n")
    late = f"{done.seen_after:.1f} s at most, in lists after {done.listed_after:.1f} s"
    say_told(f"a written value is seen after {late}\n")
    say_told(f"wrote {done.report_file}: no value of the space, names hashed; send it to us\n")
    say_told(f"wrote {done.profile_file}\n")
    if left := done.found.left:
        tell(f"could not put back {', '.join(left)} of {done.item_id}: {done.journal} holds the old values")
        return PUT_BACK_NOT
    say_told(f"put back {counted(done.put_back, 'value')} of {done.item_id}\n")
    return 0
