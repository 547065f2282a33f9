"""The codecs against the pretend service, which reads the same pages with other eyes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.fields.prose import Prose
from reconciler.fields.spec import FieldSpec, Option
from reconciler.sandbox.state import richtext
from reconciler.sandbox.state.model import Field, Item, ItemType, Person
from reconciler.sandbox.state.model import Option as SandboxOption
from reconciler.sandbox.state.switches import Options
from reconciler.sandbox.state.values import Ground, check, shown
from tests.fields.fieldspace import CASES, ITEMS, PERSONS, STORY, TREE, Case, codec, formatted

HERE = 6300012300


def theirs(option: Option) -> SandboxOption:
    """An option as the service has it; nothing is disabled, since values are drawn from all."""
    return SandboxOption(option.id, option.label, children=[theirs(child) for child in option.children])


def field_of(spec: FieldSpec) -> Field:
    return Field(
        spec.key,
        spec.name,
        spec.type,
        spec.alias,
        options=[theirs(option) for option in spec.options],
        compound=[field_of(part) for part in spec.subfields],
        targets=list(spec.targets),
    )


def named(value: Any) -> list[Any]:
    """Every text and number in a wire value."""
    if isinstance(value, dict | list):
        return [one for part in (value.values() if isinstance(value, dict) else value) for one in named(part)]
    return [value]


def ground_for(case: Case, sent: Any) -> Ground:
    """A service that knows the people and items that the value names."""
    people = {one.key: Person(one.key, one.email, one.name) for one in PERSONS}
    people |= {one: Person(one, "", "") for one in named(sent) if isinstance(one, str)}
    ids = {one for one in named(sent) if isinstance(one, int) and one != HERE} | set(ITEMS.known)
    target = next(iter(case.spec.targets), "story")
    items = {one: Item(one, ITEMS.known.get(one, (target, ""))[0], "") for one in ids}
    lines = frozenset(one.id for one in walk(TREE))
    return Ground(people, items, lines, ItemType("story", "Story", "story"), HERE, Options())


def walk(options: tuple[Option, ...]) -> list[Option]:
    return [one for option in options for one in (option, *walk(option.children))]


PLAIN = [case for case in CASES if case.spec.type not in {"role", "multi_text"}]


@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case.id)
@given(st.data())
def test_the_service_takes_what_is_sent_and_gives_the_same_value_back(
    case: Case, data: st.DataObject
) -> None:
    bound, field = codec(case.spec), field_of(case.spec)
    value = data.draw(case.values)
    sent = bound.encode(value)
    stored = check(field, sent, ground_for(case, sent))
    assert bound.decode(shown(field, stored)).value == value


@given(formatted)
def test_the_service_keeps_markdown_in_a_document_that_is_read_as_the_same(value: Prose) -> None:
    lines = codec(STORY).encode(value)
    assert richtext.fits(lines)
    detail = {
        "doc": richtext.doc_of(lines),
        "doc_html": richtext.html_of(lines),
        "doc_text": richtext.text_of(lines),
    }
    assert codec(STORY).decode(detail).value == value
