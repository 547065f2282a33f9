#!/bin/sh
# Package:   ruamel.yaml 0.19.1 with ruamel.yaml.clib 0.2.15 (extra `oldlibyaml`), Python 3.11
# Seen:      2026-11-28
# Behaviour: a round trip, YAML().load then YAML().dump, leaves out the quotes of a text with a colon between brackets and
#            writes `null` as nothing. YAML(typ="safe") of the same version, which uses the C scanner where it is
#            installed, cannot read that list again; with pure=True it can. Nothing was changed between load and dump.
#            So a formatter built on the round trip writes files that the package's own fast reader refuses.
# For us:    formatters on PyPI (yamlfmt 1.1) are built on it: a blank value may have been a `null`, and a list of links
#            is written on lines of its own, where quotes do not matter.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    'ruamel.yaml[oldlibyaml]==0.19.1' 'ruamel.yaml.clib==0.2.15' 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
cat >"$folder/seen.py" <<'PYTHON'
import io

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

for text in ('docs: ["https://example.com/a"]', "owner: null", 'docs:\n- "https://example.com/a"'):
    out = io.StringIO()
    YAML().dump(YAML().load(text), out)
    for pure in (True, False):
        try:
            said = repr(YAML(typ="safe", pure=pure).load(out.getvalue()))
        except YAMLError as error:
            said = type(error).__name__
        print(repr(text), "is written as", repr(out.getvalue()), "and read as", said, "(pure)" if pure else "(C)")
PYTHON
cat >"$folder/expected" <<'TEXT'
'docs: ["https://example.com/a"]' is written as 'docs: [https://example.com/a]\n' and read as {'docs': ['https://example.com/a']} (pure)
'docs: ["https://example.com/a"]' is written as 'docs: [https://example.com/a]\n' and read as ScannerError (C)
'owner: null' is written as 'owner:\n' and read as {'owner': None} (pure)
'owner: null' is written as 'owner:\n' and read as {'owner': None} (C)
'docs:\n- "https://example.com/a"' is written as 'docs:\n- https://example.com/a\n' and read as {'docs': ['https://example.com/a']} (pure)
'docs:\n- "https://example.com/a"' is written as 'docs:\n- https://example.com/a\n' and read as {'docs': ['https://example.com/a']} (C)
TEXT
"$folder/venv/bin/python" "$folder/seen.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen"
