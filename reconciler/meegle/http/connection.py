"""Where to send credentials, and as whom: from the environment alone.

A pull request can change every file of a repository, so none of them may say where a secret
goes.  The list of hosts is part of the program and grows only by `MEEGLE_ALLOWED_HOSTS`.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from reconciler import __version__
from reconciler.errors import CannotRun
from reconciler.meegle.http.failures import BadEnvironment, Problem

HOSTS = frozenset({"project.feishu.cn", "project.larksuite.com"})
"""The public services whose Open API is documented (endpoints.md 1.1)."""

DEFAULT_RATE = 15.0
"""Requests a second for each endpoint and token (endpoints.md 3)."""

MOST_RATE = 1000.0

IDENTITY = ("MEEGLE_PLUGIN_ID", "MEEGLE_PLUGIN_SECRET", "MEEGLE_USER_KEY", "MEEGLE_USER_TOKEN")
"""Variables that say who asks: a space has all of its own, or none."""
_IDENTITY_NAME = re.compile(rf"(?:{'|'.join(IDENTITY)})(?!\w)")

_BASE_URL = re.compile(r"(https?)://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::([0-9]{1,5}))?/?")
_PROXY = re.compile(r"https?://(?:[!-?A-~]+@)?(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?/?")
_VISIBLE = re.compile(r"[!-~]+")
_RATE = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})?")
_AUTH_MODES = ("0", "1")
VIRTUAL = "virtual"
_TOKEN_TYPES = ("plugin", VIRTUAL)
_PLUGIN = ("MEEGLE_PLUGIN_ID", "MEEGLE_PLUGIN_SECRET")
_BRAND = re.compile(r"(?:[a-z0-9-]+\.)?(?:meegle|feishu|larksuite)\.(?:com|cn)")
"""Addresses of the vendor under which no Open API was ever seen (endpoints.md 1.1)."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One service and one identity.  `rate` is in requests a second for an endpoint, 0 = no limit.

    `host` is the name with its port if one was given: what a saved plan is bound to.
    `auth_mode` 1 lets the permissions of the acting user decide (endpoints.md 2.4).
    `virtual` asks for the token of a plugin that is not published yet; `user_token` is a person's own,
    which acts as that person and is never renewed (endpoints.md 2.1).
    `token_file` is where a token is kept between runs, if it may be kept.  `suffix` ends the names of the
    variables of a space that has credentials of its own.
    """

    base_url: str
    host: str
    plugin_id: str
    plugin_secret: str = field(repr=False)
    user_key: str
    auth_mode: int = 1
    virtual: bool = False
    user_token: str = field(default="", repr=False)
    rate: float = DEFAULT_RATE
    proxy: str | None = field(default=None, repr=False)
    token_file: Path | None = None
    user_agent: str = f"meegle-reconciler/{__version__}"
    suffix: str = ""

    def own_names(self, text: str) -> str:
        """Return advice with the names of the variables that the identity was read from."""
        return _IDENTITY_NAME.sub(lambda hit: f"{hit[0]}{self.suffix}", text) if self.suffix else text

    def told(self, error: CannotRun) -> CannotRun:
        """Return an error whose advice names those variables; the same one where it names none."""
        fix = self.own_names(error.fix)
        return error if fix == error.fix else CannotRun(error.what, fix).beside(error.mistakes)


@contextmanager
def by_own_names(connection: Connection) -> Iterator[None]:
    """Let what ends a block name the variables that the identity was read from."""
    try:
        yield
    except CannotRun as error:
        if (named := connection.told(error)) is error:
            raise
        raise named from error


def connection_from(environ: Mapping[str, str]) -> Connection:
    """Read the `MEEGLE_…` variables.

    Raises BadEnvironment, which names every variable that is missing or wrong and no value.
    """
    if problems := tuple(_problems(environ)):
        raise BadEnvironment(problems)
    base_url = environ["MEEGLE_BASE_URL"].rstrip("/")
    host = base_url.partition("://")[2].lower()
    user_token = environ.get("MEEGLE_USER_TOKEN", "")
    virtual = environ.get("MEEGLE_TOKEN_TYPE") == VIRTUAL
    plugin = (environ.get("MEEGLE_PLUGIN_ID", ""), environ.get("MEEGLE_PLUGIN_SECRET", ""))
    identity = (host, *plugin, *([VIRTUAL] if virtual else []))
    may_keep = not user_token and not is_loopback(host.rpartition(":")[0] or host)
    return Connection(
        base_url=base_url,
        host=host,
        plugin_id=plugin[0],
        plugin_secret=plugin[1],
        user_key=environ["MEEGLE_USER_KEY"],
        auth_mode=int(environ.get("MEEGLE_AUTH_MODE") or 1),
        rate=float(environ.get("MEEGLE_RATE") or DEFAULT_RATE),
        proxy=environ.get("MEEGLE_PROXY") or None,
        virtual=virtual,
        user_token=user_token,
        token_file=token_file(environ, *identity) if may_keep else None,
    )


def password_in(address: str | None) -> str:
    """Return the password of an address such as a proxy's, decoded; empty where it holds none."""
    return unquote(urlsplit(address or "").password or "")


def token_file(environ: Mapping[str, str], *identity: str) -> Path | None:
    """Return where the token of this service, plugin and secret is kept; None in CI and without a home.

    The name is a hash of all three: another secret never finds the token of this one.
    """
    home = environ.get("XDG_CACHE_HOME") or (f"{environ['HOME']}/.cache" if environ.get("HOME") else "")
    if environ.get("CI") or not Path(home).is_absolute() or not hasattr(os, "geteuid"):
        return None
    name = hashlib.sha256("\0".join(identity).encode()).hexdigest()[:32]
    return Path(home) / "meegle-reconciler" / f"{name}.json"


def is_loopback(host: str) -> bool:
    """Return True if `host`, a name or an address without port, is this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _problems(environ: Mapping[str, str]) -> Iterator[Problem]:
    yield from _base_url_problems(environ)
    # Records name our own writes by the plugin, so its id is needed with a person's token, too.
    secret = () if environ.get("MEEGLE_USER_TOKEN") else ("MEEGLE_PLUGIN_SECRET",)
    needed = {"MEEGLE_PLUGIN_ID", "MEEGLE_USER_KEY", *secret}
    for variable in (*_PLUGIN, "MEEGLE_USER_KEY", "MEEGLE_USER_TOKEN"):
        value = environ.get(variable, "")
        if not value and variable not in needed:
            continue
        if not value:
            yield Problem(variable, "is not set", f"set {variable}")
        elif not _VISIBLE.fullmatch(value):
            yield Problem(
                variable,
                "holds white space, a line break or a character that no header can carry",
                f"set {variable} again without it",
            )
    yield from _option_problems(environ)


def _base_url_problems(environ: Mapping[str, str]) -> Iterator[Problem]:
    variable = "MEEGLE_BASE_URL"
    value = environ.get(variable, "")
    if not value:
        yield Problem(variable, "is not set", f"set {variable}, for example https://project.feishu.cn")
        return
    match = _BASE_URL.fullmatch(value)
    if match is None or int(match[3] or 443) not in range(1, 65536):
        yield Problem(
            variable,
            "is no plain address",
            f"set {variable} to https://HOST alone: no path, no user, no white space",
        )
        return
    scheme, host = match[1], match[2].lower()
    if is_loopback(host):
        return
    if scheme != "https":
        yield Problem(variable, "is not https", f"begin {variable} with https://")
    if host not in HOSTS | _allowed_hosts(environ) and _BRAND.fullmatch(host):
        china = host.endswith("feishu.cn")
        yield Problem(
            variable,
            "names a host of the vendor that is not known to answer this API",
            f"try {variable}=https://project.{'feishu.cn' if china else 'larksuite.com'}",
        )
    elif host not in HOSTS | _allowed_hosts(environ):
        yield Problem(
            variable,
            "names a host that is not on the list",
            "check its spelling; a private deployment is added by name in MEEGLE_ALLOWED_HOSTS",
        )


def _allowed_hosts(environ: Mapping[str, str]) -> frozenset[str]:
    names = environ.get("MEEGLE_ALLOWED_HOSTS", "").split(",")
    return frozenset(name.strip().lower() for name in names if name.strip())


def _option_problems(environ: Mapping[str, str]) -> Iterator[Problem]:
    if rate := environ.get("MEEGLE_RATE", ""):
        yield from _rate_problems(rate, environ.get("MEEGLE_BASE_URL", ""))
    if environ.get("MEEGLE_AUTH_MODE", "") not in ("", *_AUTH_MODES):
        yield Problem("MEEGLE_AUTH_MODE", "is neither 0 nor 1", "leave MEEGLE_AUTH_MODE out")
    if environ.get("MEEGLE_TOKEN_TYPE", "") not in ("", *_TOKEN_TYPES):
        yield Problem("MEEGLE_TOKEN_TYPE", "is neither plugin nor virtual", "leave MEEGLE_TOKEN_TYPE out")
    proxy = environ.get("MEEGLE_PROXY", "")
    if proxy and not _PROXY.fullmatch(proxy):
        yield Problem("MEEGLE_PROXY", "is no plain address", "set MEEGLE_PROXY to http://HOST:PORT")


def _rate_problems(rate: str, base_url: str) -> Iterator[Problem]:
    variable = "MEEGLE_RATE"
    if not _RATE.fullmatch(rate) or float(rate) > MOST_RATE:
        yield Problem(variable, "is no number of requests a second", f"set {variable}=15 or leave it out")
        return
    match = _BASE_URL.fullmatch(base_url)
    if float(rate) == 0 and not (match and is_loopback(match[2])):
        yield Problem(
            variable, "is 0 for a host that is not this machine", f"set {variable}=15 or leave it out"
        )
