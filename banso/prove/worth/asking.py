"""From a request to a question, its ground and its answer, remembered until something changes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Max
from django.http import QueryDict

from banso.measure.metrics.models import Refresh
from banso.measure.revenue.memory import memory
from banso.measure.revenue.reads import Book, book, currencies
from banso.prove.engine.answer import NoAnswer
from banso.prove.studies.models import Finding
from banso.prove.worth.estimating import estimate
from banso.prove.worth.forms import WhatIfForm
from banso.prove.worth.ground import Ground, ground_of, reachable
from banso.prove.worth.reads import subject, subjects
from banso.prove.worth.rules import Asked


@dataclass(frozen=True)
class Answered:
    """What came of a question. form None: there is nothing to ask about yet. refused: why there is
    no card; finding, asked: None as long as the form cannot be read.
    """

    form: WhatIfForm | None = None
    finding: Finding | None = None
    asked: Asked | None = None
    ground: Ground | None = None
    reach: dict[str, float] | None = None
    refused: NoAnswer | None = None
    card: dict[str, Any] | None = None


def answered(given: QueryDict, today: date) -> Answered:
    """The page's question answered, or why not."""
    found, known = book(), subjects()
    if not known:
        return Answered()
    moneys = [name for name, _n in currencies(found)] if found else []
    form = WhatIfForm.of(given, subjects=known, currencies=moneys)
    if not form.is_valid():
        return Answered(form)
    asked = form.asked()
    return answer_to(asked, found, today, form)


def answer_to(
    asked: Asked, found: Book | None, today: date, form: WhatIfForm | None = None
) -> Answered:
    """The same for a question that is known."""
    finding = subject(asked.metric)
    if finding is None:
        return Answered(form)
    version = found.version if found else ()
    about = (finding.pk, asked.compare, asked.threshold, asked.currency, today, _measured())
    ground = memory.of(
        version, ("worth.ground", *about), lambda: ground_of(finding, asked, found, today)
    )
    if isinstance(ground, NoAnswer) or found is None:
        refused = ground if isinstance(ground, NoAnswer) else NoAnswer("no_contracts")
        return Answered(form, finding, asked, refused=refused)
    reach = reachable(ground)
    if math.isnan(asked.target):
        asked = replace(asked, target=_tidy(reach, ground))
    card = memory.of(
        version, ("worth.card", about, asked), lambda: estimate(ground, asked, found, today)
    )
    if isinstance(card, NoAnswer):
        return Answered(form, finding, asked, ground, reach, refused=card)
    return Answered(form, finding, asked, ground, reach, card=card)


def _measured() -> int:
    """Changes when metrics were measured anew."""
    return Refresh.objects.aggregate(last=Max("pk"))["last"] or 0


def _tidy(reach: dict[str, float], ground: Ground) -> float:
    """The suggestion in as few figures as people say, still on the right side."""
    share = ground.is_step or ground.finding.numbers["metric_unit"] in ("share", "change")
    for places in (2, 3, 4) if share else (0, 1, 2, 4):
        told = round(reach["suggested"], places)
        if told != round(reach["now"], places) and (told > reach["now"]) == (
            reach["suggested"] > reach["now"]
        ):
            return told
    return reach["suggested"]
