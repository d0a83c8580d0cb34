"""In which language a command speaks: the terminal's, or the organisation's."""

from __future__ import annotations

import os

from django.db import DatabaseError

from banso.shared.users.reads import organisation
from banso.shell.operations.databases import is_there

_SPOKEN = ("ja", "en")


def of_the_terminal() -> str:
    """ja or en by LC_ALL, LC_MESSAGES or LANG; empty when they name neither."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            language = value.replace("-", "_").split("_")[0].split(".")[0].lower()
            return language if language in _SPOKEN else ""
    return ""


def of_the_operator() -> str:
    """The terminal's language; where it names none of ours, the organisation's."""
    spoken = of_the_terminal()
    if spoken:
        return spoken
    try:
        return organisation().language if is_there() else "en"
    except DatabaseError:
        return "en"
