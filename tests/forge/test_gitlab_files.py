"""The pieces of a GitLab pipeline as files: what `init` writes, and what a reviewer looks at."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from reconciler.adopt.workflows import GITLAB, GITLAB_CI, of_gitlab, seal_template, written_as
from tests.conftest import without
from tests.forge.gitlab_runner import PIECES, ROOT
from tests.workflows.hub import git

if TYPE_CHECKING:
    from tests.conftest import Desk

WRITERS = {"reconciler:apply", "reconciler:heal"}
FILES = sorted(PIECES.glob("*.yml"))


def jobs() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in FILES:
        found |= YAML(typ="safe").load(path)
    named = {name: job for name, job in found.items() if not name.startswith(".")}
    assert named
    return named


def script(job: dict[str, Any]) -> str:
    return "\n".join([*job.get("script", []), *job.get("after_script", [])])


def test_init_writes_the_pieces_and_the_line_that_includes_them(desk: Desk) -> None:
    done = desk.run("init", "--forge", "gitlab", "--space", "demo", "--type", "story")
    assert (done.code, done.err) == (0, "")
    for path, text in of_gitlab().items():
        assert (desk.folder / path).read_text(encoding="utf-8") == text
    assert not (desk.folder / ".github").exists()
    readme = (desk.folder / "README.md").read_text(encoding="utf-8")
    assert "merge request" in readme
    assert ".github" not in readme
    used = "".join(path.read_text(encoding="utf-8") for path in FILES) + "MEEGLE_PLUGIN_ID MEEGLE_USER_KEY"
    for name in re.findall(r"`((?:MEEGLE|RECONCILER)_\w+)`", readme):
        assert name in used or name == "RECONCILER_FORGE_TOKEN"
    assert desk.run("init", "--check").code == 0


def test_an_existing_pipeline_is_kept_and_the_line_to_add_is_told(desk: Desk) -> None:
    (desk.folder / GITLAB_CI).write_text("build: {script: [make]}\n", encoding="utf-8")
    done = desk.run("init", "--forge", "gitlab", "--space", "demo", "--type", "story")
    assert (desk.folder / GITLAB_CI).read_text(encoding="utf-8") == "build: {script: [make]}\n"
    assert "add to its `include:` the line `- local: /.gitlab/reconciler/*.yml`" in done.err


def test_a_piece_is_renewed_until_somebody_edits_it(desk: Desk) -> None:
    folder = desk.folder / GITLAB
    folder.mkdir(parents=True)
    text = (PIECES / "plan.yml").read_text(encoding="utf-8")
    older = seal_template("gitlab/plan.yml", text.replace("30 minutes", "29 minutes"))
    (folder / "plan.yml").write_text(older, encoding="utf-8")
    edited = (PIECES / "apply.yml").read_text(encoding="utf-8").replace("5 hours", "1 hour")
    (folder / "apply.yml").write_text(edited, encoding="utf-8")
    assert desk.run("init", "--upgrade").out.startswith(f"renewed {GITLAB}/plan.yml\n")
    assert (folder / "plan.yml").read_text(encoding="utf-8") == text
    assert (folder / "apply.yml").read_text(encoding="utf-8") == edited
    assert (written_as(text), written_as(edited)) == ("gitlab/plan.yml", None)


@pytest.mark.parametrize("path", [*FILES, PIECES.with_name("gitlab-ci.yml")], ids=lambda path: path.name)
def test_each_piece_is_what_gitlab_s_schema_takes(path: Path) -> None:
    program = Path(sys.executable).with_name("check-jsonschema")
    if not program.exists():
        without("check-jsonschema is not installed")
    done = subprocess.run(
        [str(program), "--builtin-schema", "vendor.gitlab-ci", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_only_a_job_of_the_environment_can_write_to_the_space() -> None:
    writing = re.compile(r"reconciler (apply|rollback|doctor)|--heal")
    for name, job in jobs().items():
        behind = job.get("environment", {}).get("name") == "meegle"
        assert (
            bool(writing.search(script(job))) == behind == (name in {"reconciler:apply", "reconciler:heal"})
        )
        assert not behind or job["resource_group"] == "reconciler-apply-$RECONCILER_SPACE"


def test_a_token_of_the_forge_is_given_to_jobs_that_write_there_and_to_no_other() -> None:
    for name, job in jobs().items():
        writes = bool(re.search(r"reconciler (comment|accept|record plan)", script(job)))
        assert writes == job.get("environment", {}).get("name", "").startswith("reconciler/"), name


def test_each_job_has_an_end_and_its_command_hears_signals() -> None:
    for name, job in jobs().items():
        assert "timeout" in job, name
        last = job["script"][-1].strip().splitlines()[-1]
        assert last.startswith("exec reconciler") or "reconciler " not in last or ">" in last, name


def test_the_tool_comes_from_the_mirror_where_the_image_has_none(tmp_path: Path) -> None:
    """The lines before each script, with a mirror project on the disk and a made-up install.sh."""
    mirror = tmp_path / "acme" / "reconciler.git"
    mirror.mkdir(parents=True)
    git(mirror, "init", "-q")
    (mirror / "install.sh").write_text(
        'mkdir -p "$1/bin"; echo "echo made-up" > "$1/bin/reconciler"; chmod +x "$1/bin/reconciler"\n'
    )
    git(mirror, "add", "-A")
    git(mirror, "commit", "-q", "-m", "first")
    _, lines = YAML(typ="safe").load(PIECES / "tool.yml")[".reconciler"]["before_script"]
    environ = {
        "PATH": "/usr/bin:/bin",
        "RECONCILER_TOOL": str(tmp_path / "tool"),
        "CI_SERVER_URL": f"file://{tmp_path}",
        "CI_JOB_TOKEN": "glcbt-secret",
        "RECONCILER_PROJECT": "acme/reconciler",
        "RECONCILER_REF": git(mirror, "rev-parse", "HEAD"),
    }
    program = ["/bin/bash", "-exo", "pipefail", "-c", f"{lines}\nreconciler"]
    done = subprocess.run(program, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "made-up\n"), done.stderr
    assert "glcbt-secret" not in done.stderr
    del environ["RECONCILER_REF"]
    environ["RECONCILER_TOOL"] += "2"
    done = subprocess.run(program, env=environ, capture_output=True, text=True, check=False)
    assert "RECONCILER_REF: is not set" in done.stderr


def test_the_templates_are_sealed() -> None:
    for path in FILES:
        assert written_as(path.read_text(encoding="utf-8")) == f"gitlab/{path.name}", (
            "run `python -m reconciler.adopt.workflows`"
        )
    assert (ROOT / "reconciler/templates/gitlab-ci.yml").read_text() == of_gitlab()[GITLAB_CI]
