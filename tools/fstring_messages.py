"""Strings to translate inside f-strings, which Babel does not see before Python 3.12.

Before 3.12 an f-string is one token, so that `f"{_('Hello')} …"` hides the call from whoever reads
tokens; the syntax tree shows it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

Row = tuple[int, str | tuple[str, ...], list[str], str | None]


def inside_fstrings(source: str, keywords: Mapping[str, Any]) -> Iterator[Row]:
    """Line, message (or message and plural), comments and context, as Babel's extract gives them.

    keywords: as Babel wants them; of each function, which arguments are message, plural, context.
    """
    for joined in ast.walk(ast.parse(source)):
        if not isinstance(joined, ast.JoinedStr):
            continue
        for call in ast.walk(joined):
            if isinstance(call, ast.Call) and _name(call.func) in keywords:
                row = _row(call, keywords[_name(call.func)] or (1,))
                if row is not None:
                    yield row


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _row(call: ast.Call, wanted: tuple[int | tuple[int, str], ...]) -> Row | None:
    """None where a message is no plain string: nothing could be looked up for it."""
    messages: list[str] = []
    context: str | None = None
    for place in wanted:
        number = place[0] if isinstance(place, tuple) else place
        given = call.args[number - 1] if len(call.args) >= number else None
        if not (isinstance(given, ast.Constant) and isinstance(given.value, str)):
            return None
        if isinstance(place, tuple):
            context = given.value
        else:
            messages.append(given.value)
    return call.lineno, messages[0] if len(messages) == 1 else tuple(messages), [], context
