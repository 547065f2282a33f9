#!/bin/sh
# The long searches for counterexamples: each target at most 30 minutes, one after the other.
# A target that was run on this commit is not run again, so that an interrupted run goes on.
# Each adds a dated section to docs/deep-runs.md, which is committed with what it found.
# kills-1 to kills-4 are the 10,000 random kills of tests/crash; crash-NAME is all else in its file of that name.
# ci-local (needs npm and rsync; not among the default ones) runs the pieces for GitLab by gitlab-ci-local.
# million (not among the default ones: it measures, and judges nothing) plans a million items once; it goes on where its
# 30 minutes ended, from the files and plans in .deep/million.
# yamlfmt (not among the default ones either) runs that program of PyPI, in an environment of its own, over our files.
# conditions is the law that our evaluator and the sandbox's search agree, over 10,000 random items.
# soak-1 and soak-2 are one hour under faults; fuzz-… is a minute for one reader of tests/fuzz.
set -u
BIN=${BIN:-.venv/bin}
commit=$(git rev-parse --short=12 HEAD)
mkdir -p .deep

searched() {
    timeout 1800 "$BIN/pytest" "$@" -n 2 -m "not alone" --hypothesis-profile=deep
}

fuzzed() {
    timeout 300 "$BIN/python" -m tests.fuzz "$1" -max_total_time=60 -max_len=4096 -print_final_stats=1 2>&1 |
        grep -vE '^(#|INFO)' && ls tests/fuzz/seeds/"$1"/found-* 2>/dev/null && return 1
    return 0
}

target_of() {
    case $1 in
    canary) searched tests/faults/test_canary.py ;;
    answers) searched tests/faults/test_hostile_answers.py ;;
    line) searched tests/faults/test_line.py tests/faults/test_apply.py ;;
    days) searched tests/faults/test_a_day_in_the_space.py ;;
    crash-*) searched "tests/crash/test_${1#crash-}.py" -k "not kills-" ;;
    kills-*) searched tests/crash -k "$1" ;;
    fuzz-*) fuzzed "${1#fuzz-}" ;;
    conditions) searched tests/laws/test_conditions.py ;;
    laws)
        searched tests/laws tests/plan/test_settled_members.py --ignore=tests/laws/test_unknown_shapes.py --ignore=tests/laws/test_conditions.py \
            --ignore=tests/laws/test_since_last.py
        ;;
    since-last) searched tests/laws/test_since_last.py ;;
    shapes) searched tests/laws/test_unknown_shapes.py ;;
    sizes) timeout 1800 "$BIN/pytest" tests/inputs/test_sizes.py --hypothesis-profile=deep ;;
    mutation) timeout 1800 sh tests/mutation.sh ;;
    soak-*) timeout 1800 "$BIN/python" -m tests.faults.soak 1740 ;;
    ci-local)
        npm install --silent --no-audit --no-fund --prefix .deep/ci-local gitlab-ci-local@4.61.0 &&
            timeout 600 "$BIN/python" -m tests.forge.ci_local "$PWD/.deep/ci-local/node_modules/.bin/gitlab-ci-local"
        ;;
    yamlfmt)
        "$BIN/python" -m venv .deep/yamlfmt &&
            .deep/yamlfmt/bin/python -m pip install --quiet --require-hashes -r tests/editor/yamlfmt.lock &&
            timeout 600 "$BIN/pytest" tests/editor/by_yamlfmt.py
        ;;
    million) timeout 1800 "$BIN/python" -m tests.bench.million .deep/million ;;
    *) searched "tests/$1" ;;
    esac
}

default="install laws conditions since-last shapes fields manifest render inputs sizes museum canary answers line days
crash-answers crash-disk crash-interleavings crash-kills crash-signals crash-two_at_once
kills-1 kills-2 kills-3 kills-4 fuzz-loader fuzz-lines fuzz-settings fuzz-plan fuzz-journal fuzz-answer fuzz-escapers mutation soak-1 soak-2"
for target in ${TARGETS:-$default}; do
    done=".deep/$commit-$target"
    [ ! -e "$done" ] || continue
    began=$(date +%s)
    target_of "$target" >".deep/$target.log" 2>&1
    code=$?
    [ "$code" -ne 130 ] || exit 130
    {
        printf '\n## %s, %s at %s\n\n' "$(date -u +%Y-%m-%d)" "$target" "$commit"
        printf '`TARGETS=%s make deep`: %s s, exit code %s. ' "$target" "$(($(date +%s) - began))" "$code"
        printf '%s\n' "$(grep -E '[0-9]+ (passed|failed)|^Done [0-9]+ runs' ".deep/$target.log" | tail -1)"
        grep -E '^FAILED' ".deep/$target.log" | sed 's/^/- /'
        sed -n 's/^counted: /- /p' ".deep/$target.log"
    } >>docs/deep-runs.md
    [ "$target-$code" = million-124 ] || touch "$done"
done
