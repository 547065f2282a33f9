"""Keys that look like the name of a credential. Messages name the key and never repeat the value."""

from __future__ import annotations

import re

from reconciler.errors import Mistake, Place

SECRET = re.compile(
    r"(?i)secret|token|passw|credential|private_?key|api_?key|base_?url|plugin_?id|(?<![a-z])user_?key"
)
"""Words in an unknown key that mean a credential rather than a typing error."""


CREDENTIAL = re.compile(
    r"(?i)(?:meegle_)?(?:plugin_(?:id|secret|token)|user_(?:key|token)|base_url|secret|token|password)"
)
"""Full names of credentials, refused even in maps whose keys authors choose."""


class CredentialInFile(Mistake):
    """A file holds a credential, or the address that credentials are sent to."""

    def __init__(self, place: Place) -> None:
        """Make the message for the key at `place`."""
        super().__init__(
            place,
            "credentials do not belong in files",
            "delete it here, revoke it if it was pushed, and set the environment variable",
        )
