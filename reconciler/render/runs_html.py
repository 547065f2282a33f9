"""Past runs as one HTML page that can be given to an auditor: it asks for nothing and runs no script."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from reconciler.language import _, counted, language, told
from reconciler.model.history import History, PastChange, PastRun, Unread
from reconciler.render.groups import change_apart, shown_label, shows_members
from reconciler.render.html import csp_hash, page_part, page_templates
from reconciler.render.past_plan import past_change
from reconciler.render.runs_text import SHA, counts_line, duration, person_line
from reconciler.render.safe import isolated, safe_text

WEB = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?/[A-Za-z0-9._~/#?=&%+!-]*")
"""An address that a page may link to: no user, no sign that leads elsewhere."""

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def runs_html(history: History, asked: Iterable[tuple[str, str]], made_at: datetime, version: str) -> str:
    """Return the page, made at a time by a version.  `asked`: the filters, as flags and words."""
    runs = history.runs
    style = page_part("plan.css") + page_part("runs.css")
    return (
        page_templates()
        .get_template("runs.html")
        .render(
            _=_,
            language=language(),
            title=page_title(runs),
            verdict=unbroken_days(verdict(runs)),
            asked=[(flag, safe_text(word)) for flag, word in asked],
            people=tally(run.by.short or _("not in the journal") for run in runs for __ in run.written),
            fields=tally(one.label for run in runs for one in run.written),
            unread=[unread_cells(one) for one in history.unread],
            runs=[run_section(run) for run in runs],
            made=f"{made_at:%Y-%m-%d %H:%M:%S} UTC",
            version=version,
            style=Markup(style),  # noqa: S704 - our own files, hashed in the policy
            style_hash=csp_hash(style),
        )
    )


def page_title(runs: Iterable[PastRun]) -> str:
    """Return the title, with the spaces."""
    spaces = sorted({run.space for run in runs})
    title = _("What reconciler changed in {spaces}", spaces=", ".join(spaces))
    return safe_text(title if spaces else _("What reconciler changed"))


def verdict(runs: Sequence[PastRun]) -> str:
    """Return the page in one sentence."""
    written = [(run.space, one.ref) for run in runs for one in run.written]
    if not runs:
        return _("No run in the journals answers to what was asked.")
    fields, items = counted(len(written), "field"), counted(len(set(written)), "item")
    return _(
        "{runs} changed {fields} of {items}, {days}.",
        runs=counted(len(runs), "run"),
        fields=fields,
        items=items,
        days=days(runs[0], runs[-1]),
    )


def days(first: PastRun, last: PastRun) -> str:
    """Return the days of the first and of the last run, each in the zone of its space."""
    begun, ended = (f"{run.begun.astimezone(run.zone):%Y-%m-%d}" for run in (first, last))
    zones = _(" and ").join(dict.fromkeys((first.zone.key, last.zone.key)))
    one_day = _("on {day} ({zones})", day=begun, zones=zones)
    several = _("{first} to {last} ({zones})", first=begun, last=ended, zones=zones)
    return safe_text(one_day if begun == ended else several)


def unbroken_days(words: str) -> Markup:
    """Return a sentence whose days are each kept on one line."""
    return Markup(DAY.sub(r"<time>\g<0></time>", str(escape(words))))  # noqa: S704 - escaped before


def tally(words: Iterable[str]) -> list[tuple[str, int]]:
    """Count words, the most frequent first."""
    found = Counter(map(safe_text, words))
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def unread_cells(one: Unread) -> tuple[str, str]:
    """Return a file that was not read, and the reason."""
    return safe_text(one.file), safe_text(told(one.reason))


def run_section(run: PastRun) -> dict[str, Any]:
    """Return what the page shows of one run."""
    return {
        "id": safe_text(run.id),
        "time": safe_text(run.local(run.begun)),
        "by": person_line(run.by),
        "counts": counts_line(run),
        "facts": [fact for fact in run_facts(run) if fact[1]],
        "lacks": _(", ").join(map(told, run.lacks)),
        "rows": [change_row(run, one) for one in run.changes],
    }


def run_facts(run: PastRun) -> list[tuple[str, str, str]]:
    """Return the facts of a run: name, value, and the address to which the value links."""
    pull = f"#{run.pull}" if run.pull else ""
    return [
        (_("duration"), duration(run), ""),
        (_("written as"), person_line(run.user), ""),
        (_("commit"), safe_text((run.commit or "")[:SHA]), ""),
        (_("author"), person_line(run.author), ""),
        (_("pull request"), pull, linked(run.pull_url)),
        (_("job"), safe_text(run.run_url or ""), linked(run.run_url)),
        (_("space"), _("{space} at {host}", space=safe_text(run.space), host=safe_text(run.host)), ""),
        (_("run"), safe_text(run.id), ""),
        (_("last hash"), safe_text(run.last_hash), ""),
    ]


def linked(address: str | None) -> str:
    """Return an address that may be followed, or nothing."""
    return address if address and WEB.fullmatch(address) else ""


def change_row(run: PastRun, one: PastChange) -> dict[str, Any]:
    """Return the cells of one field."""
    change = change_apart(past_change(run, one))
    members = [
        (sign, text(label)) for sign, some in (("+", change.added), ("-", change.removed)) for label in some
    ]
    return {
        "time": safe_text(run.local(one.at).split(" ")[1]) if one.at else "",
        "day": safe_text(run.local(one.at).split(" ")[0]) if one.at else "",
        "item": safe_text(f"{one.type_name}/{one.ref.id}"),
        "title": text(one.title),
        "field": text(one.label),
        "key": safe_text(one.key),
        "members": members if shows_members(change) else [],
        "before": text(shown_label(change, change.before_label)) if one.sent else "",
        "after": text(shown_label(change, change.after_label)) if one.sent else "",
        "sent": one.sent,
        "outcome": safe_text(one.result),
        "result": safe_text(told(one.result)),
        "reason": text(told(one.reason)),
        "place": safe_text(one.place),
    }


def text(words: str) -> str:
    """Return a stranger's text, made harmless."""
    return isolated(safe_text(words))
