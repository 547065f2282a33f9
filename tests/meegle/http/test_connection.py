"""Where credentials may go, and what is said when the environment does not say it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from reconciler.meegle.http.connection import connection_from
from reconciler.meegle.http.failures import BadEnvironment

FULL = {
    "MEEGLE_BASE_URL": "https://project.feishu.cn",
    "MEEGLE_PLUGIN_ID": "MII_0123456789ABCDEF",
    "MEEGLE_PLUGIN_SECRET": "5ec2e7",
    "MEEGLE_USER_KEY": "7310000000000000001",
}


def wrong(**environ: str) -> list[str]:
    with pytest.raises(BadEnvironment) as caught:
        connection_from(FULL | environ)
    return [problem.variable for problem in caught.value.problems]


def test_four_variables_are_enough() -> None:
    connection = connection_from(FULL)
    assert connection.base_url == "https://project.feishu.cn"
    assert connection.host == "project.feishu.cn"
    assert connection.plugin_id == "MII_0123456789ABCDEF"
    assert connection.plugin_secret == "5ec2e7"
    assert connection.user_key == "7310000000000000001"
    assert (connection.auth_mode, connection.rate, connection.proxy) == (1, 15.0, None)


def test_everything_missing_is_said_at_once() -> None:
    with pytest.raises(BadEnvironment) as caught:
        connection_from({})
    assert str(caught.value) == (
        "MEEGLE_BASE_URL is not set, MEEGLE_PLUGIN_ID is not set, "
        "MEEGLE_PLUGIN_SECRET is not set, MEEGLE_USER_KEY is not set; "
        "set MEEGLE_BASE_URL, for example https://project.feishu.cn, set MEEGLE_PLUGIN_ID, "
        "set MEEGLE_PLUGIN_SECRET, set MEEGLE_USER_KEY"
    )


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://project.feishu.cn", "project.feishu.cn"),
        ("https://project.feishu.cn/", "project.feishu.cn"),
        ("https://PROJECT.larksuite.com", "project.larksuite.com"),
        ("https://project.feishu.cn:8443", "project.feishu.cn:8443"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://127.9.9.9", "127.9.9.9"),
        ("http://localhost:5000", "localhost:5000"),
        ("http://[::1]:5000", "[::1]:5000"),
        ("https://127.0.0.1:5000", "127.0.0.1:5000"),
    ],
)
def test_a_known_host_or_this_machine_is_fine(base_url: str, host: str) -> None:
    assert connection_from(FULL | {"MEEGLE_BASE_URL": base_url}).host == host


@pytest.mark.parametrize(
    "base_url",
    [
        "http://project.feishu.cn",
        "https://project.feishu.cn.evil.example",
        "https://evil.example",
        "https://project.feishu.cn@evil.example",
        "https://evil.example#project.feishu.cn",
        "https://evil.example/project.feishu.cn",
        "https://evil.example\\@project.feishu.cn",
        "https://project.feishu.cn/open_api",
        "https://project.feishu.cn?x=1",
        "https://project.feishu.cn:0",
        "https://project.feishu.cn:99999",
        "https://project.feishu.cn.",
        "https://project.feishu.cn\n",
        " https://project.feishu.cn",
        "https://рroject.feishu.cn",
        "https://sub.project.feishu.cn",
        "HTTPS://project.feishu.cn",
        "project.feishu.cn",
        "ftp://project.feishu.cn",
        "file:///etc/passwd",
        "http://127.0.0.1.evil.example",
        "http://192.168.0.1",
        "http://0.0.0.0:80",
        "http://localhost.evil.example",
        "https://[::2]",
        "https://",
    ],
)
def test_any_other_address_is_refused_and_not_repeated(base_url: str) -> None:
    with pytest.raises(BadEnvironment) as caught:
        connection_from(FULL | {"MEEGLE_BASE_URL": base_url})
    assert {problem.variable for problem in caught.value.problems} == {"MEEGLE_BASE_URL"}
    assert "evil" not in str(caught.value)


def test_a_private_host_is_added_by_name_and_still_needs_https() -> None:
    private = {
        "MEEGLE_ALLOWED_HOSTS": "other.example, Project.F.Example",
        "MEEGLE_BASE_URL": "https://project.f.example",
    }
    assert connection_from(FULL | private).host == "project.f.example"
    assert wrong(**private | {"MEEGLE_BASE_URL": "http://project.f.example"}) == ["MEEGLE_BASE_URL"]
    assert wrong(**private | {"MEEGLE_BASE_URL": "https://sub.project.f.example"}) == ["MEEGLE_BASE_URL"]


@pytest.mark.parametrize("variable", ["MEEGLE_PLUGIN_ID", "MEEGLE_PLUGIN_SECRET", "MEEGLE_USER_KEY"])
@pytest.mark.parametrize(
    "value", ["canary\n", " canary", "can ary", "canary\t", "canary\x00", "canar\u00fd", "canary\u200b"]
)
def test_a_credential_with_white_space_is_refused_by_its_name_alone(variable: str, value: str) -> None:
    with pytest.raises(BadEnvironment) as caught:
        connection_from(FULL | {variable: value})
    assert [problem.variable for problem in caught.value.problems] == [variable]
    assert "canar" not in str(caught.value) + repr(caught.value)


def test_the_rate_can_be_set_and_be_none_on_this_machine_alone() -> None:
    local = {"MEEGLE_BASE_URL": "http://127.0.0.1:1"}
    assert connection_from(FULL | {"MEEGLE_RATE": "7.5"}).rate == 7.5
    assert connection_from(FULL | local | {"MEEGLE_RATE": "0"}).rate == 0
    assert connection_from(FULL | {"MEEGLE_RATE": ""}).rate == 15
    for rate in ("0", "0.0", "-1", "1e9", "nan", "fast", "100000", "１５"):
        assert wrong(MEEGLE_RATE=rate) == ["MEEGLE_RATE"]


def test_the_authority_mode_is_0_or_1() -> None:
    assert connection_from(FULL | {"MEEGLE_AUTH_MODE": "0"}).auth_mode == 0
    assert connection_from(FULL | {"MEEGLE_AUTH_MODE": ""}).auth_mode == 1
    assert wrong(MEEGLE_AUTH_MODE="2") == ["MEEGLE_AUTH_MODE"]


def test_a_proxy_is_an_http_address_whose_password_is_never_shown() -> None:
    connection = connection_from(FULL | {"MEEGLE_PROXY": "http://me:canary@proxy.example:3128"})
    assert connection.proxy == "http://me:canary@proxy.example:3128"
    assert "canary" not in repr(connection)
    for proxy in (
        "socks5://me:canary@proxy.example",
        "proxy.example:3128",
        "http://me:can ary@proxy.example",
    ):
        with pytest.raises(BadEnvironment) as caught:
            connection_from(FULL | {"MEEGLE_PROXY": proxy})
        assert "can" not in str(caught.value).replace("cannot", "")


def test_the_secret_is_in_no_text_of_a_connection() -> None:
    connection = connection_from(FULL)
    assert "5ec2e7" not in repr(connection) + str(connection)


def test_what_an_answer_means_is_known_without_network_code() -> None:
    names = "connection", "endpoints", "failures", "answers"
    imports = "; ".join(f"import reconciler.meegle.http.{name}" for name in names)
    program = (
        f"import sys; {imports}; print(sorted({{'httpx', 'httpcore', 'ssl', 'tenacity'}} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
