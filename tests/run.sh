#!/bin/sh
# Every check of the project, one suite after the other; prints what each took.
# With an argument, only the suites of that name.
set -u
BIN=${BIN:-.venv/bin}
only=${1:-}
failed=""
times=""

suite() {
    name=$1
    shift
    [ -z "$only" ] || [ "$only" = "$name" ] || return 0
    printf '== %s: %s\n' "$name" "$*"
    began=$(date +%s)
    "$@" || failed="$failed $name"
    times="$times$(printf '%5ss  %s: %s' "$(($(date +%s) - began))" "$name" "$*")
"
}

tests_of() {
    "$BIN/pytest" "$@" -n 2 -m "not alone"
}

# The programs of others that the editor tests run beside us; without npm those tests are skipped.
[ -n "$only" ] || ! command -v npm >/dev/null 2>&1 ||
    suite install npm ci --prefix tests/editor --ignore-scripts --no-audit --no-fund --loglevel=error

suite lint "$BIN/ruff" check .
suite lint "$BIN/ruff" format --check .
suite lint "$BIN/mypy"
suite lint "$BIN/lint-imports"
apart="sandbox crash browser editor workflows forge faults museum inputs fuzz"
suite units tests_of tests $(printf -- '--ignore tests/%s ' $apart)
suite sandbox tests_of tests/sandbox
suite crash tests_of tests/crash
suite pages tests_of tests/browser tests/editor
suite workflows tests_of tests/workflows tests/forge
suite faults tests_of tests/faults tests/museum tests/inputs tests/fuzz
suite alone "$BIN/pytest" tests -m alone

printf '\nTime of each suite:\n%s' "$times"
[ -z "$failed" ] || { printf 'FAILED:%s\n' "$failed"; exit 1; }
