"""The id that a request, its log lines and its answer share."""

from __future__ import annotations

import re
from secrets import token_hex

_USABLE = re.compile(r"[\w-]{8,64}", re.ASCII)


def chosen_id(given: str) -> str:
    """The caller's own id when it can stand in a log line, else a new one."""
    return given if _USABLE.fullmatch(given) else token_hex(8)
