"""The end of each help page: lines to copy, and what comes next."""

from __future__ import annotations

from typing import Final, NamedTuple

import click


class Example(NamedTuple):
    """Command lines that work in a repository of `init`, and the sentence that leads on."""

    lines: tuple[str, ...]
    next_step: str


EXAMPLES: Final[dict[str, Example]] = {
    "demo": Example(
        ("reconciler demo", "reconciler demo --keep try"),
        "`reconciler init` begins a repository for your own space.",
    ),
    "sandbox": Example(
        ("reconciler sandbox > sandbox.env &", ". ./sandbox.env", "reconciler sandbox --generate story=400"),
        "`reconciler plan` in a shell that has the printed variables; docs/sandbox.md has every switch.",
    ),
    "sandbox snapshot": Example(
        ("reconciler sandbox snapshot space.json", "reconciler plan --offline --snapshot space.json"),
        "`reconciler pull --snapshot FILE` copies a real space.",
    ),
    "sandbox do": Example(
        (
            "reconciler sandbox do edit 6300012345 Priority P2 --by bo@example.com",
            "reconciler sandbox do writes",
        ),
        "`reconciler drift` and `reconciler plan` see what happened; docs/sandbox.md has the others.",
    ),
    "init": Example(
        (
            "reconciler init --space demo --type story",
            "reconciler init --forge gitlab",
            "reconciler init --check",
        ),
        "`reconciler plan` says that nothing differs; then change a value, and plan again.",
    ),
    "doctor": Example(
        ("reconciler doctor", "reconciler doctor --probe 6300012345"),
        "each line says what to do; where all is well, `reconciler init` begins a repository.",
    ),
    "validate": Example(
        (
            "reconciler validate",
            "reconciler validate state/demo/stories.yaml",
            "reconciler validate --format github",
        ),
        "`reconciler plan` compares with the live items.",
    ),
    "plan": Example(
        (
            "reconciler plan",
            "reconciler plan --only 6300012345 --full",
            "reconciler plan --out plan.json --format html=plan.html",
            "reconciler plan --base origin/main",
        ),
        "`reconciler apply plan.json` sends what was shown; `reconciler why REF` explains a change.",
    ),
    "show": Example(
        ("reconciler show plan.json", "reconciler show plan.json --format html=plan.html"),
        "`reconciler apply plan.json` sends it.",
    ),
    "apply": Example(
        (
            "reconciler apply",
            "reconciler apply plan.json",
            "reconciler apply --yes --only story.priority",
            "reconciler apply --yes --max-share 100%",
        ),
        "`reconciler runs last` shows what was sent; `reconciler rollback last` undoes it.",
    ),
    "why": Example(
        (
            "reconciler why 6300012345",
            "reconciler why 6300012345.priority",
            "reconciler why 6300012345.roles.RD",
        ),
        "edit the line that it names, or take the live value: `reconciler pull --refresh --only REF`.",
    ),
    "drift": Example(
        (
            "reconciler drift",
            "reconciler drift --heal --yes",
            "reconciler drift --applied HEAD~1 --out drift.json",
        ),
        "`--heal` puts back what a policy heals; `reconciler pull --refresh --only REF` keeps a live value.",
    ),
    "pull": Example(
        (
            "reconciler pull 6300012345 --into state/demo/checkout.yaml",
            "reconciler pull --type story --into state/demo/stories.yaml --fields priority,due,roles.RD",
            "reconciler pull --type story --search 'Due < 2026-12-01' --into state/demo/late.yaml",
            "reconciler pull --refresh --only 6300012345.priority",
        ),
        "`reconciler plan` is empty for what was pulled; change a value, and plan again.",
    ),
    "fmt": Example(
        ("reconciler fmt", "reconciler fmt --check"), "`git diff` shows what changed: layout, and no value."
    ),
    "schema": Example(
        ("reconciler schema pull", "reconciler schema check"),
        "`reconciler validate` knows every name and value from then on.",
    ),
    "schema pull": Example(
        ("reconciler schema pull", "reconciler schema pull --rewrite"),
        "`git diff schemas` shows what names mean now; commit it.",
    ),
    "schema check": Example(
        ("reconciler schema check", "reconciler schema check --detailed-exitcode"),
        "`reconciler schema pull` takes it into the pins, `--rewrite` into the files, too.",
    ),
    "rules": Example(
        (
            "reconciler rules",
            "reconciler rules p0-has-due",
            "reconciler rules p0-has-due --offline --snapshot space.json",
        ),
        "`reconciler plan` shows what a rule would change, `reconciler why REF` which rule desires a value.",
    ),
    "move": Example(
        (
            "reconciler move --fields due --from state/demo/story.yaml --into state/demo/sprint.yaml",
            "reconciler move --fields due --from state/demo/a.yaml --into state/demo/a.yaml --defaults",
        ),
        "`reconciler plan` shows what it showed before.",
    ),
    "runs": Example(
        ("reconciler runs", "reconciler runs last", "reconciler runs verify"),
        "`reconciler rollback RUN` puts back what a run changed.",
    ),
    "rollback": Example(
        ("reconciler rollback last", "reconciler rollback last --out back.json"),
        "commit the change of the files that it prints, or the next plan sends the values again.",
    ),
    "comment": Example(
        ("reconciler comment plan.json", "reconciler comment plan.json --print"),
        "docs/ci.md has the jobs that run it.",
    ),
    "notify": Example(
        ("reconciler notify plan.json --print", "reconciler notify --run last"),
        "docs/ci.md says how a chat gets its bot.",
    ),
    "accept": Example(
        ("reconciler drift --out drift.json", "reconciler accept drift.json"),
        "review and merge the request; docs/ci.md has the job that runs it.",
    ),
    "record": Example(
        ("reconciler apply plan.json", "reconciler record plan.json", "reconciler record --fetch"),
        "`reconciler drift` compares with it from then on.",
    ),
    "completion": Example(
        ('eval "$(reconciler completion bash)"', "reconciler completion zsh"),
        "`reconciler plan --only <TAB>` offers types, fields and ids.",
    ),
    "help": Example(
        ("reconciler help plan", "reconciler help schema pull"), "docs/recipes.md has whole jobs."
    ),
}
"""By the words of a command; `version` needs none."""


def with_examples(command: click.Command, path: str) -> None:
    """Put the examples below the help of a command and of its members."""
    if found := EXAMPLES.get(path):
        lines = "\n".join(f"  {line}" for line in found.lines)
        command.epilog = f"\b\nExamples:\n{lines}\n\nNext: {found.next_step}"
    for name, member in (command.commands if isinstance(command, click.Group) else {}).items():
        with_examples(member, f"{path} {name}")
