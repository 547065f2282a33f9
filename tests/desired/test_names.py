"""What a name means: pins decide, live metadata confirms.  Every row is one way in which both can differ."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from reconciler.desired.claims import DesiredState, desired_state
from reconciler.desired.names import PULL, Names
from reconciler.fields.spec import FieldSpec, Option, People, Person
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import Manifest
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import TypeSpec

TEXT = """\
space: demo
type: story
items:
  - id: 6300012320
    fields: {Priority: P0}
    roles: {QA: [ana@example.com]}
"""
PRIORITY = FieldSpec("f1", "Priority", "select", options=(Option("o1", "P0"), Option("o2", "P1")))
OTHER = FieldSpec("f2", "Urgency", "select", options=(Option("o1", "P0"),))
QA = FieldSpec("r1", "QA", "role")
DEV = FieldSpec("r2", "Dev", "role")
STORY = TypeSpec("t1", "Story", "story", (PRIORITY, OTHER), (QA, DEV))
TASK = TypeSpec("t2", "Task", "task", (PRIORITY,), (QA,))
ANA, BO = Person("7101", "ana@example.com", "Ana"), Person("7102", "bo@example.com", "Bo")
FOLLOWS = "; `reconciler schema pull --rewrite` follows"


def fields(*specs: FieldSpec) -> TypeSpec:
    return replace(STORY, fields=specs)


def roles(*specs: FieldSpec) -> TypeSpec:
    return replace(STORY, roles=specs)


def options(*some: Option) -> TypeSpec:
    return fields(replace(PRIORITY, options=some), OTHER)


def catalog(*live: TypeSpec, people: People | None = None) -> Catalog:
    known = people or People(by_key={"7101": ANA}, by_email={"ana@example.com": ANA})
    return Catalog("k", "demo", {one.key: one for one in live}, known, pinned={"t1": STORY})


def read(space: Catalog) -> DesiredState:
    document, mistakes = read_bytes(TEXT.encode(), "a.yaml")
    assert document
    assert mistakes == []
    return desired_state(Manifest((document,)), space)


# what differs in the space | confirmed | mistakes | notes
TABLE = {
    "type same": ([STORY], True, [], []),
    "type renamed": ([replace(STORY, name="Tale", api_name="tale")], True, [], []),
    "type gone": ([], False, [], []),
    "type stolen": (
        [replace(TASK, api_name="story")],
        False,
        [f"a.yaml:2:7: 'story' now names another type of the space; {PULL}"],
        [],
    ),
    "type stolen while the pinned one has another name": (
        [replace(TASK, api_name="story"), replace(STORY, name="Tale", api_name="tale")],
        False,
        [f"a.yaml:2:7: 'story' now names another type of the space; {PULL}"],
        [],
    ),
    "type of the same name listed first": ([replace(TASK, name="story"), STORY], True, [], []),
    "field same": ([fields(PRIORITY, OTHER)], True, [], []),
    "field renamed": (
        [fields(replace(PRIORITY, name="Rank"), OTHER)],
        False,
        [],
        [f"Priority is now called Rank{FOLLOWS}"],
    ),
    "field gone": ([fields(OTHER)], False, [], []),
    "field stolen": (
        [fields(replace(PRIORITY, name="Rank"), replace(OTHER, name="Priority"))],
        False,
        [f"a.yaml:5:14: 'Priority' now names another field of the space; {PULL}"],
        [],
    ),
    "option same": ([options(*PRIORITY.options)], True, [], []),
    "another option added": ([options(*PRIORITY.options, Option("o3", "P2"))], False, [], []),
    "option renamed": (
        [options(Option("o1", "Now"), Option("o2", "P1"))],
        False,
        [],
        [f"Priority 'P0' is now called 'Now'{FOLLOWS}"],
    ),
    "option gone": ([options(Option("o2", "P1"))], False, [], []),
    "option stolen": (
        [options(Option("o1", "P1"), Option("o2", "P0"))],
        False,
        [f"a.yaml:5:24: 'P0' now names another option of Priority; {PULL}"],
        [],
    ),
    "role same": ([roles(QA, DEV)], True, [], []),
    "role renamed": (
        [roles(replace(QA, name="Tester"), DEV)],
        False,
        [],
        [f"QA is now called Tester{FOLLOWS}"],
    ),
    "role gone": ([roles(DEV)], False, [], []),
    "role stolen": (
        [roles(replace(QA, name="Tester"), replace(DEV, name="QA"))],
        False,
        [f"a.yaml:6:13: 'QA' now names another role of the space; {PULL}"],
        [],
    ),
}


@pytest.mark.parametrize(("live", "is_confirmed", "mistakes", "notes"), TABLE.values(), ids=TABLE)
def test_a_name_means_what_is_pinned_until_the_space_gives_it_to_another(
    live: list[TypeSpec], *, is_confirmed: bool, mistakes: list[str], notes: list[str]
) -> None:
    by_pins = Catalog("k", "demo", {"t1": STORY}, catalog().people, pinned={"t1": STORY})
    offline = read(by_pins)
    space = catalog(*live)
    found = read(space)
    assert [str(one) for one in found.mistakes] == mistakes
    assert list(found.notes) == notes
    if not mistakes:
        assert found.items == offline.items
    assert confirms(space, by_pins) is is_confirmed


def confirms(space: Catalog, by_pins: Catalog) -> bool:
    meanings = {("t1", "field"): {"Priority": "f1"}, ("t1", "role"): {"QA": "roles/r1"}}
    assert Names(by_pins).confirms({"story"}, meanings)
    return Names(space).confirms({"story"}, meanings)


def test_a_space_that_confirms_every_name_is_read_as_the_pins_are() -> None:
    """`confirms` saves the second reading, so it may never hide what that reading would say."""
    for live, is_confirmed, mistakes, notes in TABLE.values():
        if is_confirmed:
            assert (mistakes, notes) == ([], [])
            assert read(catalog(*live)).items == read(catalog(STORY)).items


@pytest.mark.parametrize(
    ("people", "keys"),
    [
        (People(by_key={"7101": ANA}, by_email={"ana@example.com": ANA}), {"7101"}),
        (
            People(by_key={"7101": replace(ANA, email="ana@new.com")}, by_email={"ana@example.com": ANA}),
            {"7101"},
        ),
        (People(by_email={"ana@example.com": ANA}, gone=frozenset({"7101"})), {"7101"}),
        (
            People(
                by_key={"7101": replace(ANA, email=""), "7102": replace(BO, email="ana@example.com")},
                by_email={"ana@example.com": ANA},
            ),
            {"7101"},
        ),
    ],
    ids=["same", "renamed", "gone", "stolen"],
)
def test_an_e_mail_means_the_person_that_is_pinned(people: People, keys: set[str]) -> None:
    found = read(catalog(STORY, people=people))
    assert found.mistakes == []
    ((_, qa),) = [one.fields for one in found.items]
    assert qa.desired == frozenset(keys)
