"""Where the buttons of a card lead: to addresses that the CI system names in its variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from reconciler.forge.lark.card import Link
from reconciler.forge.lark.words import Words
from reconciler.forge.variables import ADDRESS

PULL: Final = re.compile(r"refs/pull/([1-9][0-9]*)/merge")
PAGE: Final = "RECONCILER_PAGE_URL"
"""Names the address of the HTML page, where a job knows it."""


def links_of(environ: Mapping[str, str], words: Words) -> list[Link]:
    """Return the links of a job; an address that is no plain one is left out."""
    found = [
        (words.request, request_url(environ)),
        (words.page, environ.get(PAGE, "")),
        (words.job, job_url(environ)),
    ]
    return [Link(text, url) for text, url in found if ADDRESS.fullmatch(url)]


def request_url(environ: Mapping[str, str]) -> str:
    """Return the address of the pull or merge request; empty where the job is about none."""
    if iid := environ.get("CI_MERGE_REQUEST_IID"):
        return f"{environ.get('CI_MERGE_REQUEST_PROJECT_URL', '')}/-/merge_requests/{iid}"
    hit = PULL.fullmatch(environ.get("GITHUB_REF", ""))
    return f"{github(environ)}/pull/{hit[1]}" if hit else ""


def job_url(environ: Mapping[str, str]) -> str:
    """Return the address of the CI run."""
    if run := environ.get("GITHUB_RUN_ID"):
        return f"{github(environ)}/actions/runs/{run}"
    return environ.get("CI_PIPELINE_URL", "")


def github(environ: Mapping[str, str]) -> str:
    """Return the address of the repository."""
    return f"{environ.get('GITHUB_SERVER_URL', '')}/{environ.get('GITHUB_REPOSITORY', '')}"
