"""What GitLab alone does: its answers, its quick actions, its protected branches."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from markdown_it import MarkdownIt
from werkzeug.serving import make_server

from reconciler.errors import CannotRun
from reconciler.forge.choice import forge_of, record_store
from reconciler.forge.gitlab.job import job_from
from reconciler.forge.gitlab.markdown import gitlab_text
from reconciler.forge.rest import ForgeRefused, next_params
from reconciler.plan.last_applied import Record
from reconciler.render.markdown_text import fenced
from tests.forge.lab import ACTION, DEVELOPER, LONGEST, MAINTAINER, REPORTER, Lab, app_of, running
from tests.forge.test_laws import APPLIED, BODY, ForgeCase, on_gitlab
from tests.workflows.hub import GIT, git

GOOD = {
    "GITLAB_CI": "true",
    "CI_API_V4_URL": "https://gitlab.example.com/api/v4",
    "CI_PROJECT_ID": "42",
    "CI_PROJECT_URL": "https://gitlab.example.com/acme/board",
    "CI_DEFAULT_BRANCH": "main",
    "CI_MERGE_REQUEST_IID": "7",
    "RECONCILER_FORGE_TOKEN": "glpat-secretsecret",
}


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with running(tmp_path) as lab:
        git(lab.repo, "symbolic-ref", "HEAD", "refs/heads/main")
        yield lab


@pytest.fixture
def stage(lab: Lab, tmp_path: Path) -> ForgeCase:
    desk = tmp_path / "desk"
    git(tmp_path, "clone", "-q", str(lab.repo), str(desk))
    git(desk, "commit", "-q", "--allow-empty", "-m", "first")
    git(desk, "push", "-q", "origin", "HEAD:refs/heads/main")
    return on_gitlab(tmp_path, lab)


def test_a_job_token_writes_no_note_and_the_message_says_what_does(stage: ForgeCase, lab: Lab) -> None:
    stage.environ["RECONCILER_FORGE_TOKEN"] = lab.token(job=True)
    with pytest.raises(ForgeRefused, match=r"40[13]"):
        stage.comment(BODY)
    del stage.environ["RECONCILER_FORGE_TOKEN"]
    with pytest.raises(CannotRun, match="CI_JOB_TOKEN cannot write notes"):
        stage.comment(BODY)


@pytest.mark.parametrize(
    ("rights", "status", "way"),
    [
        ({"dead": True}, 401, "make a new project access token"),
        ({"scopes": frozenset({"read_repository"})}, 403, "the scope `api`"),
        ({"member": False}, 404, "take a token of this project"),
    ],
)
def test_each_refusal_names_the_right_that_is_missing(
    stage: ForgeCase, lab: Lab, rights: dict[str, Any], status: int, way: str
) -> None:
    stage.environ["RECONCILER_FORGE_TOKEN"] = lab.token(**rights)
    with pytest.raises(ForgeRefused, match=f"GitLab refused to .*: {status}") as refused:
        stage.comment(BODY)
    assert way in str(refused.value)


def test_a_note_that_is_too_long_is_refused_in_gitlab_s_words(stage: ForgeCase) -> None:
    with pytest.raises(ForgeRefused, match="too long"):
        stage.comment(BODY + "x" * LONGEST)


def test_a_locked_discussion_takes_no_note_of_a_reporter(stage: ForgeCase, lab: Lab) -> None:
    lab.locked.add(stage.number)
    stage.environ["RECONCILER_FORGE_TOKEN"] = lab.token(role=REPORTER)
    with pytest.raises(ForgeRefused, match="a locked discussion takes notes of members alone"):
        stage.comment(BODY)


def test_a_project_that_has_moved_is_told_and_the_token_is_not_sent_there(stage: ForgeCase, lab: Lab) -> None:
    lab.moved_to = "99"
    with pytest.raises(ForgeRefused, match="the address has moved"):
        stage.comment(BODY)
    assert not [call for call in lab.calls if "99" in call]


def test_the_next_page_is_asked_for_at_our_address_whatever_the_header_says() -> None:
    link = (
        '<https://elsewhere.example/x?page=1>; rel="prev", <https://evil.example/y?page=3&id=4>; rel="next"'
    )
    assert next_params(link) == {"page": "3", "id": "4"}
    assert next_params('<https://gitlab.example.com/x?page=1>; rel="last"') is None
    assert next_params("") is None


def test_a_note_is_found_in_a_list_that_has_keys_instead_of_pages(stage: ForgeCase, lab: Lab) -> None:
    lab.keyset = True
    for n in range(250):
        stage.say(f"word {n}", "ana")
    mine = stage.say(BODY, stage.me)
    assert stage.comment(f"{BODY} new") == "updated"
    assert mine["body"] == f"{BODY} new"


# -- quick actions ---------------------------------------------------------------------------------

FRAMES = [
    "{}",
    "{} \n",
    "word\n{}",
    "\t{}",
    "  {}",
    "```\n{}",
    "````\n```\n{}",
    ">>>\n{}\n>>>",
    "```text\n{}\n```",
]


@pytest.mark.parametrize("frame", FRAMES)
def test_a_line_of_a_stranger_is_no_quick_action_in_code_or_out_of_it(
    lab: Lab, stage: ForgeCase, frame: str
) -> None:
    said = frame.format("/merge")
    texts = [f"{BODY}\n\n{fenced(said)}", f"{BODY}\n\n<pre>{said}</pre>", f"{BODY}\n\n{said}"]
    for text in texts:
        held = gitlab_text(text)
        assert not ACTION.search(held)
        stage.comment(held)
    assert lab.commands == []


def test_the_fence_of_a_stranger_s_lines_ends_where_ours_does() -> None:
    held = gitlab_text(fenced("```\n/merge\n~~~\n>>>\nplain"))
    lines = held.splitlines()
    assert lines[0] == "````text"
    assert lines[-1] == "````"
    assert lines[1:-1] == ["| ```", "| /merge", "| ~~~", "| >>>", "plain"]
    (token,) = MarkdownIt().parse(held)
    assert token.type == "fence"


# -- the record's branch ---------------------------------------------------------------------------


def head(stage: ForgeCase) -> str:
    return git(stage.desk, "rev-parse", "HEAD")


def make(stage: ForgeCase, record: Record) -> str:
    records = record_store(stage.environ)
    assert records
    return records.make(stage.desk, record)


def test_the_branch_of_records_only_moves_forward_and_keeps_them_all(stage: ForgeCase, lab: Lab) -> None:
    for n in range(3):
        assert make(stage, Record(space="demo", commit=head(stage), digest=str(n))) == APPLIED
    said = git(lab.repo, "log", "--format=%s", APPLIED)
    assert git(lab.repo, "log", "-1", "--format=%b", APPLIED) == "[skip ci]"
    assert [n for n in "012" if f'"digest":"{n}"' in said] == list("012")


def test_a_developer_s_token_moves_no_record(stage: ForgeCase, lab: Lab) -> None:
    stage.environ["RECONCILER_FORGE_TOKEN"] = lab.token(role=DEVELOPER)
    with pytest.raises(CannotRun, match="role Maintainer"):
        make(stage, Record(space="demo", commit=head(stage)))
    token = lab.token(role=DEVELOPER)
    mine = git(stage.desk, "commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "{}")
    push = ["push", f"http://x:{token}@{lab.url.removeprefix('http://')}/acme/board.git", f"{mine}:{APPLIED}"]
    done = subprocess.run([GIT, "-C", str(stage.desk), *push], capture_output=True, text=True, check=False)
    assert "not allowed to push code to protected branches" in done.stderr


def test_a_record_is_read_with_no_token_at_all(stage: ForgeCase) -> None:
    record = Record(space="demo", commit=head(stage))
    make(stage, record)
    del stage.environ["RECONCILER_FORGE_TOKEN"]
    records = record_store(stage.environ)
    assert records
    assert records.newest(stage.desk, "demo", lambda _: None) == record


@pytest.mark.parametrize("form", ["refs/reconciler/applied/{space}", "refs/heads/reconciler/{space}/applied"])
def test_another_ref_is_named_by_the_variable_on_any_forge(
    tmp_path: Path, stage: ForgeCase, lab: Lab, form: str
) -> None:
    environ = {"RECONCILER_RECORD_REF": form}
    record = Record(space="demo", commit=head(stage))
    records = record_store(environ)
    assert records
    ref = records.make(stage.desk, record)
    assert ref == form.replace("{space}", "demo")
    git(tmp_path, "clone", "-q", str(lab.repo), str(tmp_path / "other"))
    assert records.newest(tmp_path / "other", "demo", lambda _: None) == record


@pytest.mark.parametrize("form", ["--upload-pack=x", "main", "refs/heads/a b", "refs/../x"])
def test_a_record_ref_that_is_none_is_refused(form: str) -> None:
    with pytest.raises(CannotRun, match="RECONCILER_RECORD_REF is no ref"):
        record_store({"RECONCILER_RECORD_REF": form})


def test_a_shallow_clone_that_cannot_tell_what_was_merged_believes_no_record(
    stage: ForgeCase, tmp_path: Path
) -> None:
    make(stage, Record(space="demo", commit=head(stage)))
    for n in range(3):
        git(stage.desk, "commit", "-q", "--allow-empty", "-m", f"{n}")
    git(stage.desk, "push", "-q", "origin", "HEAD:refs/heads/main")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{stage.stand_in.repo}", str(shallow))
    records = record_store(stage.environ)
    assert records
    with pytest.raises(CannotRun, match="GIT_DEPTH: 0"):
        records.newest(shallow, "demo", lambda _: None)


# -- variables -------------------------------------------------------------------------------------


def test_a_gitlab_job_is_read_from_its_variables_and_the_token_is_on_no_command_line() -> None:
    job = job_from({**GOOD, "RECONCILER_FORGE_PROXY": "http://ana:pw@proxy:3128"})
    assert (job.merge_request, job.remote) == (7, "https://gitlab.example.com/acme/board.git")
    assert "glpat-" not in repr(job)
    assert "pw" not in repr(job)
    assert "glpat" not in "".join(f"{key}{value}" for key, value in job.git_config().items())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CI_API_V4_URL", "http://gitlab.example.com/api/v4"),
        ("CI_API_V4_URL", "https://gitlab.example.com@evil.example/"),
        ("CI_PROJECT_ID", "42/../43"),
        ("CI_PROJECT_URL", "ssh://git@gitlab.example.com/x"),
        ("CI_DEFAULT_BRANCH", "--upload-pack=touch"),
        ("RECONCILER_FORGE_TOKEN", "glpat-a\n"),
        ("RECONCILER_FORGE_PROXY", "socks5://x"),
    ],
)
def test_a_variable_of_gitlab_that_is_not_usable_is_named_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(CannotRun, match=name) as refused:
        job_from({**GOOD, name: value})
    assert value not in str(refused.value)


def test_the_certificate_file_of_the_job_is_trusted_beside_the_system_s(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(file))
    with forge_of({**GOOD, "CI_SERVER_TLS_CA_FILE": str(file)}) as forge:
        assert forge.request == "Merge request"
    with pytest.raises(CannotRun, match="CI_SERVER_TLS_CA_FILE"):
        forge_of({**GOOD, "CI_SERVER_TLS_CA_FILE": str(tmp_path / "none.pem")})


def test_a_gitlab_of_an_authority_of_one_s_own_is_reached_by_the_file_of_the_runner(
    stage: ForgeCase, lab: Lab, tmp_path: Path
) -> None:
    authority, file = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server = make_server("127.0.0.1", 0, app_of(lab), threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        stage.environ["CI_API_V4_URL"] = f"https://127.0.0.1:{server.server_port}/api/v4"
        with pytest.raises(CannotRun, match="TLS"):
            stage.comment(BODY)
        stage.environ["CI_SERVER_TLS_CA_FILE"] = str(file)
        assert stage.comment(BODY) == "created"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def test_no_other_job_is_taken_for_one_of_a_forge() -> None:
    with pytest.raises(CannotRun, match=r"this is no job of GitHub or GitLab; .*comment --print"):
        forge_of({})
    assert record_store({}) is None
    assert MAINTAINER > DEVELOPER > REPORTER
