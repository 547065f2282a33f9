"""The shape of a file of rules, and the document made from it."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from reconciler.errors import Mistake, quoted
from reconciler.manifest.document import Space, Type, map_below
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, AuthoredRule, Clause, Document, Node, Scalar
from reconciler.manifest.scalar_values import COUNT, count_of, text_of, word_of
from reconciler.manifest.shapes import (
    Arms,
    Described,
    NameMap,
    Reads,
    Shape,
    Unfit,
    nothing,
    read,
    unexpected,
)

MODES = ("check", "propose", "hold")
NAME = re.compile(r"[a-z0-9-]{1,64}")
TRUTH = {"true": True, "false": False}
NAME_FIX = "write up to 64 of a-z, 0-9 and '-', such as p0-has-due"
BOTH = ("a file has items or rules, not both", "move the rules into a file of their own")


def name_of(node: object) -> str:
    """Read the name of a rule."""
    text = text_of(node, expected="the name of a rule", fix=NAME_FIX)
    if NAME.fullmatch(text):
        return text
    raise Unfit(f"{quoted(text)} cannot be the name of a rule", NAME_FIX)


def mode_of(node: object) -> str:
    """Read what is done about members that differ."""
    return word_of(node, MODES)


def flag_of(node: object) -> bool:
    """Read `true` or `false`."""
    if isinstance(node, Scalar) and node.plain and node.text in TRUTH:
        return TRUTH[node.text]
    raise unexpected("true or false", node, "write true or false")


def most_of(node: object) -> int:
    """Read how many items a rule may select."""
    if number := count_of(node):
        return number
    raise Unfit("a rule that may select no item", "write the most items that it may select, such as 100")


def condition_of(node: object) -> Scalar:
    """Read one condition; its names are read by the type of the file."""
    fix = "write a text such as 'priority HAS ANY OF P0, P1'"
    if isinstance(node, Scalar) and node.text and not node.is_null and not node.is_blank:
        return node
    raise unexpected("a condition", node, fix)


def clause_kind(node: object) -> str | None:
    """Return the union's arm for a line of `where`: a condition, or several of which any may hold."""
    return "<all>" if isinstance(node, AuthoredMap) else "<each>"


Name = Annotated[str, Reads(name_of), Described({"type": "string", "pattern": f"^{NAME.pattern}$"})]
Mode = Annotated[
    Literal["check", "propose", "hold"],
    Reads(mode_of),
    Described({"enum": list(MODES)}),
]
Most = Annotated[int, Reads(most_of), Described({"type": "integer", "minimum": 1})]
Flag = Annotated[bool, Reads(flag_of), Described({"type": "boolean"})]
Text = Annotated[str, Reads(text_of), Described({"type": "string"})]
ConditionText = Annotated[Scalar, Reads(condition_of), Described({"type": "string"})]


class AnyShape(Shape, frozen=True):
    """Conditions of which at least one has to hold."""

    any: Annotated[list[ConditionText], Meta(min_length=1)]


class RuleShape(Shape, frozen=True, kw_only=True):
    """One rule over many items: which items it selects, and what it desires of them."""

    elsewhere: ClassVar[str] = "write a field below `fields:`, a role below `roles:`"

    name: Annotated[Name, "Unique in the space: a-z, 0-9 and '-'."]
    mode: Annotated[Mode, "check: report; propose: `accept` writes entries; hold: plan changes."] = "check"
    at_most: Annotated[Most | None, "Items that it may select; with more the rule is blocked."] = None
    where: Annotated[
        list[Annotated[ConditionText | AnyShape, Arms(clause_kind, ("<each>", "<all>"))]],
        "Conditions in the grammar of `pull --search`; all of them must hold.",
    ]
    fields: Annotated[NameMap, "Desired values, max, min or from."] = field(default_factory=nothing)
    roles: Annotated[NameMap, "Desired members by role."] = field(default_factory=nothing)
    once: Annotated[Flag, "The rule may set a field that its condition reads."] = False
    why: Annotated[Text, "The reason, for whoever reviews the rule."] = ""


class RulesFileShape(Shape, frozen=True):
    """One file of rules."""

    space: Annotated[Space, "project_key or simple_name"]
    type: Annotated[Type, "work_item_type_key, api_name or type name"]
    rules: list[RuleShape]


def read_rules(root: Node, file: str) -> tuple[Document | None, list[Mistake]]:
    """Turn a tree into a document of rules and mistakes; wrong parts are left out, the rest is kept."""
    assert isinstance(root, AuthoredMap)  # noqa: S101 - a file with the key `rules`
    mistakes = complaints(root)
    space, type_ = root.get("space"), root.get("type")
    if not isinstance(space, Scalar) or not isinstance(type_, Scalar):
        return None, mistakes
    wrong_at = {mistake.place for mistake in mistakes}
    if {space.place, type_.place} & wrong_at:
        return None, mistakes
    listed = root.get("rules")
    nodes = listed if isinstance(listed, AuthoredList) else []
    read_ones = [(rule, node) for node in nodes if isinstance(node, AuthoredMap) and (rule := rule_of(node))]
    found = tuple(rule for rule, _ in read_ones)
    mistakes += [one for rule, node in read_ones for one in missing_parts(rule, node)]
    return Document(file, space, type_, nothing(), nothing(), (), found), mistakes


def complaints(root: AuthoredMap) -> list[Mistake]:
    """Check a tree against the shape."""
    stray = [Mistake(root.keys_at[key].place, *BOTH) for key in ("items", "defaults") if key in root]
    own = {key: node for key, node in root.items() if key not in {"items", "defaults"}}
    try:
        read(RulesFileShape, own)
    except ValueError:
        from reconciler.manifest.validation import mistakes_in  # noqa: PLC0415 - most files have no mistake

        return [*stray, *mistakes_in(RulesFileShape, root, own)]
    return stray


def missing_parts(rule: AuthoredRule, node: AuthoredMap) -> list[Mistake]:
    """Return what a rule cannot do without, and lacks; what is there and wrong is told as such."""
    found = []
    if not (rule.fields or rule.roles) and all(
        isinstance(node[key], AuthoredMap) for key in ("fields", "roles") if key in node
    ):
        found.append(Mistake(rule.place, f"the rule {rule.name} desires nothing", "write `fields: …`"))
    if not rule.where and isinstance(node.get("where"), AuthoredList):
        fix = "write what it selects, such as `where: [priority HAS ANY OF P0]`"
        found.append(Mistake(rule.place, f"the rule {rule.name} has no condition", fix))
    if "at_most" not in node and rule.mode != "check":
        fix = f"write `at_most: …`: the most items that a rule may select to {rule.mode}"
        found.append(Mistake(rule.place, f"the rule {rule.name} has no at_most", fix))
    return found


def rule_of(node: Node) -> AuthoredRule | None:
    """Make a rule; None without a name, by which everything speaks of it."""
    if not isinstance(node, AuthoredMap):
        return None
    name, mode, most, once, why = (node.get(key) for key in ("name", "mode", "at_most", "once", "why"))
    if not isinstance(name, Scalar) or not NAME.fullmatch(name.text):
        return None
    clauses = node.get("where")
    return AuthoredRule(
        name=name.text,
        place=name.place,
        mode=mode.text if isinstance(mode, Scalar) and mode.text in MODES else "check",
        at_most=int(most.text) if isinstance(most, Scalar) and COUNT.fullmatch(most.text) else None,
        where=tuple(map(clause_of, clauses)) if isinstance(clauses, AuthoredList) else (),
        fields=map_below(node, "fields"),
        roles=map_below(node, "roles"),
        once=isinstance(once, Scalar) and once.text == "true",
        why=why.text if isinstance(why, Scalar) else "",
        groups=frozenset(number for number, one in enumerate(clauses or ()) if isinstance(one, AuthoredMap)),
    )


def clause_of(node: Node) -> Clause:
    """Return the conditions of one line of `where`; any of them may hold."""
    if isinstance(node, Scalar):
        return (node,)
    some = node.get("any") if isinstance(node, AuthoredMap) else None
    return tuple(one for one in some if isinstance(one, Scalar)) if isinstance(some, AuthoredList) else ()
