"""The counts that a GitLab merge request shows of a plan, in the form that it reads of Terraform.

`artifacts: reports: terraform:` takes a JSON object with the numbers `create`, `update` and `delete`
(docs.gitlab.com/user/infrastructure/iac/mr_integration/).  They count items: this plan changes items, and
neither creates nor deletes any.
"""

from __future__ import annotations

import json

from reconciler.model import Plan


def plan_widget(*plans: Plan) -> str:
    """Return the counts of all spaces of a run."""
    return json.dumps({"create": 0, "update": sum(len(one.updates) for one in plans), "delete": 0}) + "\n"
