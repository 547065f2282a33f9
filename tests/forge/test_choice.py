"""Which forge a job runs on, by its environment, and where its records are kept."""

from __future__ import annotations

import pytest

from reconciler.errors import CannotRun
from reconciler.forge.choice import FORGES, forge_of, record_store, row_of
from reconciler.forge.git_records import BRANCH, GitRecords


@pytest.mark.parametrize("row", FORGES, ids=lambda row: row.name)
def test_a_job_of_a_forge_is_known_by_its_variable(row: object) -> None:
    assert row in FORGES
    (variable,) = [one.variable for one in FORGES if one is row]
    found = row_of({variable: "true"})
    assert found is row
    assert row_of({variable: "false"}) is None


def test_a_job_of_no_forge_is_told_what_to_do_instead() -> None:
    with pytest.raises(CannotRun, match="comment --print"):
        forge_of({})
    assert record_store({}) is None


def test_records_of_a_gitlab_job_without_a_token_can_be_read() -> None:
    records = record_store({"GITLAB_CI": "true"})
    assert isinstance(records, GitRecords)
    assert (records.form, records.remote, dict(records.config)) == (BRANCH, "origin", {})


def test_the_variable_names_another_ref_on_any_forge() -> None:
    for environ in ({}, {"GITLAB_CI": "true"}):
        records = record_store({**environ, "RECONCILER_RECORD_REF": "refs/applied/{space}"})
        assert isinstance(records, GitRecords)
        assert records.ref("demo") == "refs/applied/demo"
