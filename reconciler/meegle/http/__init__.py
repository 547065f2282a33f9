"""The service's Open API over HTTP: what may be asked, how politely, and what its answers mean.

    connection  endpoints  codes  answers  verdict  failures  advice        values, no network code
    guard  retry  auth  throttle  counting  reading  network                layers around one transport
    client                                                                  the layers put together

`client` brings httpx and is imported by the commands that need it, when they need it.
"""

from __future__ import annotations

import sys

sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
# httpx would import its own command line, with rich and pygments, at a fifth of the cost of a small plan.
