"""People are looked up by e-mail or user key; that nobody is found is an answer."""

from __future__ import annotations

import pytest

from reconciler.fields.spec import People, Person
from reconciler.meegle.http.failures import ApiRefusal
from reconciler.meegle.people import PEOPLE_BATCH, with_people
from tests.meegle.http.clients import client_for
from tests.meegle.http.doubles import Service, good, refusal

KEY = "7310000000000000001"
ROW = {"user_key": KEY, "email": "ana@example.com", "name_en": "Ana", "status": "activated"}
ANA = Person(KEY, "ana@example.com", "Ana")


def found(service: Service, *words: str, people: People | None = None, tenant: str | None = None) -> People:
    with client_for(service) as client:
        return with_people(client, people or People(), words, tenant)


def test_somebody_is_found_by_e_mail_whatever_its_case() -> None:
    service = Service(good([ROW]))
    people = found(service, "Ana@Example.com")
    assert service.bodies() == [{"emails": ["ana@example.com"]}]
    assert people.by_key == {KEY: ANA}
    assert people.by_email == {"ana@example.com": ANA}


def test_a_pinned_e_mail_is_asked_for_by_its_key_and_keeps_its_meaning_when_the_address_changes() -> None:
    pinned = People(by_email={"ana@example.com": ANA})
    service = Service(good([{**ROW, "email": "ana@new.example.com"}]))
    people = found(service, "ana@example.com", people=pinned)
    assert service.bodies() == [{"user_keys": [KEY]}]
    assert {email: one.key for email, one in people.by_email.items()} == {
        "ana@example.com": KEY,
        "ana@new.example.com": KEY,
    }


def test_whoever_is_known_is_not_asked_for_again() -> None:
    service = Service(good([ROW]))
    known = found(service, KEY)
    assert found(service, KEY, "ana@example.com", people=known) == known
    assert len(service.requests) == 1


def test_a_key_that_nobody_has_is_gone() -> None:
    people = found(Service(refusal(30006, "user not found")), KEY)
    assert (people.by_key, people.gone) == ({}, frozenset({KEY}))


def test_an_e_mail_that_nobody_has_is_not_gone_but_unknown() -> None:
    assert found(Service(refusal(30006, "user not found")), "eve@example.com") == People()


def test_another_refusal_is_not_taken_for_nobody() -> None:
    with pytest.raises(ApiRefusal):
        found(Service(refusal(20006, "invalid")), KEY)


def test_whom_the_own_tenant_does_not_know_is_asked_of_the_tenant_of_the_settings() -> None:
    service = Service(good([ROW]), good([{**ROW, "user_key": "8", "email": "bo@example.com"}]))
    found(service, "ana@example.com", "bo@example.com", tenant="t1")
    assert service.bodies()[1] == {"emails": ["bo@example.com"], "tenant_key": "t1"}


def test_many_are_asked_for_in_batches() -> None:
    service = Service(good([]))
    found(service, *[f"u{n:03}@example.com" for n in range(PEOPLE_BATCH + 1)])
    assert [len(one["emails"]) for one in service.bodies()] == [PEOPLE_BATCH, 1]


@pytest.mark.parametrize(
    ("status", "active"), [("activated", True), (None, True), ("resigned", False), ("frozen", False)]
)
def test_a_person_is_active_unless_the_service_says_otherwise(status: str | None, *, active: bool) -> None:
    assert found(Service(good([{**ROW, "status": status}])), KEY).by_key[KEY].active is active


def test_a_user_with_a_key_of_no_known_form_counts_as_not_found() -> None:
    people = found(Service(good([{**ROW, "user_key": "a b"}])), "ana@example.com")
    assert people == People()
