"""A past run is read like a plan."""

from __future__ import annotations

from reconciler.errors import Place
from reconciler.model import Ref
from reconciler.model.outcomes import Already, Applied, Conflict, Ignored, NotTried, Unknown
from reconciler.render.past_plan import past_outcome, past_plan, past_row, place_of
from tests.render.past import past_change, past_run


def test_the_changes_of_an_item_are_one_update() -> None:
    other = past_change(ref=Ref("story", 63), title="Other")
    run = past_run(past_change(), other, past_change(key="due", clears=True))
    plan = past_plan(run, run.changes)
    assert [(one.ref.id, one.title, len(one.changes)) for one in plan.updates] == [
        (6300012300, "Checkout: pay by card", 2),
        (63, "Other", 1),
    ]
    assert (plan.address(plan.updates[0].ref), plan.clears) == ("demo/story/6300012300", 1)


def test_without_labels_the_values_of_the_service_are_shown() -> None:
    old = past_change(name="", before_label=None, after_label=None, place="")
    (update,) = past_plan(past_run(old), [old]).updates
    (change,) = update.changes
    assert (change.name, change.before_label, change.after_label) == (
        "priority",
        '{"value": "option_0"}',
        '{"value": "option_3"}',
    )


def test_a_place_that_is_none_is_the_line_of_the_journal() -> None:
    run = past_run()
    assert place_of(run, past_change()) == Place("state/demo/stories.yaml", 4, 31)
    for odd in ("", "x", "x:1", "x:y:z", f"x:{'9' * 5000}:1"):
        assert place_of(run, past_change(place=odd)) == Place(f"run {run.id}", 2, 1)


def test_an_outcome_has_its_reason() -> None:
    outcomes = {
        "applied": Applied(),
        "already": Already(),
        "conflict": Conflict("r"),
        "ignored": Ignored("r"),
    }
    outcomes |= {"not tried": NotTried("r"), "": Unknown("r"), "postponed": Unknown("r")}
    for word, outcome in outcomes.items():
        assert past_outcome(past_change(outcome=word, reason="r")) == outcome
    assert past_row(past_run(), past_change(sent=False)).change is None
