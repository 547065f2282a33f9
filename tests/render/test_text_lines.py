"""One line of text for a change and for an outcome."""

from __future__ import annotations

from reconciler.errors import Place
from reconciler.model import Change, Ref
from reconciler.model.outcomes import Ignored, Rejected, Row
from reconciler.render.safe import SafeText
from reconciler.render.text_lines import LONGEST, change_line, cut, ending, value_line

HERE = Place("state/a.yaml", 12, 7)


def changed(before: str, after: str, place: Place = HERE) -> Change:
    return Change("priority", "Priority", "select", before, after, before, after, (), (), place)


def test_a_line_has_sign_field_values_and_place() -> None:
    assert change_line(changed("P1", "P0"), 8, "state/a.yaml") == "~ Priority  P1 → P0   :12"


def test_a_change_of_another_file_than_the_heading_names_its_file() -> None:
    elsewhere = changed("P1", "P0", Place("state/b.yaml", 3, 1))
    assert change_line(elsewhere, 8, "state/a.yaml").endswith("   state/b.yaml:3")


def test_a_long_text_is_cut_and_says_how_long_it_is() -> None:
    text = SafeText("x" * (LONGEST + 1))
    assert cut(text) == f"{'x' * LONGEST}… ({LONGEST + 1} characters)"
    assert cut(SafeText("x" * LONGEST)) == "x" * LONGEST


def test_what_a_cut_text_isolates_is_closed() -> None:
    assert cut(SafeText("\u2068" + "x" * LONGEST)).count("\u2069") == 1


def test_a_label_of_several_lines_stays_in_one() -> None:
    assert "\n" not in value_line(changed("a\nb", "c"))


def test_an_outcome_is_told_with_what_was_stored_or_why_it_was_refused() -> None:
    ref, change = Ref("story", 1), changed("P1", "P0")
    assert ending(Row(ref, "Checkout", "priority", "Priority", Ignored("P1"), change)) == (
        "ignored",
        "desired P0, stored P1",
    )
    assert ending(Row(ref, "Checkout", "priority", "Priority", Rejected("50006"), change))[0] == "rejected"
