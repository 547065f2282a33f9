#!/bin/sh
# Package:   ruamel.yaml 0.19.1 with ruamel.yaml.clib 0.2.15 (extra `oldlibyaml`), Python 3.11
# Seen:      2026-11-28
# Behaviour: YAML(typ="safe") uses the C scanner where it is installed. Between brackets or braces that scanner ends a
#            plain scalar at any colon, and refuses the file; YAML(typ="safe", pure=True) of the same version reads it,
#            as YAML 1.2 says (a colon ends a plain scalar only where a blank or an indicator follows).
#            So whether `[https://example.com]` is YAML depends on which wheels are installed.
# For us:    lists of links and times between braces are what people write; a message must not call them broken YAML.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    'ruamel.yaml[oldlibyaml]==0.19.1' 'ruamel.yaml.clib==0.2.15' 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
cat >"$folder/seen.py" <<'PYTHON'
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

for text in ("docs: [https://example.com/a]", "{at: 2026-12-01T09:30:00+08:00}", "at: [12:30]"):
    for pure in (True, False):
        try:
            said = repr(YAML(typ="safe", pure=pure).load(text))
        except YAMLError as error:
            said = type(error).__name__
        print("pure" if pure else "C   ", text, "->", said)
PYTHON
cat >"$folder/expected" <<'TEXT'
pure docs: [https://example.com/a] -> {'docs': ['https://example.com/a']}
C    docs: [https://example.com/a] -> ScannerError
pure {at: 2026-12-01T09:30:00+08:00} -> {'at': datetime.datetime(2026, 12, 1, 9, 30, tzinfo=datetime.timezone(datetime.timedelta(seconds=28800), '+08:00'))}
C    {at: 2026-12-01T09:30:00+08:00} -> ScannerError
pure at: [12:30] -> {'at': ['12:30']}
C    at: [12:30] -> ScannerError
TEXT
"$folder/venv/bin/python" "$folder/seen.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen"
