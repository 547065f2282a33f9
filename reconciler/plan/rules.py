"""Rules over many items on the road from files to a plan: read, judged, merged, and put into words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from msgspec.structs import replace

from reconciler.clock import now
from reconciler.desired.item_rules import Following, ItemRule
from reconciler.desired.items import DesiredItem
from reconciler.errors import ReconcilerError, quoted
from reconciler.fields.conditions import FACTS, keys_of
from reconciler.fields.values import Desired, desired_value
from reconciler.meegle.candidates import Asked
from reconciler.meegle.http.failures import Interrupted
from reconciler.meegle.query import none_is_settled
from reconciler.meegle.records import WEEK
from reconciler.model import Block, Item, Plan, Ref, Released, Why
from reconciler.plan.planner import NOBODY
from reconciler.plan.rule_members import (
    At,
    Members,
    Ruled,
    alive,
    members,
    merged,
    read_live,
    read_targets,
    want_of,
    wanted,
)
from reconciler.plan.rule_values import Sources
from reconciler.plan.rule_words import was_edited, was_moved_away
from reconciler.plan.settled_members import SettledMembers
from reconciler.plan.why import DesiredValues, Past, Standpoint, overlaid, why_for
from reconciler.schema.catalog import Catalog

if TYPE_CHECKING:
    from reconciler.meegle.reader import Reader

LAG = "rules see what user {} sees, by a search that may lag by seconds; hidden items are no members"
NO_WORDS = "no earlier commit is known: every difference of a rule in hold mode is planned"
WEEKS = 4
"""Weeks for which the records are asked, one question a week."""


Content: TypeAlias = tuple[object, ...]
"""What a rule selects and desires."""
Made: TypeAlias = Mapping[Content, Members]


class Judged(NamedTuple):
    """What rules make of the space, and the standpoint that knows what they made of it before."""

    ruled: Ruled
    standpoint: Standpoint | None


def with_rules(
    rules: Sequence[ItemRule],
    items: Sequence[DesiredItem],
    reader: Reader,
    standpoint: Standpoint | None,
    *,
    keep_all: bool = False,
) -> Judged:
    """Judge rules, those of earlier commits too, on one read of all their candidates.

    Unless asked to `keep_all`, the live items lack those that hold all that rules desire.
    """
    lost = {rule.name: why for rule in rules if (why := lost_field(rule, reader.catalog))}
    usable = [rule for rule in rules if rule.name not in lost]
    earlier = earlier_rules(standpoint, reader.catalog)
    by_content = {content(rule): rule for rule in (*earlier, *usable)}
    asked = list(by_content.values())
    order = {one: at for at, one in enumerate(by_content)}
    recorded = recorded_members(usable, order, standpoint)
    settled = SettledMembers(
        asked,
        {order[content(rule)] for rule in usable},
        reader.decoder,
        in_files={item.ref for item in items},
        recorded=recorded,
    )
    live, candidates = read_live(
        asked, reader, recorded, items, none_is_settled if keep_all else settled.is_settled
    )
    by_type = alive(live)

    def hits(one: Asked) -> set[Ref]:
        return candidates.hits(one).union(recorded)

    sources = read_targets(asked, by_type, reader)
    made = {
        one: members(rule, by_type[rule.type_key], sources, hits, settled.members(order[one]))
        for one, rule in by_content.items()
    }
    found = {
        rule.name: (rule, own(rule, by_content[content(rule)], made[content(rule)]))
        if rule.name not in lost
        else (rule, Members(blocked=lost[rule.name]))
        for rule in rules
    }
    held = {order[content(rule)]: rule for rule, mine in found.values() if not mine.blocked}
    agreed = [([held[at] for at in one.rules if at in held], one.refs) for one in settled.found]
    ruled = merged(found, items, live, sources, agreed)
    notes = [LAG.format(quoted(reader.user_key))] if rules else []
    if standpoint is None:
        holds = any(rule.mode == "hold" for rule in rules)
        return Judged(replace(ruled, notes=(*notes, *([NO_WORDS] if holds else []))), None)
    unsure = {(one.ref, one.key) for one in ruled.blocks if one.key}
    mute = {name for name, (_, mine) in found.items() if mine.blocked}
    told = replace(
        standpoint,
        past=with_earlier(standpoint, made, mute, unsure),
    )
    told = replace(told, newly_selected=frozenset(newly_selected(ruled, told, reader)))
    ruled = replace(
        ruled,
        released=tuple(left_behind(found, standpoint, ruled, sources)),
        notes=tuple(notes),
        results=tuple(replace(one, before=before(one.name, standpoint, made)) for one in ruled.results),
    )
    return Judged(ruled, told)


def content(rule: ItemRule) -> Content:
    """Return what a rule selects and desires, whatever it is called and wherever it is written."""
    fields = tuple((one.key, one.value) for one in rule.fields)
    return rule.type_key, rule.conditions, fields, rule.at_most


def own(rule: ItemRule, judged: ItemRule, mine: Members) -> Members:
    """Return the members of a rule under its own name and places, if its content was judged under another."""
    if judged is rule:
        return mine
    fields = {one.key: one for one in rule.fields}
    wants = {at: want_of(rule, fields[at[1]], want.desired) for at, want in mine.wants.items()}
    blocks = tuple(
        replace(one, rules=(rule.name,), place=fields.get(one.key or "", one).place) for one in mine.blocks
    )
    return Members(mine.ids, wants, blocks, mine.blocked)


def lost_field(rule: ItemRule, catalog: Catalog) -> str:
    """Return why nobody can judge a rule any more: the space has changed; empty where it has not."""
    for key in keys_of(rule.conditions):
        if key not in FACTS and (reason := catalog.fault(rule.type_key, key)):
            return f"its condition reads {key}: {reason}"
    return ""


def target_types(rules: Iterable[ItemRule], catalog: Catalog, *, every: bool = False) -> set[str]:
    """Return the types to which rules lead; unless `every`, those whose fields nobody has read yet."""
    found: set[str] = set()
    for rule in rules:
        for one in rule.fields:
            if isinstance(one.value, Following) and (spec := catalog.spec(rule.type_key, one.value.key)):
                found.update(spec.targets)
    return {key for key in found if every or (key in catalog.types and not catalog.types[key].fields)}


def with_results(plan: Plan, ruled: Ruled, items: Sequence[DesiredItem]) -> Plan:
    """Add what the rules select and cannot tell to a plan; items that only rules select count as managed."""
    sources, in_files = ruled.sources, ruled.in_files
    only = sum(
        one.ref not in in_files or all(sources.get((one.ref, each.key), NOBODY).rules for each in one.fields)
        for one in items
    )
    left = {(one.ref, one.key): one for one in (*plan.released, *ruled.released)}
    return replace(
        plan,
        named=plan.named + only,
        rules=ruled.results,
        blocks=tuple(sorted((*plan.blocks, *ruled.blocks), key=lambda one: one.ref)),
        released=tuple(sorted(left.values(), key=lambda one: (one.ref, one.key))),
        notes=(*plan.notes, *ruled.notes),
    )


# -- what was desired before -----------------------------------------------------------------------


def earlier_rules(standpoint: Standpoint | None, catalog: Catalog) -> list[ItemRule]:
    """Return the rules that earlier commits held, as far as the space still lets them be judged."""
    if standpoint is None:
        return []
    older = (rule for some in standpoint.older_rules.values() for rule in some)
    every = (*standpoint.base_rules, *standpoint.applied_rules, *older)
    return [rule for rule in every if rule.mode == "hold" and not lost_field(rule, catalog)]


def recorded_members(
    rules: Sequence[ItemRule], order: Mapping[Content, int], standpoint: Standpoint | None
) -> dict[Ref, set[int]]:
    """Return the members of the last record with the rules, by their order, of which they were members."""
    found: defaultdict[Ref, set[int]] = defaultdict(set)
    members = standpoint.members if standpoint else {}
    for rule in rules:
        for item_id in members.get(rule.name, ()):
            found[Ref(rule.type_key, item_id)].add(order[content(rule)])
    return found


def with_earlier(standpoint: Standpoint, made: Made, mute: set[str], unsure: set[At]) -> Past:
    """Add what the rules of earlier commits desire of their members; a file of the same commit wins."""
    past = standpoint.past

    def desired_by(rules: Iterable[ItemRule]) -> dict[At, Desired]:
        found: dict[At, Desired] = {}
        for rule in rules:
            mine = made.get(content(rule))
            if rule.mode != "hold" or rule.name in mute or mine is None:
                continue
            for at, want in mine.wants.items():
                if at not in unsure:
                    found.setdefault(at, want.desired)
        return found

    base, applied = laid(past.base, desired_by(standpoint.base_rules)), past.applied
    if applied is not None or standpoint.applied_rules != standpoint.base_rules:
        older = defaultdict(dict, {sha: desired_by(some) for sha, some in standpoint.older_rules.items()})
        reached = overlaid(desired_by(standpoint.applied_rules), standpoint.unapplied, older)
        applied = laid(past.base if applied is None else applied, reached)
    return replace(past, base=base, applied=applied)


def laid(values: DesiredValues, by_rules: DesiredValues) -> DesiredValues:
    """Return what files and rules desired; a file of the same commit wins."""
    return {**by_rules, **values} if by_rules else values


def before(name: str, standpoint: Standpoint, made: Made) -> int | None:
    """Return how many members a rule had at the last record, else those that the base's rule has."""
    if name in standpoint.members:
        return len(standpoint.members[name])
    base = next((rule for rule in standpoint.base_rules if rule.name == name), None)
    mine = made.get(content(base)) if base else None
    return len(mine.ids) if mine else None


def left_behind(
    found: Mapping[str, tuple[ItemRule, Members]], standpoint: Standpoint, ruled: Ruled, sources: Sources
) -> Iterator[Released]:
    """Yield the fields of items that were members at the last record and are none now."""
    unsure, catalog = {(one.ref, one.key) for one in ruled.blocks}, sources.catalog
    named = {(item.ref, one.key) for item in ruled.items for one in item.fields}
    for name, ids in sorted(standpoint.members.items()):
        rule, mine = found.get(name, (None, Members()))
        if rule is None or mine.blocked or rule.mode != "hold":
            continue
        for item_id in sorted(set(ids) - set(mine.ids)):
            ref = Ref(rule.type_key, item_id)
            for one in () if rule.once and has_value(rule, ruled.live.get(ref), sources) else rule.fields:
                if (ref, one.key) not in unsure | named and catalog.spec(ref.type_key, one.key):
                    yield Released(ref, one.key, catalog.label(ref.type_key, one.key), name)


def has_value(rule: ItemRule, item: Item | None, sources: Sources) -> bool:
    """Return True if an item has what a rule desires: then it left a rule that is `once` by that alone."""
    return item is not None and all(
        (seen := item.values.get(one.key)) is not None
        and not isinstance(want := wanted(rule, one, item, sources), Block)
        and desired_value(want.desired, seen.value) == seen.value
        for one in rule.fields
    )


# -- newly selected, or drift ------------------------------------------------------------------------


def newly_selected(ruled: Ruled, standpoint: Standpoint, reader: Reader) -> Iterator[At]:
    """Yield the fields that look moved, and that nobody moved away since the last apply.

    Records that cannot be read yield none: what is not known stays drift, or a conflict.
    """
    doubtful = {at: (desired, why) for at, desired, why in looks_moved(ruled, standpoint)}
    until = int(now().timestamp() * 1000)
    since = standpoint.applied_at
    if not doubtful or since is None or until - since > WEEKS * WEEK:
        return
    refs = {ref for ref, _ in doubtful}
    asked = [until + 60_000 - week * WEEK for week in range(-(-(until - since + 120_000) // WEEK))]
    try:
        records = [reader.records(refs, end) for end in asked]
    except Interrupted:
        raise
    except ReconcilerError:
        return
    for (ref, key), (desired, why) in sorted(doubtful.items(), key=lambda one: one[0]):
        codec = reader.catalog.codec(ref.type_key, key)
        mine = [one for some in records for one in some.get(ref, ())]
        # The commit changed the value as well: any edit of the field may be of somebody who meant it.
        moved = was_moved_away if why is Why.DRIFT else was_edited
        if not moved(key, desired, codec, mine, since):
            yield ref, key


def looks_moved(ruled: Ruled, standpoint: Standpoint) -> Iterator[tuple[At, Desired, Why]]:
    """Yield the fields of new members whose difference would be called drift, or a conflict."""
    for item in ruled.items:
        live: Item | None = ruled.live.get(item.ref)
        for one in item.fields if live else ():
            at = (item.ref, one.key)
            source, seen = ruled.sources.get(at), live.values.get(one.key) if live else None
            if source is None or not source.rules or source.mode != "hold" or seen is None:
                continue
            if desired_value(one.desired, seen.value) == seen.value or standpoint.past.is_unknown(at):
                continue
            # A member of the last record that differs was moved, whenever that was: the apply left it so.
            known = any(item.ref.id in standpoint.members.get(name, ()) for name in source.rules)
            why = why_for(at, one.desired, seen.value, standpoint.past)
            if not known and why in {Why.DRIFT, Why.CONFLICTING}:
                yield at, one.desired, why
