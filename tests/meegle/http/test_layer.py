"""What the layers note on requests and responses for each other."""

from __future__ import annotations

import httpx
import pytest

from reconciler.meegle.http.answers import Answer, Success
from reconciler.meegle.http.endpoints import QUERY
from reconciler.meegle.http.layer import Layer, answer_of, endpoint_of, mark, read_response


def test_an_endpoint_is_noted_beside_the_other_extensions_of_a_request() -> None:
    request = httpx.Request("POST", "http://127.0.0.1/", extensions={"timeout": {"read": 1.0}})
    with pytest.raises(KeyError):
        endpoint_of(request)
    mark(request, QUERY)
    assert endpoint_of(request) is QUERY
    assert request.extensions["timeout"] == {"read": 1.0}


def test_a_response_holds_its_unpacked_content_and_no_header_of_the_packed_one() -> None:
    raw = httpx.Response(
        200, headers={"Content-Encoding": "gzip", "Content-Length": "3", "X-Tt-Logid": "L0G"}, content=None
    )
    answer = Answer(200, Success({"err_code": 0}), "L0G")
    made = read_response(raw, b'{"err_code": 0}', answer)
    assert made.json() == {"err_code": 0}
    assert made.headers["x-tt-logid"] == "L0G"
    assert "content-encoding" not in made.headers
    assert made.headers["content-length"] == "15"
    assert answer_of(made) is answer


def test_closing_a_layer_closes_what_it_wraps() -> None:
    class Inner(httpx.BaseTransport):
        closed = False

        def close(self) -> None:
            self.closed = True

    inner = Inner()
    Layer(Layer(inner)).close()
    assert inner.closed
