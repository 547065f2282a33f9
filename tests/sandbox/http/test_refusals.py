"""Refusals: code and text of the table, inside and outside."""

from __future__ import annotations

from tests.sandbox.api import STORIES, Api, like


def test_an_error_holds_code_and_text_inside_and_outside(shared: Api) -> None:
    told = shared.call("POST", f"{STORIES}/query", {"work_item_ids": [1]}).json()
    assert like(told, {"err_code": 30005, "err_msg": str, "err": {"code": 30005, "msg": str, "log_id": str}})
    assert "data" not in told
