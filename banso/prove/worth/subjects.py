"""What a what-if may be about: a metric, a field, a milestone, or a measured effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard

import numpy as np
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from banso.prove.engine.regression import FloatArray
from banso.prove.lifetime.waits import First, first_times
from banso.prove.studies.models import EvidenceRun, Finding, FindingGroup
from banso.prove.studies.wording import level_name
from banso.prove.worth.measured import Effect
from banso.prove.worth.rules import FIELD, MILESTONE
from banso.shared.fields.models import choice_word

LEVELLED = ("flag", "nominal")
ALL_EVENTS, CORE_EVENTS = "", "@core"
NO_FIELDS = ("subscription.mrr_minor",)
"""What contracts cost is the amount that stays as it is."""


@dataclass(frozen=True)
class Milestone:
    """Something customers do for the first time; that they got there is compared with the decisions
    of ``run``.
    """

    first: First
    run: EvidenceRun
    label_en: str
    label_ja: str

    @property
    def metric_key(self) -> str:
        return f"{MILESTONE}{self.first.key}"

    @property
    def label(self) -> str:
        return self.label_ja if (get_language() or "").startswith("ja") else self.label_en


Subject = Finding | Effect | Milestone


def key_of(subject: Subject) -> str:
    """The key by which a question names it."""
    if is_field(subject):
        return f"{FIELD}{subject.key}"
    return subject.metric_key


def is_field(subject: Subject) -> TypeGuard[Finding]:
    return isinstance(subject, Finding) and subject.group == FindingGroup.ATTRIBUTE


def is_levelled(subject: Subject) -> TypeGuard[Finding]:
    """Whether it is a field of which customers have one of some values."""
    return is_field(subject) and subject.numbers["kind"] in LEVELLED


def unit_of(subject: Subject) -> str:
    """The unit of its values; "share" where customers have it or not."""
    if not isinstance(subject, Finding) or is_levelled(subject):
        return "share"
    return str(subject.numbers["metric_unit"])


def milestones(run: EvidenceRun) -> list[Milestone]:
    """Every first time that can be told, by its name in both languages."""
    with override("en"):
        english = [(first, _name(first)) for first in first_times()]
    with override("ja"):
        japanese = {first.key: _name(first) for first in first_times()}
    return [Milestone(f, run, name, japanese.get(f.key, name)) for f, name in english]


def _name(first: First) -> str:
    """What customers reach, not how long it takes."""
    if first.is_event or first.definition.shape != "days_to_first":
        return first.name
    known = {ALL_EVENTS: _("First use"), CORE_EVENTS: _("First value")}
    return known.get(str(first.definition.params.get("event") or ""), first.name)


def fields(run: EvidenceRun) -> list[Finding]:
    """What was found about the fields of customers and contracts."""
    found = run.findings.filter(group=FindingGroup.ATTRIBUTE).exclude(key__in=NO_FIELDS)
    known = [finding for finding in found if not finding.key.startswith("decision.")]
    for finding in known:
        finding.run = run
    return known


def levels_of(subject: Subject) -> list[str]:
    """The values customers have, those that renewed most often first; none of other subjects."""
    if not is_levelled(subject):
        return []
    if subject.numbers["kind"] == "flag":
        return ["0", "1"] if subject.numbers["direction"] == "less" else ["1", "0"]
    groups = sorted(subject.numbers["groups"], key=lambda g: g["events"] / max(g["n"], 1))
    return [str(group["label"]) for group in groups]


def level_word(subject: Subject, level: str) -> str:
    """A value as people read it; empty where there is none."""
    if not isinstance(subject, Finding) or not level:
        return ""
    if subject.numbers["kind"] == "flag":
        return choice_word("yes" if level == "1" else "no")
    name = level_name(subject.key, level)
    return " / ".join(choice_word(part) for part in name.split(" / "))


def has_level(values: Sequence[object], level: str) -> FloatArray:
    """1 where a customer has the value (one of those that were put together), 0 where another, NaN
    where none is known.
    """
    wanted = {level, *level.split(" / ")}
    told = (np.nan if value is None else float(_plain(value) in wanted) for value in values)
    return np.fromiter(told, dtype=np.float64, count=len(values))


def _plain(value: object) -> str:
    """The value as a level's label: yes and no are kept as numbers."""
    return f"{value:.0f}" if isinstance(value, float) else str(value)
