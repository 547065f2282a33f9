"""The folder of a run, as `doctor` finds it: files, pins, git."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from reconciler.desired.file_reading import of_space, one_name
from reconciler.desired.offline_reading import read_files
from reconciler.doctor.findings import Finding, repository
from reconciler.errors import CannotRun, ReconcilerError, counted
from reconciler.git import NoGit, NoRepository, git_text, head_commit
from reconciler.manifest.files import STATE
from reconciler.schema.pins import FOLDER, Pins, pins_folder, read_pins
from reconciler.settings import SpaceSettings


class Folder(Struct):
    """The folder of the run: the space that its files are about, with their types, pins and settings."""

    root: Path
    space: str
    types: tuple[str, ...]
    pins: Pins
    wrong: Finding | None
    decisions: SpaceSettings
    named: tuple[str, ...] = ()
    """The spaces that the files name."""

    @classmethod
    def here(cls, space: str | None) -> Folder:
        """Look at this folder; files that cannot be read become a finding."""
        root, wrong, pins = Path.cwd(), None, Pins()
        if not STATE.exists():
            fix = "run `reconciler init`, or go to where it is"
            finding = Finding("files", "note", f"no {STATE}/ here", fix)
            return cls(root, space or "", (), pins, finding, SpaceSettings())
        _, settings, manifest, mistakes = read_files(())
        if mistakes:
            what = f"{counted(len(mistakes), 'mistake')} in the files"
            wrong = Finding("files", "wrong", what, "look at `reconciler validate`")
        names = [*(one.space.text for one in manifest.documents), *settings.spaces]
        chosen = one_name(space or (names[0] if names else ""), settings)
        types = dict.fromkeys(one.type.text for one in of_space(manifest, chosen, settings).documents)
        try:
            pins = read_pins(pins_folder(root, chosen, settings.homes))
        except ReconcilerError as error:
            wrong = Finding("pins", "wrong", str(error))
        named = sorted({one_name(one.space.text, settings) for one in manifest.documents})
        return cls(root, chosen, tuple(types), pins, wrong, settings.space(chosen), tuple(named))

    def others(self) -> Iterator[Finding]:
        """Yield which of several spaces this is about."""
        if len(self.named) > 1:
            what = f"this is about {self.space}, and the files name {', '.join(self.named)}"
            yield Finding("space", "note", what, "look at each of the others with --space")

    def findings(self) -> Iterator[Finding]:
        """Yield the findings on the files and on git."""
        if self.wrong:
            yield self.wrong
        commit, program, inside = None, True, True
        try:
            commit = head_commit(self.root)
        except NoGit:
            program = False
        except NoRepository:
            inside = False
        except CannotRun as error:
            yield Finding("git", "wrong", error.what, error.fix)
            return
        yield repository(
            program=program,
            inside=inside,
            commit=commit or "",
            shallow=(git_text(self.root, "rev-parse", "--is-shallow-repository") or "").strip() == "true",
            journals_ignored=git_text(self.root, "check-ignore", "-q", ".reconciler/x") is not None,
        )

    def pinned_on(self) -> datetime | None:
        """Return when the pins were last committed."""
        at = git_text(self.root, "log", "-1", "--format=%ct", "--", f"{FOLDER}/{self.space}") or ""
        return datetime.fromtimestamp(int(at), UTC) if at.strip().isdecimal() else None
