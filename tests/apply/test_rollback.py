"""The way back from a run: what its journal says that it did, and of which space it speaks."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.apply.rollback import Step, restorable, run_space, steps_of
from reconciler.errors import CannotRun
from reconciler.model import Ref
from reconciler.settings import Settings, SpaceSettings
from tests.road import calm_world, pins_of

REF = Ref("story", 63)


def intent(n: int, before: Any, after: Any, key: str = "priority", item_id: int = 63) -> dict[str, Any]:
    changes = [{"key": key, "before": before, "after": after}]
    return {"n": n, "event": "intent", "type": "story", "id": item_id, "changes": changes}


def test_the_way_back_leads_from_after_the_last_put_to_before_the_first() -> None:
    assert steps_of([intent(2, "P1", "P0"), intent(5, "P0", "P3")]) == {
        (REF, "priority"): Step("P1", "P3", line=5)
    }


def test_each_field_of_each_item_has_a_step_of_its_own() -> None:
    made = steps_of([intent(2, 1, 2), intent(3, 1, 2, key="due"), intent(4, 1, 2, item_id=64)])
    assert set(made) == {(REF, "priority"), (REF, "due"), (Ref("story", 64), "priority")}


def test_answers_results_and_intents_without_changes_lead_nowhere() -> None:
    old = {name: one for name, one in intent(2, 1, 2).items() if name != "changes"}
    assert steps_of([{"n": 1, "event": "begin"}, old, {"n": 3, "event": "answer"}]) == {}


def test_the_settings_name_of_a_space_is_preferred_to_the_journal_s() -> None:
    settings = Settings(spaces={"demo": SpaceSettings(project_key="key-1")})
    assert run_space({"space": "key-1", "space_name": "old"}, settings) == "demo"
    assert run_space({"space": "key-2", "space_name": "old"}, settings) == "old"
    assert run_space({"space": "key-2"}, Settings()) == "key-2"


@pytest.mark.parametrize("name", ["../../etc", "a/b", ""])
def test_a_journal_cannot_name_a_folder_as_its_space(name: str) -> None:
    with pytest.raises(CannotRun, match="which cannot be one"):
        run_space({"space": name, "space_name": name}, Settings())


def test_what_the_space_has_lost_is_noted_and_not_put_back() -> None:
    catalog = pins_of(calm_world()).catalog("demo", SpaceSettings(), {})
    step = Step("a", "b", line=2)
    kept, notes = restorable(
        {(REF, "priority"): step, (REF, "field_gone"): step, (Ref("bug", 1), "x"): step}, catalog
    )
    assert kept == {(REF, "priority"): step}
    assert notes == (
        "story/63 field_gone cannot be put back: the field is gone from the space",
        "bug/1 x cannot be put back: the space has no such type",
    )
