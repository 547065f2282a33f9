"""The service's Open API over HTTP: what may be asked, how politely, and what its answers mean.

`connection`, `endpoints`, `failures` and `wire` are plain values and import no network code;
`client` brings httpx and is imported by the commands that need it, when they need it.
"""

from __future__ import annotations

import sys

sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
# httpx would import its own command line, with rich and pygments, at a fifth of the cost of a small plan.
