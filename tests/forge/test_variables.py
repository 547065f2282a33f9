"""The variables of a job: each has its form, and none is repeated in a message."""

from __future__ import annotations

import pytest

from reconciler.errors import CannotRun
from reconciler.forge.variables import ADDRESS, PROXY, TOKEN, checked_variable


@pytest.mark.parametrize(
    "address",
    [
        "https://api.github.com",
        "https://git.example.com:8443/api/v4",
        "http://127.0.0.1:8000",
        "http://[::1]:80",
    ],
)
def test_an_address_is_https_or_of_this_machine(address: str) -> None:
    assert checked_variable({"API": address}, "API", ADDRESS, "set it") == address


@pytest.mark.parametrize(
    "address", ["http://git.example.com", "ftp://x", "https://user:secret@x", "https://x/?a=b", "https://x y"]
)
def test_any_other_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(CannotRun, match="API is not usable; set it") as refused:
        checked_variable({"API": address}, "API", ADDRESS, "set it")
    assert address not in str(refused.value)


def test_a_variable_that_is_not_set_is_told_as_such() -> None:
    with pytest.raises(CannotRun, match="TOKEN is not set"):
        checked_variable({}, "TOKEN", TOKEN, "set it")


@pytest.mark.parametrize("token", ["a b", "a\nb", "ü"])
def test_a_token_that_no_header_can_hold_is_refused(token: str) -> None:
    with pytest.raises(CannotRun, match="TOKEN is not usable") as refused:
        checked_variable({"TOKEN": token}, "TOKEN", TOKEN, "set it")
    assert token not in str(refused.value)


def test_a_proxy_may_have_a_name_and_a_password() -> None:
    proxy = "http://name:word@proxy.example.com:3128"
    assert checked_variable({"P": proxy}, "P", PROXY, "") == proxy
