"""Laws of saved plans: a file holds everything that a plan does, and gives it back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import fields, replace

from reconciler.model import Change, Plan, Ref, Unapplied, Update
from reconciler.plan.plan_data import sealed, text_of
from reconciler.plan.plan_file import dumps, load_plan, plan_data, plan_file, plan_of
from reconciler.plan.plan_json import FieldFile
from tests.render.plans import NOON, changes, members, plans, refs, wire, words, writable

commits = st.none() | st.sampled_from(["a" * 40, "0123456789abcdef" * 4])
ruled = st.builds(replace, changes, contains=members, excludes=members, base=wire)
lagging = st.builds(Unapplied, refs, st.none() | words, commits, st.booleans())


@st.composite
def whole_plans(draw: st.DrawFn) -> Plan:
    """A plan in which every member may hold something."""
    plan = draw(plans)
    row = draw(ruled)
    more = Update(Ref("story", 1), draw(words), row.place, (row,))
    return replace(
        plan,
        updates=(*plan.updates, more),
        metadata_digest=draw(words),
        applied=draw(commits),
        unapplied=draw(st.lists(lagging, max_size=3).map(tuple)),
        whole=draw(st.booleans()),
        targets=draw(st.lists(refs, max_size=2).map(tuple)),
        commit=draw(commits),
        dirty=draw(st.none() | st.booleans()),
    )


@given(whole_plans(), words)
def test_a_plan_that_is_saved_and_read_again_is_the_same_plan(plan: Plan, folder: str) -> None:
    assume(writable(plan))
    assume(folder.isprintable())
    made = plan_file(plan, NOON, folder=folder, roots=["state"])
    assert plan_of(load_plan(dumps(made))) == replace(plan, seal=made.seal)


@given(whole_plans(), words, st.sampled_from([NOON, NOON.replace(tzinfo=timezone(timedelta(hours=8)))]))
def test_what_is_written_is_what_the_model_of_a_plan_holds(plan: Plan, folder: str, at: datetime) -> None:
    assume(writable(plan))
    written, model = sealed(plan, at, folder=folder), plan_file(plan, at, folder=folder)
    assert text_of(written.data) == dumps(model)
    assert json.loads(text_of(written.data)) == plan_data(model)
    facts = ("timestamp", "host", "exit_reason", "digest", "seal", "reconciler_version")
    assert [getattr(written, name) for name in facts] == [getattr(model, name) for name in facts]
    for part in ("space", "desired", "base"):
        mine, whole = getattr(written, part)._asdict(), getattr(model, part)
        assert mine == {name: getattr(whole, name) for name in mine}


def test_a_saved_change_has_every_member_of_a_change() -> None:
    twins = {"before_text", "after_text"}  # what programs read whose numbers are rounded
    known = set(FieldFile.model_fields) - {"op", "source"} - twins
    assert known == {one.name for one in fields(Change)} - {"clears", "place", "rules"}  # in `source`
