"""Keys that look as if a credential stood below them: told by the key, the value never repeated."""

from __future__ import annotations

import re

from reconciler.errors import Mistake, Place

SECRET = re.compile(
    r"(?i)secret|token|passw|credential|private_?key|api_?key|base_?url|plugin_?id|(?<![a-z])user_?key"
)
"""What an unknown key holds if it is more than a slip of the pen."""


CREDENTIAL = re.compile(
    r"(?i)(?:meegle_)?(?:plugin_(?:id|secret|token)|user_(?:key|token)|base_url|secret|token|password)"
)
"""The names of credentials as a whole, refused also where authors name things as they like."""


class CredentialInFile(Mistake):
    """A credential, or where one is sent to, stands in a file."""

    def __init__(self, place: Place) -> None:
        """Make the message for the key at `place`."""
        super().__init__(
            place,
            "credentials do not belong in files",
            "delete it here, revoke it if it was pushed, and set the environment variable",
        )
