#!/bin/sh
# Package:   yaml 2.9.1 (npm; prettier and the YAML language server are built on it), PyYAML 6.0.3
# Seen:      2026-11-29
# Behaviour: a block whose indentation is given (`|2-`) may end in a line of more blanks than that: they are text (YAML
#            1.2.2, 8.1.2: an indentation, then one character or more). libyaml and PyYAML keep them, `yaml` drops the
#            line where it is no longer than the indentation of the first. Without the number it keeps them too. PyYAML
#            and ruamel.yaml write `|2-` for a text that begins with blanks: what they wrote is read otherwise.
# For us:    an editor checks and formats other values than the plan sends; our writer quotes such texts.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" yaml@2.9.1
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'PyYAML==6.0.3' 2>"$folder/pip.log" ||
    { cat "$folder/pip.log"; exit 1; }
cat >"$folder/read.py" <<'PYTHON'
import json
import sys

import yaml

print("PyYAML", json.dumps([yaml.safe_load(one) for one in json.load(sys.stdin)]))
PYTHON
cat >"$folder/read.cjs" <<'JAVASCRIPT'
const { parse } = require("yaml");
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log("yaml  ", JSON.stringify(texts.map((one) => parse(one))));
JAVASCRIPT
# Without a number, with one, and a text of blanks alone.
printf '%s\n' '["|-\n  a\n    \n", "|2-\n    a\n    \n", "|2-\n    \n"]' >"$folder/texts.json"
{
    "$folder/venv/bin/python" "$folder/read.py" <"$folder/texts.json"
    (cd "$folder" && node read.cjs <texts.json)
} | tee "$folder/seen"
cat >"$folder/expected" <<'TEXT'
PyYAML ["a\n  ", "  a\n  ", "  "]
yaml   ["a\n  ","  a",""]
TEXT
diff "$folder/expected" "$folder/seen"
