"""Whose credentials open which space: those that name it, and the plain ones for the one without its own."""

from __future__ import annotations

import itertools

import pytest

from reconciler.errors import CannotRun
from reconciler.meegle.http.connection import IDENTITY, by_own_names
from reconciler.meegle.http.failures import BadEnvironment
from reconciler.meegle.space_variables import (
    USUAL,
    connection_of,
    has_own,
    lanes,
    variable_of,
)
from reconciler.model import RunSpaces

PLACE = {"MEEGLE_BASE_URL": "https://project.feishu.cn", "CI": "true"}


def credentials(space: str = "") -> dict[str, str]:
    """The variables of a space, or the plain ones, with values that tell whose they are."""
    made = {name: f"{name.lower()}.{space or 'plain'}" for name in USUAL}
    return {variable_of(name, space) if space else name: value for name, value in made.items()}


def run_of(*spaces: str, new: tuple[str, ...] = ()) -> RunSpaces:
    return RunSpaces(spaces, spaces, frozenset(new))


@pytest.mark.parametrize(
    ("space", "name"),
    [
        ("demo", "MEEGLE_PLUGIN_ID__DEMO"),
        ("web-shop", "MEEGLE_PLUGIN_ID__WEB_SHOP"),
        ("64a0c1", "MEEGLE_PLUGIN_ID__64A0C1"),
        ("a.b c", "MEEGLE_PLUGIN_ID__A_B_C"),
        ("ı", "MEEGLE_PLUGIN_ID__I"),
        ("é", "MEEGLE_PLUGIN_ID___"),
    ],
)
def test_a_variable_names_its_space_in_upper_case_with_every_other_sign_as_an_underscore(
    space: str, name: str
) -> None:
    assert variable_of("MEEGLE_PLUGIN_ID", space) == name


@pytest.mark.parametrize("own", [set(some) for n in range(4) for some in itertools.combinations("abc", n)])
@pytest.mark.parametrize("plain", [credentials(), {}])
@pytest.mark.parametrize("new", [(), ("c",)])
def test_each_space_is_opened_with_its_own_or_alone_with_the_plain_ones(
    own: set[str], plain: dict[str, str], new: tuple[str, ...]
) -> None:
    environ = {**PLACE, **plain}
    for one in own:
        environ |= credentials(one)
    lacking = {"a", "b", "c"} - own - set(new)
    for space in "abc":
        if space in own:
            assert connection_of(space, run_of(*"abc", new=new), environ).plugin_id.endswith(f".{space}")
        elif plain and lacking == {space}:
            assert connection_of(space, run_of(*"abc", new=new), environ).plugin_id.endswith(".plain")
        else:
            with pytest.raises(CannotRun) as told:
                connection_of(space, run_of(*"abc", new=new), environ)
            assert "plain" not in str(told.value).replace("the plain variables", "")
            named = (
                USUAL if lacking == {space} and space not in new else [variable_of(n, space) for n in USUAL]
            )
            assert all(name in str(told.value) for name in named)


def test_the_spaces_without_credentials_are_named_with_the_variables_to_set() -> None:
    with pytest.raises(CannotRun) as told:
        connection_of("web-shop", run_of("demo", "web-shop"), {**PLACE, **credentials()})
    assert str(told.value) == (
        "the space 'web-shop' has no credentials of its own: the plain variables are for one space alone, "
        "and 2 spaces have none: demo, web-shop; set MEEGLE_PLUGIN_ID__WEB_SHOP, "
        "MEEGLE_PLUGIN_SECRET__WEB_SHOP and MEEGLE_USER_KEY__WEB_SHOP"
    )


def test_a_space_that_the_base_does_not_name_has_no_credentials_but_its_own() -> None:
    spaces = run_of("evil", new=("evil",))
    with pytest.raises(CannotRun, match="'evil' has no credentials of its own: the base does not name it"):
        connection_of("evil", spaces, {**PLACE, **credentials()})
    assert connection_of("evil", spaces, {**PLACE, **credentials("evil")}).user_key.endswith(".evil")


@pytest.mark.parametrize("kept", IDENTITY)
def test_no_part_of_the_plain_credentials_completes_those_of_a_space(kept: str) -> None:
    """A secret of one plugin beside the user of another would open what neither may."""
    environ = {**PLACE, **credentials(), variable_of(kept, "demo"): "own"}
    if kept == "MEEGLE_USER_TOKEN":
        environ |= {variable_of(name, "demo"): "own" for name in ("MEEGLE_PLUGIN_ID",)}
    with pytest.raises(BadEnvironment) as told:
        connection_of("demo", run_of("demo"), environ)
    assert {one.variable for one in told.value.problems} <= {variable_of(name, "demo") for name in IDENTITY}
    assert "MEEGLE_USER_KEY__DEMO" in str(told.value) or kept == "MEEGLE_USER_KEY"


def test_a_person_s_own_token_is_one_space_s_too() -> None:
    environ = {**PLACE, **credentials(), variable_of("MEEGLE_USER_TOKEN", "demo"): "u-1"}
    environ |= {variable_of(name, "demo"): "own" for name in ("MEEGLE_PLUGIN_ID", "MEEGLE_USER_KEY")}
    made = connection_of("demo", run_of("demo"), environ)
    assert (made.user_token, made.plugin_secret, made.plugin_id) == ("u-1", "", "own")


def test_the_address_and_the_pace_are_the_plain_ones_unless_a_space_has_its_own() -> None:
    environ = {**PLACE, **credentials("a"), **credentials("b"), "MEEGLE_RATE": "5"}
    environ |= {"MEEGLE_BASE_URL__B": "https://project.larksuite.com", "MEEGLE_RATE__B": "9"}
    one, other = (connection_of(space, run_of("a", "b"), environ) for space in "ab")
    assert (one.host, one.rate) == ("project.feishu.cn", 5)
    assert (other.host, other.rate) == ("project.larksuite.com", 9)


def test_a_wrong_value_is_told_by_the_name_of_its_own_variable_and_not_shown() -> None:
    environ = {**PLACE, **credentials("a"), "MEEGLE_USER_KEY__A": "hidden value"}
    with pytest.raises(BadEnvironment) as told:
        connection_of("a", run_of("a"), environ)
    assert str(told.value).startswith("MEEGLE_USER_KEY__A holds white space")
    assert "set MEEGLE_USER_KEY__A again" in str(told.value)
    assert "hidden" not in str(told.value)


def test_two_spaces_whose_variables_have_one_name_are_refused() -> None:
    environ = {**PLACE, **credentials("web_shop")}
    for chosen in (("web-shop", "web_shop"), ("web-shop",), ("web_shop",)):
        with pytest.raises(CannotRun) as told:
            connection_of(chosen[0], RunSpaces(("web-shop", "web_shop"), chosen), environ)
        assert str(told.value) == (
            "the spaces 'web-shop' and 'web_shop' would both take MEEGLE_PLUGIN_ID__WEB_SHOP; give one of "
            "them another name in the settings (`spaces:` with `project_key:`) and in its files"
        )


def test_one_chosen_space_with_plain_credentials_need_not_mind_a_neighbour_of_its_name() -> None:
    spaces = RunSpaces(("web-shop", "web_shop"), ("web-shop",))
    assert connection_of("web-shop", spaces, {**PLACE, **credentials()}).plugin_id.endswith(".plain")


def test_an_empty_variable_is_none() -> None:
    assert not has_own("a", {variable_of(name, "a"): "" for name in IDENTITY})


@pytest.mark.parametrize("space", ["web-shop", "web_shop"])
def test_a_new_space_does_not_take_the_variables_that_the_base_has_for_another(space: str) -> None:
    spaces = run_of(space, new=(space,))._replace(called=frozenset({"web-shop"}))
    with pytest.raises(CannotRun, match="MEEGLE_PLUGIN_ID__WEB_SHOP is for another space"):
        connection_of(space, spaces, PLACE | credentials("web-shop"))
    other = run_of("pay", new=("pay",))._replace(called=frozenset({"web-shop"}))
    assert connection_of("pay", other, PLACE | credentials("pay")).suffix == "__PAY"


def test_spaces_that_share_a_token_are_in_one_lane() -> None:
    environ = {**PLACE, **credentials("a"), **credentials("b"), **credentials("c")}
    environ["MEEGLE_PLUGIN_ID__C"] = environ["MEEGLE_PLUGIN_ID__A"]
    made = [connection_of(space, run_of(*"abc"), environ) for space in "abc"]
    assert lanes(enumerate(made)) == [[0, 2], [1]]


def test_the_advice_of_an_error_names_the_variables_of_the_space() -> None:
    error = CannotRun("it is wrong", "check MEEGLE_PLUGIN_ID and MEEGLE_PLUGIN_SECRET, not MEEGLE_RATE")
    environ = {**PLACE, **credentials(), **credentials("a")}
    own = connection_of("a", run_of("a"), environ)
    told = own.told(error)
    assert told.fix == "check MEEGLE_PLUGIN_ID__A and MEEGLE_PLUGIN_SECRET__A, not MEEGLE_RATE"
    assert own.told(told) is told
    plain = connection_of("b", run_of("b"), environ)
    assert plain.told(error) is error
    with pytest.raises(CannotRun, match="MEEGLE_PLUGIN_ID__A"), by_own_names(own):
        raise error
    with pytest.raises(CannotRun, match="MEEGLE_PLUGIN_ID and"), by_own_names(plain):
        raise error
