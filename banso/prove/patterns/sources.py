"""What a pattern can be linked to: a slot. Findings, hypotheses and measures fill it here; a later
stage fills it with what it knows.

A playbook app says in its ``apps.py``

    pattern_sources.fill("playbooks", PatternSource(_("Playbooks"), choices, told, uses=uses),
                         order=40)

and its plays can be linked; their runs count as uses of the pattern beside those marked by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

from banso.prove.patterns.rules import Standing
from banso.shared.slots import Slot


@dataclass(frozen=True)
class Told:
    """One linked thing: its name, where it stands, and what it says today in a sentence."""

    name: str
    address: str
    sentence: str = ""
    icon: str = "link"


@dataclass(frozen=True)
class Run:
    """A use that was written down elsewhere."""

    account_id: int
    user_id: int | None
    on: date


@dataclass(frozen=True)
class PatternSource:
    """``choices()``: (reference, label) of what can be linked. ``told(reference)``: what is shown,

    None once it is gone. ``standing(reference)``: what it says as evidence; a source without one
    is no evidence. ``uses(reference)``: where the pattern was used through it.
    """

    label: str | Promise
    choices: Callable[[], list[tuple[str, str]]]
    told: Callable[[str], Told | None]
    standing: Callable[[str], Standing] | None = None
    uses: Callable[[str], list[Run]] | None = None


pattern_sources: Slot[PatternSource] = Slot("pattern sources")


def known_sources() -> dict[str, PatternSource]:
    return {filling.key: filling.value for filling in pattern_sources.fillings()}
