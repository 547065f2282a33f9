"""The service's error codes and what each means for a call."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from reconciler.meegle.http.failures import StopCode


class Kind(Enum):
    """The meaning of a code for a caller."""

    OK = auto()
    THROTTLED = auto()
    TOKEN = auto()
    STOP = auto()
    SEEN_BEFORE = auto()
    PASSING = auto()
    REFUSED = auto()


THROTTLED_CODES: Final = frozenset({10429})
SEEN_CODES: Final = frozenset({10430})
TOKEN_CODES: Final = frozenset({10021, 10022, 10211})
PASSING_CODES: Final = frozenset({50005})

# What 50006 means
# ----------------
# 50006, mostly with HTTP 500, is the service's catch-all.  It means a moment's overload ("openapi system
# err, please try again later"), for a failure behind the API ("fail to read/write db"), and just as well for
# business refusals that will never go away: no right to edit, a value that is too long, an unknown role.
# Neither the number nor the status tells them apart; only the message does, so it is matched here.
#
# For a read a wrong guess is cheap: a permanent refusal is asked a few times more.  For a PUT it is not: a
# message of overload does not prove that nothing was stored, so a PUT is never repeated on a 50006.  It
# becomes `Ambiguous` if the words are passing ones, and the read-back decides; any other, words that no page
# lists among them, is `Refused`, which is read back too, as parts of a refused PUT may have been stored.
MANY_MEANINGS: Final = 50006
PASSING_WORDS: Final = (
    "try again later",
    "fail to read/write db",
    "please contact platform",
    "bad gateway",
    "is in transition",
)
"""The texts of 50006 about the service's own state (endpoints.md 10.4)."""

_USER = "set MEEGLE_USER_KEY to the user key of an active member of the space"
STOP_CODES: Final[Mapping[int, tuple[str, str]]] = {
    10204: (
        "the plugin id or its secret is wrong",
        "check MEEGLE_PLUGIN_ID and MEEGLE_PLUGIN_SECRET on the plugin's page",
    ),
    10023: ("the acting user does not exist", _USER),
    10301: (
        "the plugin may not do this",
        (
            "apply for the permission, publish a new version (or set MEEGLE_TOKEN_TYPE=virtual until there "
            "is one), install it in the space, add the user of MEEGLE_USER_KEY there; check the space's key"
        ),
    ),
    10302: ("the acting user has resigned", _USER),
    10404: ("the acting user cannot open this space", "add the user of MEEGLE_USER_KEY to the space"),
    20039: ("the acting user is not named", _USER),
    20042: ("the acting user's key is wrong", _USER),
    20049: ("the acting user belongs to another tenant group", _USER),
    1000051743: ("the acting user was not found", _USER),
    1000051942: (
        "the plan's quota of API calls is used up",
        "wait until it is renewed, or ask the tenant's administrator for a larger one",
    ),
}
"""Codes that end the run: what is wrong, and how to mend it (endpoints.md 2.5, 10.1)."""

_KINDS: Final = {
    **dict.fromkeys(THROTTLED_CODES, Kind.THROTTLED),
    **dict.fromkeys(TOKEN_CODES, Kind.TOKEN),
    **dict.fromkeys(STOP_CODES, Kind.STOP),
    **dict.fromkeys(SEEN_CODES, Kind.SEEN_BEFORE),
    **dict.fromkeys(PASSING_CODES, Kind.PASSING),
}


def code_kind(code: int, message: str) -> Kind:
    """Return what a code means; 50006 means many things and is told apart by its message."""
    if code == 0:
        return Kind.OK
    if code == MANY_MEANINGS:
        words = message.casefold()
        return Kind.PASSING if any(passing in words for passing in PASSING_WORDS) else Kind.REFUSED
    return _KINDS.get(code, Kind.REFUSED)


def stop_code(code: int, message: str, log_id: str) -> StopCode:
    """Make the error for a code that ends the run."""
    what, fix = STOP_CODES[code]
    return StopCode(code, message, log_id, what=what, fix=fix)
