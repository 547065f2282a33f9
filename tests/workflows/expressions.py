"""GitHub's expressions, as far as our workflows use them.

What is missing is empty; `==` compares without regard to case, as GitHub does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)"
    r"|(?P<sign>==|!=|&&|\|\||[!(),]))"
)
STATUS = re.compile(r"\b(always|success|failure|cancelled)\(\)")

Context = Mapping[str, Any]


def evaluate(text: str, context: Context, functions: Mapping[str, Callable[..., Any]]) -> Any:
    """The value of one expression, without its `${{ }}`."""
    tokens = [(hit.lastgroup or "", hit[hit.lastgroup or 0]) for hit in TOKEN.finditer(text)]
    assert "".join(text.split()) == "".join("".join(word.split()) for _, word in tokens), text
    value, rest = either(tokens, context, functions)
    assert not rest, f"{text}: {rest}"
    return value


Tokens = list[tuple[str, str]]
Functions = Mapping[str, Callable[..., Any]]


def either(tokens: Tokens, context: Context, functions: Functions) -> tuple[Any, Tokens]:
    value, tokens = both(tokens, context, functions)
    while tokens and tokens[0][1] == "||":
        other, tokens = both(tokens[1:], context, functions)
        value = value or other
    return value, tokens


def both(tokens: Tokens, context: Context, functions: Functions) -> tuple[Any, Tokens]:
    value, tokens = compared(tokens, context, functions)
    while tokens and tokens[0][1] == "&&":
        other, tokens = compared(tokens[1:], context, functions)
        value = value and other
    return value, tokens


def compared(tokens: Tokens, context: Context, functions: Functions) -> tuple[Any, Tokens]:
    value, tokens = single(tokens, context, functions)
    if tokens and tokens[0][1] in {"==", "!="}:
        sign = tokens[0][1]
        other, tokens = single(tokens[1:], context, functions)
        same = shown(value).casefold() == shown(other).casefold()
        return same == (sign == "=="), tokens
    return value, tokens


def single(tokens: Tokens, context: Context, functions: Functions) -> tuple[Any, Tokens]:
    kind, word = tokens[0]
    if word == "!":
        value, rest = single(tokens[1:], context, functions)
        return not value, rest
    if word == "(":
        value, rest = either(tokens[1:], context, functions)
        assert rest[0][1] == ")"
        return value, rest[1:]
    if kind == "text":
        return word[1:-1].replace("''", "'"), tokens[1:]
    if len(tokens) > 1 and tokens[1][1] == "(":
        arguments, rest = [], tokens[2:]
        while rest[0][1] != ")":
            value, rest = either(rest, context, functions)
            arguments.append(value)
            rest = rest[1:] if rest[0][1] == "," else rest
        return functions[word](*arguments), rest[1:]
    return found(word, context), tokens[1:]


def found(path: str, context: Context) -> Any:
    value: Any = context
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def shown(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def filled(text: Any, context: Context, functions: Functions) -> str:
    """A text with its `${{ }}` replaced by their values."""
    return re.sub(
        r"\$\{\{(.*?)\}\}", lambda hit: shown(evaluate(hit[1].strip(), context, functions)), shown(text)
    )


def holds(condition: Any, context: Context, functions: Functions) -> bool:
    """Whether an `if` lets a job or a step run: without a status function only after success."""
    text = shown(condition).strip()
    text = text[3:-2].strip() if text.startswith("${{") and text.endswith("}}") else text
    if not STATUS.search(text) and not functions["success"]():
        return False
    return bool(evaluate(text, context, functions)) if text else True
