"""`reconciler notify`: one card about a plan, a drift report or a run in a chat of Feishu (Lark)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import options
from reconciler.cli.completers import complete_run
from reconciler.cli.streams import say, say_told, tell
from reconciler.errors import CannotRun

if TYPE_CHECKING:
    from reconciler.settings import Settings


@click.command("notify")
@click.argument("plan", required=False, type=click.Path(path_type=Path))
@click.option(
    "--run", metavar="RUN", shell_complete=complete_run, help="A past apply, as `reconciler runs` names it."
)
@click.option("--drift", metavar="PLAN", type=click.Path(path_type=Path), help="A saved drift report.")
@click.option("--print", "printed", is_flag=True, help="Print the card instead of sending it.")
@options.narrowed
def command(
    plan: Path | None, *, run: str | None, drift: Path | None, printed: bool, spaces: tuple[str, ...]
) -> int:
    """Send one card about a saved PLAN, a RUN or drift to the chat of a custom bot.

    Needs RECONCILER_LARK_WEBHOOK, and RECONCILER_LARK_SECRET where the bot checks signatures.  The
    language is the `locale` of the settings.  A card that Lark refuses is a note and no failure.
    """
    import json

    from reconciler.forge.lark.webhook import bot_from, host_of, send_card

    if sum(map(bool, (plan, run, drift))) != 1:
        raise CannotRun("there is one card for one thing", "give a plan, or --run RUN, or --drift PLAN")
    bot = None if printed else bot_from(os.environ)
    card = card_of(plan, run, drift, spaces)
    if bot is None:
        say(f"{json.dumps(card, ensure_ascii=False, indent=1)}\n")
    elif refused := send_card(bot, card):
        tell(f"note: {refused}")
    else:
        say_told(f"Sent a card by {host_of(bot)}.\n")
    return 0


def card_of(
    plan: Path | None, run: str | None, drift: Path | None, spaces: tuple[str, ...]
) -> dict[str, Any]:
    """Make the card."""
    from reconciler.apply.journal import read_journal
    from reconciler.apply.run_folder import journal_of
    from reconciler.apply.run_summary import summary
    from reconciler.apply.saved_plan import chosen_plans, read_plans
    from reconciler.forge.lark.card import drift_card, drift_cards, plan_card, plan_cards, run_card
    from reconciler.forge.lark.links import links_of
    from reconciler.forge.lark.words import spoken_words
    from reconciler.plan.plan_file import plan_of

    settings = settings_here()
    words = spoken_words()
    links = links_of(os.environ, words)
    if run:
        entries = list(read_journal(journal_of(run)))
        done, begin = summary(entries), next((one for one in entries if one["event"] == "begin"), {})
        return run_card(begin.get("space_name") or "", done["outcomes"], done["stopped"] or "", words, links)
    plans = [plan_of(one) for one in chosen_plans(read_plans(drift or plan or Path()), spaces)]
    people = settings.open_ids
    if len(plans) > 1:
        return drift_cards(plans, words, links, people) if drift else plan_cards(plans, words, links)
    return drift_card(plans[0], words, links, people) if drift else plan_card(plans[0], words, links)


def settings_here() -> Settings:
    """Read the settings of this folder; the defaults where there are none or they have mistakes."""
    from reconciler.settings import find_settings, load_settings

    root = Path.cwd()
    return load_settings(find_settings(root / "state"), root=root)[0]
