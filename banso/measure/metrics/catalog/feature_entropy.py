from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.measure.metrics.bases import Base, Count
from banso.measure.metrics.shape import Case, Checked, Given, Parameter, Phrases, Shape
from banso.measure.metrics.world import NOW, Floats, Moment, Reason, Values, World

EVENNESS, USED = "evenness", "used"


def bases(given: Given) -> tuple[Base, ...]:
    return tuple(Count(given.matching(names)) for names in given.parts)


def finish(world: World, given: Given, others: Mapping[str, Values]) -> Values:
    begin = Moment("as_of", -given.days)
    counts = [world.total(Count(given.matching(names)), begin, NOW) for names in given.parts]
    rows = len(world.rows.as_of)
    all_counts = np.array(counts, dtype=np.float64).reshape(len(counts), rows)
    is_enough = len(counts) > (given.way == EVENNESS)
    chosen = (Reason.NOT_CHOSEN, np.full(rows, is_enough))
    watched = (Reason.TOO_SHORT, world.watched(given.days))
    if given.way == USED:
        return Values.of((all_counts > 0).sum(axis=0).astype(np.float64), chosen, watched)
    used = all_counts.sum(axis=0) > 0
    even = _evenness(all_counts) if is_enough else np.zeros(rows)
    return Values.of(even, chosen, watched, (Reason.NO_USE, used))


def _evenness(counts: Floats) -> Floats:
    """Shannon's entropy of the shares, divided by that of equal shares."""
    total = counts.sum(axis=0)
    shares = counts / np.where(total > 0, total, 1)
    entropy = -(shares * np.log(np.where(shares > 0, shares, 1))).sum(axis=0)
    return np.asarray(np.maximum(entropy, 0) / np.log(len(counts)))


def explain(phrases: Phrases) -> str:
    if phrases.way == USED:
        text = _("How many of these were used in the last %(days)s days: %(parts)s.")
        return text % phrases.words
    text = _(
        "How evenly use was spread in the last %(days)s days over: %(parts)s. 0 when all of it was "
        "one of them, 1 when each had the same share (Shannon entropy of the shares, divided by "
        "the logarithm of how many there are). No value without use."
    )
    return text % phrases.words


def title(phrases: Phrases) -> str:
    if phrases.way == USED:
        return _("Number of features used (%(days)s days)") % phrases.words
    return _("Evenness of use over features (%(days)s days)") % phrases.words


def check(case: Case, given: Given, others: Mapping[str, Checked]) -> Checked:
    if not case.is_watched(given.days) or not given.parts:
        return None, False
    found = [len(case.within(given.days, given.matching(names))) for names in given.parts]
    if given.way == USED:
        return sum(1 for count in found if count), False
    if len(found) < 2 or not sum(found):
        return None, False
    shares = [count / sum(found) for count in found if count]
    return sum(p * float(np.log(1 / p)) for p in shares) / float(np.log(len(found))), False


def history(given: Given) -> int:
    return (given.days + 1) // 2


SHAPE = Shape(
    key="feature_entropy",
    name=gettext_lazy("Breadth of use"),
    about=gettext_lazy("Over how many features use is spread, and how evenly."),
    example=gettext_lazy("How evenly the features were used in the last 28 days"),
    icon="chart-pie",
    unit="ratio",
    units={USED: "amount"},
    better="higher",
    parameters=(
        Parameter("parts", "parts", gettext_lazy("Features or events"), optional=True),
        Parameter("days", "days", gettext_lazy("In the last … days"), default=28),
        Parameter(
            "way",
            "choice",
            gettext_lazy("Measured as"),
            default=EVENNESS,
            choices=(
                (EVENNESS, gettext_lazy("How evenly they are used (0 to 1)")),
                (USED, gettext_lazy("How many of them are used")),
            ),
        ),
    ),
    bases=bases,
    finish=finish,
    explain=explain,
    title=title,
    check=check,
    history=history,
)
