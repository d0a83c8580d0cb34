"""What may be said of a measure, in the wording of METHODS 1.1; numbers come from the result."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.prove.effects.answering import times_as_strong
from banso.prove.effects.models import Goal, Measure, Result, Verdict
from banso.prove.studies.wording import decimal, in_japanese, level_name, percent, together, whole

POWERED = 2.8
"""Standard errors that a difference must have to be seen in four of five cases (1.96 + 0.84)."""

REASONS = {
    "no_contracts": gettext_lazy("No contract is known, so no renewal can be compared."),
    "no_usage": gettext_lazy("The metric is not measured for the time around the treatment."),
    "too_few_treated": gettext_lazy(
        "%(treated_needed)s treated customers whose outcome is known are needed; there are "
        "%(treated)s."
    ),
    "too_few_untreated": gettext_lazy(
        "%(untreated_needed)s customers that were not treated by the same day are needed; there "
        "are %(untreated)s."
    ),
    "too_few_events": gettext_lazy(
        "%(events_needed)s decisions of the rarer kind are needed on both sides together; there "
        "are %(events)s."
    ),
    "too_few_events_in_group": gettext_lazy(
        "%(events_needed)s decisions of the rarer kind are needed on either side; there are "
        "%(treated_events)s among the treated and %(untreated_events)s among the others."
    ),
    "no_overlap": gettext_lazy(
        "Only %(found_percent)s of the treated have untreated customers like them; "
        "%(needed_percent)s are needed."
    ),
    "not_balanced": gettext_lazy(
        "Even after weighting the groups differ by %(found)s standard deviations in at least one "
        "thing; %(needed)s is the most that counts as alike."
    ),
    "too_few_effective": gettext_lazy(
        "A few untreated customers would carry the whole comparison: they are worth "
        "%(found_percent)s of the smaller group, %(needed_percent)s are needed."
    ),
    "no_comparison": gettext_lazy(
        "There is nobody who was not treated yet while others were treated."
    ),
    "too_few_pre_periods": gettext_lazy(
        "%(periods_needed)s periods of four weeks before treatment are needed; %(periods)s are on "
        "record."
    ),
    "pre_trend": gettext_lazy(
        "Treated and untreated were already moving apart before treatment (p %(p)s). What came "
        "after may be more of the same."
    ),
    "sample_ratio_mismatch": gettext_lazy(
        "The groups that decided do not have the sizes that were drawn (p %(p)s): customers are "
        "missing from one of them. Find out why before believing anything."
    ),
    "too_few_rows": gettext_lazy("Each group needs %(n_needed)s decisions; one has %(n)s."),
}
ADVICE = {
    "no_overlap": gettext_lazy(
        "Those who were chosen are unlike all others, so nobody shows what would have happened "
        "without. The next time, draw a random hold-out."
    ),
    "not_balanced": gettext_lazy(
        "More treated customers may help; a random hold-out certainly would."
    ),
    "no_comparison": gettext_lazy("When everybody gets it at once, nothing shows what it did."),
    "pre_trend": gettext_lazy("A random hold-out would make the groups alike."),
}
LEVELS = {
    "L0": gettext_lazy("Not enough data yet"),
    "L-": gettext_lazy("No meaningful difference"),
    "L2": gettext_lazy("Candidate: a difference remains after adjustment"),
    "L3": gettext_lazy("Estimated effect, from observation"),
    "L4": gettext_lazy("Tested effect, by random draw"),
}


def points(value: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    number = decimal(abs(100 * value), 1)
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return f"{sign}{number}"


def refusal(numbers: Mapping[str, Any]) -> str:
    """Why there is no answer, with what is lacking."""
    reason, needs = numbers["answer"]["reason"], dict(numbers["answer"].get("needs", {}))
    told: dict[str, str] = {}
    for name, value in needs.items():
        told[name] = whole(int(value)) if float(value).is_integer() else decimal(value, 2)
        told[f"{name}_percent"] = percent(value)
    if "p" in needs:
        told["p"] = f"= {decimal(needs['p'], 3)}" if needs["p"] >= 0.001 else "< 0.001"
    try:
        said = str(REASONS[reason]) % told
    except KeyError:
        said = _("No fair comparison exists.")
    return together(said, str(ADVICE.get(reason, "")))


def headline(measure: Measure, result: Result | None) -> str:
    """The page's answer in one or two sentences."""
    if result is None and measure.is_holdout:
        return _("The experiment is going on; nothing is decided.")
    if result is None:
        return _("Nothing has been computed yet.")
    numbers = result.numbers
    if "value" not in (numbers.get("answer") or {}):
        return together(refusal(numbers), expected(result.expected_by))
    if measure.is_holdout:
        return _holdout_headline(measure, result)
    if measure.goal == Goal.METRIC:
        return _metric_headline(result)
    return _renewal_headline(result)


def expected(day: date | None) -> str:
    if day is None:
        return ""
    return _("Enough decisions should be in by %(day)s.") % {"day": date_format(day, "DATE_FORMAT")}


def interval(answer: Mapping[str, Any]) -> str:
    """Limits of a difference of shares."""
    return _("%(low)s to %(high)s points") % {
        "low": points(answer["low"]), "high": points(answer["high"])
    }  # fmt: skip


def _renewal_headline(result: Result) -> str:
    n = result.numbers
    told = {
        "treated": percent(n["treated_mean"]), "expected": percent(n["expected_mean"]),
        "difference": points(n["answer"]["value"]), "interval": interval(n["answer"]),
        "n": whole(n["customers"]["treated"]), "m": whole(n["customers"]["untreated"]),
    }  # fmt: skip
    sentences = {
        ("better", "L3"): gettext_lazy(
                "Estimated effect: %(difference)s points of renewal (%(interval)s). %(treated)s "
                "of %(n)s treated customers renewed; without it about %(expected)s would have."
        ),
        ("worse", "L3"): gettext_lazy(
                "Estimated effect: %(difference)s points of renewal (%(interval)s): fewer "
                "renewed. %(treated)s of %(n)s treated customers renewed; without it about "
                "%(expected)s would have."
        ),
        ("better", "L2"): gettext_lazy(
                "Treated customers renewed more often than others like them: %(difference)s "
                "points (%(interval)s; %(n)s treated, %(m)s others). This is a candidate, not a "
                "shown effect."
        ),
        ("worse", "L2"): gettext_lazy(
                "Treated customers renewed less often than others like them: %(difference)s "
                "points (%(interval)s; %(n)s treated, %(m)s others). This is a candidate, not a "
                "shown effect."
        ),
        ("none", "L-"): gettext_lazy(
                "There seems to be no difference that matters: %(difference)s points "
                "(%(interval)s; %(n)s treated, %(m)s others)."
        ),
    }  # fmt: skip
    said = sentences.get((result.verdict, result.level))
    if said is not None:
        return str(said) % told
    fits = _(
        "A difference that matters and none at all both fit (%(interval)s; %(n)s treated, "
        "%(m)s others)."
    )
    return together(fits % told, _more_needed(result))


def _more_needed(result: Result) -> str:
    """How many treated customers would show the difference that would matter, in 4 of 5 cases."""
    answer, meaningful = result.numbers["answer"], result.settings.get("meaningful")
    if not answer.get("se") or not meaningful:
        return ""
    treated = result.numbers["counts"]["treated_accounts"]
    needed = math.ceil(treated * (POWERED * answer["se"] / meaningful) ** 2)
    if needed <= treated:
        return ""
    return _("To see %(points)s points about %(needed)s treated customers would be needed.") % {
        "points": decimal(100 * meaningful, 0), "needed": whole(needed),
    }  # fmt: skip


def change_told(value: float, *, logged: bool) -> str:
    """A change of a metric: percent where it was compared on a log scale."""
    if not logged:
        sign = "+" if value > 0 else "−" if value < 0 else "±"
        return f"{sign}{decimal(abs(value), 2)}"
    share = 100 * math.expm1(value)
    sign = "+" if share > 0 else "−" if share < 0 else "±"
    return f"{sign}{decimal(abs(share), 0)}%"


def as_counted_told(numbers: Mapping[str, Any]) -> str:
    """The change of a metric with nothing held alike; "" where that is the answer itself."""
    found = numbers.get("unadjusted") or {}
    if "value" not in found or "value" not in (numbers.get("answer") or {}):
        return ""
    told = {
        name: change_told(found[name], logged=numbers["logged"])
        for name in ("value", "low", "high")
    }
    return _("%(value)s (%(low)s to %(high)s)") % told


def _metric_headline(result: Result) -> str:
    n = result.numbers
    answer, logged = n["answer"], n["logged"]
    told = {
        "change": change_told(answer["value"], logged=logged),
        "low": change_told(answer["low"], logged=logged),
        "high": change_told(answer["high"], logged=logged),
        "n": whole(n["counts"]["treated"]), "m": whole(n["counts"]["untreated"]),
    }  # fmt: skip
    if result.verdict in (Verdict.BETTER, Verdict.WORSE):
        return (
            _(
                "Beyond what happened to the others, the metric of the treated changed by "
                "%(change)s (%(low)s to %(high)s; %(n)s treated, %(m)s others).")
            % told
        )  # fmt: skip
    if result.verdict == Verdict.NONE:
        return (
            _(
                "The metric of the treated moved like that of the others: %(change)s (%(low)s "
                "to %(high)s; %(n)s treated, %(m)s others).")
            % told
        )  # fmt: skip
    fits = _(
        "A change that matters and none at all both fit (%(low)s to %(high)s; %(n)s treated, "
        "%(m)s others)."
    )
    return fits % told


def _metric_holdout_headline(result: Result) -> str:
    n = result.numbers
    answer, logged = n["answer"], n["logged"]
    told = {
        "change": change_told(answer["value"], logged=logged),
        "low": change_told(answer["low"], logged=logged),
        "high": change_told(answer["high"], logged=logged),
        "n": whole(n["treated"]["n"]), "m": whole(n["held_out"]["n"]),
    }  # fmt: skip
    if result.level == "L4":
        said = _(
            "Shown by random draw: twelve weeks later the metric of the treated differs by "
            "%(change)s (%(low)s to %(high)s; %(n)s treated, %(m)s held out)."
        )
    elif result.verdict == Verdict.NONE:
        said = _(
            "By random draw there is no difference that matters: %(change)s (%(low)s to "
            "%(high)s; %(n)s treated, %(m)s held out)."
        )
    else:
        said = _(
            "The experiment is over and cannot tell: %(low)s to %(high)s (%(n)s treated, %(m)s "
            "held out)."
        )
    return said % told


def _holdout_headline(measure: Measure, result: Result) -> str:
    if measure.goal == Goal.METRIC:
        return _metric_holdout_headline(result)
    n = result.numbers
    told = {
        "treated": percent(n["treated"]["renewed"] / max(1, n["treated"]["n"])),
        "n": whole(n["treated"]["n"]), "m": whole(n["held_out"]["n"]),
        "held": percent(n["held_out"]["renewed"] / max(1, n["held_out"]["n"])),
        "difference": points(n["answer"]["value"]), "interval": interval(n["answer"]),
    }  # fmt: skip
    if result.level == "L4":
        return (
            _(
                "Shown by random draw: %(difference)s points of renewal (%(interval)s). "
                "%(treated)s of %(n)s treated and %(held)s of %(m)s held-out customers renewed.")
            % told
        )  # fmt: skip
    if result.verdict == Verdict.NONE:
        return (
            _(
                "By random draw there is no difference that matters: %(difference)s points "
                "(%(interval)s; %(n)s treated, %(m)s held out).")
            % told
        )  # fmt: skip
    first = (
        _("The experiment is over and cannot tell.") if n["final"]
        else _("The experiment is going on; nothing is decided.")
    )  # fmt: skip
    last = _("At the last look the interval was %(interval)s (%(n)s treated, %(m)s held out).")
    return together(first, last % told)


def stratified_told(numbers: Mapping[str, Any]) -> list[str]:
    """The odds within the strata of a draw, where the look may say something."""
    found = numbers.get("stratified")
    if not found:
        return []
    told = {name: decimal(found[name], 2) for name in ("value", "low", "high")}
    return [
        _(
            "Within the strata of the draw the odds of renewal are %(value)s times as high "
            "(%(low)s to %(high)s)."
        )
        % told
    ]


def label_of(row: Mapping[str, Any]) -> str:
    """A covariate's name in the reader's language, with the level it stands for."""
    name = str(row["ja"] if in_japanese() else row["en"])
    level = str(row.get("level") or "")
    if level == "?":
        return _("%(name)s: not known") % {"name": name}
    return f"{name}: {_level_told(str(row['key']), level)}" if level else name


def _level_told(key: str, level: str) -> str:
    """A level as readers know it; levels of few customers that share a column are counted."""
    first, _plus, others = level.partition(" + ")
    told = level_name(key.split(" = ", 1)[0], first)
    return f"{told} + {others}" if others else told


def sensitivity(numbers: Mapping[str, Any]) -> list[str]:
    """How strong something unmeasured would have to be, in words."""
    found = numbers.get("e_value")
    if not found:
        return []
    told = {"point": decimal(found["estimate"], 1), "limit": decimal(found["limit"], 1)}
    said = [
        _(
            "Something unmeasured would have to multiply both the chance of being treated and "
            "the chance of the outcome by %(point)s to explain the whole difference (E-value).")
        % told
    ]  # fmt: skip
    if found["limit"] > 1:
        said.append(
            _(
                "A factor of %(limit)s would be enough to bring the interval to “no "
                "difference”.") % told
        )  # fmt: skip
    else:
        said.append(_("The interval reaches “no difference” already, so nothing needs explaining."))
    strongest = numbers.get("strongest")
    if strongest and found["estimate"] > 1:
        times = times_as_strong(found["estimate"], strongest["ratio"])
        said.append(
            _(
                "That is %(times)s times as strong as “%(name)s”, the strongest of what was "
                "measured.")
            % {"times": decimal(times, 1), "name": label_of(strongest)}
        )  # fmt: skip
    return said


def robustness_told(numbers: Mapping[str, Any]) -> list[str]:
    """The same for the change of a metric."""
    found = numbers.get("robustness")
    if not found:
        return []
    told = {"zero": percent(found["zero"]), "limit": percent(found["significance"])}
    return [
        _(
            "Something unmeasured would have to explain %(zero)s of what is left to explain in "
            "both treatment and metric to bring the difference to zero (robustness value), and "
            "%(limit)s to make it unclear.")
        % told
    ]  # fmt: skip
