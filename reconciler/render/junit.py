"""Mistakes and plans as JUnit XML, which most CI systems show as tests.

The form is what GitLab, Jenkins and others read: suites with counts, cases with a class and a name, and in a
case that failed a `failure` with its text (docs.gitlab.com/ci/testing/unit_test_reports/).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from reconciler.errors import Mistake
from reconciler.language import _, counted, sentence, told
from reconciler.model import Plan
from reconciler.plan.plan_words import WHY_WORDS
from reconciler.render.code_quality import change_summary
from reconciler.render.groups import told_apart, updates_of, why_line
from reconciler.render.reasons import failure_text
from reconciler.render.rules import rule_line, rule_state, rule_title
from reconciler.render.safe import safe_text
from reconciler.render.verdict import notified_line

LONGEST: Final = 1_000
"""Characters of a name or of a line."""


class Case(NamedTuple):
    """One case; it failed where there are `lines` about it, or `kind` is not empty."""

    group: str
    name: str
    kind: str = ""
    lines: Sequence[str] = ()


def mistakes_junit(mistakes: Sequence[Mistake], files: int, items: int) -> str:
    """Return the report of a check of the files."""
    failed = [
        Case(one.place.file, one.what, "invalid", (f"{one.place}: {sentence(one.what, one.fix)}",))
        for one in mistakes
    ]
    return suites(
        [("reconciler validate", failed or [Case("state", f"{items} items in {files} files are valid")])]
    )


def plan_junit(*plans: Plan) -> str:
    """Return the report of the plans of a run, a suite for each space."""
    return suites([(f"reconciler {plan.space}".strip(), cases_of(plan)) for plan in plans])


def cases_of(plan: Plan) -> list[Case]:
    """Return a case for each item that differs or is blocked, and one for the others."""
    plan = told_apart(plan)
    cases = [
        Case(one.place.file if one.place else "state", one.what, "failure", (failure_text(one),))
        for one in plan.failures
    ]
    cases += [Case("guards", one.name, "guard", (told(one.excess),)) for one in plan.guards if not one.ok]
    cases += [
        Case(
            block.place.file,
            f"{plan.address(block.ref)} {block.name or block.title}",
            "blocked",
            (f"{block.place}: {sentence(block.reason, block.repair)}",),
        )
        for block in plan.blocks
    ]
    for rule in plan.rules:
        kind = "blocked" if rule.blocked else ""
        state = (f"{rule.place}: {rule_state(plan, rule)}",)
        name = f"{rule_title(rule)}: {len(rule.ids)} selected" if rule.blocked else rule_line(plan, rule)
        cases.append(Case(rule.place.file, name, kind, state))
    for update in updates_of(plan):
        lines = [
            f"{one.place}: {one.name} {change_summary(one)}  {why_line([one])}".rstrip()
            for one in update.changes
        ]
        kind = next((WHY_WORDS[one.why] for one in update.changes if one.why), "change")
        cases.append(
            Case(update.place.file, f"{plan.address(update.ref)} {update.title}", kind, tuple(lines))
        )
    if not plan.failures:
        cases += [Case("people", one) for one in notified_line(plan, str)]
        cases.append(Case("in sync", _("{items} in sync", items=counted(plan.in_sync, "item"))))
    return cases


def suites(some: Sequence[tuple[str, Sequence[Case]]]) -> str:
    """Return the report of suites, each with its name."""
    every = [case for _, cases in some for case in cases]
    parts = [
        f"<testsuite name={attribute(name)} {suite_counts(cases)}>\n"
        f"{''.join(map(test_case, cases))}</testsuite>\n"
        for name, cases in some
    ]
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites {suite_counts(every)}>\n'
    return "".join([head, *parts, "</testsuites>\n"])


def suite_counts(cases: Sequence[Case]) -> str:
    """Return the counts of cases as attributes."""
    failed = sum(bool(one.kind) for one in cases)
    return f'tests="{len(cases)}" failures="{failed}" errors="0"'


def test_case(case: Case) -> str:
    """Return one case."""
    head = f"<testcase classname={attribute(case.group)} name={attribute(case.name)}"
    if not case.kind:
        return f"{head}/>\n"
    message = attribute(case.lines[0] if case.lines else case.kind)
    text = escape("\n".join(cut(safe_text(line)) for line in case.lines))
    return f"{head}>\n<failure type={attribute(case.kind)} message={message}>{text}</failure>\n</testcase>\n"


def attribute(text: str) -> str:
    """Return a harmless text in quotation marks."""
    return quoteattr(cut(safe_text(text)))


def cut(text: str) -> str:
    """Cut a text that is too long."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
