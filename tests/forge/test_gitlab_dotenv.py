"""Variables that a GitLab job reports: no rule sees them, and only jobs that need it get them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.forge.gitlab_runner import PIECES

REPORTED = re.compile(r"\$\{?(RECONCILER_(?:TO_UPDATE|DRIFTED|SHA|PAGE_URL|CHANGES|EXIT_REASON))\b")
"""Variables that the pieces get from an earlier job's report (`reconciler/forge/outputs.py`)."""
READ = sorted(PIECES.glob("*.yml"))


def jobs_of(path: Path) -> dict[str, dict[str, Any]]:
    made = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return {name: job for name, job in made.items() if isinstance(job, dict) and "script" in job}


def reports(job: dict[str, Any]) -> bool:
    return "dotenv" in job.get("artifacts", {}).get("reports", {})


@pytest.mark.parametrize("path", READ, ids=lambda path: path.name)
def test_no_rule_asks_for_what_a_job_reports(path: Path) -> None:
    for name, job in jobs_of(path).items():
        assert not REPORTED.search(repr(job.get("rules"))), name


@pytest.mark.parametrize("path", READ, ids=lambda path: path.name)
def test_who_reads_what_a_job_reports_needs_that_job_and_hides_no_artifacts(path: Path) -> None:
    jobs = jobs_of(path)
    makers = {name for name, job in jobs.items() if reports(job)}
    for name, job in jobs.items():
        text = repr((job["script"], job.get("before_script"), job.get("variables")))
        if name in makers or not REPORTED.search(text):
            continue
        assert makers & set(job.get("needs", ())), name
        assert "dependencies" not in job, name


def test_there_are_such_jobs() -> None:
    every = {name: job for path in READ for name, job in jobs_of(path).items()}
    assert sum(map(reports, every.values())) >= 2
    assert sum(bool(REPORTED.search(repr(job["script"]))) for job in every.values()) >= 3
