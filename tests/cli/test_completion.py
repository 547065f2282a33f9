"""A shell asks how a word may go on: by real scripts in real shells, where there is one."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from reconciler.cli import main

SHELLS = {
    "bash": "complete -o nosort -F _reconciler_completion reconciler",
    "zsh": "#compdef reconciler",
    "fish": "complete --no-files --command reconciler",
}


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_printed_for_each_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert SHELLS[shell] in script
    assert f"_RECONCILER_COMPLETE={shell}_complete" in script
    if program := shutil.which(shell):
        subprocess.run([program, "-n"], input=script, text=True, check=True)


def test_another_shell_is_refused_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "tcsh"]) == 1
    assert "is not one of 'bash', 'zsh', 'fish'" in capsys.readouterr().err
