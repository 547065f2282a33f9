#!/bin/sh
# Package:   pip 23.2.1 (the one that Python 3.11.7's venv brings) beside pip 24.0; lock in the form of
#            `pip-compile --generate-hashes --strip-extras` (pip-tools 7)
# Seen:      2026-11-28
# Behaviour: the lock pins `base==1.0` with its hash, and another package of it requires `base[extra]`. While 1.0 is the
#            newest release, both versions of pip install the lock. Once 1.1 is out, pip 23.2.1 takes 1.1 for
#            `base[extra]` and refuses it for want of a pin; pip 24.0 goes on installing 1.0. With `base[extra]==1.0` in
#            the lock (--no-strip-extras) both install the same on every day.
#            So a lock with hashes that was tested yesterday fails today, though nobody touched it.
# For us:    this is how a fresh machine lost `make demo` two days after the lock was made.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir index
cat >wheel.py <<'PYTHON'
import hashlib
import sys
import zipfile

name, version, *more = sys.argv[1:]
path = f"index/{name}-{version}-py3-none-any.whl"
with zipfile.ZipFile(path, "w") as archive:
    head = f"{name}-{version}.dist-info"
    archive.writestr(f"{head}/METADATA", "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *more]))
    archive.writestr(f"{head}/WHEEL", "Wheel-Version: 1.0\nGenerator: by-hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    archive.writestr(f"{head}/RECORD", "")
print(hashlib.sha256(open(path, "rb").read()).hexdigest())
PYTHON
base=$(python3 wheel.py base 1.0 'Provides-Extra: extra')
user=$(python3 wheel.py user 1.0 'Requires-Dist: base[extra]>=1.0')
printf 'base==1.0 --hash=sha256:%s\nuser==1.0 --hash=sha256:%s\n' "$base" "$user" >stripped.lock
printf 'base[extra]==1.0 --hash=sha256:%s\nuser==1.0 --hash=sha256:%s\n' "$base" "$user" >whole.lock

tried() {
    for version in 23.2.1 24.0; do
        for lock in stripped whole; do
            if PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS='' "./$version/bin/pip" --disable-pip-version-check install \
                --quiet --dry-run --no-index --find-links index --require-hashes -r "$lock.lock" >log 2>&1; then
                echo "$1: pip $version installs $lock.lock"
            else
                echo "$1: pip $version refuses $lock.lock: $(grep -o 'must have their versions pinned' log)"
            fi
        done
    done
}

for version in 23.2.1 24.0; do
    python3 -m venv "$version"
    "./$version/bin/pip" install --quiet --disable-pip-version-check "pip==$version" 2>log || { cat log; exit 1; }
done
tried 'before 1.1' >seen
python3 wheel.py base 1.1 'Provides-Extra: extra' >/dev/null
tried 'after 1.1' >>seen
cat seen
cat >expected <<'TEXT'
before 1.1: pip 23.2.1 installs stripped.lock
before 1.1: pip 23.2.1 installs whole.lock
before 1.1: pip 24.0 installs stripped.lock
before 1.1: pip 24.0 installs whole.lock
after 1.1: pip 23.2.1 refuses stripped.lock: must have their versions pinned
after 1.1: pip 23.2.1 installs whole.lock
after 1.1: pip 24.0 installs stripped.lock
after 1.1: pip 24.0 installs whole.lock
TEXT
diff expected seen
