"""What the page of a check shows, as rows and a chart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from banso.measure.health.reads import definitions
from banso.measure.health.words import BAND_NAMES, Naming
from banso.prove.prediction.models import ScoreCheck
from banso.prove.prediction.words import between, calibration, number, percent

Told = Mapping[str, Any]
COLOURS = {"expert": "#0f6173", "blended": "#b06a00", "alternative": "#b06a00"}


def names() -> dict[str, str]:
    return {"expert": _("Your weights"), "blended": _("Blended with the data")}


def bands(found: Told, **about: object) -> list[dict[str, str]]:
    """Renewals of each word; few decisions are counted and give no share. about: what leads to the
    decisions behind them, beside the word.
    """
    rows = []
    for one in found["bands"]:
        enough = one["low"] is not None
        asked = urlencode({"band": one["band"], **about})
        rows.append(
            {
                "key": one["band"],
                "link": f"{reverse('prediction:score_decisions')}?{asked}",
                "name": str(BAND_NAMES[one["band"]]),
                "n": number(one["n"], 0),
                "renewed": number(one["renewed"], 0),
                "share": percent(one["renewed"] / one["n"]) if enough else "",
                "limits": f"{percent(one['low'])}–{percent(one['high'])}" if enough else "",
            }
        )
    return rows


def scores(later: Told) -> list[dict[str, str]]:
    """The base rate and both scores on the same later decisions."""
    told = later["scores"]
    return [base_row(later), *(score_row(told[key], name) for key, name in names().items())]


def base_row(later: Told) -> dict[str, str]:
    """What a forecast must beat: the share of before for everybody."""
    return {
        "name": _("Nothing but the share before (%(share)s)")
        % {"share": percent(later["base_rate"])},
        "auc": number(0.5),
        "brier": number(later["base_brier"], 4),
        "skill": percent(0.0),
        "ratio": "–",
        "slope": "–",
    }


def score_row(told: Told, name: str) -> dict[str, str]:
    return {
        "name": name,
        "auc": between(told["auc"]),
        "brier": number(told["brier"], 4),
        "skill": percent(told["skill"]),
        "ratio": between(told["observed_over_expected"]),
        "slope": between(told["slope"]),
    }


def foretold(later: Told, names: Mapping[str, str]) -> list[dict[str, str]]:
    """Forecasts against what came, group by group."""
    return [
        {
            "name": name,
            "forecast": percent(one["forecast"]),
            "n": number(one["n"], 0),
            "events": number(one["events"], 0),
            "seen": percent(one["events"] / one["n"]),
            "limits": f"{percent(one['low'])}–{percent(one['high'])}",
        }
        for key, name in names.items()
        for one in later["scores"][key]["groups"]
    ]


def weights(found: Told) -> list[dict[str, str]]:
    naming = Naming(definitions())
    return [
        {
            "name": naming.name(row["key"]),
            "expert": number(row["expert"], 0),
            "blended": number(row["blended"], 0),
            "known": percent(row["known"], 0),
        }
        for row in found["weights"]
    ]


def earlier(checks: list[ScoreCheck]) -> list[dict[str, Any]]:
    rows = []
    for check in checks:
        later = check.numbers["later"]
        told = later["scores"]["expert"] if later else None
        rows.append(
            {
                "on": check.data_cut,
                "n": number(check.numbers["decisions"], 0),
                "lost": number(check.numbers["not_renewed"], 0),
                "auc": between(told["auc"]) if told else "–",
                "skill": percent(told["skill"]) if told else "–",
                "chosen": check.chosen_at,
            }
        )
    return rows


def context(check: ScoreCheck) -> dict[str, Any]:
    found = check.numbers
    later = found["later"]
    made: dict[str, Any] = {
        "bands": bands(found),
        "ranks": between(found["ranks"]),
        "weights": weights(found),
        "without_score": found["without_score"],
    }
    if later:
        made |= {
            "later": later,
            "is_better": later["gain"]["low"] > 0,
            "scores": scores(later),
            "foretold": foretold(later, names()),
            "calibration": calibration(later["scores"]["expert"]),
            "chart": chart(later, names()),
        }
    return made


def chart(later: Told, names: Mapping[str, str]) -> dict[str, Any]:
    """Foretold against seen; on the dashed line as many left as foretold."""
    most = 0.1
    series: list[dict[str, Any]] = []
    for key, name in names.items():
        dots = []
        for one in later["scores"][key]["groups"]:
            seen = one["events"] / one["n"]
            most = max(most, one["forecast"], seen)
            dots.append([round(100 * one["forecast"], 1), round(100 * seen, 1)])
        series.append(
            {
                "name": name,
                "type": "scatter",
                "data": dots,
                "symbol": "circle" if key == "expert" else "diamond",
                "symbolSize": 11,
                "itemStyle": {"color": COLOURS[key]},
            }
        )
    end = 10 * (int(10 * most) + 1)
    right = {"type": "dashed", "color": "#6b7280"}
    series.append(
        {
            "name": _("as foretold"),
            "type": "line",
            "data": [[0, 0], [end, end]],
            "symbol": "none",
            "lineStyle": right,
            "itemStyle": {"color": "#6b7280"},
        }
    )
    axis = {"type": "value", "min": 0, "max": end, "axisLabel": {"formatter": "{value}%"}}
    return {
        "tooltip": {"trigger": "item"},
        "legend": {"top": 0},
        "grid": {"left": 56, "right": 24, "top": 72, "bottom": 48},
        "xAxis": axis | {"name": _("foretold"), "nameLocation": "middle", "nameGap": 30},
        "yAxis": axis | {"name": _("did not renew")},
        "series": series,
    }
