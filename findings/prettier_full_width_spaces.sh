#!/bin/sh
# Package:   prettier 3.10.1 (npm), read back with PyYAML 6.0.3
# Seen:      2026-11-29
# Behaviour: a quoted or plain text over several lines is folded: only spaces and tabs at the edge of a line go (YAML
#            1.2.2, 5.5 and 7.3). Prettier takes U+3000 and U+00A0 there for white space as well and drops them. A
#            paragraph of Chinese begins with two U+3000: they are gone after prettier, and with them the value.
#            In a block (`|` or `>`) they stay.
# For us:    descriptions in Chinese. `.prettierignore` of a new repository leaves the state out.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" prettier@3.10.1
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'PyYAML==6.0.3' 2>"$folder/pip.log" ||
    { cat "$folder/pip.log"; exit 1; }
cat >"$folder/write.py" <<'PYTHON'
import sys

with open(sys.argv[1], "w", encoding="utf-8") as file:
    file.write('quoted: "one\n\n  \u3000\u3000two"\nplain: one\n  \u00a0two\nblock: |\n  one\n  \u3000\u3000two\n')
PYTHON
cat >"$folder/read.py" <<'PYTHON'
import sys

import yaml

with open(sys.argv[1], encoding="utf-8") as file:
    for name, value in yaml.safe_load(file).items():
        print(name, ascii(value))
PYTHON
"$folder/venv/bin/python" "$folder/write.py" "$folder/text.yaml"
{
    "$folder/venv/bin/python" "$folder/read.py" "$folder/text.yaml"
    "$folder/node_modules/.bin/prettier" --no-config --log-level silent --write "$folder/text.yaml"
    echo "after prettier:"
    "$folder/venv/bin/python" "$folder/read.py" "$folder/text.yaml"
} | tee "$folder/seen"
cat >"$folder/expected" <<'TEXT'
quoted 'one\n\u3000\u3000two'
plain 'one \xa0two'
block 'one\n\u3000\u3000two\n'
after prettier:
quoted 'one\ntwo'
plain 'one two'
block 'one\n\u3000\u3000two\n'
TEXT
diff "$folder/expected" "$folder/seen"
