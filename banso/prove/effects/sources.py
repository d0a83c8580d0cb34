"""Where treatments come from besides lists and fields: a slot that later stages fill.

A playbook app says in its ``apps.py``

    treatment_sources.fill("playbooks", Source(_("Playbooks"), choices, treated), order=10)

and its runs can be asked whether they worked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

from banso.shared.slots import Slot


@dataclass(frozen=True)
class Source:
    """``choices()`` gives (value, label) of what can be asked about; ``treated(value)`` the first

    day of treatment by account id, as it was written down at the time.
    """

    label: str | Promise
    choices: Callable[[], list[tuple[str, str]]]
    treated: Callable[[str], dict[int, date]]


treatment_sources: Slot[Source] = Slot("treatment sources")


def source_named(key: str) -> Source | None:
    found = [filling.value for filling in treatment_sources.fillings() if filling.key == key]
    return found[0] if found else None
