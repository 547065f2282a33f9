"""Cascades: a path of labels, compared by the option ids of the whole path."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.fields.spec import FieldSpec, Option
from reconciler.fields.trees import DEEPEST, bare_path, chain, decode_path
from tests.fields.fieldspace import codec, read, refused

AREAS = (
    Option(
        "eu",
        "Europe",
        children=(
            Option("fr", "France", children=(Option("ly", "Lyon"),)),
            Option("it", "Italy / South"),
        ),
    ),
    Option("us", "USA", children=(Option("pa", "Paris"), Option("old", "Old", disabled=True))),
    Option("as", "Asia", disabled=True, children=(Option("jp", "Japan"),)),
)
AREA = FieldSpec("area", "Area", "tree_select", options=AREAS)
MARKETS = replace(AREA, key="markets", name="Markets", type="tree_multi_select")
LINE = replace(AREA, key="line", name="Line", type="business")


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("Europe", ("eu",)),
        ("Europe / France / Lyon", ("eu", "fr", "ly")),
        ("Europe/France", ("eu", "fr")),
        ("Europe / Italy / South", ("eu", "it")),
        ("Lyon", ("eu", "fr", "ly")),
        ("[Europe, Italy / South]", ("eu", "it")),
        ("[Europe, {id: fr}]", ("eu", "fr")),
        ("{id: pa}", ("us", "pa")),
        ("pa", ("us", "pa")),
    ],
)
def test_a_path_is_found_by_its_labels_by_its_last_label_alone_or_by_id(
    written: str, path: tuple[str, ...]
) -> None:
    assert read(AREA, written) == path
    assert read(MARKETS, f"[{written}]") == {path}
    assert read(LINE, written) == path[-1]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "Europe / Spain",
            "1:4: no option 'Spain' on Europe of Area; write one of 'France', 'Italy / South'",
        ),
        ("[USA, Pari]", "1:10: no option 'Pari' on USA of Area; did you mean 'Paris'?"),
        ("{id: fra}", "1:9: no option id 'fra' on Area; did you mean 'fr'?"),
        ("[]", "1:4: expected a path of Area, found an empty list; write label / label, or [label, label]"),
        ("{name: x}", "1:4: expected a path of Area, found a map; write label / label, or [label, label]"),
    ],
)
def test_a_path_that_leaves_the_tree_is_refused_at_that_step(written: str, said: str) -> None:
    assert refused(AREA, written) == [said]


def test_two_paths_with_the_same_labels_are_told_apart_by_id() -> None:
    twins = replace(
        AREA, options=(Option("a", "Twin"), Option("b", "Twin", children=(Option("c", "Below"),)))
    )
    assert refused(twins, "Twin") == [
        "1:4: 'Twin' matches several options of Area; write [{id: a}] or [{id: b}]"
    ]
    assert codec(twins).dump(("b",)) == [{"id": "b"}]
    assert read(twins, "[{id: b}]") == ("b",)


def test_where_only_last_levels_may_be_chosen_a_level_above_is_refused_with_one_below_it() -> None:
    leaves = replace(AREA, level="leaf")
    assert refused(leaves, "USA") == [
        "1:4: 'USA' is not a last level, and Area takes only those; write 'USA / Paris' or one beside it"
    ]
    assert read(leaves, "USA / Paris") == ("us", "pa")


def test_a_path_is_sent_with_its_labels_or_by_its_ids_alone() -> None:
    assert codec(AREA).encode(("eu", "fr")) == {
        "value": "eu",
        "label": "Europe",
        "children": {"value": "fr", "label": "France", "children": None},
    }
    assert bare_path(("eu", "fr")) == {"value": "eu", "children": {"value": "fr"}}
    assert decode_path(bare_path(("eu", "fr"))) == decode_path(chain(("eu", "fr"), ["", ""])) == ("eu", "fr")


@pytest.mark.parametrize("wire", [None, "", [], {}, {"value": "", "label": None, "children": []}])
def test_only_documented_empty_forms_are_no_path(wire: Any) -> None:
    assert decode_path(wire) == ()


@pytest.mark.parametrize(
    "wire",
    [
        "fr",
        {"label": "Europe"},
        {"value": 7},
        {"value": "eu", "children": [{"value": "fr"}, {"value": "it"}]},
        {"value": "", "other": 1},
        bare_path(("eu",) * (DEEPEST + 1)),
    ],
)
def test_an_answer_that_is_no_single_path_is_unreadable(wire: Any) -> None:
    with pytest.raises(ValueError, match="expected an option with those below it"):
        decode_path(wire)


def test_a_path_below_a_disabled_option_may_not_be_newly_chosen() -> None:
    bound = codec(AREA)
    assert bound.objection(bound.decode(None), ("as", "jp")) == "option 'Asia' of Area is disabled"
    assert bound.objection(bound.decode(None), ("eu", "zz")) == "option Europe / zz of Area was removed"
    assert bound.objection(bound.decode(None), ("us", "pa")) is None


def test_a_business_line_that_no_longer_exists_is_shown_and_written_by_its_id() -> None:
    assert codec(LINE).show("ly") == "Europe / France / Lyon"
    assert codec(LINE).show("gone") == "gone"
    assert codec(LINE).dump("gone") == {"id": "gone"}
    with pytest.raises(ValueError, match="expected the id of a business line"):
        codec(LINE).decode({"value": "ly"})
