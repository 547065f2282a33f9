#!/bin/sh
# Package:   pydantic 2.14.4 (pydantic-core 2.50.5), Python 3.11
# Seen:      2026-11-28
# Behaviour: a field of type Annotated[tuple[str, ...], PlainValidator(...)] holds a real tuple, and is dumped right;
#            still model_dump(mode="json") and model_dump_json() warn of an unexpected value: the wrapping serializer
#            that PlainValidator makes hands the list that JSON mode made of the tuple to the tuple's serializer.
#            Without PlainValidator, or in Python mode, there is no warning. PlainSerializer(list) ends it.
# For us:    the warning goes to stderr of every plan against a base whose settings name people.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pydantic==2.14.4' 2>"$folder/pip.log" ||
    { cat "$folder/pip.log"; exit 1; }
cat >"$folder/seen.py" <<'PYTHON'
import warnings
from typing import Annotated

from pydantic import BaseModel, PlainSerializer, PlainValidator


class Behind(BaseModel):
    names: Annotated[tuple[str, ...], PlainValidator(tuple)]


class Plain(BaseModel):
    names: tuple[str, ...]


class Mended(BaseModel):
    names: Annotated[tuple[str, ...], PlainValidator(tuple), PlainSerializer(list)]


for model in (Behind, Plain, Mended):
    made = model(names=["ana"])
    for mode in ("python", "json"):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            dumped = made.model_dump(mode=mode)
        print(model.__name__, type(made.names).__name__, mode, dumped, len(told))
PYTHON
cat >"$folder/expected" <<'TEXT'
Behind tuple python {'names': ('ana',)} 0
Behind tuple json {'names': ['ana']} 1
Plain tuple python {'names': ('ana',)} 0
Plain tuple json {'names': ['ana']} 0
Mended tuple python {'names': ['ana']} 0
Mended tuple json {'names': ['ana']} 0
TEXT
"$folder/venv/bin/python" "$folder/seen.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen"
