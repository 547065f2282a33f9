#!/bin/sh
# Package:   click 8.3.1, GNU bash 5.2, Python 3.11
# Seen:      2026-11-29
# Behaviour: bash cuts a word at `=` (COMP_WORDBREAKS) before it asks for completions. Click takes the `=` for the value
#            of the option and completes what follows as the next argument: `--color=r` becomes `--color=right`, where
#            `right` is a word of another parameter and `--color` takes red or green. `--color r` becomes `--color red`.
# For us:    people type `--only=…`. Our completion joins the words again before click sees them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'click==8.3.1' 'pexpect==4.9.0' 2>"$folder/pip.log" ||
    { cat "$folder/pip.log"; exit 1; }
{
    echo "#!$folder/venv/bin/python"
    cat <<'PYTHON'
import click


@click.command()
@click.option("--color", type=click.Choice(["red", "green"]))
@click.argument("side", type=click.Choice(["left", "right"]))
def tool(color, side):
    click.echo((color, side))


tool()
PYTHON
} >"$folder/tool"
chmod +x "$folder/tool"
cat >"$folder/type.py" <<'PYTHON'
import os
import re
import sys

import pexpect

PROMPT = "ready: "
environ = {**os.environ, "PATH": f"{sys.argv[1]}:{os.environ['PATH']}", "TERM": "dumb", "INPUTRC": "/dev/null"}
shell = pexpect.spawn("bash", ["--norc", "--noprofile", "-i"], env=environ, encoding="utf-8", timeout=20)
shell.sendline(f"bind 'set enable-bracketed-paste off'; PS1='{PROMPT}'")
shell.sendline('eval "$(_TOOL_COMPLETE=bash_source tool)"; echo he""re')
shell.expect("\r\nhere\r\n")
shell.expect(PROMPT)
for typed in ("tool --color r", "tool --color=r"):
    shell.send(f"{typed}\t")
    shell.expect(re.escape(typed) + "([a-z]+) ")
    print(f"{typed}<TAB> -> {typed}{shell.match[1]}")
    shell.send("\x15")
PYTHON
cat >"$folder/expected" <<'TEXT'
tool --color r<TAB> -> tool --color red
tool --color=r<TAB> -> tool --color=right
TEXT
"$folder/venv/bin/python" "$folder/type.py" "$folder" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen"
