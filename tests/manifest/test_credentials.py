"""Credentials are recognised by the name of their key, and words of a team's own are not."""

from __future__ import annotations

import pytest

from reconciler.errors import Place
from reconciler.manifest.credentials import CREDENTIAL, SECRET, CredentialInFile


@pytest.mark.parametrize(
    "key",
    [
        "plugin_secret",
        "MEEGLE_PLUGIN_ID",
        "X-Plugin-Token",
        "password",
        "Passwd",
        "api_key",
        "apikey",
        "private_key",
        "base_url",
        "user_key",
        "credentials",
    ],
)
def test_an_unknown_key_with_the_word_of_a_credential_is_one(key: str) -> None:
    assert SECRET.search(key)


@pytest.mark.parametrize("key", ["priority", "author", "superuser_key_date", "keyboard", "passage"])
def test_another_unknown_key_is_a_typing_error(key: str) -> None:
    assert not SECRET.search(key)


@pytest.mark.parametrize(
    ("key", "refused"),
    [
        ("MEEGLE_USER_KEY", True),
        ("token", True),
        ("plugin_id", True),
        ("secret santa", False),
        ("Token service", False),
    ],
)
def test_where_authors_choose_the_keys_only_the_full_name_is_refused(key: str, refused: bool) -> None:  # noqa: FBT001
    assert bool(CREDENTIAL.fullmatch(key)) is refused


def test_the_message_names_the_place_and_never_the_value() -> None:
    assert str(CredentialInFile(Place("a.yaml", 3, 5))) == (
        "a.yaml:3:5: credentials do not belong in files; "
        "delete it here, revoke it if it was pushed, and set the environment variable"
    )
