#!/bin/sh
# Package:   ruamel.yaml 0.19.1 with ruamel.yaml.clib 0.2.15 (extra `oldlibyaml`), Python 3.11; yaml 2.9.1 (npm)
# Seen:      2026-11-29
# Behaviour: the first line of a block may begin with a tab behind its indentation: indentation is spaces alone, the tab
#            is text (YAML 1.2.2, 6.1 and 8.1.1.1). ruamel.yaml's own scanner and `yaml` read it, and ruamel.yaml writes it
#            for a LiteralScalarString. The C scanner, which YAML(typ="safe") takes where it is installed, refuses it.
# For us:    copied code begins with a tab. Our writer quotes it, and the reader says what to do.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" yaml@2.9.1
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    'ruamel.yaml[oldlibyaml]==0.19.1' 'ruamel.yaml.clib==0.2.15' 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
cat >"$folder/seen.py" <<'PYTHON'
import io

from ruamel.yaml import YAML, YAMLError
from ruamel.yaml.scalarstring import LiteralScalarString

written = io.StringIO()
YAML().dump({"code": LiteralScalarString("\tif ok:\n\t\tgo()\n")}, written)
text = written.getvalue()
print("written:", repr(text))
print("pure   :", YAML(typ="safe", pure=True).load(text))
try:
    print("C      :", YAML(typ="safe").load(text))
except YAMLError as error:
    print("C      :", error.problem)
open("text.yaml", "w", encoding="utf-8").write(text)
PYTHON
cat >"$folder/expected" <<'TEXT'
written: 'code: |\n  \tif ok:\n  \t\tgo()\n'
pure   : {'code': '\tif ok:\n\t\tgo()\n'}
C      : found a tab character where an indentation space is expected
yaml   : {"code":"\tif ok:\n\t\tgo()\n"}
TEXT
cd "$folder"
{
    venv/bin/python seen.py
    node -e 'console.log("yaml   :", JSON.stringify(require("yaml").parse(require("fs").readFileSync("text.yaml", "utf8"))))'
} | tee seen
diff expected seen
