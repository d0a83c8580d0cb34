from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.measure.metrics.bases import Base
from banso.measure.metrics.shape import Case, Checked, Given, Parameter, Phrases, Shape
from banso.measure.metrics.world import Reason, Values, World


def bases(given: Given) -> tuple[Base, ...]:
    return ()


def finish(world: World, given: Given, others: Mapping[str, Values]) -> Values:
    nothing = np.full(len(world.rows.as_of), np.nan)
    none = Values(nothing, np.zeros(len(nothing), dtype=bool))
    top, bottom = others.get(given.top, none), others.get(given.bottom, none)
    there = ~np.isnan(top.numbers) & ~np.isnan(bottom.numbers) & ~top.censored & ~bottom.censored
    known = there & (bottom.numbers != 0)
    return Values.of(
        top.numbers / np.where(known, bottom.numbers, 1),
        (Reason.NO_PART, there),
        (Reason.NO_USE, known),
    )


def explain(phrases: Phrases) -> str:
    text = _(
        "“%(top)s” divided by “%(bottom)s”. No value where either has none or the latter is 0."
    )
    return text % phrases.words


def title(phrases: Phrases) -> str:
    return _("%(top)s per %(bottom)s") % phrases.words


def check(case: Case, given: Given, others: Mapping[str, Checked]) -> Checked:
    top, top_open = others[given.top]
    bottom, bottom_open = others[given.bottom]
    if top is None or not bottom or top_open or bottom_open:
        return None, False
    return top / bottom, False


def history(given: Given) -> int:
    return 1


SHAPE = Shape(
    key="ratio",
    name=gettext_lazy("Ratio of two metrics"),
    about=gettext_lazy("One metric divided by another, such as actions per user."),
    example=gettext_lazy("Reports for each active user"),
    icon="divide",
    unit="ratio",
    better="higher",
    parameters=(
        Parameter("top", "metric", gettext_lazy("Metric")),
        Parameter("bottom", "metric", gettext_lazy("Divided by")),
    ),
    bases=bases,
    finish=finish,
    explain=explain,
    title=title,
    check=check,
    takes_filter=False,
    history=history,
)
