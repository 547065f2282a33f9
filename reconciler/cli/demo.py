"""`reconciler demo`: the main job on the embedded sandbox, over real HTTP."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import click

from reconciler.cli.streams import say, say_told
from reconciler.errors import CannotRun

FOLDERS = ("state", "schemas")
"""The folders of the demo: at the top of the repository, and as `demo/` in the wheel."""

STEPS = (
    ("What differs between the files and the live items?", ["plan"]),
    ("Send it, and only it.", ["apply", "--yes"]),
    ("And again: nothing is left to do.", ["plan", "--detailed-exitcode"]),
)


@click.command("demo")
@click.option(
    "--keep", metavar="DIR", type=click.Path(path_type=Path), help="Work in DIR, and leave it there."
)
def command(keep: Path | None) -> int:
    """Start the sandbox, plan and apply the demo state, and plan again.  Needs no account."""
    from reconciler.cli import main

    try:
        from reconciler.sandbox import Running, demo_world
    except ModuleNotFoundError as missing:
        raise CannotRun(
            f"the sandbox needs {missing.name}", "install it: pip install 'meegle-reconciler[sandbox]'"
        ) from None
    with working_folder(keep) as folder, Running(demo_world()) as running, contextlib.chdir(folder):
        known = running.world.credentials
        # A first look waits for no limit: there is nobody to be polite to.  `reconciler sandbox` has it.
        running.world.options.throttle = False
        os.environ.update(
            MEEGLE_BASE_URL=running.url,
            MEEGLE_RATE="0",
            MEEGLE_PLUGIN_ID=known.plugin_id,
            MEEGLE_PLUGIN_SECRET=known.plugin_secret,
            MEEGLE_USER_KEY=known.user_key,
        )
        for purpose, arguments in STEPS:
            say_told(f"# {purpose}\n$ reconciler {' '.join(arguments)}\n")
            code = main(arguments)
            say("\n")
            if code:
                return code
    if keep:
        say_told(f"The files are in {keep}: change one, start `reconciler sandbox`, and plan again.\n")
    return 0


@contextlib.contextmanager
def working_folder(keep: Path | None) -> Iterator[Path]:
    """Yield a folder that holds a copy of the demo state."""
    with contextlib.ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reconciler-demo-")))
        source = stack.enter_context(demo_files())
        try:
            if folder.exists() and any(folder.iterdir()):
                raise CannotRun(f"{folder} is not empty", "name a new folder")
            for name in FOLDERS:
                shutil.copytree(source / name, folder / name)
        except OSError as error:
            raise CannotRun(
                f"cannot write to {folder} ({error.strerror or error})", "name a new folder"
            ) from None
        yield folder


@contextlib.contextmanager
def demo_files() -> Iterator[Path]:
    """Yield where `state/` and `schemas/` are: in the wheel, or beside the package in a work tree."""
    packaged = files("reconciler") / "demo"
    if packaged.is_dir():
        with as_file(packaged) as folder:
            yield folder
        return
    yield Path(str(files("reconciler"))).parent
