"""Many conditions on many items at once: the same answers as one by one."""

from __future__ import annotations

from random import Random

import pytest

from reconciler.fields.conditions import AnyOf, Comparison, Condition, judged
from reconciler.fields.prose import Prose
from reconciler.fields.values import Seen
from reconciler.model import Item, Ref
from reconciler.plan.live_items import LiveItems

KEYS = ("a", "b", "c")
VALUES: tuple[object, ...] = (None, "x", "y", frozenset("xy"), frozenset())


def item(number: int, **values: object) -> Item:
    return Item(Ref("story", number), "", {key: Seen(value) for key, value in values.items()})


def some_items(random: Random) -> list[Item]:
    """Return items that hold few values, and of which some fields cannot be read."""
    return [
        item(number, **{key: random.choice(VALUES) for key in KEYS if random.random() < 0.8})
        for number in range(40)
    ]


def some_comparison(random: Random) -> Comparison:
    if random.random() < 0.3:
        return Comparison(random.choice(KEYS), random.choice(("IS NULL", "IS NOT NULL")), "null")
    how = random.choice(("=", "!=", "HAS ANY OF", "HAS NONE OF", "CONTAINS", "NOT CONTAINS"))
    return Comparison(random.choice(KEYS), how, "set", tuple(random.sample("xyz", random.randrange(1, 3))))


def some_conditions(random: Random) -> tuple[Condition, ...]:
    def one() -> Condition:
        if random.random() < 0.4:
            return AnyOf(tuple(some_comparison(random) for _ in range(random.randrange(1, 4))))
        return some_comparison(random)

    return tuple(one() for _ in range(random.randrange(4)))


@pytest.mark.parametrize("seed", range(20))
def test_answers_are_those_of_each_item_alone(seed: int) -> None:
    random = Random(seed)
    items = some_items(random)
    live = LiveItems(items)
    for _ in range(30):
        conditions = some_conditions(random)
        answers = [(one, judged(conditions, one.values)) for one in items]
        certain, doubtful = live.select(conditions)
        assert certain == [one for one, answer in answers if answer is True]
        assert doubtful == [one for one, answer in answers if answer is None]


def test_rich_texts_of_equal_blocks_are_judged_by_their_own_words() -> None:
    texts = [Prose((), text) for text in ("zebra", "horse")]
    assert texts[0] == texts[1]
    items = [item(number, a=text) for number, text in enumerate(texts)]
    found = LiveItems(items).select([Comparison("a", "~", "text", ("zebra",))])
    assert found == ([items[0]], [])


def test_no_condition_at_all_selects_every_item() -> None:
    items = [item(1), item(2)]
    assert LiveItems(items).select(()) == (items, [])
    assert LiveItems(()).select(()) == ([], [])
