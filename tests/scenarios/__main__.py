"""Write the results of all scenarios anew, or of those whose name holds a word: `-m tests.scenarios role`."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.conftest import desk_in
from tests.scenarios.scenario import folders, play

for folder in folders():
    if all(word in folder.name for word in sys.argv[1:]):
        with TemporaryDirectory() as empty, desk_in(Path(empty)) as desk:
            for name, text in play(folder, desk).items():
                (folder / name).write_text(text, encoding="utf-8")
