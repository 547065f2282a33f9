"""Credentials as they come: a plugin under development, a person's own token, an address of the vendor's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.meegle.http.answers import Failure, read_answer
from reconciler.meegle.http.auth import token_from
from reconciler.meegle.http.connection import connection_from
from reconciler.meegle.http.failures import BadEnvironment

if TYPE_CHECKING:
    from tests.conftest import Desk

FULL = {
    "MEEGLE_BASE_URL": "https://project.feishu.cn",
    "MEEGLE_PLUGIN_ID": "MII_0123456789ABCDEF",
    "MEEGLE_PLUGIN_SECRET": "5ec2e7",
    "MEEGLE_USER_KEY": "7310000000000000001",
}
ANA, BO = "7310000000000000001", "7310000000000000002"
ITEM = "{id: 6300012345, fields: {priority: P0}}"


def wrong(**environ: str) -> str:
    with pytest.raises(BadEnvironment) as caught:
        connection_from(FULL | environ)
    return str(caught.value)


def tokens_of(desk: Desk) -> set[str]:
    """How the tokens begin that the service has given out."""
    return {text[:2] for text in desk.world.gate.tokens}


def test_a_plugin_that_is_not_published_gets_a_virtual_token(desk: Desk) -> None:
    desk.environ["MEEGLE_TOKEN_TYPE"] = "virtual"
    desk.stories(ITEM)
    assert desk.run("plan").code == 0
    assert tokens_of(desk) == {"v-"}


@pytest.mark.parametrize("word", ["", "plugin"])
def test_any_other_plugin_gets_a_plugin_token(desk: Desk, word: str) -> None:
    desk.environ["MEEGLE_TOKEN_TYPE"] = word
    desk.stories(ITEM)
    assert desk.run("plan").code == 0
    assert tokens_of(desk) == {"p-"}


def test_both_kinds_of_tokens_are_kept_apart_between_runs() -> None:
    home = {"HOME": "/home/ana"}
    files = [connection_from(FULL | home | {"MEEGLE_TOKEN_TYPE": one}).token_file for one in ("", "virtual")]
    assert None not in files
    assert files[0] != files[1]


def test_another_type_of_token_is_refused_by_its_variable() -> None:
    assert wrong(MEEGLE_TOKEN_TYPE="user") == (
        "MEEGLE_TOKEN_TYPE is neither plugin nor virtual; leave MEEGLE_TOKEN_TYPE out"
    )


def test_a_persons_own_token_acts_as_that_person_without_the_plugins_secret(desk: Desk) -> None:
    token, _ = desk.world.gate.user_token(BO)
    desk.environ |= {"MEEGLE_USER_TOKEN": token.text, "MEEGLE_PLUGIN_SECRET": "", "MEEGLE_USER_KEY": BO}
    desk.stories(ITEM)
    assert desk.run("apply", "--yes").code == 0
    assert desk.world.item(6300012345).updated_by == BO
    assert {made.user_key for made in desk.world.calls} == {""}
    assert tokens_of(desk) == {"u-"}


def test_a_persons_token_that_ended_is_named_and_never_shown(desk: Desk) -> None:
    token, _ = desk.world.gate.user_token(BO)
    desk.world.gate.expire_tokens()
    desk.environ |= {"MEEGLE_USER_TOKEN": token.text, "MEEGLE_USER_KEY": BO}
    desk.stories(ITEM)
    done = desk.run("plan")
    assert done.code == 1
    assert "the service refuses the token of MEEGLE_USER_TOKEN: 10022" in done.err
    assert "it lives two hours: get a new one" in done.err
    assert token.text not in done.out + done.err


def test_a_persons_token_is_in_no_text_and_in_no_file() -> None:
    connection = connection_from(FULL | {"HOME": "/home/ana", "MEEGLE_USER_TOKEN": "u-canary"})
    assert "canary" not in repr(connection)
    assert connection.token_file is None
    assert "canary" not in wrong(MEEGLE_USER_TOKEN="u-can ary")


@pytest.mark.parametrize(
    ("host", "instead"),
    [
        ("meegle.com", "https://project.larksuite.com"),
        ("www.meegle.com", "https://project.larksuite.com"),
        ("acme.feishu.cn", "https://project.feishu.cn"),
        ("acme.larksuite.com", "https://project.larksuite.com"),
    ],
)
def test_an_address_of_the_vendor_gets_the_one_to_try(host: str, instead: str) -> None:
    told = wrong(MEEGLE_BASE_URL=f"https://{host}")
    assert told.endswith(f"; try MEEGLE_BASE_URL={instead}")
    allowed = {"MEEGLE_BASE_URL": f"https://{host}", "MEEGLE_ALLOWED_HOSTS": host}
    assert connection_from(FULL | allowed).host == host


def test_the_gateways_own_words_are_kept() -> None:
    body = b'{"code": 4001, "msg": "gateway says why"}'
    assert read_answer(400, {}, body).reply == Failure((4001,), "gateway says why")


def test_a_token_is_not_shown_where_it_is_printed() -> None:
    token = token_from("p-canary-token", 7200.0, 100.0)
    assert token.text == "p-canary-token"
    assert repr(token) == "Token(renew_at=7120.0, ends_at=7300.0)"
