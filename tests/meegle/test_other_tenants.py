"""People outside the plugin's tenant: found where the settings name theirs, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.sandbox.state.model import Person

if TYPE_CHECKING:
    from tests.conftest import Desk

ZOE = Person("7310000000000000099", "zoe@partner.example", "Zoe", tenant="saas_partner")
QUERY = "/open_api/user/query"
SETTINGS = "spaces: {demo: {tenant_key: saas_partner}}\n"


@pytest.fixture
def guest(desk: Desk) -> Desk:
    """A desk whose space has a member of another tenant, whom a file names by e-mail."""
    desk.world.people[ZOE.key] = ZOE
    desk.stories("{id: 6300012345, roles: {PM: [zoe@partner.example]}}")
    return desk


def asked_of(desk: Desk) -> list[tuple[str, list[str]]]:
    """The tenants and the e-mails that people were looked up by."""
    bodies = [made.body for made in desk.world.calls if made.path == QUERY]
    return [(body.get("tenant_key", ""), body["emails"]) for body in bodies if body.get("emails")]


def test_a_person_of_another_tenant_is_unknown_without_it(guest: Desk) -> None:
    done = guest.run("plan")
    assert done.code == 1
    assert "no person 'zoe@partner.example'" in done.err


def test_a_person_of_another_tenant_is_planned_applied_and_pinned_with_it(guest: Desk) -> None:
    guest.write("state/reconciler.yaml", SETTINGS)
    assert "PM  + zoe@partner.example" in guest.run("plan").out
    assert guest.run("apply", "--yes").code == 0
    owners = next(
        one["owners"]
        for one in guest.world.item(6300012345).values["role_owners"]
        if ZOE.key in one["owners"]
    )
    assert owners == [ZOE.key]
    assert "No changes." in guest.run("plan").out
    assert guest.run("schema", "pull").code == 0
    assert ZOE.key in (guest.folder / "schemas/demo/people.json").read_text(encoding="utf-8")
    assert "No changes." in guest.run("plan").out


def test_the_plugins_own_tenant_is_asked_first_and_the_other_for_the_rest_alone(guest: Desk) -> None:
    guest.write("state/reconciler.yaml", SETTINGS)
    guest.stories("{id: 6300012345, roles: {PM: [zoe@partner.example], RD: [ana@example.com]}}")
    guest.run("plan")
    both = ["ana@example.com", "zoe@partner.example"]
    assert asked_of(guest)[:2] == [("", both), ("saas_partner", ["zoe@partner.example"])]


def test_who_is_known_at_home_is_never_taken_from_another_tenant(guest: Desk) -> None:
    guest.world.people["7310000000000000098"] = Person(
        "7310000000000000098", "ana@example.com", "Not Ana", tenant="saas_partner"
    )
    guest.write("state/reconciler.yaml", SETTINGS)
    guest.stories("{id: 6300012346, roles: {PM: [ana@example.com]}}")
    guest.run("plan")
    assert asked_of(guest) == [("", ["ana@example.com"])]
