#!/bin/sh
# The long searches for counterexamples: each target at most 30 minutes, one after the other.
# A target that was run on this commit is not run again, so that an interrupted run goes on.
# Each adds a dated section to docs/deep-runs.md, which is committed with what it found.
# kills-1 to kills-4 are the 10,000 random kills of tests/crash; crash is the rest of that folder.
set -u
BIN=${BIN:-.venv/bin}
commit=$(git rev-parse --short=12 HEAD)
mkdir -p .deep

for target in ${TARGETS:-laws fields manifest render faults crash kills-1 kills-2 kills-3 kills-4}; do
    done=".deep/$commit-$target"
    [ ! -e "$done" ] || continue
    case $target in
    crash) set -- tests/crash -k "not kills-" ;;
    kills-*) set -- tests/crash -k "$target" ;;
    *) set -- "tests/$target" ;;
    esac
    began=$(date +%s)
    timeout 1800 "$BIN/pytest" "$@" -n 2 -m "not alone" --hypothesis-profile=deep >".deep/$target.log" 2>&1
    code=$?
    [ "$code" -ne 130 ] || exit 130
    {
        printf '\n## %s, %s at %s\n\n' "$(date -u +%Y-%m-%d)" "$target" "$commit"
        printf '`TARGETS=%s make deep`: %s s, exit code %s. ' "$target" "$(($(date +%s) - began))" "$code"
        printf '%s\n' "$(grep -E '[0-9]+ (passed|failed)' ".deep/$target.log" | tail -1)"
        grep -E '^FAILED' ".deep/$target.log" | sed 's/^/- /'
        sed -n 's/^counted: /- /p' ".deep/$target.log"
    } >>docs/deep-runs.md
    touch "$done"
done
