"""Rules over many items against the live items: who is a member, and what is desired of each member."""

# A rule becomes desired values of items in four steps.  The service's search lists candidates; one read by id
# returns the fields on which the rules rest; our own evaluator says who is a member; each member gets the
# rule's value.  From there on its fields are desired like those of files, and take the same road.
#
# What a rule cannot tell it blocks, and never guesses: a condition whose field cannot be read, a relation
# without exactly one target, two rules that disagree.  A rule that selects more than it may is blocked whole.

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.desired.item_rules import Bounds, Following, ItemRule, RuleField, Source
from reconciler.desired.items import DesiredField, DesiredItem
from reconciler.desired.rule_reading import source_key
from reconciler.errors import Place
from reconciler.fields.conditions import keys_of
from reconciler.fields.values import UNREAD, Desired, desired_value
from reconciler.meegle.candidates import Asked, Candidates, candidates
from reconciler.meegle.query import Judge, none_is_settled
from reconciler.model import Block, Item, Ref, Released, RuleResult
from reconciler.plan.live_items import LiveItems
from reconciler.plan.rule_values import Lacking, Sources, targets_of, together, value_for
from reconciler.schema.catalog import Catalog

if TYPE_CHECKING:
    from reconciler.meegle.reader import Reader

MEND = "mend it in Meegle, or change the rule"
STRENGTH = ("check", "propose", "hold")
At = tuple[Ref, str]


class Want(NamedTuple):
    """What a rule desires of one field of one member; members share one where it is the same for all."""

    rule: ItemRule
    field: DesiredField
    source: Source

    @property
    def desired(self) -> Desired:
        """The desired value."""
        return self.field.desired


def want_of(rule: ItemRule, one: RuleField, desired: Desired) -> Want:
    """Return that a rule desires this value, at the place of its field."""
    return Want(rule, DesiredField(one.key, desired, one.place), Source((rule.name,), rule.mode))


class Members(Struct, frozen=True):
    """The members of one rule, what it desires of them, and what it cannot tell."""

    ids: tuple[int, ...] = ()
    wants: Mapping[At, Want] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    blocked: str = ""


class Ruled(Struct, frozen=True):
    """The desired items of files and rules together, with everything that was read for the rules.

    `sources` tells of each field that a rule desires who decides it; `in_files` are the items of files,
    `agreed` those of rules that are in sync; they are not among the `live` ones.
    """

    items: tuple[DesiredItem, ...]
    live: Mapping[Ref, Item]
    sources: Mapping[At, Source]
    blocks: tuple[Block, ...]
    results: tuple[RuleResult, ...]
    in_files: frozenset[Ref] = frozenset()
    released: tuple[Released, ...] = ()
    notes: tuple[str, ...] = ()
    agreed: frozenset[Ref] = frozenset()


def read_live(
    rules: Sequence[ItemRule],
    reader: Reader,
    watched: Iterable[Ref],
    items: Sequence[DesiredItem],
    is_settled: Judge = none_is_settled,
) -> tuple[dict[Ref, Item], Candidates]:
    """Read every candidate of the rules by id, with the fields on which rules and files rest.

    `watched` are the members that the last record names: they are judged, too, whatever a search says.
    Rows that are settled are left out.
    """
    conditions: dict[Asked, set[str]] = {}
    for rule in rules:
        conditions.setdefault(rule.asked, set()).update(rule.keys)
    found = candidates(reader, list(conditions))
    keys: dict[Ref, frozenset[str]] = {}

    def ask(refs: Iterable[Ref], more: frozenset[str]) -> None:
        for ref in refs:
            keys[ref] = keys[ref] | more if ref in keys else more

    for some, refs in found.by_list():
        ask(refs, frozenset().union(*(conditions[one] for one in some)))
    by_type: defaultdict[str, set[str]] = defaultdict(set)
    for rule in rules:
        by_type[rule.type_key].update(rule.keys)
    for ref in watched:
        ask([ref], frozenset(by_type[ref.type_key]))
    for item in items:
        if item.ref in keys:
            ask([item.ref], frozenset(one.key for one in (*item.fields, *item.expects)))
    ordered = {some: tuple(sorted(some)) for some in set(keys.values())}
    asked = {ref: ordered[some] for ref, some in keys.items()}
    return {item.ref: item for item in reader.query(is_settled, audience=True).items(asked)}, found


def read_targets(rules: Iterable[ItemRule], live: Mapping[str, LiveItems], reader: Reader) -> Sources:
    """Read the items to which the relations of members lead, with the fields that are copied."""
    asked: dict[Ref, set[str]] = {}
    for rule in rules:
        follows = [one for one in rule.fields if isinstance(one.value, Following)]
        for item in live[rule.type_key].select(rule.conditions)[0] if follows else ():
            for one in follows:
                for ref, key in asked_for(rule, one, item, reader.catalog):
                    asked.setdefault(ref, set()).add(key)
    return Sources(reader.items({ref: tuple(sorted(some)) for ref, some in asked.items()}), reader.catalog)


def asked_for(rule: ItemRule, one: RuleField, item: Item, catalog: Catalog) -> Iterator[At]:
    """Yield the field to read of each item to which a relation leads, in each type in which it may be."""
    assert isinstance(one.value, Following)  # noqa: S101 - the caller asks of these alone
    own = catalog.codec(rule.type_key, one.key).spec
    relation = catalog.codec(rule.type_key, one.value.key).spec
    for type_key in relation.targets or tuple(catalog.types):
        if (kind := catalog.types.get(type_key)) and (key := source_key(own, kind)):
            for target in targets_of(one, item):
                yield Ref(type_key, target), key


# -- pure from here on -----------------------------------------------------------------------------


def members(
    rule: ItemRule,
    live: LiveItems,
    sources: Sources,
    hits: Callable[[Asked], Collection[Ref]],
    settled: Sequence[Ref] = (),
) -> Members:
    """Judge a rule on the live items of its type; the `settled` ones are members that hold all it desires.

    Where nobody can tell whether it selects an item, that matters for the `hits` of its own search alone.
    """
    mine, doubtful = live.select(rule.conditions)
    doubtful = [item for item in doubtful if is_candidate(rule, item)]
    listed = hits(rule.asked) if doubtful else ()
    blocks = [one for item in doubtful if item.ref in listed for one in unjudged(rule, item, sources.catalog)]
    ids = tuple(sorted([*(item.ref.id for item in mine), *(ref.id for ref in settled)]))
    if rule.at_most is not None and len(ids) > rule.at_most:
        return Members(ids, blocked=f"it selects {len(ids)} items, and may select {rule.at_most}")
    wants: dict[At, Want] = {}
    for one in rule.fields:
        if want := fixed(rule, one, sources.catalog):
            wants |= {(item.ref, one.key): want for item in mine}
            continue
        for item in mine:
            found = wanted(rule, one, item, sources)
            if isinstance(found, Block):
                blocks.append(found)
            else:
                wants[item.ref, one.key] = found
    return Members(ids, wants, tuple(blocks))


def fixed(rule: ItemRule, one: RuleField, catalog: Catalog) -> Want | None:
    """Return what a rule desires of one field of every member; None if that depends on the member."""
    if isinstance(one.value, Bounds | Following):
        return None
    codec = catalog.codec(rule.type_key, one.key, by_pins=True)
    return None if codec.names_items else want_of(rule, one, one.value)


def wanted(rule: ItemRule, one: RuleField, item: Item, sources: Sources) -> Want | Block:
    """Return what a rule desires of one field of a member, or why nobody can tell."""
    try:
        desired = value_for(one, item, sources)
    except Lacking as error:
        return blocked_field(rule, one, item, str(error), sources.catalog)
    codec = sources.catalog.codec(rule.type_key, one.key, by_pins=True)
    if codec.names_items and (mistake := codec.refusal_on(item.ref.id, desired, one.place)):
        return blocked_field(rule, one, item, mistake.what, sources.catalog)
    return want_of(rule, one, desired)


def alive(live: Mapping[Ref, Item]) -> Mapping[str, LiveItems]:
    """Return the live items by type, in order, without the terminated ones; a type without items has none."""
    found: defaultdict[str, list[Item]] = defaultdict(list)
    for ref in sorted(live):
        if not live[ref].aborted:
            found[ref.type_key].append(live[ref])
    return defaultdict(lambda: LiveItems(()), {key: LiveItems(some) for key, some in found.items()})


def is_candidate(rule: ItemRule, item: Item) -> bool:
    """Return True if the item was read for the rule: each field of its conditions was asked for."""
    return all(key in item.values or key in item.unreadable for key in keys_of(rule.conditions))


def unjudged(rule: ItemRule, item: Item, catalog: Catalog) -> Iterator[Block]:
    """Yield a blocked row for each field of an item of which nobody can tell whether the rule selects it."""
    key = next(one for one in keys_of(rule.conditions) if one not in item.values)
    spec = catalog.spec(rule.type_key, key)
    reason = f"whether rule {rule.name} selects it: {spec.label if spec else key}: {item.unread(key)}"
    for one in rule.fields:
        yield blocked_field(rule, one, item, reason, catalog)


def blocked_field(rule: ItemRule, one: RuleField, item: Item, reason: str, catalog: Catalog) -> Block:
    """Block one field of one item for a rule."""
    label = catalog.label(item.ref.type_key, one.key)
    return Block(item.ref, item.name, one.key, label, reason, MEND, one.place, (rule.name,))


def merged(
    found: Mapping[str, tuple[ItemRule, Members]],
    items: Sequence[DesiredItem],
    live: Mapping[Ref, Item],
    sources: Sources,
    settled: Sequence[tuple[Sequence[ItemRule], Sequence[Ref]]] = (),
) -> Ruled:
    """Put what rules desire beside what files desire: a file beats a rule, and rules that disagree block.

    `settled` are items that hold all that the rules beside them desire.
    """
    joining = Joining(
        {item.ref: item for item in items},
        {(item.ref, one.key): one for item in items for one in item.fields},
        live,
        sources.catalog,
    )
    wants: dict[At, Want] = {}
    more: dict[At, list[Want]] = {}
    for _, mine in found.values():
        joining.blocks += mine.blocks
        for at, want in mine.wants.items():
            if (first := wants.setdefault(at, want)) is not want:
                more.setdefault(at, [first]).append(want)
    stopped = {(one.ref, one.key) for one in joining.blocks}
    for at, want in wants.items():
        if at in joining.in_files:
            joining.outrank(at, more.get(at, [want]))
        elif at in stopped:
            continue
        elif at in more:
            joining.join(at, more[at])
        else:
            joining.add(at[0], want.field, want)
            joining.sources[at] = want.source
    results = tuple(
        result_of(rule, mine, joining.decided.get(name, 0)) for name, (rule, mine) in found.items()
    )
    blocks = tuple(one for one in joining.blocks if (one.ref, one.key) not in joining.in_files)
    in_files = frozenset(joining.by_ref)
    agreed = [item for rules, refs in settled for item in settled_items(rules, refs)]
    every = tuple(sorted([*joining.items(), *agreed], key=lambda one: one.ref))
    refs = frozenset(one.ref for one in agreed)
    return Ruled(every, live, joining.sources, blocks, results, in_files, agreed=refs)


def settled_items(rules: Sequence[ItemRule], refs: Iterable[Ref]) -> Iterator[DesiredItem]:
    """Yield what rules desire of items that hold it already."""
    fields = tuple(
        DesiredField(one.key, one.value, one.place)
        for rule in rules
        for one in rule.fields
        if not isinstance(one.value, Bounds | Following)
    )
    for ref in refs if fields else ():
        yield DesiredItem(ref, rules[0].place, fields)


class Joining(Struct):
    """Desired items under way: those of files, to which the fields are added that rules desire."""

    by_ref: dict[Ref, DesiredItem]
    in_files: Mapping[At, DesiredField]
    live: Mapping[Ref, Item]
    catalog: Catalog
    blocks: list[Block] = field(default_factory=list)
    sources: dict[At, Source] = field(default_factory=dict)
    added: dict[Ref, list[DesiredField]] = field(default_factory=dict)
    decided: dict[str, int] = field(default_factory=dict)
    places: dict[Ref, Place] = field(default_factory=dict)

    def outrank(self, at: At, wants: Sequence[Want]) -> None:
        """Let the file decide, and count what it decides otherwise than the rules."""
        self.sources[at] = Source(outranked=wants[0].field.place)
        seen = self.live[at[0]].values.get(at[1])
        if seen is None:
            return
        after = desired_value(self.in_files[at].desired, seen.value)
        for want in wants:
            if desired_value(want.desired, after) != after:
                self.decided[want.rule.name] = self.decided.get(want.rule.name, 0) + 1

    def join(self, at: At, wants: Sequence[Want]) -> None:
        """Add a field that several rules desire, or block it where they disagree."""
        ref, key = at
        seen = self.live[ref].values.get(key)
        names = tuple(sorted({one.rule.name for one in wants}))
        desired = joined(wants, seen.value) if seen else wants[0].desired
        if desired is UNREAD:
            label = self.catalog.label(ref.type_key, key)
            fix = "change one of them, or write the field into a file of items"
            reason = f"rules {' and '.join(names)} disagree"
            title = self.live[ref].name
            self.blocks.append(Block(ref, title, key, label, reason, fix, wants[0].field.place, names))
            return
        self.sources[at] = Source(names, max((one.rule.mode for one in wants), key=STRENGTH.index))
        self.add(ref, DesiredField(key, desired, wants[0].field.place), wants[0])

    def add(self, ref: Ref, one: DesiredField, first: Want) -> None:
        """Add a field that rules desire; an item that no file has is at the place of the first of them."""
        if ref in self.added:
            self.added[ref].append(one)
        else:
            self.added[ref] = [one]
            self.places[ref] = first.rule.place

    def items(self) -> Collection[DesiredItem]:
        """Return the items of files and rules."""
        made = dict(self.by_ref)
        for ref, fields in self.added.items():
            before = self.by_ref.get(ref)
            made[ref] = (
                replace(before, fields=(*before.fields, *fields))
                if before
                else DesiredItem(ref, self.places[ref], tuple(fields))
            )
        return made.values()


def joined(wants: Sequence[Want], live: Hashable) -> Desired:
    """Return what rules desire of one field together; UNREAD where they disagree."""
    desired = wants[0].desired
    for want in wants[1:]:
        desired = together(desired, want.desired, live)
        if desired is UNREAD:
            break
    return desired


def result_of(rule: ItemRule, mine: Members, decided: int) -> RuleResult:
    """Return what is to be reported of a rule."""
    return RuleResult(
        rule.name,
        rule.mode,
        rule.type_key,
        rule.where,
        rule.conditions,
        rule.place,
        mine.ids,
        rule.at_most,
        rule.once,
        rule.why,
        decided=decided,
        blocked=mine.blocked,
    )
