"""What may be said of factors and staying, as sentences, rows, chart and file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from banso.measure.revenue.reads import day_of
from banso.measure.revenue.words import CONTRACTS, percent, whole
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.cox import EVENTS_PER_COLUMN, MINIMUM_EVENTS
from banso.prove.engine.proportional import Halves
from banso.prove.lifetime.charts import COLOURS
from banso.prove.lifetime.factors import AMOUNT, UNKNOWN, Factors, Line, Refused, Untold
from banso.prove.lifetime.groups import CONTRACT, EMPLOYEES
from banso.prove.lifetime.lives import DAYS_A_MONTH, Lives
from banso.prove.lifetime.presenting import customers_link
from banso.prove.lifetime.words import by_about
from banso.prove.studies.wording import in_japanese
from banso.shared.figures import figure

Q_TARGET = 0.10
NARROWEST, WIDEST = 0.125, 8.0
REFUSED = {
    "too_few_events": gettext_lazy(
        "A comparison needs %(events_needed)s customers that left; there are %(events)s."
    ),
    "no_factors": gettext_lazy(
        "Nothing that was known when they began tells these customers apart."
    ),
    "not_separable": gettext_lazy(
        "One of the factors tells those who left from the others without fault, so no hazard ratio "
        "can be given. Look at the fields: one of them may say how it ended."
    ),
}

UNTOLD = {
    "ended": gettext_lazy(
        "Suspicious and left out, because it alone tells those who left from the others almost "
        "without fault; it may say how it ended: %(names)s."
    ),
    "missing": gettext_lazy("Not compared, because too few customers have a value: %(names)s."),
    "alike": gettext_lazy("Not compared, because all customers have the same value: %(names)s."),
    "many_values": gettext_lazy(
        "Not compared, because nearly every customer has another value: %(names)s."
    ),
}


def untold_words(untold: Untold) -> list[str]:
    """What is no factor, and why."""
    return [str(UNTOLD[why]) % {"names": listed(untold[why])} for why in UNTOLD if why in untold]


def refused(given: Refused, some: Lives) -> str:
    """Why there is no model, and about when there may be one."""
    found = given.found
    said = str(REFUSED[found.reason]) % {k: whole(v) for k, v in found.needs.items()}
    if found.reason != "too_few_events":
        return said
    ends = some.start[some.left] + some.days[some.left]
    recent = int((ends > some.cut - 365).sum())
    if not recent:
        return said
    lacking = MINIMUM_EVENTS - found.needs["events"]
    return f"{said} {by_about(day_of(some.cut) + timedelta(days=round(lacking / recent * 365)))}"


def answer(found: Factors) -> str:
    """The page's answer: how many factors go with leaving sooner or later."""
    told = [line for line in found.lines if isinstance(line.ratio, Answer)]
    keys = {line.key for line in told}
    sure = {line.key for line in told if line.q is not None and line.q <= Q_TARGET}
    if not told:
        return _("No factor can be compared: those who left did so at the same age.")
    said = ngettext(
        "Of %(n)s factor known when customers began, %(sure)s goes with leaving sooner or later.",
        "Of %(n)s factors known when customers began, %(sure)s go with leaving sooner or later.",
        len(keys),
    ) % {"n": len(keys), "sure": len(sure)}
    if not sure:
        said = ngettext(
            "Of %(n)s factor known when customers began it cannot be told yet whether it goes with "
            "leaving sooner or later.",
            "Of %(n)s factors known when customers began it cannot be told yet whether any goes "
            "with leaving sooner or later.",
            len(keys),
        ) % {"n": len(keys)}
    base = _("n = %(n)s customers, %(left)s left.") % {
        "n": whole(found.customers), "left": whole(found.left),
    }  # fmt: skip
    return f"{said} {base} " + _("(An association, not an effect.)")


def listed(names: Iterable[str]) -> str:
    return ("、" if in_japanese() else ", ").join(names)


def rows(found: Factors) -> list[dict[str, Any]]:
    return [
        {
            "factor": found.names[line.key],
            "compared": compared(line),
            "ratio": ratio_text(line.ratio),
            "told": in_words(line),
            "q": "" if line.q is None else "< 0.001" if line.q < 0.001 else f"{line.q:.3f}",
            "n": whole(line.customers),
            "left": whole(line.left),
            "link": _link(line),
            "changes": changes(line),
        }
        for line in found.lines
    ]


def compared(line: Line) -> str:
    """What is held against what."""
    if line.unit == "twice":
        return _("twice as much")
    if line.unit == "sd":
        places = 0 if line.sd >= 10 else 2
        return _("%(sd)s more (one standard deviation)") % {"sd": figure(line.sd, places)}
    levels = {"level": level_name(line.key, line.level)}
    if not line.reference:
        return _("unknown against known")
    levels["reference"] = level_name(line.key, line.reference)
    return _("%(level)s against %(reference)s") % levels


def level_name(key: str, level: str) -> str:
    if level == UNKNOWN:
        return _("unknown")
    if key == CONTRACT:
        return str(CONTRACTS.get(level, level))
    first, plus, more = level.rpartition(" + ")
    if plus and more.isdigit():
        return _("%(first)s and %(n)s more") % {"first": first, "n": more}
    return level


def ratio_text(found: Answer | NoAnswer) -> str:
    if isinstance(found, NoAnswer):
        return "—"
    low, high = figure(found.low, 2), figure(found.high, 2) if found.high < 1000 else "∞"
    return f"{figure(found.value, 2)} ({low}–{high})"


def in_words(line: Line) -> str:
    """The side, only where it is more than chance."""
    if not isinstance(line.ratio, Answer) or line.q is None or line.q > Q_TARGET:
        return _("cannot be told")
    return _("leave sooner") if line.ratio.value > 1 else _("stay longer")


def changes(line: Line) -> str:
    """Whether the factor counts differently early and late; "" where that cannot be told."""
    found = line.halves
    if isinstance(found, NoAnswer) or found.q > Q_TARGET:
        return ""
    return _("until month %(month)s %(early)s, later %(late)s") % {
        "month": figure(found.time / DAYS_A_MONTH), "early": ratio_text(found.early),
        "late": ratio_text(found.late),
    }  # fmt: skip


def proportionality(found: Factors) -> str:
    """The assumption of the model, and whether it holds, in words."""
    checked = [(line, line.halves) for line in found.lines if isinstance(line.halves, Halves)]
    if not checked:
        needed = 2 * EVENTS_PER_COLUMN * len(found.lines)
        return _(
            "Each hazard ratio is one number for the whole time. Whether it is the same early and "
            "late cannot be checked yet: that takes %(needed)s customers that left; there are "
            "%(left)s."
        ) % {"needed": whole(needed), "left": whole(found.left)}
    month = {"month": figure(checked[0][1].time / DAYS_A_MONTH)}
    moved = [line for line, _halves in checked if changes(line)]
    if not moved:
        return (
            _(
                "Each hazard ratio is one number for the whole time. Checked: before and after "
                "month %(month)s, by which half of those who left had left, no factor counts "
                "visibly differently. With few who left a difference may stay unseen."
            )
            % month
        )
    names = listed(dict.fromkeys(found.names[line.key] for line in moved))
    return _(
        "Each hazard ratio is one number for the whole time, and that does not fit %(names)s: "
        "before and after month %(month)s, by which half of those who left had left, it counts "
        "differently. Read the two numbers in its line, not the one."
    ) % (month | {"names": names})


def order_told(found: Factors) -> str:
    """How well the factors together tell who leaves first."""
    c = found.concordance
    if isinstance(c, NoAnswer):
        return ""
    return _(
        "Of two customers the model tells which one leaves first in %(c)s of the cases "
        "(concordance, 95%% interval %(low)s–%(high)s; 50%% would be chance). It was fitted on the "
        "same customers, so that is a little flattering."
    ) % {"c": percent(c.value), "low": percent(c.low), "high": percent(c.high)}


def chart(found: Factors) -> dict[str, Any] | None:
    """Hazard ratios with their intervals on a doubling scale; left of 1 stays longer."""
    drawn = [(line, line.ratio) for line in found.lines if isinstance(line.ratio, Answer)]
    if not drawn:
        return None
    data: list[dict[str, Any]] = []
    for row, (line, ratio) in enumerate(drawn):
        value, low, high = (
            min(max(v, NARROWEST), WIDEST) for v in (ratio.value, ratio.low, ratio.high)
        )
        name = f"{found.names[line.key]}: {compared(line)}, {ratio_text(ratio)}"
        data.append({"value": [value, row, low, high, 0], "name": name, "href": _link(line)})
    reach = max(2.0, *(max(d["value"][3], 1 / d["value"][2]) for d in data))
    end = 2.0 ** math.ceil(math.log2(reach))
    return {
        "rows": len(drawn),
        "grid": {"left": 8, "right": 32, "top": 8, "bottom": 40, "containLabel": True},
        "tooltip": {"trigger": "item", "formatter": "{b}", "confine": True},
        "yAxis": {
            "type": "category", "inverse": True, "axisTick": {"show": False},
            "data": [f"{found.names[line.key]}: {compared(line)}" for line, _ratio in drawn],
            "axisLabel": {"width": 150, "overflow": "truncate"},
        },
        "xAxis": {
            "type": "log", "logBase": 2, "min": 1 / end, "max": end, "nameGap": 28,
            "axisLabel": {"hideOverlap": True},
            "name": _("Hazard ratio (right of 1: leave sooner)"), "nameLocation": "middle",
        },
        "series": [
            {"type": "interval", "color": COLOURS[0], "data": data,
             "encode": {"x": [0, 2, 3], "y": 1}},
            {"type": "scatter", "data": [], "silent": True, "markLine": {
                "symbol": "none", "label": {"show": False}, "data": [{"xAxis": 1}],
                "lineStyle": {"type": "solid", "color": "#1d2733", "width": 1}}},
        ],
    }  # fmt: skip


def as_file(found: Factors) -> Iterator[list[object]]:
    """Lines of the file; the first is the header."""
    yield [
        _("Factor"), _("Compared"), _("Hazard ratio"), _("Low"), _("High"), "q", _("Customers"),
        _("Left"), _("In words"), _("Early and late"),
    ]  # fmt: skip
    for line in found.lines:
        ratio: Sequence[float | None] = (None, None, None)
        if isinstance(line.ratio, Answer):
            ratio = (line.ratio.value, line.ratio.low, line.ratio.high)
        told = [round(v, 4) if v is not None and math.isfinite(v) else None for v in ratio]
        yield [
            found.names[line.key], compared(line), *told,
            None if line.q is None else round(line.q, 5), line.customers, line.left,
            in_words(line), changes(line),
        ]  # fmt: skip


def _link(line: Line) -> str:
    """The customers of a level; all where a number or joined levels are compared."""
    alone = line.level not in ("", UNKNOWN) and " + " not in line.level
    if not alone or line.key in (AMOUNT, EMPLOYEES):
        return customers_link("", "")
    return customers_link(line.key, level_name(line.key, line.level))
