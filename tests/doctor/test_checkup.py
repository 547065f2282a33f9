"""The visit of doctor: step by step to the first failure that all later steps need."""

from __future__ import annotations

import http.server
import shutil
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.doctor.demo_repository import begin, told
from tests.several_spaces import three_spaces, without_credentials

if TYPE_CHECKING:
    from tests.conftest import Desk


GIT = shutil.which("git") or ""


ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(desk: Desk) -> Desk:
    return begin(desk)


@pytest.fixture
def stranger() -> Iterator[str]:
    """An https server whose certificate nobody trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # what the client thinks of it is the test
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_certificate_that_nobody_trusts_is_named(home: Desk, stranger: str) -> None:
    home.environ["MEEGLE_BASE_URL"] = stranger
    code, (line,) = told(home)
    assert code == 1
    assert line.startswith("wrong TLS: no trusted TLS connection to 127.0.0.1:")


def test_several_wrong_variables_are_all_said_and_no_secret_is(home: Desk) -> None:
    home.environ |= {"MEEGLE_BASE_URL": "", "MEEGLE_PLUGIN_SECRET": "hush hush"}
    done = home.run("doctor")
    variables = [line.split()[2] for line in done.out.splitlines() if line.startswith("wrong variables: ")]
    assert variables == ["MEEGLE_BASE_URL", "MEEGLE_PLUGIN_SECRET"]
    assert "-     service: not asked, since variables are wrong\n" in done.out
    assert "hush" not in done.out


def test_a_space_that_the_plugin_does_not_see_is_named_with_those_it_sees(home: Desk) -> None:
    done = home.run("doctor", "--space", "elsewhere")
    assert done.code == 1
    assert (
        "wrong plugin: it is not installed in elsewhere, or the user may not open it; there is demo;"
        in done.out
    )


def test_of_several_spaces_it_says_which_one_it_looks_at_and_names_its_variables(home: Desk) -> None:
    three_spaces(home)
    note = (
        "note  space: this is about demo, and the files name demo, mobile, web-shop;"
        " look at each of the others with --space\n"
    )
    done = home.run("doctor")
    assert (done.code, done.out.startswith(note)) == (0, True), done.out
    assert "ok    plugin: installed in demo" in done.out
    home.environ["MEEGLE_PLUGIN_SECRET__MOBILE"] = "0" * 32
    other = home.run("doctor", "--space", "mobile")
    assert other.code == 1
    assert "this is about mobile, and" in other.out
    assert "check MEEGLE_PLUGIN_ID__MOBILE and MEEGLE_PLUGIN_SECRET__MOBILE on" in other.out
    without_credentials(home, "mobile")
    refused = home.run("doctor")
    assert refused.code == 1
    assert (
        "wrong variables: the space 'demo' has no credentials of its own: the plain variables" in refused.out
    )
