#!/bin/sh
# Installs this checkout, with every requirement held to its hashes.
#   install.sh [FOLDER]                a folder of its own (default: beside the CI job's other temporary files),
#                                      with `reconciler` on the PATH of a GitHub job
#   install.sh --editable FOLDER LOCK  what one of the locks names, and this checkout as it stands
# Run it again after a failure: what was left half done is thrown away.  PYTHON names the interpreter.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
editable=""
lock=requirements-run.lock
if [ "${1:-}" = --editable ]; then
    editable=yes lock=$3
    shift
fi
venv=${1:-${RUNNER_TEMP:?name a folder to install into}/reconciler}

# No interpreter started here takes modules from the folder it is started in, or from where variables point:
# a job's workspace holds whatever a pull request brings.  The machine's own settings of pip count, mirrors
# among them; the hashes guard what comes.
unset PYTHONPATH PYTHONHOME PYTHONSTARTUP
python() { "${PYTHON:-python3}" -I "$@"; }

fail() {
    echo "error: $1" >&2
    exit 1
}

# Runs a step with its words in the log; a step that fails ends with one line.
step() {
    "$@" >>"$log" 2>&1 || fail "cannot install into $venv: $(grep -iE '^ *(error|fatal|no module)' "$log" |
        head -n 1 | cut -c 1-300); check the network and the settings of pip, then run the same again. All that was said is in $log"
}

# The interpreter's own pip, where there is one, saves the two seconds of unpacking another.
pip() {
    if [ -x "$venv/bin/pip" ]; then
        "$venv/bin/python" -I -m pip "$@"
    else
        python -m pip --python "$venv/bin/python" "$@"
    fi
}

install() {
    step pip --disable-pip-version-check install --quiet "$@"
}

python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "${PYTHON:-python3} is no Python 3.11 or newer; name one, such as PYTHON=python3.12"
if [ -e "$venv/.unfinished" ] || { [ -e "$venv/pyvenv.cfg" ] && ! "$venv/bin/python" -I -c '' 2>/dev/null; }; then
    echo "$venv was left half done; it is made anew" >&2
    rm -rf "$venv"
fi
if [ -n "$editable" ] || [ ! -x "$venv/bin/reconciler" ]; then
    mkdir -p "$venv"
    venv=$(cd "$venv" && pwd)
    log=$venv/install.log
    : >"$log"
    touch "$venv/.unfinished"
    cd "$venv"
    if [ ! -e pyvenv.cfg ]; then
        bare=--without-pip
        python -m pip --version >/dev/null 2>&1 || bare=""
        step python -m venv $bare "$venv"
    fi
    # A developer's modules are compiled when they are first imported: a demo needs few of them.
    install ${editable:+--no-compile} --require-hashes --requirement "$here/$lock"
    install --no-index --no-deps --no-build-isolation ${editable:+--config-settings editable_mode=compat --editable} "$here"
    rm .unfinished
fi
[ -z "${GITHUB_PATH:-}" ] || echo "$venv/bin" >>"$GITHUB_PATH"
