"""The likely cause of a refusal and the way out, one row a code: the codes alone help nobody.

The facts are those of the API's pages (endpoints.md 2.5 and 10); codes that end a run are in `codes.py`.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class Advice(NamedTuple):
    """Why a code probably came, and what to do; `words` tells apart what shares a code."""

    code: int
    words: re.Pattern[str]
    cause: str
    fix: str


ANY: Final = re.compile("")
SPACE_FIX: Final = (
    "check `space:` in the files and `project_key:` in the settings, and that the plugin is installed there"
)
RENEW: Final = "check MEEGLE_USER_KEY, and that the plugin is enabled and its secret was not replaced"

TABLE: Final = (
    Advice(
        10211,
        re.compile(r"user[-_ ]?key", re.IGNORECASE),
        "the header X-USER-KEY did not arrive",
        "set MEEGLE_USER_KEY to the user key of an active member; else a proxy takes the header out",
    ),
    Advice(10211, ANY, "the token ended early or was replaced, or X-USER-KEY did not arrive", RENEW),
    Advice(10021, ANY, "the token did not arrive", "where a proxy is between, let it pass X-PLUGIN-TOKEN"),
    Advice(10022, ANY, "the token ended early or was replaced", RENEW),
    Advice(
        30006,
        ANY,
        "nobody whom the plugin sees has this key or e-mail (a virtual token sees its collaborators alone)",
        "check MEEGLE_USER_KEY and the people in the files; those of another tenant need `tenant_key:`",
    ),
    Advice(
        50006,
        re.compile(r"no right to edit|unable to edit", re.IGNORECASE),
        "the acting user may not edit this field",
        "let the user of MEEGLE_USER_KEY edit it in the space, or take it out of the files",
    ),
    Advice(
        50006,
        re.compile("limit exceeded", re.IGNORECASE),
        "the value is longer than the space takes",
        "make it shorter",
    ),
    Advice(
        50006,
        re.compile("role owners", re.IGNORECASE),
        "a role or one of its people is unknown to the space",
        "run `reconciler schema check`, and write people who are members",
    ),
    Advice(
        10001,
        ANY,
        "the acting user may not do this to the item",
        "let the user of MEEGLE_USER_KEY edit it in the space, or take it out of the files",
    ),
    *(Advice(code, ANY, "no space has this key", SPACE_FIX) for code in (1000052062, 1000052063, 30016)),
)


def advice_on(code: int, message: str) -> Advice | None:
    """Return the row for a refusal, None where the pages know no more than the service's own words."""
    return next((one for one in TABLE if one.code == code and one.words.search(message)), None)


def likely(code: int, message: str) -> str:
    """Return what follows the service's own words: `, likely because …; …`, or nothing."""
    found = advice_on(code, message)
    return f", likely because {found.cause}; {found.fix}" if found else ""
