"""What a check says, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from banso.prove.prediction.models import ScoreCheck
from banso.prove.studies.wording import together
from banso.shared.figures import figure

Told = Mapping[str, Any]
FROM_EVENTS, RIGHT_LOW, RIGHT_HIGH = 20, 0.8, 1.25


def percent(share: float | None, places: int = 1) -> str:
    return "–" if share is None else f"{figure(100 * share, places)}%"


def number(value: float | None, places: int = 2) -> str:
    return "–" if value is None else figure(value, places)


def between(told: Told, places: int = 2) -> str:
    """A figure with its limits, or why there is none."""
    if "value" not in told:
        return why(told)
    limits = f"{number(told['low'], places)}–{number(told['high'], places)}"
    return f"{number(told['value'], places)} ({limits})"


def why(told: Told) -> str:
    """Why a figure cannot be told."""
    reasons = {
        "too_few_events": _("too few that did not renew"),
        "too_few_non_events": _("too few that renewed"),
        "one_forecast": _("all forecasts are alike"),
        "separable": _("renewed and not renewed do not overlap"),
        "nothing_foretold": _("nothing was foretold"),
        "no_variation": _("all scores are alike"),
    }
    return reasons.get(str(told.get("reason")), _("cannot be told yet"))


def answer(check: ScoreCheck) -> str:
    """The page's question answered in a sentence or two."""
    found = check.numbers
    later, lacking = found["later"], found["lacking"]
    counted = _("%(n)s decisions, of which %(lost)s did not renew") % {
        "n": number(found["decisions"], 0),
        "lost": number(found["not_renewed"], 0),
    }
    if later is None:
        kept = _("Until then the weights stay those you chose.")
        return together(not_yet(lacking or {}, counted), kept)
    told = later["scores"]["expert"]["auc"]
    if "value" not in told:
        return _("Not to be judged yet: %(counted)s.") % {"counted": counted}
    return _(
        "Of two customers one of whom did not renew, the score had named the right one in "
        "%(share)s of cases since %(since)s (95%% interval %(low)s–%(high)s; %(n)s decisions, "
        "%(lost)s not renewed). A coin names 50%%."
    ) % {
        "since": date_format(date.fromisoformat(later["from"])),
        "share": percent(told["value"], 0),
        "low": percent(told["low"], 0),
        "high": percent(told["high"], 0),
        "n": number(later["n"], 0),
        "lost": number(later["not_renewed"], 0),
    }


def not_yet(lacking: Told, counted: str) -> str:
    if lacking.get("reason") == "no_year_after":
        return _(
            "Not enough data yet: %(counted)s, but too few did not renew to foretell the later "
            "ones from the earlier ones."
        ) % {"counted": counted}
    if lacking.get("reason") != "too_few_events":
        return _("Not to be judged yet: %(counted)s; %(why)s.") % {
            "counted": counted,
            "why": why(lacking),
        }
    by = lacking.get("expected_by")
    if by:
        return _(
            "Not enough data yet: %(counted)s. A chance can be told from %(needed)s on that did "
            "not renew, by about %(month)s if they go on as they do."
        ) % {
            "counted": counted,
            "needed": FROM_EVENTS,
            "month": date_format(date.fromisoformat(by), "YEAR_MONTH_FORMAT"),
        }
    return _(
        "Not enough data yet: %(counted)s. A chance can be told from %(needed)s on that did not "
        "renew."
    ) % {"counted": counted, "needed": FROM_EVENTS}


def verdict(later: Told) -> str:
    """Whether the blended weights foretold the last year better."""
    gain = later["gain"]
    if gain["low"] > 0:
        return _(
            "The blended weights foretold them better than yours: the difference is "
            "larger than chance makes it."
        )
    if gain["high"] < 0:
        return _("The blended weights foretold them worse than yours. Keep yours.")
    return _(
        "The blended weights foretold them neither better nor worse than yours as far as "
        "these decisions can tell. There is no reason to change."
    )


def calibration(told: Told) -> str:
    """Whether as many left as foretold."""
    found = told["observed_over_expected"]
    if "value" not in found:
        return ""
    if RIGHT_LOW <= found["value"] <= RIGHT_HIGH:
        return _("As many did not renew as foretold, give or take a quarter.")
    if found["value"] > RIGHT_HIGH:
        return _("More did not renew than foretold: what happened lately is not in the forecast.")
    return _("Fewer did not renew than foretold.")


def leads(name: str, events: int) -> str:
    if name == "data":
        return ngettext(
            "With %(n)s decision not to renew the data lead; your weights still steady them.",
            "With %(n)s decisions not to renew the data lead; your weights still steady them.",
            events,
        ) % {"n": number(events, 0)}
    return ngettext(
        "With only %(n)s decision not to renew the blended weights are a hint, not a result.",
        "With only %(n)s decisions not to renew the blended weights are a hint, not a result.",
        events,
    ) % {"n": number(events, 0)}
