"""The outcomes of fields, and what a report counts."""

from __future__ import annotations

from reconciler.fields.values import Seen
from reconciler.model import Ref
from reconciler.model.outcomes import Applied, Ignored, NotTried, Report, Row, word

REF = Ref("t1", 1)


def test_a_report_counts_outcomes_and_an_ignored_value_is_compared_by_its_words() -> None:
    outcomes = (Applied(), Applied(), Ignored("P0"), NotTried("stopped"))
    report = Report(tuple(Row(REF, "Pay", "priority", "Priority", one) for one in outcomes))
    assert [report.count(kind) for kind in (Applied, Ignored, NotTried)] == [2, 1, 1]
    assert [word(one) for one in outcomes] == ["applied", "applied", "ignored", "not tried"]
    assert Ignored("P0") == Ignored("P0", stored=Seen("o1"))
    assert Ignored("P0") != Ignored("P1")
