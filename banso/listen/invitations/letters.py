"""The words of a mail that a person may write: what they may hold, what is wrong with them, and
filled in for one reader. Pure: no Django.

Words hold placeholders such as ``{name}``. The line with the way out is not among them: whatever
is written, it is added to every mail.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

INVITATION, REMINDER = "invitation", "reminder"
KINDS = (INVITATION, REMINDER)
LINK = "link"
IN_SUBJECT = ("name", "title", "sender")
IN_BODY = ("name", "title", "sender", "intro", LINK, "until", "promise")
LONGEST_SUBJECT, LONGEST_BODY = 150, 5000
PLACEHOLDER = re.compile(r"[{｛]([^{}｛｝\n]*)[}｝]")
MANY_EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class LetterFault:
    """``part``: subject or body; ``found``: the words in question, as they were written."""

    part: str
    reason: str
    found: str = ""


def meant(written: str) -> str:
    """The placeholder that is meant, whatever keyboard wrote it."""
    return unicodedata.normalize("NFKC", written).strip().lower()


def faults(letter: Letter) -> list[LetterFault]:
    """An empty list: it can be sent."""
    found = []
    if not letter.subject.strip():
        found.append(LetterFault("subject", "empty"))
    if not is_one_line(letter.subject):
        found.append(LetterFault("subject", "several_lines"))
    if len(letter.subject) > LONGEST_SUBJECT:
        found.append(LetterFault("subject", "too_long"))
    if len(letter.body) > LONGEST_BODY:
        found.append(LetterFault("body", "too_long"))
    for part, text, known in (
        ("subject", letter.subject, IN_SUBJECT),
        ("body", letter.body, IN_BODY),
    ):
        for one in PLACEHOLDER.finditer(text):
            if meant(one[1]) not in known:
                in_body = part == "subject" and meant(one[1]) in IN_BODY
                reason = "only_in_body" if in_body else "unknown"
                found.append(LetterFault(part, reason, one[0]))
    if LINK not in {meant(one[1]) for one in PLACEHOLDER.finditer(letter.body)}:
        found.append(LetterFault("body", "no_link"))
    return found


def is_one_line(text: str) -> bool:
    """Nothing in it could begin another header of a mail."""
    return not any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in text)


def filled_subject(letter: Letter, values: Mapping[str, str]) -> str:
    """One line, whatever the name of a customer or a survey holds."""
    text = PLACEHOLDER.sub(lambda one: values.get(meant(one[1]), ""), letter.subject)
    plain = "".join(" " if not is_one_line(letter) else letter for letter in text)
    return " ".join(plain.split())


Line = list[tuple[str, bool]]
"""Pieces of text in their order; true: here stand the links."""
LINKS_ALONE: Line = [("", True)]


def filled_body(letter: Letter, values: Mapping[str, str]) -> list[list[Line]]:
    """Paragraphs of lines, links alone on a line in one of their own. A line whose placeholders
    all have nothing to say is left out: no greeting without a name, no last day where is none.
    """
    paragraphs: list[list[Line]] = [[]]
    for text in letter.body.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if not text.strip():
            paragraphs.append([])
            continue
        keys = [meant(one[1]) for one in PLACEHOLDER.finditer(text)]
        if keys and not any(key == LINK or values.get(key) for key in keys):
            continue
        line = _pieces(text.strip(), values)
        if line == LINKS_ALONE:
            paragraphs += [[line], []]
        else:
            paragraphs[-1].append(line)
    return [lines for lines in paragraphs if lines]


def _pieces(text: str, values: Mapping[str, str]) -> Line:
    pieces: Line = []
    after = 0
    for one in PLACEHOLDER.finditer(text):
        pieces.append((text[after : one.start()], False))
        key = meant(one[1])
        pieces.append(("", True) if key == LINK else (values.get(key, ""), False))
        after = one.end()
    pieces.append((text[after:], False))
    return [(piece, is_link) for piece, is_link in pieces if piece or is_link]


def as_text(paragraphs: Sequence[Sequence[Line]], links: str) -> str:
    """The same for a mail without pictures; ``links``: what stands where the links do."""
    told = (
        "\n".join("".join(links if is_link else piece for piece, is_link in line) for line in lines)
        for lines in paragraphs
    )
    return MANY_EMPTY_LINES.sub("\n\n", "\n\n".join(told))
