"""The outermost layer: only requests of the table, to our host, and writes only where allowed."""

from __future__ import annotations

import httpx

from reconciler.meegle.http.endpoints import BATCH_UPDATE, UPDATE, find_endpoint
from reconciler.meegle.http.failures import WriteRefused
from reconciler.meegle.http.layer import Layer, mark


class Guard(Layer):
    """Refuse whatever is not one of the known reads, or the one known write where `writes`.

    `probes` lets out the one other write that tries a scratch item.

    It judges the request as it would go over the wire, not what the caller says about it, so a
    raw request, a `..` in a path or another host get no further than a planned one.
    """

    def __init__(
        self, inner: httpx.BaseTransport, base_url: str, *, writes: bool, probes: bool = False
    ) -> None:
        """Guard the way to `base_url`."""
        super().__init__(inner)
        self._origin = _origin(httpx.URL(base_url))
        self._allowed = {UPDATE: writes, BATCH_UPDATE: writes and probes}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on, or raise WriteRefused."""
        path = request.url.raw_path.decode("ascii")
        endpoint = find_endpoint(request.method, path) if _origin(request.url) == self._origin else None
        if endpoint is None or not (endpoint.reads or self._allowed.get(endpoint)):
            raise WriteRefused(request.method if request.method.isalpha() else "strange")
        mark(request, endpoint)
        return self.inner.handle_request(request)


def _origin(url: httpx.URL) -> tuple[str, bytes, int | None]:
    return url.scheme, url.raw_host.lower(), url.port
