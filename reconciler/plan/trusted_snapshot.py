"""A snapshot that a plan is made against, as its base has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.errors import CannotRun


@contextmanager
def trusted_snapshot(file: Path | None, base: str | None) -> Iterator[Path | None]:
    """Yield the snapshot; with a base, one that came with the checkout as the base has it.

    A pull request must not bring the live values that it is planned against.
    """
    if file is None or base is None or not came_with_checkout(file):
        yield file
        return
    from tempfile import TemporaryDirectory

    from reconciler.git import commit_of, run
    from reconciler.manifest.files import shown_path

    root = Path.cwd()
    answer = run(root, "cat-file", "blob", f"{commit_of(root, base)}:./{shown_path(file, root)}")
    if answer.code:
        raise CannotRun(
            f"{of_base(file, base)} cannot be read",
            "merge the snapshot first: a change cannot bring the one that it is planned against",
        )
    with TemporaryDirectory(prefix="reconciler-snapshot-") as folder:
        copy = Path(folder) / "snapshot.json"
        copy.write_bytes(answer.out)
        yield copy


def came_with_checkout(file: Path) -> bool:
    """Return True if git tracks a file, or what it leads to as a link."""
    from reconciler.git import git_text

    root, name = Path.cwd(), file.absolute()
    return any(git_text(root, "ls-files", "-z", "--", f":(literal){path}") for path in (name, name.resolve()))


def of_base(file: Path, base: str | None) -> str:
    """Name a file as the base has it."""
    return f"{file} of {base}"


def age_of(path: Path) -> str:
    """Return how old a file is, in the largest unit that fits."""
    from reconciler.clock import now

    minutes = max(0, int(now().timestamp() - path.stat().st_mtime)) // 60
    hours, days = minutes // 60, minutes // (24 * 60)
    return f"{days} days" if days else f"{hours} hours" if hours else f"{minutes} minutes"
