"""Leads from a command line that another tool would understand to the words of this one.

A row is what people type out of habit, with our name before it.  Its words before the first dash are the
command that is unknown here; where they are a command of ours, the first option is what is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Final, NamedTuple

import click

from reconciler.errors import nearest, suggestion

MOST = 3
"""The most commands that a message names as those that have an option."""


class Habit(NamedTuple):
    """What users of other tools type, after `reconciler`, and what leads on here."""

    tool: str
    line: str
    ours: str


ALL, TERRAFORM, PULUMI, OCTODNS = "any", "Terraform", "Pulumi", "octoDNS"
DNSCONTROL, DECK, ARGO, KUBECTL, ANSIBLE = "DNSControl", "decK", "Argo CD", "kubectl", "Ansible"

APPLY = "`reconciler apply` sends what differs"
PLAN = "`reconciler plan` shows what would change and writes nothing"
PULL = "`reconciler pull ID --into FILE` writes live items into a file, `pull --type TYPE` a whole type"
KEPT = "nothing is created or deleted: take an item out of the files and it is no longer managed"
NO_STATE = (
    "there is no state file: `reconciler plan` compares with live items, `reconciler why REF` explains one"
)
SPACES = "`--space SPACE` chooses among the spaces that the files name"
ENVIRONMENT = "credentials come from the environment; `reconciler doctor` says what is missing"
FILES = "name files or folders as they are: `reconciler plan PATH`, `reconciler apply PATH`"
VALUES = (
    "there are no variables: `defaults` of a file and `people` of state/reconciler.yaml hold what is shared"
)
PACE = "the pace is MEEGLE_RATE, in requests a second"
WAITS = "`reconciler apply --wait 10m` waits for another apply; the lock ends with its process"
GUARDS = "each guard has its own flag: `--max-changes N`, `--max-share P`, `--allow-clear N`"
DATA = "`--format json` prints data, `--format json=FILE` writes it there"
CODES = "`--detailed-exitcode` exits 2 where anything would change"
UNDO = "`reconciler rollback RUN` puts back what an apply changed; `reconciler runs` lists them"
READ = "live items are read every time; `reconciler plan --offline --snapshot FILE` asks no service"
PAST = "`reconciler runs` lists past applies"
ONE = "`reconciler why REF` shows what an item should be, what it is, and who changed it"
EDIT = "edit the YAML under state/, then `reconciler plan`"
REQUESTS = "`--log-level debug` tells of every request"

HABITS: Final = (
    Habit(TERRAFORM, "plan -target=6300012345", "`--only REF` takes an item, a field, a type or a path"),
    Habit(TERRAFORM, "apply -auto-approve", "`--yes` applies without asking"),
    Habit(TERRAFORM, "plan -json", DATA),
    Habit(TERRAFORM, "plan -out=tfplan", "`reconciler plan --out plan.json` saves it for `reconciler apply`"),
    Habit(TERRAFORM, "plan -detailed-exitcode", CODES),
    Habit(TERRAFORM, "plan -refresh-only", "`reconciler drift` says what moved in the space, and by whom"),
    Habit(
        TERRAFORM,
        "plan -refresh=false",
        READ,
    ),
    Habit(TERRAFORM, "plan -replace=6300012345", KEPT),
    Habit(TERRAFORM, "plan -destroy", KEPT),
    Habit(TERRAFORM, "plan -var-file=prod.tfvars", VALUES),
    Habit(TERRAFORM, "plan -var=team=checkout", VALUES),
    Habit(TERRAFORM, "apply -lock-timeout=10m", WAITS),
    Habit(TERRAFORM, "apply -lock=false", WAITS),
    Habit(TERRAFORM, "apply -parallelism=4", PACE),
    Habit(TERRAFORM, "plan -no-color", "`--color never` prints no colour; pipes and CI have none anyway"),
    Habit(TERRAFORM, "apply -input=false", "`--yes` applies without asking; nothing else asks"),
    Habit(TERRAFORM, "plan -compact-warnings", "a note is one line already; `2>/dev/null` hides them"),
    Habit(TERRAFORM, "init -backend-config=prod.hcl", NO_STATE),
    Habit(
        TERRAFORM, "-chdir=envs/prod plan", "`cd` into the folder first, or name it: `reconciler plan PATH`"
    ),
    Habit(TERRAFORM, "import", PULL),
    Habit(TERRAFORM, "state", NO_STATE),
    Habit(
        f"{TERRAFORM}, {PULUMI}",
        "refresh",
        "`reconciler pull --refresh` brings the files to the live values; `reconciler drift` only reports",
    ),
    Habit(f"{TERRAFORM}, {PULUMI}", "destroy", KEPT),
    Habit(TERRAFORM, "taint", f"nothing is made anew: {APPLY}"),
    Habit(TERRAFORM, "untaint", f"nothing is made anew: {APPLY}"),
    Habit(TERRAFORM, "workspace", SPACES),
    Habit(TERRAFORM, "output", "`reconciler show PLAN --format json` prints a saved plan as data"),
    Habit(f"{TERRAFORM}, {ARGO}", "login", ENVIRONMENT),
    Habit(f"{TERRAFORM}, {ARGO}", "logout", ENVIRONMENT),
    Habit(TERRAFORM, "force-unlock", WAITS),
    Habit(TERRAFORM, "providers", "`reconciler schema pull` pins what the space offers"),
    Habit(TERRAFORM, "console", ONE),
    Habit(TERRAFORM, "graph", PLAN),
    Habit(TERRAFORM, "test", "`reconciler validate` checks the files without network"),
    Habit(PULUMI, "up", APPLY),
    Habit(f"{PULUMI}, {DNSCONTROL}", "preview", PLAN),
    Habit(PULUMI, "plan --expect-no-changes", CODES),
    Habit(PULUMI, "plan --diff", "a plan shows old → new already; `--full` prints one line a field"),
    Habit(PULUMI, "apply --skip-preview", "`--yes` applies without asking; a saved plan asks nothing"),
    Habit(PULUMI, "plan --refresh", READ),
    Habit(PULUMI, "stack", SPACES),
    Habit(PULUMI, "config", "state/reconciler.yaml holds the settings; `reconciler doctor` checks them"),
    Habit(PULUMI, "cancel", WAITS),
    Habit(OCTODNS, "sync --doit", APPLY),
    Habit(OCTODNS, "apply --doit", "`--yes` applies without asking"),
    Habit(OCTODNS, "apply --force", GUARDS),
    Habit(OCTODNS, "plan --config-file=config.yaml", f"state/reconciler.yaml is found by itself; {FILES}"),
    Habit(OCTODNS, "plan --quiet", "`--format json=FILE` leaves stdout empty; `2>/dev/null` hides the talk"),
    Habit(f"{OCTODNS}, {DECK}", "dump", PULL),
    Habit(OCTODNS, "compare", PLAN),
    Habit(OCTODNS, "report", "`reconciler drift` says what moved in the space, and by whom"),
    Habit(DNSCONTROL, "push", APPLY),
    Habit(DNSCONTROL, "ppreview", PLAN),
    Habit(DNSCONTROL, "ppush", APPLY),
    Habit(DNSCONTROL, "check", "`reconciler validate` checks the files without network"),
    Habit(DNSCONTROL, "check-creds", "`reconciler doctor` checks them"),
    Habit(DNSCONTROL, "get-zones", PULL),
    Habit(DNSCONTROL, "print-ir", "`reconciler plan --format json` prints a plan as data"),
    Habit(DNSCONTROL, "write-types", "`reconciler schema pull` writes the schemas for editors"),
    Habit(DNSCONTROL, "shell-completion", "`reconciler completion bash` prints the script"),
    Habit(DNSCONTROL, "plan --domains=example.com", "`--only REF` takes an item, a field, a type or a path"),
    Habit(DNSCONTROL, "apply --notify", "`reconciler notify PLAN` sends a card to a chat"),
    Habit(DNSCONTROL, "apply --report=report.json", DATA),
    Habit(DNSCONTROL, "plan --creds=creds.json", ENVIRONMENT),
    Habit(DECK, "gateway sync", APPLY),
    Habit(DECK, "gateway apply", APPLY),
    Habit(DECK, "gateway diff", PLAN),
    Habit(DECK, "gateway dump", PULL),
    Habit(DECK, "gateway validate", "`reconciler validate` checks the files without network"),
    Habit(DECK, "gateway ping", "`reconciler doctor` checks the connection"),
    Habit(DECK, "gateway reset", KEPT),
    Habit(DECK, "gateway", f"{PLAN}; {APPLY}"),
    Habit(DECK, "file", "`reconciler validate` checks the files, `reconciler fmt` lays them out"),
    Habit(DECK, "ping", "`reconciler doctor` checks the connection"),
    Habit(DECK, "reset", KEPT),
    Habit(DECK, "plan --select-tag=team", "`--only REF` takes an item, a field, a type or a path"),
    Habit(DECK, "plan --non-zero-exit-code", CODES),
    Habit(DECK, "plan --json-output", DATA),
    Habit(DECK, "plan --state=kong.yaml", FILES),
    Habit(DECK, "plan -s kong.yaml", FILES),
    Habit(DECK, "plan --workspace=prod", SPACES),
    Habit(f"{ARGO}, {DECK}", "sync", APPLY),
    Habit(f"{ARGO}, {KUBECTL}, {DECK}", "diff", PLAN),
    Habit(ARGO, "app sync", APPLY),
    Habit(ARGO, "app diff", PLAN),
    Habit(ARGO, "app get", ONE),
    Habit(ARGO, "app history", PAST),
    Habit(ARGO, "app rollback", UNDO),
    Habit(ARGO, "app", f"{PLAN}; {APPLY}"),
    Habit(f"{ARGO}, {KUBECTL}", "history", PAST),
    Habit(f"{ARGO}, {KUBECTL}", "apply --dry-run", PLAN),
    Habit(
        f"{ARGO}, {KUBECTL}",
        "apply --prune",
        f"{KEPT}; `reconciler pull --refresh --prune` takes out what is gone",
    ),
    Habit(ARGO, "plan --revision=main", "`--base REF` compares with what that commit desired"),
    Habit(ARGO, "plan --hard-refresh", READ),
    Habit(ARGO, "apply --self-heal", "`reconciler drift --heal` puts back the fields whose policy is `heal`"),
    Habit(KUBECTL, "apply -f state/", FILES),
    Habit(KUBECTL, "apply --filename=state/", FILES),
    Habit(KUBECTL, "apply -k overlays/prod", FILES),
    Habit(KUBECTL, "plan -n demo", SPACES),
    Habit(KUBECTL, "plan --namespace=demo", SPACES),
    Habit(KUBECTL, "plan --context=prod", ENVIRONMENT),
    Habit(KUBECTL, "plan -o json", DATA),
    Habit(KUBECTL, "plan --output=json", DATA),
    Habit(KUBECTL, "plan --selector=team=checkout", "`--only REF` takes an item, a field, a type or a path"),
    Habit(KUBECTL, "plan -l team=checkout", "`--only REF` takes an item, a field, a type or a path"),
    Habit(KUBECTL, "get", ONE),
    Habit(KUBECTL, "describe", ONE),
    Habit(
        KUBECTL,
        "explain",
        "docs/field-types.md lists how each field is written; `reconciler why REF` explains one",
    ),
    Habit(KUBECTL, "edit", EDIT),
    Habit(KUBECTL, "patch", EDIT),
    Habit(KUBECTL, "create", f"items are made in Meegle; `reconciler init` begins a repository; {PULL}"),
    Habit(KUBECTL, "delete", KEPT),
    Habit(KUBECTL, "rollout undo", UNDO),
    Habit(KUBECTL, "rollout", PAST),
    Habit(KUBECTL, "auth", "`reconciler doctor` says what the plugin may do"),
    Habit(ANSIBLE, "playbook", f"{PLAN}; {APPLY}"),
    Habit(ANSIBLE, "apply --check", PLAN),
    Habit(ANSIBLE, "apply -C", PLAN),
    Habit(ANSIBLE, "apply --limit=checkout", "`--only REF` takes an item, a field, a type or a path"),
    Habit(ANSIBLE, "apply --tags=priority", "`--only REF` takes an item, a field, a type or a path"),
    Habit(ANSIBLE, "apply --skip-tags=notes", "`--exclude REF` leaves it out"),
    Habit(ANSIBLE, "apply -i inventory.ini", ENVIRONMENT),
    Habit(ANSIBLE, "apply --inventory=inventory.ini", ENVIRONMENT),
    Habit(ANSIBLE, "apply -e team=checkout", VALUES),
    Habit(ANSIBLE, "apply --extra-vars=team=checkout", VALUES),
    Habit(ANSIBLE, "apply --syntax-check", "`reconciler validate` checks the files without network"),
    Habit(ANSIBLE, "apply --list-tasks", PLAN),
    Habit(ANSIBLE, "apply --forks=4", PACE),
    Habit(ANSIBLE, "apply --ask-vault-pass", ENVIRONMENT),
    Habit(ANSIBLE, "plan -v", REQUESTS),
    Habit(ALL, "plan --verbose", REQUESTS),
    Habit(ALL, "plan --debug", REQUESTS),
    Habit(ALL, "apply -y", "`--yes` applies without asking"),
    Habit(ALL, "plan -q", "`--format json=FILE` leaves stdout empty; `2>/dev/null` hides the talk"),
    Habit(ALL, "apply --timeout=10m", "`--deadline 10m` sends nothing after that"),
    Habit(ALL, "plan --watch", "`reconciler drift` once in a while; docs/ci.md has the schedule"),
    Habit(ALL, "lint", "`reconciler validate` checks the files, `reconciler fmt --check` their layout"),
    Habit(ALL, "status", f"{PLAN}; {PAST}"),
    Habit(ALL, "list", f"{PAST}; {ONE}"),
    Habit(ALL, "log", PAST),
    Habit(ALL, "undo", UNDO),
    Habit(ALL, "export", PULL),
    Habit(ALL, "deploy", APPLY),
    Habit(ALL, "run", f"{PLAN}; {APPLY}"),
    Habit(ALL, "plan --file=state/demo.yaml", FILES),
    Habit(ALL, "upgrade", "`reconciler init --upgrade` renews the workflows that it wrote"),
    # Last, since the first row of a name answers for the other commands, where --check means a dry run.
    Habit(TERRAFORM, "fmt -check", "`--check` changes nothing and exits 2 where a file would change"),
    Habit(TERRAFORM, "fmt -recursive", "folders are laid out whole: `reconciler fmt PATH`"),
    Habit(TERRAFORM, "fmt -write=false", "`reconciler fmt --check` changes nothing"),
)


def option_name(word: str) -> str:
    """Return the name of a written option: without its value, and a long one without its dashes."""
    name = word.partition("=")[0]
    return name if len(name) == 2 else name.lstrip("-")  # noqa: PLR2004 - `-f` keeps its dash


def words_before_options(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words up to the first option."""
    found: list[str] = []
    for word in words:
        if word.startswith("-"):
            break
        found.append(word)
    return tuple(found)


def of_commands(commands: Iterable[str]) -> dict[tuple[str, ...], str]:
    """Return the answers by the words of an unknown command."""
    ours = frozenset(commands)
    rows = ((words_before_options(one.line.split()), one.ours) for one in HABITS)
    return {words: answer for words, answer in rows if words and words[0] not in ours}


def of_options(commands: Iterable[str]) -> dict[tuple[str, str], str]:
    """Return the answers by command and option; the first of an option answers for every command, as ''."""
    ours = frozenset(commands)
    found: dict[tuple[str, str], str] = {}
    for one in HABITS:
        words = one.line.split()
        before = words_before_options(words)
        if not before or before[0] in ours:
            name = option_name(words[len(before)])
            found[" ".join(before), name] = one.ours
            found.setdefault(("", name), one.ours)
    return found


MISSING: Final = {
    "PLAN": "`reconciler plan --out plan.json` saves a plan",
    "RUN": "`reconciler runs` lists the runs, `last` is the newest",
    "REF": "write an item's number, or ID.FIELD",
    "ITEM": "write its number, such as 6300012345",
    "FILE": "name the file to write",
    "SHELL": "write bash, zsh or fish",
}
"""What to give where an argument is missing, by its name in the usage."""


def with_advice(
    error: click.ClickException, words: Sequence[str], group: click.Group
) -> click.ClickException:
    """Return a usage error so that it leads on."""
    if isinstance(error, click.MissingParameter) and error.param and error.ctx:
        path, option = error.ctx.command_path, error.param.opts[0]
        told = f"`{path} --help` says what it is"
        if isinstance(error.param, click.Option):
            return click.UsageError(f"Missing option '{option}'; {told}", error.ctx)
        name = option.upper()
        told = MISSING.get(name, told)
        return click.UsageError(f"Missing argument '{name}'; {told}", error.ctx)
    if isinstance(error, click.NoSuchCommand) and isinstance(error.cmd, click.Group):
        name, known = error.command_name, error.cmd.list_commands(click.Context(error.cmd))
        told = suggestion(name, known)
        if error.cmd is group:
            told = advice_for_command(words[words.index(name) :], known)
        return click.UsageError(f"No such command {name!r}; {told}", error.ctx)
    if isinstance(error, click.NoSuchOption) and error.ctx:
        word = written_option(error.option_name, words)
        advice = advice_for_option(word, error.ctx, words, group)
        return click.UsageError("; ".join(filter(None, (f"No such option {word!r}", advice))), error.ctx)
    return error


def advice_for_command(words: Sequence[str], known: Iterable[str]) -> str:
    """Return what leads on from an unknown command and the words behind it."""
    ours, typed = list(known), words_before_options(words)
    answers = of_commands(ours)
    for length in range(len(typed), 0, -1):
        if answer := answers.get(typed[:length]):
            return answer
    word = words[0]
    if PurePath(word).suffix == ".json":
        return f"write the command before it: `reconciler show {word}`, `reconciler apply {word}`"
    if "/" in word or PurePath(word).suffix in {".yaml", ".yml"}:
        return f"write the command before it: `reconciler plan {word}`"
    if nearest(word, ours):
        return suggestion(word, ours)
    near = nearest(word, (first for first, *more in answers if not more))
    return answers[near[0],] if near else "`reconciler help` lists them"


def advice_for_option(word: str, at: click.Context, words: Iterable[str], group: click.Group) -> str | None:
    """Return what leads on from an option that the command of `at` does not have; None if nothing does."""
    _, _, command = at.command_path.partition(" ")
    commands = all_commands(group)
    name, answers = option_name(word), of_options(commands)
    if answer := answers.get((command, name)) or answers.get(("", name)):
        return answer
    own = options_of(at.command, at)
    if f"--{name}" in own:
        return f"write it with two dashes: --{name}"
    having = [path for path, one in commands.items() if f"--{name}" in options_of(one, at)]
    behind = [path for path in having if path in words]
    if not command and behind:
        return f"write it behind the command: `reconciler {behind[0]} --{name}`"
    if having:
        return f"it is an option of {', '.join(f'`reconciler {path}`' for path in having[:MOST])}"
    close = nearest(word, own)
    return f"did you mean {close[0]}?" if close else None


def written_option(name: str, words: Iterable[str]) -> str:
    """Return an unknown option as it was written: of `-target` click names one letter alone."""
    if name.startswith("--"):
        return name
    written = (word for word in words if word[:1] == "-" != word[1:2] and name[1] in word)
    return next(written, name).partition("=")[0]


def options_of(command: click.Command, context: click.Context) -> set[str]:
    """Return the options that a command has, `--help` among them."""
    return {name for one in command.get_params(context) for name in one.opts if name.startswith("-")}


def all_commands(group: click.Group, before: str = "") -> dict[str, click.Command]:
    """Return every command by its words, the members of groups among them."""
    found: dict[str, click.Command] = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        if command := group.get_command(context, name):
            found[f"{before}{name}"] = command
            if isinstance(command, click.Group):
                found |= all_commands(command, f"{before}{name} ")
    return found
