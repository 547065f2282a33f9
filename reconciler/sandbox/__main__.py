"""`python -m reconciler.sandbox`: the pretend service without the rest of the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from reconciler.sandbox.http.serving import serve


def main(argv: list[str] | None = None) -> int:
    """Read the arguments and serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m reconciler.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--db", type=Path, help="keep the state in this SQLite file")
    parser.add_argument("--seed", type=Path, help="a YAML seed or snapshot instead of the demo space")
    parser.add_argument("--generate", action="append", default=[], metavar="TYPE=N")
    parser.add_argument("--space", action="append", default=[], metavar="NAME", help="one more space")
    parser.add_argument("--own-plugin", action="append", default=[], metavar="SPACE")
    parser.add_argument("--write-log", type=Path, metavar="FILE")
    parser.add_argument("--options", type=Path, metavar="FILE", help="switches, YAML or JSON")
    told = parser.parse_args(argv)
    return serve(
        told.port,
        told.db,
        told.seed,
        told.generate,
        told.write_log,
        told.options,
        spaces=told.space,
        own_plugins=told.own_plugin,
    )


if __name__ == "__main__":
    sys.exit(main())
