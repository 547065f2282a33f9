#!/bin/sh
# Change the core in every small way, one change at a time, in a copy of the tree, and count the changes that
# no test noticed.  `sh tests/mutation.sh guard` takes one file, without a name it takes all in turn.
# The exit code is 1 where more changes survive than the table allows; .deep/survived-NAME.txt names them.
set -u
BIN=$(cd "${BIN:-.venv/bin}" && pwd)
deep=$(pwd)/.deep
mkdir -p "$deep"

module_of() {
    case $1 in
    planner | guard) echo "reconciler.plan.$1" ;;
    outcomes | bound_change) echo "reconciler.apply.$1" ;;
    answers | codes | verdict | strict_json) echo "reconciler.meegle.http.$1" ;;
    safe) echo reconciler.render.safe ;;
    *) return 1 ;;
    esac
}

# Of the planner nine in ten must be noticed; of the others all, but for those that change nothing.
may_survive() { # name, number of changes
    case $1 in
    planner) echo $(($2 / 10)) ;;
    strict_json) echo 5 ;; # four always take the slower reader, which reads the same; one says None for False
    *) echo 0 ;;
    esac
}

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z | xargs -0 cp --parents -t "$copy"
cd "$copy" || exit 1

# A change that makes a test run without end is noticed; one that no test reaches, or whose run broke, is not.
code=0
for name in ${*:-answers codes verdict strict_json outcomes bound_change guard safe planner}; do
    module=$(module_of "$name") || exit 2
    "$BIN/mutmut" run --max-children "${CHILDREN:-2}" "$module.*" >"$deep/mutation-$name.log" 2>&1
    "$BIN/mutmut" results --all true | grep -F " $module." >"$name.txt"
    grep -vE ': (killed|timeout)$' "$name.txt" >"$deep/survived-$name.txt"
    made=$(wc -l <"$name.txt")
    survived=$(wc -l <"$deep/survived-$name.txt")
    printf 'counted: %s: %s mutants, %s killed, %s noticed by no test\n' \
        "$name" "$made" $((made - survived)) "$survived"
    [ "$made" -gt 0 ] && [ "$survived" -le "$(may_survive "$name" "$made")" ] || code=1
done
exit $code
