"""The JUnit report: a case for each item that differs, is blocked, or fails."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from msgspec.structs import replace

from reconciler.model import GuardResult, Held, HeldBy, Why
from reconciler.render.junit import plan_junit
from tests.render.plans import block, plan_with, priority, update

BUSY = plan_with(
    update(1, priority(why=Why.CONFLICTING, base_label="P2")),
    update(2, priority(why=Why.CHANGED_HERE)),
    update(3, replace(priority(), clears=True, after=None, after_label="(empty)")),
    blocks=[block(1)],
    skipped=(update(4, priority(why=Why.DRIFT, held=Held(HeldBy.POLICY, "report"), by="bo@example.com")),),
    guards=(GuardResult("clears", "0", "1", ok=False), GuardResult("changes", "100", "3", ok=True)),
)


def read(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own text


def test_each_item_that_differs_is_a_case_that_failed() -> None:
    root = read(plan_junit(BUSY))
    (suite,) = root
    failed = [one for one in suite if one.find("failure") is not None]
    assert (suite.get("tests"), suite.get("failures"), len(suite), len(failed)) == ("7", "6", 7, 6)
    assert "P1 → P0  drift: bo@example.com" not in str(failed[0].findtext("failure"))
    assert any("bo@example.com" in str(one.findtext("failure")) for one in failed)
