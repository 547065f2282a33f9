#!/bin/sh
# The long searches for counterexamples: each target at most 30 minutes, one after the other.
# A target that was run on this commit is not run again, so that an interrupted run goes on.
# Each adds a dated section to docs/deep-runs.md, which is committed with what it found.
set -u
BIN=${BIN:-.venv/bin}
commit=$(git rev-parse --short=12 HEAD)
mkdir -p .deep

for target in ${TARGETS:-laws fields manifest render faults}; do
    done=".deep/$commit-$target"
    [ ! -e "$done" ] || continue
    began=$(date +%s)
    timeout 1800 "$BIN/pytest" "tests/$target" -n 2 -m "not alone" --hypothesis-profile=deep >".deep/$target.log" 2>&1
    code=$?
    [ "$code" -ne 130 ] || exit 130
    {
        printf '\n## %s, %s at %s\n\n' "$(date -u +%Y-%m-%d)" "$target" "$commit"
        printf '`TARGETS=%s make deep`: %s s, exit code %s. ' "$target" "$(($(date +%s) - began))" "$code"
        printf '%s\n' "$(grep -E '[0-9]+ (passed|failed)' ".deep/$target.log" | tail -1)"
        grep -E '^FAILED' ".deep/$target.log" | sed 's/^/- /'
    } >>docs/deep-runs.md
    touch "$done"
done
