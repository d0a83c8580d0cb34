from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.measure.metrics.bases import Base, Count
from banso.measure.metrics.shape import Case, Checked, Given, Parameter, Phrases, Shape
from banso.measure.metrics.world import Floats, Ints, Moment, Reason, Values, World

CHANGE, SCORE = "change", "score"
FEWEST = 4
TO_SIGMA = 1.4826  # the MAD of a normal distribution times this is its standard deviation


def bases(given: Given) -> tuple[Base, ...]:
    return (Count(given.match),)


def finish(world: World, given: Given, others: Mapping[str, Values]) -> Values:
    base, days = Count(given.match), given.days
    counts = np.array(
        [
            world.total(base, Moment("as_of", -days * (back + 1)), Moment("as_of", -days * back))
            for back in range(given.windows + 1)
        ]
    )
    windows = np.clip(world.days_watched() // days - 1, 0, given.windows)
    recent, past = counts[0], counts[1:]
    usual = _median(past, windows)
    enough = (Reason.TOO_SHORT, windows >= FEWEST)
    if given.way == CHANGE:
        change = recent / np.where(usual > 0, usual, 1) - 1
        return Values.of(change, enough, (Reason.NOTHING_BEFORE, usual > 0))
    spread = TO_SIGMA * _median(np.abs(past - usual), windows)
    score = (recent - usual) / np.where(spread > 0, spread, 1)
    return Values.of(score, enough, (Reason.NO_CHANGE, spread > 0))


def _median(past: Floats, windows: Ints) -> Floats:
    """The median of the first so many lines, column by column; 0 where there is none."""
    number = np.arange(len(past))[:, None]
    ordered = np.sort(np.where(number < windows, past, np.inf), axis=0)
    last = np.maximum(windows, 1) - 1
    low, high = (
        np.take_along_axis(ordered, place[None, :], axis=0)[0]
        for place in (last // 2, (last + 1) // 2)
    )
    return np.asarray(np.where(windows > 0, low, 0) + np.where(windows > 0, high, 0)) / 2


def explain(phrases: Phrases) -> str:
    if phrases.way == SCORE:
        text = _(
            "How unusual the last %(days)s days are for the customer: how often %(event)s "
            "happened, less the median of its own %(windows)s windows of %(days)s days before, in "
            "standard deviations of these (1.4826 times the median absolute deviation). No value "
            "with fewer than 4 such windows, or where they were all alike."
        )
    else:
        text = _(
            "Change against the customer's own past: how often %(event)s happened in the last "
            "%(days)s days, against the median of its %(windows)s windows of %(days)s days before. "
            "No value with fewer than 4 such windows, or where the median is 0."
        )
    return text % phrases.words


def title(phrases: Phrases) -> str:
    if phrases.way == SCORE:
        return _("Unusualness of %(event)s (%(days)s days)") % phrases.words
    return _("%(event)s against its own past (%(days)s days)") % phrases.words


def check(case: Case, given: Given, others: Mapping[str, Checked]) -> Checked:
    begin = case.first_day if case.start is None else max(case.first_day, case.start)
    happened = [e.day for e in case.before(given.match)]
    counts = []
    for back in range(given.windows + 1):
        end = case.as_of - back * given.days
        if end - given.days < begin:
            break
        counts.append(sum(1 for day in happened if end - given.days <= day < end))
    if len(counts) <= FEWEST:
        return None, False
    usual = _middle(counts[1:])
    if given.way == CHANGE:
        return ((counts[0] - usual) / usual if usual else None), False
    spread = 1.4826 * _middle([abs(count - usual) for count in counts[1:]])
    return ((counts[0] - usual) / spread if spread else None), False


def _middle(values: Sequence[float]) -> float:
    """The median, of the sorted values."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def history(given: Given) -> int:
    return (FEWEST + 1) * given.days


SHAPE = Shape(
    key="own_past",
    name=gettext_lazy("Change against its own past"),
    about=gettext_lazy("Whether something happens more or less often than is usual for them."),
    example=gettext_lazy("Sign-ins compared with the customer's usual four weeks"),
    icon="arrows-diff",
    unit="change",
    units={SCORE: "ratio"},
    better="higher",
    parameters=(
        Parameter("event", "event", gettext_lazy("Event"), optional=True),
        Parameter("days", "days", gettext_lazy("In the last … days"), default=28),
        Parameter(
            "windows",
            "number",
            gettext_lazy("Windows before"),
            default=8,
            least=FEWEST,
            most=26,
        ),
        Parameter(
            "way",
            "choice",
            gettext_lazy("Measured as"),
            default=CHANGE,
            choices=(
                (CHANGE, gettext_lazy("Change in percent")),
                (SCORE, gettext_lazy("How unusual it is (standard deviations)")),
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
