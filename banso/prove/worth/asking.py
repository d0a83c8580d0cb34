"""From a question to its ground and its answer, remembered until something changes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Max

from banso.measure.metrics.models import Refresh
from banso.measure.revenue.memory import memory
from banso.measure.revenue.reads import Book
from banso.prove.engine.answer import NoAnswer
from banso.prove.studies.models import Finding
from banso.prove.worth.estimating import estimate
from banso.prove.worth.ground import Ground, ground_of, reachable
from banso.prove.worth.measured import Effect
from banso.prove.worth.reads import subject
from banso.prove.worth.rules import IS, REACHED, Asked
from banso.prove.worth.subjects import (
    Milestone,
    Subject,
    is_field,
    is_levelled,
    levels_of,
    unit_of,
)


@dataclass(frozen=True)
class Answered:
    """What came of a question. refused: why there is no card; all None: nothing could be asked."""

    finding: Subject | None = None
    asked: Asked | None = None
    ground: Ground | None = None
    reach: dict[str, float] | None = None
    refused: NoAnswer | None = None
    card: dict[str, Any] | None = None


def answer_to(asked: Asked, found: Book | None, today: date) -> Answered:
    """A question answered, or why not; without a target the page suggests one."""
    finding = subject(asked.metric)
    if finding is None:
        return Answered()
    if isinstance(finding, Effect):
        asked = replace(asked, compare="", threshold=None, low=1.0, high=1.0)
        return _answered(finding, asked, found, ground_of(finding, asked, found, today), today)
    asked = fitting(asked, finding)
    if not isinstance(finding, Finding) or is_field(finding):
        return _answered(finding, asked, found, ground_of(finding, asked, found, today), today)
    version = found.version if found else ()
    about = (finding.pk, asked.compare, asked.threshold, asked.currency, today, _measured())
    ground = memory.of(
        version, ("worth.ground", *about), lambda: ground_of(finding, asked, found, today)
    )
    return _answered(finding, asked, found, ground, today, about)


def fitting(asked: Asked, subject: Subject) -> Asked:
    """The question as this subject can be asked."""
    if isinstance(subject, Milestone):
        return replace(asked, compare=REACHED, level="")
    if is_levelled(subject):
        levels = levels_of(subject)
        level = asked.level if asked.level in levels or not levels else levels[0]
        return replace(asked, compare=IS, threshold=None, level=level)
    steps = asked.compare in ("at_least", "at_most")
    return asked if steps else replace(asked, compare="", threshold=None, level="")


def _answered(
    finding: Subject, asked: Asked, found: Book | None, ground: Ground | NoAnswer, today: date,
    about: tuple[object, ...] | None = None,
) -> Answered:  # fmt: skip
    """about: what a card is remembered by; None where it is always computed anew."""
    if isinstance(ground, NoAnswer) or found is None:
        refused = ground if isinstance(ground, NoAnswer) else NoAnswer("no_contracts")
        return Answered(finding, asked, refused=refused)
    reach = reachable(ground)
    if math.isnan(asked.target):
        asked = replace(asked, target=_tidy(reach, ground))
    if about is None:
        card = estimate(ground, asked, found, today)
    else:
        key = ("worth.card", about, asked)
        card = memory.of(found.version, key, lambda: estimate(ground, asked, found, today))
    if isinstance(card, NoAnswer):
        return Answered(finding, asked, ground, reach, refused=card)
    return Answered(finding, asked, ground, reach, card=card)


def _measured() -> int:
    """Changes when metrics were measured anew."""
    return Refresh.objects.aggregate(last=Max("pk"))["last"] or 0


def _tidy(reach: dict[str, float], ground: Ground) -> float:
    """The suggestion in as few figures as people say, still on the right side."""
    share = ground.is_step or unit_of(ground.finding) in ("share", "change")
    for places in (2, 3, 4) if share else (0, 1, 2, 4):
        told = round(reach["suggested"], places)
        if told != round(reach["now"], places) and (told > reach["now"]) == (
            reach["suggested"] > reach["now"]
        ):
            return told
    return reach["suggested"]
