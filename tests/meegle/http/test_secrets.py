"""No message, exception or log repeats a secret, also if the service repeats it to us."""

from __future__ import annotations

import base64
import logging

import httpx
import pytest

from reconciler.errors import CannotRun
from reconciler.meegle.http.answers import Answer, Failure
from reconciler.meegle.http.endpoints import PLUGIN_TOKEN, QUERY
from reconciler.meegle.http.failures import (
    ApiRefusal,
    StopCode,
)
from reconciler.meegle.http.secrets import Secrets
from tests.meegle.http.clients import PATH, client_for, put
from tests.meegle.http.doubles import (
    SECRET,
    TOKEN,
    Reaction,
    Service,
    refusal,
)

ECHOES: list[Reaction] = [
    refusal(20006, f"bad token {TOKEN} of {SECRET}", 400),
    refusal(10301, f"{TOKEN}/{SECRET}", 401),
    refusal(10211, f"token {TOKEN} is nil", 403),
    httpx.Response(200, json={"err_code": 30005, "err_msg": TOKEN, "err": {"code": 30005, "log_id": TOKEN}}),
    httpx.Response(500, text=f"{TOKEN} {SECRET}"),
    httpx.Response(302, headers={"Location": f"https://evil.example/?t={TOKEN}"}),
    httpx.LocalProtocolError(f"Illegal header value b'{TOKEN}\\n'"),
    httpx.ReadError(f"{TOKEN} {SECRET}"),
    httpx.ConnectError(f"{TOKEN} {SECRET}"),
]


@pytest.mark.parametrize("reaction", ECHOES)
def test_no_message_exception_or_log_repeats_a_secret(
    reaction: Reaction, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service = Service(reaction)
    with client_for(service, writes=True) as client:
        with pytest.raises((CannotRun, ApiRefusal)) as caught:
            client.read(QUERY, path=PATH)
        verdict = put(client)
    texts = [repr(verdict), caplog.text, repr(client), repr(vars(client))]
    error: BaseException | None = caught.value
    while error is not None:
        texts += [str(error), repr(error), repr(vars(error))]
        error = error.__cause__ or error.__context__
    for text in texts:
        assert TOKEN not in text
        assert SECRET not in text


def test_a_long_message_is_cut_after_secrets_were_taken_out_of_it() -> None:
    service = Service(refusal(20006, "x" * 490 + SECRET + "y" * 100_000, 400))
    with client_for(service) as client, pytest.raises(ApiRefusal) as caught:
        client.read(QUERY, path=PATH)
    assert caught.value.message == "x" * 490 + "(hidden)yy"


def test_a_secret_that_the_token_endpoint_repeats_is_hidden() -> None:
    answer = httpx.Response(200, json={"error": {"code": 10204, "msg": f"wrong secret {SECRET}"}})
    with client_for(Service(tokens=(answer,))) as client, pytest.raises(StopCode) as caught:
        client.read(PLUGIN_TOKEN)
    assert SECRET not in str(caught.value)
    assert "(hidden)" in str(caught.value)


@pytest.mark.parametrize(
    "form",
    [
        "a/b c<d>secret",
        "a%2Fb%20c%3Cd%3Esecret",
        "a%2Fb+c%3Cd%3Esecret",
        "a/b c&lt;d&gt;secret",
        b"a/b c<d>secret".hex(),
        base64.b64encode(b"a/b c<d>secret").decode()[:-4],
    ],
)
def test_a_secret_is_hidden_in_every_form_in_which_a_service_may_repeat_it(form: str) -> None:
    answer = Answer(400, Failure((20006,), f"bad {form}!"), log_id="L0G")
    hidden = Secrets("a/b c<d>secret", "").hidden_in(answer).reply
    assert isinstance(hidden, Failure)
    assert form not in hidden.message
    assert hidden.message.startswith("bad (hidden)")


def test_a_log_id_that_holds_a_secret_is_dropped_and_another_is_kept() -> None:
    secrets = Secrets("5ec2e7-5ec2e7")
    assert secrets.hidden_in(Answer(400, Failure((1,), ""), log_id="x-5ec2e7-5ec2e7")).log_id == ""
    assert secrets.hidden_in(Answer(400, Failure((1,), ""), log_id="20260225A1")).log_id == "20260225A1"


def test_secrets_are_not_shown_by_themselves() -> None:
    assert repr(Secrets("5ec2e7-5ec2e7")) == "Secrets(…)"
