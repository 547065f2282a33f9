#!/bin/sh
# Package:   prettier 3.10.1 (npm), read back with PyYAML 6.0.3
# Seen:      2026-11-29
# Behaviour: `- |2` says that the text of an item stands two columns behind its list. Prettier moves a list that begins
#            in the column of its key two columns in, but leaves such a text where it was (or moves it by one column and
#            cuts a letter off). So the text is another one afterwards, without a message.
#            (YAML 1.2.2, 8.1.1.1: the indicator counts from the parent node, here the list.)
# For us:    a text that begins with blanks needs the indicator. `reconciler fmt` moves lists and texts together; after
#            it prettier has nothing to move.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" prettier@3.10.1
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'PyYAML==6.0.3' 2>"$folder/pip.log" ||
    { cat "$folder/pip.log"; exit 1; }
cat >"$folder/steps.yaml" <<'YAML'
steps:
- |2
    indented
- last
YAML
read_it() { "$folder/venv/bin/python" -c 'import sys, yaml; print(yaml.safe_load(sys.stdin))'; }
{
    printf 'before: '
    read_it <"$folder/steps.yaml"
    "$folder/node_modules/.bin/prettier" --no-config "$folder/steps.yaml" >"$folder/after.yaml"
    cat "$folder/after.yaml"
    printf 'after:  '
    read_it <"$folder/after.yaml"
} | tee "$folder/seen"
cat >"$folder/expected" <<'TEXT'
before: {'steps': ['  indented\n', 'last']}
steps:
  - |2
    indented
  - last
after:  {'steps': ['indented\n', 'last']}
TEXT
diff "$folder/expected" "$folder/seen"
