"""Our Markdown as GitLab must be given it.

The renderer keeps strangers' text inside code and `pre`, where GitLab makes no link, mention or reference
(`@`, `#`, `!`, `~`, `%`, `&`, `$`).  Its quick actions are lines of the raw text that begin with `/`, and
what counts as code there is found by a simpler rule than Markdown's
(docs.gitlab.com/user/project/quick_actions/).  So no line may begin so, in code or out of it.
"""

from __future__ import annotations

import re
from typing import Final

ACTION: Final = re.compile(r"^([ \t]*)/", re.MULTILINE)
FENCE: Final = re.compile(r"^(`{3,})(text|yaml)\n(.*?)\n\1$", re.MULTILINE | re.DOTALL)
SPECIAL: Final = re.compile(r"^(?=[ \t]*[`~>/])", re.MULTILINE)
"""Lines of code that GitLab may take for the code's end, for a quotation (`>>>`) or for a quick action."""


def gitlab_text(markdown: str) -> str:
    """Return the text in which no line is a quick action and no line of code ends the code for GitLab."""
    held = FENCE.sub(lambda hit: f"{hit[1]}{hit[2]}\n{SPECIAL.sub('| ', hit[3])}\n{hit[1]}", markdown)
    return ACTION.sub(r"\1\\/", held)
