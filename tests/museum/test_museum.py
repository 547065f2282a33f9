"""Old diseases of tools like this one, each kept as a patch, and the test that must notice it.

A patch puts one disease back into a copy of the tree.  `make deep` catches each; `make test` takes
samples, and sees that every patch still fits.  Where a change moves what a patch touches, write the patch
anew: edit, `git diff -U1 reconciler > tests/museum/NN-name.patch`, and undo the edit.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.conftest import is_deep

ROOT = Path(__file__).parents[2]
FOLDERS = ("reconciler", "tests", "state", "schemas")
SAMPLES = ("04-any-zero-is-success", "11-strangers-text-shown-raw")
TESTS_FAILED = 1
"""What pytest ends with where a test failed; all else means that none was run as it should."""

CAUGHT_BY: Final = {
    "01-journal-not-synced": "tests/apply/test_journal.py"
    "::test_a_line_is_on_the_disk_before_its_writer_goes_on",
    "02-intent-after-the-put": "tests/faults/test_apply.py::test_every_put_leaves_after_its_intent",
    "03-redirects-followed": "tests/meegle/http/test_network.py"
    "::test_a_redirect_is_not_followed_and_the_other_server_hears_nothing",
    "04-any-zero-is-success": "tests/meegle/http/test_verdict.py"
    "::test_members_that_disagree_are_a_failure_and_prove_nothing",
    "05-status-200-is-success": "tests/meegle/http/test_answers.py"
    "::test_an_answer_that_proves_nothing_sends_a_write_to_be_looked_for",
    "06-checked-once-at-the-start": "tests/faults/test_apply.py"
    "::test_a_person_s_edit_is_kept_or_told_at_every_point_of_the_run",
    "07-yes-is-taken-for-done": "tests/cli/test_apply.py"
    "::test_notices_when_the_service_says_yes_and_does_nothing",
    "08-only-named-roles-sent": "tests/cli/test_apply.py"
    "::test_one_role_of_three_is_changed_and_all_three_are_sent",
    "09-deepdiff-decides": "tests/faults/test_apply.py"
    "::test_rows_that_differ_in_order_or_number_alone_are_a_change",
    "10-guard-judged-and-never-asked": "tests/cli/test_apply.py"
    "::test_each_guard_stops_an_apply_and_is_raised_by_its_own_number",
    "11-strangers-text-shown-raw": "tests/render/test_safe.py"
    "::test_what_a_terminal_or_a_runner_would_obey_is_shown",
    "12-seal-not-checked": "tests/cli/test_apply.py::test_a_plan_that_was_touched_is_refused",
    "13-certificates-not-checked": "tests/meegle/http/test_network.py"
    "::test_a_certificate_of_an_unknown_authority_is_refused",
    "14-environment-names-the-proxy": "tests/meegle/http/test_network.py"
    "::test_the_environment_decides_nothing",
    "15-writes-repeated-blindly": "tests/meegle/http/test_client.py"
    "::test_whatever_the_wire_does_a_put_is_sent_once_and_ends_in_a_verdict",
    "16-plan-may-write": "tests/meegle/http/test_guard.py"
    "::test_a_planning_client_lets_no_other_request_out_not_even_a_raw_one",
    "17-failure-exits-0": "tests/cli/test_apply.py::test_a_blocked_row_ends_in_3_and_all_else_is_sent",
    "18-blank-empties-a-field": "tests/manifest/test_likely_mistakes.py"
    "::test_a_slip_among_the_fields_of_an_item_is_told_at_its_place",
    "19-last-of-two-equal-keys-wins": "tests/manifest/test_likely_mistakes.py"
    "::test_a_slip_among_the_fields_of_an_item_is_told_at_its_place",
    "20-repeat-with-a-new-key": "tests/faults/test_apply.py"
    "::test_a_repeat_after_a_lost_answer_has_its_own_intent_and_the_same_idempotency_key",
    "21-empty-folder-is-no-changes": "tests/manifest/test_files.py::test_a_folder_without_yaml_is_a_mistake",
    "22-service-repeats-our-secret": "tests/meegle/http/test_secrets.py"
    "::test_no_message_exception_or_log_repeats_a_secret",
    "23-seen-before-is-throttling": "tests/meegle/http/test_verdict.py"
    "::test_an_idempotency_key_seen_before_is_no_throttling",
    "24-chain-not-checked": "tests/apply/test_journal.py::test_lines_cannot_be_taken_out_or_swapped",
    "25-dots-in-a-path": "tests/meegle/http/test_guard.py"
    "::test_what_is_no_plain_segment_never_becomes_part_of_a_path",
    "26-timeout-counts-from-byte-to-byte": "tests/meegle/http/test_network.py"
    "::test_a_call_ends_with_its_time_however_the_bytes_drip",
    "27-answer-of-any-size": "tests/meegle/http/test_reading.py::test_a_gzip_bomb_is_dropped_at_the_cap",
    "28-share-of-what-was-selected": "tests/cli/test_apply.py"
    "::test_the_share_counts_all_items_of_the_state_whatever_is_selected",
    "29-drift-undone-without-review": "tests/plan/test_earlier_commit.py"
    "::test_a_merge_never_undoes_an_edit_that_nobody_reviewed",
    "30-old-read-trusted": "tests/apply/test_sending.py"
    "::test_a_read_that_grew_old_while_its_item_waited_is_made_again",
    "31-any-host-gets-the-secret": "tests/meegle/http/test_connection.py"
    "::test_any_other_address_is_refused_and_not_repeated",
    "32-links-followed": "tests/manifest/test_files.py::test_a_path_behind_a_link_is_refused",
    "33-token-fetched-by-every-thread": "tests/meegle/http/test_client.py::test_many_threads_fetch_one_token",
    "34-exception-for-ever": "tests/plan/test_earlier_commit.py"
    "::test_limits_are_the_base_s_and_an_allowance_counts_while_the_base_does_not_have_it",
    "35-plan-of-another-service": "tests/adopt/test_snapshot_file.py",
    "36-refused-put-told-as-unwritten": "tests/apply/test_reading_back.py"
    "::test_of_a_refused_put_is_told_what_was_stored_all_the_same",
    "37-formatting-flattened": "tests/cli/test_plan.py::test_formatted_live_text_is_never_flattened",
    "38-written-behind-what-failed": "tests/apply/test_journal.py"
    "::test_nothing_is_written_behind_what_failed",
    "39-replaced-in-silence": "tests/faults/test_apply.py"
    "::test_a_person_s_edit_is_kept_or_told_at_every_point_of_the_run",
    "40-seen-answers-lost-by-a-signal": "tests/crash/test_signals.py"
    "::test_a_service_that_hangs_does_not_hold_a_run",
    "41-no-time-for-the-index-to-lag": "tests/laws/test_since_last.py"
    "::test_a_plan_since_the_last_run_is_that_of_a_full_read",
    "42-memory-believed-unsealed": "tests/meegle/test_memory.py::test_damage_at_any_byte_is_noticed",
}
"""Each disease, and the test (or the file of tests) that must fail while it is there."""

diseases = pytest.mark.parametrize("disease", list(CAUGHT_BY) if is_deep() else SAMPLES)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree, without what git does not know either."""
    target = tmp_path_factory.mktemp("tree")
    for name in FOLDERS:
        shutil.copytree(
            ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def git_apply(folder: Path, patch: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `git apply` as if there were no repository around."""
    return subprocess.run(
        ["git", "apply", "--whitespace=nowarn", *options, str(patch)],  # noqa: S607 - git of this machine
        cwd=folder,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)},
        capture_output=True,
        text=True,
        check=False,
    )


def run_of(folder: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """Run tests on a copy of the tree; nothing compiled is kept, as patches come and go within a second."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@diseases
def test_a_disease_that_comes_back_is_noticed(copy: Path, disease: str) -> None:
    patch = ROOT / "tests" / "museum" / f"{disease}.patch"
    applied = git_apply(copy, patch)
    assert applied.returncode == 0, applied.stderr
    try:
        done = run_of(copy, CAUGHT_BY[disease])
    finally:
        git_apply(copy, patch, "--reverse")
    assert done.returncode == TESTS_FAILED, done.stdout


@diseases
def test_without_the_disease_the_same_test_passes(copy: Path, disease: str) -> None:
    done = run_of(copy, CAUGHT_BY[disease])
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("disease", CAUGHT_BY)
def test_every_patch_still_fits_the_tree(copy: Path, disease: str) -> None:
    done = git_apply(copy, ROOT / "tests" / "museum" / f"{disease}.patch", "--check")
    assert done.returncode == 0, done.stderr


def test_every_patch_has_its_row() -> None:
    assert sorted(path.stem for path in (ROOT / "tests" / "museum").glob("*.patch")) == sorted(CAUGHT_BY)
