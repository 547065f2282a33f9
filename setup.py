"""What the build adds: the one copy of `state/` and `schemas/` in the wheel, and the same bytes each time."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import tarfile
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

FOLDERS = ("state", "schemas")


class WithDemo(build_py):
    """Copy the demo's folders beside the built package, as its `demo/` folder."""

    def run(self) -> None:
        """Build, then copy; an editable install reads them where they are."""
        super().run()
        if self.editable_mode:
            return
        for name in FOLDERS:
            target = Path(self.build_lib, "reconciler", "demo", name)
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(name, target)


class SameBytes(sdist):
    """Make an archive that tells nothing of the machine: with SOURCE_DATE_EPOCH the same bytes each time.

    The wheel needs no help: setuptools honours SOURCE_DATE_EPOCH there.
    """

    def run(self) -> None:
        """Build, then write the archives anew."""
        super().run()
        for archive in self.get_archive_files():
            if archive.endswith(".tar.gz") and "SOURCE_DATE_EPOCH" in os.environ:
                written_anew(Path(archive), int(os.environ["SOURCE_DATE_EPOCH"]))


def written_anew(archive: Path, at: int) -> None:
    """Sort the members of an archive, and give all of them one time, one owner and plain modes."""
    plain = io.BytesIO()
    with (
        tarfile.open(archive) as old,
        tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as new,
    ):
        for member in sorted(old.getmembers(), key=lambda one: one.name):
            member.mtime, member.uid, member.gid, member.uname, member.gname = at, 0, 0, "", ""
            member.pax_headers = {}
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            new.addfile(member, old.extractfile(member) if member.isfile() else None)
    with archive.open("wb") as file, gzip.GzipFile("", "wb", mtime=at, fileobj=file) as packed:
        packed.write(plain.getvalue())


os.umask(0o022)  # Modes go into the wheel, and must not be the builder's.
setup(cmdclass={"build_py": WithDemo, "sdist": SameBytes})
