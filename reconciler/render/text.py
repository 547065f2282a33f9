"""Plans and reports for a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.language import _, told
from reconciler.model import Block, Plan, Update
from reconciler.model.outcomes import Already, Applied, Report
from reconciler.plan.guard import allow_line, flags_line
from reconciler.render.groups import (
    MANY,
    told_apart,
    unknown_line,
    updates_of,
)
from reconciler.render.reasons import failure_text
from reconciler.render.safe import safe_text
from reconciler.render.text_lines import change_line, row_line, short_label
from reconciler.render.verdict import (
    applied_line,
    forecast_lines,
    notified_line,
    plan_verdict,
    requests,
    summary,
)
from reconciler.render.width import columns


def plan_title(plan: Plan) -> str:
    """Return what a plan is called; where it failed early, its space may not be known."""
    return _("Plan for {space}", space=plan.space) if plan.space else _("Plan")


def plan_text(plan: Plan, *, full: bool = False) -> str:
    """Return the whole plan, ending in its verdict line.

    What is the same on many items is one line with the items below it; `full`: one line a field all the same.
    """
    last = (plan_verdict(plan), *forecast_lines(plan), *notified_line(plan, short_label), "")
    return "\n".join([*plan_lines(plan, full=full), *last])


def plan_lines(plan: Plan, *, full: bool) -> Iterator[str]:
    """Yield what is the same on many items, the other rows grouped by file, then notes and failed guards."""
    plan = told_apart(plan)
    yield from first_lines(plan)
    rest = plan
    if not full and row_count(plan) >= MANY:
        from reconciler.render.many import split  # noqa: PLC0415 - few plans are long
        from reconciler.render.text_many import many_lines  # noqa: PLC0415

        many = split(plan)
        yield from many_lines(plan, many)
        rest = many.rest
        yield from [""] if row_count(plan) > row_count(rest) > 0 else []
    yield from file_lines(rest)
    for note in plan.notes:
        yield _("note: {note}", note=safe_text(told(note)))
    if failed := [guard for guard in plan.guards if not guard.ok]:
        for guard in failed:
            yield safe_text(
                _("Guard '{name}' stops an apply: {excess}.", name=guard.name, excess=told(guard.excess))
            )
        yield safe_text(
            _("To let it pass, let somebody review this in the settings:  {entry}", entry=allow_line(plan))
        )
        if flags := flags_line(plan):
            yield _("To let it pass once, without a review:  {flags}", flags=flags)
    if row_count(plan):
        yield ""


def row_count(plan: Plan) -> int:
    """Return how many rows a plan has of every kind."""
    fields = sum(len(update.changes) + len(update.side_effects) for update in updates_of(plan))
    return fields + len(plan.blocks) + len(plan.released)


def file_lines(plan: Plan) -> Iterator[str]:
    """Yield one line a field below its item and file, then what is no longer managed."""
    rows: list[tuple[str, Update | Block]] = [(update.place.file, update) for update in plan.updates]
    rows += [(update.place.file, update) for update in plan.skipped]
    rows += [(block.place.file, block) for block in plan.blocks]
    rows.sort(key=lambda row: (row[0], row[1].place, isinstance(row[1], Block)))
    heading = None
    for file, row in rows:
        if file != heading:
            yield from ([""] if heading else [])
            yield safe_text(file)
            heading = file
        yield from update_lines(plan, row) if isinstance(row, Update) else block_lines(plan, row)
    for one in plan.released:
        ref, name = safe_text(plan.address(one.ref)), safe_text(one.name)
        if one.rule:
            yield _("  . {ref}  {name} released: left rule {rule}", ref=ref, name=name, rule=one.rule)
        else:
            yield _("  . {ref}  {name} released: no longer managed", ref=ref, name=name)


def first_lines(plan: Plan) -> Iterator[str]:
    """Yield what a reader must know before the rows."""
    if unknown := unknown_line(plan):
        yield unknown
    for failure in plan.failures:
        yield _("error: {failure}", failure=safe_text(failure_text(failure)))
    for change in plan.settings_changes:
        yield _("settings changed: {change}", change=safe_text(told(change)))
    if plan.rules:
        from reconciler.render.rules import emptied_rules, rule_state, rule_title  # noqa: PLC0415 - few have

        yield from map(safe_text, emptied_rules(plan))
        for rule in plan.rules:
            yield safe_text(f"{rule_title(rule)}{_(': ')}{rule_state(plan, rule)}   {rule.place}")
        yield ""
    if fields := summary(plan, short_label):
        yield f"{fields}\n"


def update_lines(plan: Plan, update: Update) -> Iterator[str]:
    """Yield one item's changes."""
    sign = "." if all(change.held for change in update.changes) else "~"
    yield f"  {sign} {safe_text(plan.address(update.ref))}  {short_label(update.title)}"
    width = max((columns(safe_text(change.name)) for change in update.changes), default=0)
    for change in update.changes:
        yield f"      {change_line(change, width, update.place.file)}"
    for effect in update.side_effects:
        who = ", ".join(map(short_label, effect.labels))
        yield _(
            "      ! {name}  {who} may go back to the space's default (locked role)",
            name=safe_text(effect.name),
            who=who,
        )


def block_lines(plan: Plan, block: Block) -> Iterator[str]:
    """Yield what keeps an item or a field from being written."""
    field = f" {safe_text(block.name)}" if block.name else ""
    yield f"  x {safe_text(plan.address(block.ref))}{field}  {short_label(block.title)}".rstrip()
    yield _(
        "      blocked: {reason}; {repair}   :{line}",
        reason=short_label(told(block.reason)),
        repair=short_label(told(block.repair)),
        line=block.place.line,
    )


def report_text(plan: Plan, report: Report, *, full: bool = False) -> str:
    """Return what became of each row that is not plainly applied, and the verdict; `full` as of a plan."""
    rows = [row for row in report.rows if not isinstance(row.outcome, Applied | Already)]
    if full or len(rows) < MANY:
        lines = [row_line(plan, row) for row in rows]
    else:
        from reconciler.render.text_many import row_lines  # noqa: PLC0415 - few reports are long

        lines = list(row_lines(plan, rows))
    lines += [f"! {safe_text(told(moved))}" for moved in report.moved]
    lines += [_("note: {note}", note=safe_text(told(one))) for one in report.advice]
    lines += [safe_text(_("Stopped: {stopped}", stopped=told(report.stopped)))] if report.stopped else []
    return "\n".join(
        [
            *lines,
            applied_line(report, len(plan.blocked_rules)),
            _(
                "Requests: {requests}. Oldest read trusted: {gap:.2f} s.",
                requests=requests(report.puts, report.reads),
                gap=report.gap,
            ),
            "",
        ]
    )


def patch_text(patch: str) -> str:
    """Return the change of the files that goes with a rollback, as a patch."""
    shown = "".join(f"{safe_text(line)}\n" for line in patch.splitlines())
    return _(
        "\nThe files still desire what the run sent.  This patch sets them to the live values:\n\n{patch}",
        patch=shown,
    )
