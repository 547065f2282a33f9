#!/bin/sh
# Change planner, guard, outcomes, the reading of answers and safe text in every small way, one at a time,
# in a copy of the tree, and count the changes that no test noticed.
set -u
BIN=$(cd "${BIN:-.venv/bin}" && pwd)
here=$(pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z | xargs -0 cp --parents -t "$copy"
cd "$copy" || exit 1
"$BIN/mutmut" run --max-children 2 >/dev/null 2>&1
"$BIN/mutmut" results --all true >all.txt
mkdir -p "$here/.deep"
grep -v ': killed' all.txt >"$here/.deep/survived.txt"
printf 'counted: %s mutants, %s killed, %s noticed by no test\n' \
    "$(grep -c ': ' all.txt)" "$(grep -c ': killed' all.txt)" "$(grep -cv ': killed' all.txt)"
