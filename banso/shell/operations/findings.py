"""What a check found: fine, worth knowing, or a problem with what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from banso.shell.operations.lines import padded, width

OK, NOTE, PROBLEM = "ok", "note", "problem"
_NAMES_SHOWN = 3


@dataclass(frozen=True)
class Finding:
    state: str
    subject: str
    says: str
    what_to_do: str = ""


def ok(subject: str, says: str) -> Finding:
    return Finding(OK, subject, says)


def note(subject: str, says: str, what_to_do: str = "") -> Finding:
    return Finding(NOTE, subject, says, what_to_do)


def problem(subject: str, says: str, what_to_do: str) -> Finding:
    return Finding(PROBLEM, subject, says, what_to_do)


def some(names: Sequence[str]) -> str:
    """The first few of many names."""
    shown = ", ".join(names[:_NAMES_SHOWN])
    return f"{shown} …" if len(names) > _NAMES_SHOWN else shown


def lines(findings: Sequence[Finding]) -> str:
    states = {OK: _("ok"), NOTE: _("note"), PROBLEM: _("problem")}
    first = max(width(text) for text in states.values())
    second = max(width(found.subject) for found in findings)
    written = []
    for found in findings:
        state = padded(states[found.state], first)
        written.append(f"{state}  {padded(found.subject, second)}  {found.says}")
        if found.what_to_do:
            written.append(f"{' ' * (first + second + 4)}→ {found.what_to_do}")
    return "\n".join(written)
