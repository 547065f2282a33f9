#!/bin/sh
# Package:   deepdiff 8.6.1, Python 3.11
# Seen:      2026-11-29
# Behaviour: `significant_digits` says how many digits behind the point of a number count. It is applied to whole numbers
#            too, by way of a float, so that whole numbers above 2 ** 53 that differ are the same; so does
#            `ignore_numeric_type_changes` for a whole number beside a float. Ids of 17 digits and more are such numbers.
# For us:    an id that is compared with its neighbour in a tree with prices reads as unchanged. Ids are texts for us,
#            and whole numbers are compared as such before anything is given to DeepDiff.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'deepdiff==8.6.1' 2>"$folder/pip.log" ||
    { cat "$folder/pip.log"; exit 1; }
cat >"$folder/seen.py" <<'PYTHON'
from deepdiff import DeepDiff

before = {"id": 70352012345678901, "price": 1.10}
after = {"id": 70352012345678902, "price": 1.1000001}
print("plain :", sorted(DeepDiff(before, after)["values_changed"]))
print("digits:", DeepDiff(before, after, significant_digits=2))
print("small :", sorted(DeepDiff({"id": 1}, {"id": 2}, significant_digits=2)))
PYTHON
cat >"$folder/expected" <<'TEXT'
plain : ["root['id']", "root['price']"]
digits: {}
small : ['values_changed']
TEXT
"$folder/venv/bin/python" "$folder/seen.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen"
