"""Text that is written from right to left."""

from __future__ import annotations

import re

RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
"""Letters that are written from right to left; with them the text around changes its order."""
