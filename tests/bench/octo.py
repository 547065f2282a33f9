"""octoDNS beside us: a sync of one zone from YAML to the same YAML, which finds nothing to do."""

from __future__ import annotations

import sys
from pathlib import Path

SYNC = (str(Path(sys.executable).parent / "octodns-sync"), "--config-file", "octodns.yaml", "--quiet")
CONFIG = """\
providers:
  config: {class: octodns.provider.yaml.YamlProvider, directory: ./config, default_ttl: 3600}
  target: {class: octodns.provider.yaml.YamlProvider, directory: ./target, default_ttl: 3600}
zones:
  example.com.: {sources: [config], targets: [target]}
"""


def write_zone(folder: Path, count: int) -> None:
    """Write a zone of so many A records, twice: what is wanted and what is there."""
    (folder / "octodns.yaml").write_text(CONFIG)
    records = "".join(
        f"r{n:06}:\n  ttl: 300\n  type: A\n  value: 10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}\n"
        for n in range(count)
    )
    for name in ("config", "target"):
        (folder / name).mkdir()
        (folder / name / "example.com.yaml").write_text(f"---\n{records}")
