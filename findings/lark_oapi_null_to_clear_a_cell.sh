#!/bin/sh
# Package:   lark-oapi 1.7.5 (PyPI), the SDK for Lark's and Feishu's open platform; Python 3.11
# Seen:      2026-11-29
# Behaviour: `null` clears a value of a record. The SDK leaves out what a model does not name, and does so for maps of the
#            user's own data as well: a cell set to None is not in the body, so that nothing clears it, and the answer is a
#            success. The same None in a map that stands in a list is sent.
# For us:    "not said" and "to be empty" are two things. A body is built from what was planned, and each PUT is read back.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'lark-oapi==1.7.5' 2>"$folder/pip.log" ||
    { cat "$folder/pip.log"; exit 1; }
cat >"$folder/seen.py" <<'PYTHON'
import lark_oapi as lark
from lark_oapi.api.bitable.v1 import AppTableRecord

cells = {"Name": "Release", "Owner": None, "Place": {"note": None}, "Links": [{"text": None}]}
print("set :", cells)
print("body:", lark.JSON.marshal(AppTableRecord.builder().fields(cells).build()))
PYTHON
cat >"$folder/expected" <<'TEXT'
set : {'Name': 'Release', 'Owner': None, 'Place': {'note': None}, 'Links': [{'text': None}]}
body: {"fields": {"Name": "Release", "Place": {}, "Links": [{"text": null}]}}
TEXT
"$folder/venv/bin/python" "$folder/seen.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen"
