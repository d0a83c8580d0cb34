"""What may be said of an alternative beside the score in force, and of a quarter's forecast."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from banso.prove.prediction import comparing
from banso.prove.prediction.models import Alternative, Comparison, ScoreCheck, ScoreQuarter
from banso.prove.prediction.words import not_yet, number, percent, why
from banso.prove.studies.wording import together

Told = Mapping[str, Any]


def signed(value: float, places: int = 3) -> str:
    """A difference with its sign."""
    told = number(abs(value), places)
    return f"+{told}" if value > 0 else f"−{told}" if value < 0 else told


def limits_told(told: Told, places: int = 3) -> str:
    """A difference with its limits, or why there is none."""
    if "value" not in told:
        return same_or_why(told)
    limits = _("%(low)s to %(high)s") % {
        "low": signed(told["low"], places), "high": signed(told["high"], places),
    }  # fmt: skip
    return f"{signed(told['value'], places)} ({limits})"


def same_or_why(told: Told) -> str:
    if told.get("reason") == "same_ranking":
        return _("both rank alike")
    return why(told)


def answer(comparison: Comparison | None) -> str:
    """Whether the alternative ranks better than the score in force."""
    if comparison is None:
        return _("It has not been compared yet.")
    found = comparison.numbers
    counted = _("%(n)s decisions, of which %(lost)s did not renew") % {
        "n": number(found["decisions"], 0), "lost": number(found["not_renewed"], 0),
    }  # fmt: skip
    if found["lacking"]:
        said = not_yet(found["lacking"], counted)
        return together(said, _("Until then neither can be called better, and both are opinion."))
    told = {"counted": counted}
    if found["verdict"] == comparing.SAME:
        return _("Both put the customers in the same order (%(counted)s).") % told
    if "value" not in found["difference"]:
        return _("Not to be judged yet: %(counted)s.") % told
    told |= {"difference": limits_told(found["difference"])}
    sentences = {
        comparing.BETTER: _(
            "On the past it ranks better than the score in force: AUC %(difference)s, %(counted)s."
        ),
        comparing.WORSE: _(
            "On the past it ranks worse than the score in force: AUC %(difference)s, %(counted)s. "
            "Keep yours."
        ),
        comparing.ALIKE: _(
            "On the past it ranks neither better nor worse as far as these decisions can tell: "
            "AUC %(difference)s, %(counted)s. The data give no reason to change."
        ),
    }
    return sentences[found["verdict"]] % told


def since_told(alternative: Alternative, found: Told) -> str:
    """The decisions that nobody had seen when it was written down."""
    since = found["since"]
    day = date_format(alternative.at, "SHORT_DATE_FORMAT")
    n = {"day": day, "n": number(since.get("n", 0), 0)}
    if "value" not in since:
        return (
            _(
                "If it was chosen by looking at these decisions, they flatter it. Since %(day)s "
                "%(n)s have been decided that nobody had seen: too few to tell a difference."
            )
            % n
        )
    return _(
        "If it was chosen by looking at these decisions, they flatter it. On the %(n)s decided "
        "since %(day)s, which nobody had seen: AUC %(difference)s."
    ) % (n | {"difference": limits_told(since)})


def gain_sentence(later: Told) -> str:
    """Whether its forecasts of the later decisions were nearer."""
    gain = later["gain"]
    told = {"gain": limits_told(gain, 4), "n": number(later["n"], 0)}
    if gain["low"] > 0:
        return (
            _("Its forecasts were nearer: improvement of the Brier score %(gain)s, n = %(n)s.")
            % told
        )
    if gain["high"] < 0:
        return (
            _("Its forecasts were further off: improvement of the Brier score %(gain)s, n = %(n)s.")
            % told
        )
    return (
        _(
            "Its forecasts were as near as chance can tell: improvement of the Brier score "
            "%(gain)s, n = %(n)s."
        )
        % told
    )


def quarters_answer(quarters: list[ScoreQuarter]) -> str:
    """The newest quarter that could be judged, in a sentence."""
    judged = [quarter for quarter in quarters if "value" in quarter.numbers]
    if not judged:
        return _("No quarter can be judged yet: five that would not renew must be foretold.")
    newest = judged[-1]
    said = quarter_told(newest)
    if newest.drifted:
        return together(said, _("That is further apart than chance makes it: look into it."))
    return together(said, _("That is within what chance does."))


def quarter_told(quarter: ScoreQuarter) -> str:
    """What a quarter's forecast said and what came, in renewals."""
    told = quarter.numbers
    return _(
        "From %(start)s to %(end)s %(n)s came to a decision: %(foretold)s renewals were foretold, "
        "%(came)s came."
    ) % {
        "start": date_format(quarter.start, "SHORT_DATE_FORMAT"),
        "end": date_format(quarter.end, "SHORT_DATE_FORMAT"),
        "n": number(told["n"], 0),
        "foretold": number(told["renewed_expected"], 1),
        "came": number(told["renewed"], 0),
    }


def note(check: ScoreCheck) -> str:
    """What stands beside the score elsewhere: that it was held against renewals, and how it did."""
    found = check.numbers
    told = found["later"]["scores"]["expert"]["auc"] if found["later"] else {}
    if "value" not in told:
        return ngettext(
            "The weights are experts' opinion: with %(n)s renewal decision they cannot be judged "
            "yet.",
            "The weights are experts' opinion: with %(n)s renewal decisions they cannot be judged "
            "yet.",
            found["decisions"],
        ) % {"n": number(found["decisions"], 0)}
    return _(
        "Held against renewals since %(day)s it named the right one of two in %(share)s of cases "
        "(%(low)s–%(high)s, n = %(n)s)."
    ) % {
        "day": date_format(date.fromisoformat(found["later"]["from"]), "SHORT_DATE_FORMAT"),
        "share": percent(told["value"], 0), "low": percent(told["low"], 0),
        "high": percent(told["high"], 0), "n": number(told["n"], 0),
    }  # fmt: skip
