"""Looks up people by e-mail or user key (endpoints.md 4.7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from reconciler.fields.people import OPAQUE_KEY
from reconciler.fields.spec import People, Person
from reconciler.meegle.http import endpoints as api
from reconciler.meegle.http.ahead import Question
from reconciler.meegle.http.failures import ApiRefusal

if TYPE_CHECKING:
    from reconciler.meegle.http.client import Client

PEOPLE_BATCH = 100
"""Users that one `user/query` takes (endpoints.md 4.7)."""
NOBODY_FOUND = frozenset({30006})


class Sought(NamedTuple):
    """The people to ask for: e-mails and user keys, in order."""

    emails: Sequence[str]
    keys: Sequence[str]

    def batches(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Yield 100 words of a kind, with the member of the question that takes them."""
        for member, some in (("emails", self.emails), ("user_keys", self.keys)):
            for start in range(0, len(some), PEOPLE_BATCH):
                yield member, some[start : start + PEOPLE_BATCH]


def sought(people: People, words: Iterable[str]) -> Sought:
    """Return whom the words mean and nobody knows yet.

    A pinned e-mail is asked for by its user key, so that a changed address changes nothing.
    """
    words = set(words)
    pinned = {word: people.by_email[word.lower()].key for word in words if word.lower() in people.by_email}
    unknown = {pinned.get(word, word) for word in words} - set(people.by_key)
    # A pinned key counts as a key whatever it looks like, since it would be sent as one.
    by_pins = unknown.intersection(pinned.values())
    return Sought(
        sorted({word.lower() for word in unknown - by_pins if "@" in word}),
        sorted(by_pins | {word for word in unknown if word.isdigit()}),
    )


def people_questions(people: People, words: Iterable[str]) -> Iterator[Question]:
    """Yield the questions by which `with_people` begins."""
    return (users_question(member, some) for member, some in sought(people, words).batches())


def users_question(
    member: str, words: Sequence[str], tenant: Mapping[str, str] = MappingProxyType({})
) -> Question:
    """Return the question about users of one tenant."""
    return Question(api.USER_QUERY, body={member: list(words), **tenant})


def with_people(client: Client, people: People, words: Iterable[str], tenant: str | None) -> People:
    """Return the known people and those behind the words: one `user/query` for 100 people of a kind."""
    wanted = sought(people, words)
    found = [one for member, some in wanted.batches() for one in ask_people(client, member, some, tenant)]
    by_key = {**people.by_key, **{one.key: one for one in found}}
    now = {email: by_key.get(one.key, one) for email, one in people.by_email.items()}
    by_email = {**{one.email.lower(): one for one in found if one.email}, **now}
    gone = people.gone | (set(wanted.keys) - set(by_key))
    return replace(people, by_key=by_key, by_email=by_email, gone=gone)


def ask_people(client: Client, member: str, words: Sequence[str], tenant: str | None) -> list[Person]:
    """Ask the plugin's tenant for users, then the settings' `tenant_key` for the others."""
    found = query_users(client, member, words)
    known = {one.key if member == "user_keys" else one.email.lower() for one in found}
    others = [word for word in words if word not in known]
    if others and tenant:
        found += query_users(client, member, others, {"tenant_key": tenant})
    return found


def query_users(
    client: Client, member: str, words: Sequence[str], tenant: Mapping[str, str] = MappingProxyType({})
) -> list[Person]:
    """Ask one tenant for users; that it finds nobody is an answer, not a failure (30006).

    A user whose key has no known form counts as not found: a value with such a key could not be read again.
    """
    try:
        rows = client.ask(users_question(member, words, tenant)).get("data")
    except ApiRefusal as refusal:
        if refusal.code in NOBODY_FOUND:
            return []
        raise
    return [
        Person(
            key=str(row["user_key"]),
            email=str(row.get("email") or ""),
            name=str(row.get("name_en") or row.get("name_cn") or ""),
            active=row.get("status") in (None, "", "activated"),
        )
        for row in rows or []
        if OPAQUE_KEY.fullmatch(str(row.get("user_key") or ""))
    ]
