"""Put the one copy of `state/` and `schemas/` into the wheel, as the package's `demo/` folder."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

FOLDERS = ("state", "schemas")


class WithDemo(build_py):
    """Copy the demo's folders beside the built package."""

    def run(self) -> None:
        """Build, then copy; an editable install reads them where they are."""
        super().run()
        if self.editable_mode:
            return
        for name in FOLDERS:
            target = Path(self.build_lib, "reconciler", "demo", name)
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(name, target)


setup(cmdclass={"build_py": WithDemo})
