"""Refuse a plan that touches too much.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from reconciler.errors import counted
from reconciler.model import GONE, GuardResult, Plan, Ref, RuleResult, Why
from reconciler.plan.openings import ALLOW as WINDOW
from reconciler.plan.openings import GUARD as WINDOWS
from reconciler.plan.openings import window_guard, with_openings
from reconciler.settings import Guards, Settings, SpaceSettings

SHARE_FROM = 10
"""The share of items counts only where the state names at least this many."""
GROWTH = 3
"""The factor by which a rule may grow between two applies."""
INVISIBLE_FROM = 10
"""Items that must have vanished together before the token is suspected: a few are deleted every week."""


class Limits(Struct, frozen=True):
    """How much one apply may touch: `changes` and `share` count items, `clears` and `both` fields.

    `invisible` is the share of items that may be newly not visible, `granted` how many a reviewer let be so;
    `selected` how many items a rule may select that has grown more than GROWTH times.
    """

    changes: int = 100
    share: Decimal = Decimal("0.3")
    clears: int = 10
    both: int = 0
    invisible: Decimal = Decimal("0.2")
    granted: int = 0
    people: int | None = None
    selected: int = 0


class Allowance(Struct, frozen=True):
    """A reviewed exception from the limits; it ends after the day `until`."""

    changes: int | None = None
    share: Decimal | None = None
    clears: int | None = None
    both: int | None = None
    until: date | None = None
    invisible: int | None = None
    people: int | None = None
    selection: int | None = None


NUMBERS = ("changes", "share", "clears", "both", "invisible", "people", "selection")


def unspent(granted: Iterable[Allowance], before: Iterable[Allowance]) -> tuple[Allowance, ...]:
    """Leave of each allowance the numbers that were not granted before until the same day.

    Numbers are what a reviewer let in: other words, another order or one more number beside them renew
    nothing.
    """
    spent = {(name, getattr(one, name), one.until) for one in before for name in NUMBERS}
    return tuple(
        replace(one, **{name: None for name in NUMBERS if (name, getattr(one, name), one.until) in spent})
        for one in granted
    )


def widened(limits: Limits, allowances: Iterable[Allowance], today: date) -> Limits:
    """Raise each limit to the largest that a standing allowance grants."""
    standing = [one for one in allowances if one.until is None or today <= one.until]
    return Limits(
        changes=max([limits.changes, *(one.changes for one in standing if one.changes is not None)]),
        share=max([limits.share, *(one.share for one in standing if one.share is not None)]),
        clears=max([limits.clears, *(one.clears for one in standing if one.clears is not None)]),
        both=max([limits.both, *(one.both for one in standing if one.both is not None)]),
        invisible=limits.invisible,
        people=None
        if limits.people is None
        else max([limits.people, *(one.people for one in standing if one.people is not None)]),
        granted=max([limits.granted, *(one.invisible for one in standing if one.invisible is not None)]),
        selected=max([limits.selected, *(one.selection for one in standing if one.selection is not None)]),
    )


def judge(plan: Plan, limits: Limits) -> tuple[GuardResult, ...]:
    """Hold a plan against each limit."""
    items = items_of(plan)
    share = Decimal(items) / plan.named if plan.named else Decimal(0)
    both = both_of(plan)
    parts = ", earlier parts of the commit included" if plan.parts else ""
    return (
        GuardResult(
            "changes",
            counted(limits.changes, "item"),
            f"{counted(items, 'item')}{parts}",
            items <= limits.changes,
        ),
        GuardResult(
            "share",
            percent(limits.share),
            f"{percent(share)} of {plan.named} items{parts}",
            plan.named < SHARE_FROM or share <= limits.share,
        ),
        GuardResult(
            "clears",
            counted(limits.clears, "field"),
            counted(plan.clears, "field"),
            plan.clears <= limits.clears,
        ),
        GuardResult("both", counted(limits.both, "field"), counted(both, "field"), both <= limits.both),
        *vanished(plan, limits),
        *crowd(plan, limits),
        *(judge_growth(one, limits) for one in grown_rules(plan)),
    )


def grown_rules(plan: Plan) -> Iterator[RuleResult]:
    """Yield the rules in hold mode that select more than GROWTH times the members of the last record.

    One whose members are all as desired changes nothing, however many they are.
    """
    changing = {name for update in plan.updates for one in update.changes for name in one.rules}
    for one in plan.rules:
        is_held = one.mode == "hold" and not one.blocked and one.name in changing
        if is_held and one.before and len(one.ids) > GROWTH * one.before:
            yield one


def judge_growth(rule: RuleResult, limits: Limits) -> GuardResult:
    """Judge a rule that has grown: nobody may have meant it to."""
    actual = f"rule {rule.name} selects {counted(len(rule.ids), 'item')}, {rule.before} at the last apply"
    return GuardResult(
        "selection", counted(GROWTH * (rule.before or 0), "item"), actual, len(rule.ids) <= limits.selected
    )


def crowd(plan: Plan, limits: Limits) -> Iterator[GuardResult]:
    """Judge how many people are notified, if the settings give a number."""
    if limits.people is None:
        return
    notified = plan.notified
    if notified is None:
        actual = "people not counted by the version that made the plan"
        yield GuardResult("people", people(limits.people), actual, ok=not plan.updates)
        return
    more = f", and those of {counted(notified.unknown, 'item')} unknown" if notified.unknown else ""
    ok = notified.count <= limits.people and not notified.unknown
    yield GuardResult("people", people(limits.people), f"{people(notified.count)}{more}", ok)


def people(count: int) -> str:
    """Return a number of people in words."""
    return "1 person" if count == 1 else f"{count} people"


def items_of(plan: Plan) -> int:
    """Count the items that a plan changes, with those that earlier parts of its commit changed."""
    return len({update.ref for update in plan.updates} | {*plan.parts})


def vanished(plan: Plan, limits: Limits) -> Iterator[GuardResult]:
    """Judge the items that are newly not visible, where they are enough to suspect the token.

    An item that the last apply already left behind as a whole is not new.
    """
    count = len(newly_invisible(plan))
    if count < INVISIBLE_FROM or not plan.named:
        return
    share = Decimal(count) / plan.named
    actual = f"{count} of {plan.named} items newly not visible: suspect the token or the permission"
    ok = share <= limits.invisible or count <= limits.granted
    yield GuardResult("invisible", percent(limits.invisible), actual, ok)


def newly_invisible(plan: Plan) -> set[Ref]:
    """Return the items that the space does not show, and that were seen at the last record or have none."""
    behind = {one.ref for one in plan.unapplied if one.key is None}
    return {one.ref for one in plan.blocks if one.key is None and one.reason == GONE} - behind


def both_of(plan: Plan) -> int:
    """Count the fields that would overwrite what somebody changed in the meantime."""
    return sum(one.why is Why.CONFLICTING for update in plan.updates for one in update.changes)


def percent(share: Decimal) -> str:
    """Show a share in percent with at most one decimal."""
    return f"{(share * 100).quantize(Decimal('0.1')).normalize():f}%"


FLAGS = {
    "changes": "--max-changes",
    "share": "--max-share",
    "clears": "--allow-clear",
    "both": "--accept-both",
}
"""The flag of a command that writes which raises a limit for one run, by guard."""


def needed_limits(plan: Plan) -> dict[str, str]:
    """Return the least limit that would let this plan pass, by each guard that fails."""
    items = items_of(plan)
    limits = {
        "changes": str(items),
        "clears": str(plan.clears),
        "both": str(both_of(plan)),
        "invisible": str(len(newly_invisible(plan))),
        "people": str(plan.notified.count if plan.notified else 0),
        "selection": str(max((len(one.ids) for one in grown_rules(plan)), default=0)),
    }
    if plan.named:
        limits["share"] = percent(Decimal(items) / plan.named + Decimal("0.0005"))
    return {one.name: limits[one.name] for one in plan.guards if not one.ok and one.name in limits}


def allow_line(plan: Plan) -> str:
    """Return the settings entry that would let this plan pass, ready to paste."""
    limits = ", ".join(f"{name}: {limit}" for name, limit in needed_limits(plan).items())
    allowed = ["guards: {allow: [{" + limits + ", why: …}]}"] if limits else []
    entries = [*allowed, *([WINDOW] if is_closed(plan) else [])]
    return entries[0] if len(entries) == 1 else "{" + ", ".join(entries) + "}"


def is_closed(plan: Plan) -> bool:
    """Return True if the windows of the space stop an apply."""
    return any(one.name == WINDOWS and not one.ok for one in plan.guards)


def flags_line(plan: Plan) -> str:
    """Return the flags with which one run would pass; empty if no flag has the entry's number.

    `--max-invisible` takes a share, where the entry of the settings counts items; no flag opens a window or
    lets more people be notified.
    """
    limits = needed_limits(plan)
    return (
        ""
        if limits.keys() - FLAGS or is_closed(plan)
        else " ".join(f"{FLAGS[one]} {limit}" for one, limit in limits.items())
    )


NO_NAMES: Mapping[str, frozenset[str]] = {}
SPENT = "an `allow` of the settings is spent, since the base has it too: another `until` renews it"


class Raised(Struct, frozen=True):
    """Limits that the command line raises, each by its own number."""

    changes: int | None = None
    share: Decimal | None = None
    clears: int | None = None
    both: int | None = None
    invisible: Decimal | None = None
    people: int | None = None


def guarded(
    plan: Plan,
    settings: Settings,
    raised: Raised,
    at: datetime,
    base: Settings | None = None,
    names: Mapping[str, frozenset[str]] = NO_NAMES,
) -> Plan:
    """Hold a plan against the guards, and say how the settings differ from the base's.

    `at` is the time of the run.  With a base, limits are the base's, and an allowance counts only while
    the base does not have it: else it would stay free for every later commit.  `names`: the words by
    which windows may mean a type.
    """
    decisions = settings.space(plan.space)
    earlier = spaces_before(base, settings, plan) if base else None
    before = strictest_guards(earlier) if earlier is not None else decisions.guards
    plan = with_openings(plan, decisions, earlier, names)
    today = at.astimezone(decisions.clock).date()
    flags = {name: value for name in NUMBERS if (value := getattr(raised, name, None)) is not None}

    def judged(granted: Iterable[Allowance]) -> tuple[GuardResult, ...]:
        limits = widened(
            Limits(
                before.changes,
                before.share,
                before.clears,
                invisible=before.invisible,
                people=least((before.people, decisions.guards.people)),
            ),
            granted,
            today,
        )
        return judge(plan, replace(limits, **flags))

    every = allowances(decisions.guards)
    guards = judged(unspent(every, allowances(before) if base else ()))
    spent = guards != judged(every) and not all(one.ok for one in guards)
    return replace(
        plan,
        guards=(*guards, *window_guard(plan, at)),
        notes=(*plan.notes, *([SPENT] if spent else [])),
        settings_changes=tuple(changed_settings(base, settings)) if base else (),
    )


def changed_settings(base: Settings, settings: Settings) -> Iterator[str]:
    """Yield how the settings differ from the base's."""
    from reconciler.plan.settings_changes import settings_changes

    return settings_changes(base, settings)


def allowances(guards: Guards) -> tuple[Allowance, ...]:
    """Return the exceptions as guards count them: without words."""
    return tuple(
        Allowance(
            one.changes, one.share, one.clears, one.both, one.until, one.invisible, one.people, one.selection
        )
        for one in guards.allow
    )


def spaces_before(base: Settings, settings: Settings, plan: Plan) -> tuple[SpaceSettings, ...]:
    """Return what the base decides about a plan's space, under whatever name it knew it.

    Where it names the space neither so nor by its key, the change may have given it another name: then
    everything counts that it decided of spaces whose names are gone, so that a new name raises no limit.
    """
    for name in (plan.space, plan.space_key):
        if name in base.spaces or any(one.project_key == name for one in base.spaces.values()):
            return (base.space(name),)
    gone = [one for name, one in base.spaces.items() if name not in settings.spaces]
    return (SpaceSettings(), *gone)


def strictest_guards(spaces: Iterable[SpaceSettings]) -> Guards:
    """Return the strictest of the limits that several settings give, with all exceptions of theirs."""
    every = [one.guards for one in spaces]
    return Guards(
        changes=min(one.changes for one in every),
        share=min(one.share for one in every),
        clears=min(one.clears for one in every),
        invisible=min(one.invisible for one in every),
        people=least(one.people for one in every),
        allow=tuple(allow for one in every for allow in one.allow),
    )


def least(limits: Iterable[int | None]) -> int | None:
    """Return the least of the limits that are set; None if none is."""
    return min((one for one in limits if one is not None), default=None)
