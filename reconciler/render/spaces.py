"""The plans of several spaces in one view: each under its heading, and one verdict over all.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from reconciler.language import _, counted, told
from reconciler.model import Plan, Ref
from reconciler.model.outcomes import Report
from reconciler.plan.spaces_data import run_digest
from reconciler.render.markdown import LIMIT, exact_of, marker_of, plan_markdown
from reconciler.render.markdown_text import brief, inline_code, safe_words
from reconciler.render.safe import safe_text
from reconciler.render.text import plan_text, report_text
from reconciler.render.verdict import applied_line, plan_verdict

if TYPE_CHECKING:
    from reconciler.plan.plan_data import Made

SEVERAL: Final = "(several)"
"""The name of several spaces in the marker of a comment, which no space can have."""
HEAD: Final = 2_000
"""Characters that are kept for what stands above the first space's part."""


def total(plans: Sequence[Plan]) -> Plan:
    """Return what the spaces that could be planned have in all, for counts alone: rows of one name differ."""
    good = [one for one in plans if not one.failures]
    return replace(
        good[0],
        updates=tuple(update for one in good for update in one.updates),
        skipped=tuple(update for one in good for update in one.skipped),
        blocks=tuple(block for one in good for block in one.blocks),
        rules=tuple(rule for one in good for rule in one.rules),
        in_sync=sum(one.in_sync for one in good),
    )


def spaces_verdict(plans: Sequence[Plan], said: Callable[[str], str] = safe_text) -> str:
    """Return the verdict over all spaces; those that failed are named, each made harmless by `said`."""
    failed = [said(one.space) for one in plans if one.failures]
    spaces = counted(len(plans), "space")
    if not failed:
        return _("{spaces}. {verdict}", spaces=spaces, verdict=plan_verdict(total(plans)))
    names = _(", ").join(failed)
    if len(failed) == len(plans):
        return _("Failed: {spaces} ({names}), nothing was planned.", spaces=spaces, names=names)
    verdict = plan_verdict(total(plans))
    return _(
        "{failed} of {spaces} failed ({names}). {verdict}",
        failed=len(failed),
        spaces=spaces,
        names=names,
        verdict=verdict,
    )


def changed_settings(plans: Sequence[Plan]) -> Iterator[str]:
    """Yield what changed in the settings, the spaces that are named for the first time among it."""
    yield from dict.fromkeys(told(change) for one in plans for change in one.settings_changes)


def space_heading(plan: Plan) -> str:
    """Return the heading over the part of one space."""
    title = _("Space {space}", space=safe_text(plan.space))
    return f"{title}\n{'-' * len(title)}\n"


def plans_text(plans: Sequence[Plan], *, full: bool = False) -> str:
    """Return the plans for a terminal or a log, ending in the verdict over all."""
    head = [_("settings changed: {change}", change=safe_text(one)) for one in changed_settings(plans)]
    parts = [
        f"{space_heading(one)}{plan_text(replace(one, settings_changes=()), full=full)}" for one in plans
    ]
    above = ["".join(f"{line}\n" for line in head)] if head else []
    return "\n".join([*above, *parts, f"{spaces_verdict(plans)}\n"])


def reports_text(done: Sequence[tuple[Plan, Report]], *, full: bool = False) -> str:
    """Return what became of the rows of each space, ending in the verdict over all."""
    parts = [f"{space_heading(plan)}{report_text(plan, report, full=full)}" for plan, report in done]
    return "\n".join(["", *parts, f"{applied_in_all(done)}\n"])


def applied_in_all(done: Sequence[tuple[Plan, Report]]) -> str:
    """Return the verdict over the reports of all spaces."""
    rows = tuple(
        replace(row, ref=Ref(f"{plan.space}/{row.ref.type_key}", row.ref.id))
        for plan, report in done
        for row in report.rows
    )
    blocked = sum(len(plan.blocked_rules) for plan, _ in done)
    every = replace(done[0][1], rows=rows)
    return _("{spaces}. {verdict}", spaces=counted(len(done), "space"), verdict=applied_line(every, blocked))


def plans_markdown(
    plans: Sequence[Plan], made: Sequence[Made], *, artifact: str = "plan", limit: int = LIMIT
) -> str:
    """Return the comment about all spaces, within one limit."""

    def lay_out(plan: Plan, file: Made, room: int) -> str:
        return plan_markdown(plan, file, artifact=artifact, limit=room)

    return plans_document(plans, made, limit, lay_out, len)


def plans_document(
    plans: Sequence[Plan],
    made: Sequence[Made],
    limit: int,
    lay_out: Callable[[Plan, Made, int], str],
    measure: Callable[[str], int],
) -> str:
    """Lay the spaces out below the verdict over all, within a limit by `measure`.

    `lay_out` gives one space's part within a room.  What short parts leave of their share goes to the
    longer ones.
    """
    bare = [replace(one, settings_changes=()) for one in plans]
    sizes = [measure(lay_out(*one, limit)) for one in zip(bare, made, strict=True)]
    rooms = shares(sizes, limit - 2 * HEAD)
    parts = [lay_out(*one) for one in zip(bare, made, rooms, strict=True)]
    cut = any("truncated=true" in part.partition("\n")[0] for part in parts)
    first = settings_lines(plans)

    def code(name: str) -> str:
        return inline_code(brief(name))

    names = _(", ").join(code(one.space) for one in plans)
    return "".join(
        [
            marker_of(SEVERAL, exact_of(SEVERAL, made[0]), run_digest(made), truncated=cut),
            first,
            f"### {_('Plan for {space}', space=names)}\n\n**{spaces_verdict(plans, code)}**\n\n",
            *(part.partition("\n")[2] for part in parts),
        ]
    )


def settings_lines(plans: Sequence[Plan]) -> str:
    """Return what changed in the settings as a list; lines beyond its room are counted."""
    lines = [
        f"- **{_('Settings changed')}**{_(': ')}{safe_words(brief(one))}\n" for one in changed_settings(plans)
    ]
    kept, room = list[str](), HEAD
    for line in lines:
        room -= len(line)
        if room < 0:
            break
        kept.append(line)
    more = [f"- {_('{number} more', number=len(lines) - len(kept))}\n"] if len(lines) > len(kept) else []
    return "".join([*kept, *more, "\n"]) if lines else ""


def shares(sizes: Sequence[int], room: int) -> list[int]:
    """Share a room: whoever needs less than an equal share leaves the rest to the others."""
    given, left = [0] * len(sizes), room
    for n, (size, at) in enumerate(sorted((size, at) for at, size in enumerate(sizes))):
        given[at] = min(size, left // (len(sizes) - n))
        left -= given[at]
    return given


def named(plan: Plan) -> Plan:
    """Return the plan of a space whose failures name it, for views without headings."""
    return replace(
        plan,
        failures=tuple(replace(one, what=f"the space {plan.space}: {one.what}") for one in plan.failures),
    )
