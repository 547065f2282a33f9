#!/bin/sh
# Installs this checkout into a folder of its own (default: beside the CI job's other temporary files)
# with every requirement held to its hashes, and puts `reconciler` on the PATH of a GitHub job.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=${1:-${RUNNER_TEMP:?name a folder to install into}/reconciler}

if [ ! -x "$venv/bin/reconciler" ]; then
    ${PYTHON:-python3} -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --require-hashes --requirement "$here/requirements-run.lock"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --no-index --no-deps --no-build-isolation "$here"
fi
[ -z "${GITHUB_PATH:-}" ] || echo "$venv/bin" >>"$GITHUB_PATH"
