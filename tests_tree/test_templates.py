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


@pytest.mark.parametrize("what", RULES)
def test_nothing_in_a_template_that_the_policy_blocks(what: str) -> None:
    faults = []
    for path in files(".html"):
        # keep the lines' numbers while taking comments out
        text = COMMENT.sub(
            lambda found: "\n" * found.group().count("\n"), path.read_text(encoding="utf-8")
        )
        for match in RULES[what].finditer(text):
            faults.append(f"{place(path, text.count(chr(10), 0, match.start()) + 1)}: {what}")
    assert not faults, listed(
        faults,
        "put scripts into static/<app>/<page>.js, styles into a class, values into data- attributes.",
    )
