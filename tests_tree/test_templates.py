"""Templates under a strict content security policy: nothing inline, nothing from elsewhere."""

from __future__ import annotations

import re

import pytest

from tests_tree.source import files, listed, place

RULES = {
    "a script without src": re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", re.IGNORECASE
    ),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "code in an hx- attribute": re.compile(
        r"\bhx-on[:=-]|\bhx-(?:vals|headers)\s*=\s*[\"'](?:js|javascript):"
        r"|\bhx-trigger\s*=\s*\"[^\"]*\[|\bhx-trigger\s*=\s*'[^']*\[",
        re.IGNORECASE,
    ),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "a file from elsewhere": re.compile(
        r"<(?:script|img|iframe|link|source)\b[^>]*\b(?:src|href)\s*=\s*[\"'](?:https?:)?//",
        re.IGNORECASE,
    ),
}
COMMENT = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)
NEWLINE = "\n"


def without_comments(text: str) -> str:
    """The text without Django's comments, its lines keeping their numbers."""
    return COMMENT.sub(lambda found: NEWLINE * found.group().count(NEWLINE), text)


@pytest.mark.parametrize("what", RULES)
def test_nothing_in_a_template_that_the_policy_blocks(what: str) -> None:
    faults = [
        f"{place(path, text.count(NEWLINE, 0, match.start()) + 1)}: {what}"
        for path in files(".html")
        for text in [without_comments(path.read_text(encoding="utf-8"))]
        for match in RULES[what].finditer(text)
    ]
    assert not faults, listed(
        faults,
        "scripts go to static/<app>/<page>.js, styles to a class, values to data- attributes.",
    )
